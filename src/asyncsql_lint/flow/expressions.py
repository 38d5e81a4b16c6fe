"""Expressions: the value of each, and what evaluating it does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import (
    datatypes,
    dicts,
    faults,
    leaks,
    middlewares,
    prefixes,
    reflection,
    temporal,
    transactions,
)
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.answers import answer, is_pure
from asyncsql_lint.flow.coroutines import lost, needless
from asyncsql_lint.flow.machine import Machine, truth
from asyncsql_lint.flow.objects import Loaded, Session, Slot
from asyncsql_lint.flow.state import State, dull
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Arguments,
    BoundMethod,
    ClassValue,
    Const,
    Coroutine,
    DictValue,
    External,
    FunctionValue,
    LibraryMethod,
    ListValue,
    MappedAttribute,
    Opaque,
    Primitive,
    Ref,
    Row,
    Statement,
    Task,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.index.models import Attribute
from asyncsql_lint.libraries.sqlalchemy_orm import WRITES
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside


class Expressions(Machine):
    """Evaluates expressions. Names, calls and attributes come from the classes below it."""

    def evaluate(self, expression: f.Expr, state: State) -> Value:
        """The value of an expression; the state changes as the expression changes it."""
        handler = _HANDLERS.get(type(expression))
        return handler(self, expression, state) if handler is not None else UNKNOWN

    # -- names

    def name(self, name: str, state: State) -> Value:
        """The value of a name: local, enclosing, global, built in."""
        found = state.env.get(name)
        if found is not None:
            return found
        closed = self.frame.closure.get(name)
        return closed if closed is not None else self.global_name(name)

    @abstractmethod
    def global_name(self, name: str) -> Value:
        """The value of a name at the top of the module, or of a built-in."""

    # -- parts

    def arguments(self, call: f.Call, state: State) -> Arguments:
        """The values of a call's arguments."""
        positional: list[Value] = []
        is_open = False
        for argument in call.args:
            if not isinstance(argument, f.Star):
                positional.append(self.evaluate(argument, state))
                continue
            value = self.evaluate(argument.value, state)
            match value:
                case TupleValue():
                    positional += value.items
                case ListValue(items=items) if items is not None:
                    positional += items
                case ListValue():
                    positional.append(value)
                    is_open = True
                case _:
                    is_open = True
        keywords: list[tuple[str, Value]] = []
        for keyword in call.keywords:
            value = self.evaluate(keyword.value, state)
            if keyword.name is not None:
                keywords.append((keyword.name, value))
            elif isinstance(value, DictValue):
                keywords += value.items
                is_open = is_open or not isinstance(value.other, Const)
            else:
                is_open = True
        return Arguments(tuple(positional), tuple(keywords), is_open, call)

    def test(self, expression: f.Expr, state: State) -> Value:
        """The value of a condition; a coroutine is always true."""
        value = self.evaluate(expression, state)
        if isinstance(value, Coroutine) and not (isinstance(expression, f.Name) and self.awaits_name(expression.id)):
            lost(value, "tested", self.site(expression), state, self)
        return value

    def glance(self, expression: f.Expr) -> None:
        """Note that nobody keeps the value of an expression."""
        if isinstance(expression, f.Attr):
            self.frame.glanced.add(expression.at)

    def decided(self, expression: f.Expr, value: Value, state: State) -> bool | None:
        """Whether a condition holds: by its value, or because the same was tested before."""
        known = truth(value)
        return known if known is not None or not state.answers else answer(expression, state.answers)

    def awaits_name(self, name: str) -> bool:
        """Whether the function awaits a name or hands it on somewhere: then testing it first is on purpose."""
        function = self.frame.function
        if function is None:
            return False
        names = self._awaited_names.get(function)
        if names is None:
            names = frozenset(handed_on(function.node.body))
            self._awaited_names[function] = names
        return name in names

    _awaited_names: dict[FunctionInfo, frozenset[str]]

    def element(self, value: Value, expression: f.Expr, state: State) -> Value:
        """What iterating over the value of an expression gives."""
        return self.elements(value, self.site(expression), state)

    def bind(self, target: f.Expr, value: Value, state: State) -> None:
        """Assign to a target."""
        match target:
            case f.Name():
                state.bind(target.id, value)
            case f.Sequence():
                self.unpack(target, value, state)
            case f.Star():
                self.bind(target.value, ListValue(UNKNOWN), state)
            case f.Attr():
                self.assign_attribute(target, value, state)
            case f.Sub():
                owner, key = self.evaluate(target.value, state), self.evaluate(target.index, state)
                middlewares.stored(target, owner, key, value, state)
                dicts.put(target, key, value, state, self)

    def unpack(self, target: f.Sequence, value: Value, state: State) -> None:
        """Assign to several targets."""
        lost(value, "unpacked", self.site(target), state, self)
        items: tuple[Value, ...] | None = None
        match value:
            case TupleValue():
                items = value.items
            case ListValue(items=known) if known is not None:
                items = known
            case Row(values=values) if values is not None:
                items = values
            case ListValue():
                items = (value.element,) * len(target.items)
        if items is None or len(items) != len(target.items):
            items = (UNKNOWN,) * len(target.items)
        for one, item in zip(target.items, items, strict=True):
            self.bind(one, item, state)

    @abstractmethod
    def assign_attribute(self, target: f.Attr, value: Value, state: State) -> None:
        """Assign to `x.name`."""

    @abstractmethod
    def text(self, value: Value, expression: f.Node, state: State) -> None:
        """`str(value)` or `f"{value}"`: what a `__str__` or `__repr__` reads."""

    @abstractmethod
    def narrow(self, test: f.Expr, holds: bool, state: State) -> None:
        """What is known of names once a condition holds, or does not."""

    @abstractmethod
    def narrowed_value(self, expression: f.Expr, value: Value, holds: bool, state: State) -> Value:
        """The value of an expression that was found to be true, or false."""

    @abstractmethod
    def function_value(self, node: f.Function, state: State) -> Value:
        """A nested function or lambda as a value, with the names that it closes over."""

    @abstractmethod
    def iterate(self, value: Value, expression: f.Expr, is_async: bool, at: int, state: State) -> Value:
        """What `for ... in expression` or `async for` gives; tells when it is the wrong one of the two."""


def handed_on(body: tuple[f.Stmt, ...]) -> list[str]:
    """The names whose values go on as they are: awaited, passed, returned, put in a list, chosen by a conditional."""
    out: list[str] = []
    for node in inside(body):
        match node:
            case f.Await(value=value) | f.Return(value=value):
                held: tuple[object, ...] = (value,)
            case f.Call(args=args, keywords=keywords):
                held = (*args, *(k.value for k in keywords))
            case f.Sequence(items=items):
                held = items
            case f.IfExp(body=yes, orelse=no):
                held = (yes, no)
            case _:
                held = ()
        out += [one.id for one in held if isinstance(one, f.Name)]
    return out


def _name(m: Expressions, e: f.Name, state: State) -> Value:
    return m.name(e.id, state)


def _attr(m: Expressions, e: f.Attr, state: State) -> Value:
    value = m.evaluate(e.value, state)
    return m.attribute(value, e.name, m.site(e), state)


def _call(m: Expressions, e: f.Call, state: State) -> Value:
    changed = _changed_collection(m, e.func, state)
    callee = m.evaluate(e.func, state) if changed is None else changed[0]
    arguments = m.arguments(e, state)
    if changed is not None:
        _set_far_side(changed, arguments, state)
    if state.answers and not is_pure(e):
        state.changed(e)
    if isinstance(callee, (FunctionValue, BoundMethod, ClassValue)):
        m.frame.sink.watch(state)
    if isinstance(callee, Opaque) and m.frame.awaited == e.at:
        callee = _of_some_session(m, e, arguments, state) or callee
    return m.call(callee, arguments, m.site(e), state)


def _of_some_session(m: Expressions, e: f.Call, arguments: Arguments, state: State) -> Value | None:
    """`await x.scalars(select(Order))`: whatever `x` is, what takes models and is awaited is a session."""
    if not isinstance(e.func, f.Attr) or e.func.name not in {"execute", "scalars", "scalar"}:
        return None
    statement = arguments.get(0, "statement")
    if not isinstance(statement, Statement) or statement.kind != "select" or not statement.entities:
        return None
    if not any(one.model is not None for one in statement.entities):
        return None
    made = Session(True, origin=m.site(e.func), scope="parameter", confidence=Confidence.INFERRED)
    return LibraryMethod(m.new(made, state), e.func.name)


def _set_far_side(changed: tuple[LibraryMethod, Ref, Attribute], arguments: Arguments, state: State) -> None:
    """`obj.lines.append(line)` sets `line.obj`, too."""
    method, owner, relation = changed
    orm.update(owner, state, dirty=True)  # the flush of what is new on it asks for its key
    if method.name in {"append", "add"} and relation.back_populates and relation.direction != "many-to-many":
        for ref in orm.refs_in(arguments.get(0, "object")):
            orm.put(ref, relation.back_populates, Slot(orm.YES, owner), state)


def _changed_collection(m: Expressions, func: f.Expr, state: State) -> tuple[LibraryMethod, Ref, Attribute] | None:
    """The callee of `obj.lines.append`, with the object and the relationship: reading it is then a change of it."""
    if not isinstance(func, f.Attr) or func.name not in WRITES or not isinstance(func.value, f.Attr):
        return None
    owner = m.evaluate(func.value.value, state)
    instance = m.instance(owner, state)
    if instance is None or not isinstance(owner, Ref):
        return None
    relation = m.models.attribute(instance.model, func.value.name)
    if relation is None or relation.kind != "relationship" or relation.lazy in {"dynamic", "write_only"}:
        return None
    value = orm.read(owner, func.value.name, m.site(func.value), state, m, write=func.name)
    return LibraryMethod(value, func.name), owner, relation


def _await(m: Expressions, e: f.Await, state: State) -> Value:
    outer, m.frame.awaited = m.frame.awaited, e.value.at
    value = m.evaluate(e.value, state)
    m.frame.awaited = outer
    m.frame.sink.watch(transactions.failing(value, state, m), database=isinstance(value, (Coroutine, Task)))
    if isinstance(value, Coroutine):
        if not m.is_trial:
            m.sound.add(m.site(e))
        return m.await_(value, m.site(e.value), state)
    if needless(value, e.value, m.site(e), state, m, describe(e.value)):
        return UNKNOWN
    made = m.await_(value, m.site(e.value), state)
    started = value.coroutine if isinstance(value, Task) else value
    if isinstance(started, Coroutine) and started.site.node in m.frame.waits:
        m.frame.waits.add(e.at)
    return made


def describe(expression: f.Expr) -> str:
    """A short spelling of an expression for messages."""
    match expression:
        case f.Name():
            return expression.id
        case f.Attr():
            inner = describe(expression.value)
            return f"{inner}.{expression.name}" if inner else expression.name
        case f.Call():
            return f"{describe(expression.func)}()"
        case f.Await():
            return describe(expression.value)
        case f.Sub():
            return f"{describe(expression.value)}[...]"
        case _:
            return ""


def _const(m: Expressions, e: f.Const, state: State) -> Value:
    if e.kind in {"none", ""} or (e.value is not None):
        return Const(e.value)
    return UNKNOWN if e.kind == "ellipsis" else Primitive("plain")


def _sub(m: Expressions, e: f.Sub, state: State) -> Value:
    value = m.evaluate(e.value, state)
    index = m.evaluate(e.index, state)
    lost(value, "subscripted", m.site(e), state, m)
    return item(value, index, m, m.site(e), state)


def item(value: Value, index: Value, m: Expressions, site: Site, state: State) -> Value:
    """The value of `value[index]`."""
    number = index.value if isinstance(index, Const) else None
    match value:
        case TupleValue(items=items) if isinstance(number, int) and -len(items) <= number < len(items):
            return items[number]
        case ListValue(items=items) if items is not None and isinstance(number, int):
            return items[number] if -len(items) <= number < len(items) else UNKNOWN
        case ListValue():
            return value.element if isinstance(index, (Const, Opaque)) and not isinstance(number, str) else value
        case Row(values=values) if values is not None and isinstance(number, int):
            return values[number] if -len(values) <= number < len(values) else UNKNOWN
        case LibraryMethod(receiver=Row() as row, name="_mapping"):
            return _mapped(row, index)
        case DictValue():
            return dicts.entry(value, index)
        case External(name="builtins.list" | "typing.List" | "typing.Sequence" | "collections.abc.Sequence"):
            return ListValue(index)
        case External() | FunctionValue():
            return value
        case _:
            return value if type(value).__name__ in {"ClassValue", "Factory"} else UNKNOWN


def _mapped(row: Row, key: Value) -> Value:
    """`row._mapping[Order]`: by the entity, or by its name."""
    for one, value in zip(row.statement.entities or (), row.values or (), strict=False):
        is_model = isinstance(key, ClassValue) and one.model is key.info and not one.aliased
        if is_model or (isinstance(key, Const) and one.name == key.value):
            return value
    return UNKNOWN


MAX_LISTED = 8
"""Elements up to which a comprehension over known ones is evaluated one by one."""


def _sequence(m: Expressions, e: f.Sequence, state: State) -> Value:
    items: list[Value] | None = []
    loose: Value = UNKNOWN
    for part in e.items:
        if isinstance(part, f.Star):
            loose = m.element(m.evaluate(part.value, state), part, state)
            items = None
        else:
            value = m.evaluate(part, state)
            if items is not None:
                items.append(value)
            else:
                loose = value if isinstance(loose, Opaque) else loose
    if items is None:
        return ListValue(loose)
    if e.kind == "tuple":
        return TupleValue(tuple(items))
    return ListValue(items[0] if items else UNKNOWN, tuple(items) if len(items) <= 12 else None)


def _dict(m: Expressions, e: f.DictDisplay, state: State) -> Value:
    pairs: list[tuple[str, Value]] = []
    other: Value = Const(None)
    for key, expression in zip(e.keys, e.values, strict=True):
        value = m.evaluate(expression, state)
        if isinstance(key, f.Const) and isinstance(key.value, str):
            pairs.append((key.value, value))
        elif key is None and isinstance(value, DictValue):
            pairs += value.items
            other = value.other if not isinstance(value.other, Const) else other
        else:
            if key is not None:
                m.evaluate(key, state)
            other = UNKNOWN
    return DictValue(tuple(dict(pairs).items()), other)


def _boolop(m: Expressions, e: f.BoolOp, state: State) -> Value:
    left = m.test(e.left, state)
    known = m.decided(e.left, left, state)
    stop = e.op == "or"
    if known is stop:
        return left
    if known is (not stop):
        return m.evaluate(e.right, state)
    if not suspends(e.right):
        trial = state.copy()
        m.narrow(e.left, not stop, trial)
        right = m.evaluate(e.right, trial)
        if dull(left, state.heap) and dull(right, trial.heap):
            return Opaque()
    if m.choose(2) == 0:
        return m.narrowed_value(e.left, left, stop, state)
    m.narrow(e.left, not stop, state)
    return m.evaluate(e.right, state)


def suspends(expression: f.Expr) -> bool:
    """Whether evaluating an expression may change more than it tells: it awaits, yields or assigns."""
    return any(isinstance(node, (f.Await, f.Yield, f.Walrus)) for node in inside(expression))


def chooses(expression: f.Expr) -> bool:
    """Whether parts of an expression are not always evaluated."""
    return any(isinstance(node, (f.IfExp, f.BoolOp)) for node in inside(expression))


def _not(m: Expressions, e: f.Not, state: State) -> Value:
    value = m.decided(e.value, m.test(e.value, state), state)
    return Opaque() if value is None else Const(not value)


def _compare(m: Expressions, e: f.Compare, state: State) -> Value:
    left, right = m.evaluate(e.left, state), m.evaluate(e.right, state)
    for value, side in ((left, e.left), (right, e.right)):
        if not (isinstance(side, f.Name) and m.awaits_name(side.id)):
            lost(value, "compared", m.site(e), state, m)
        if isinstance(value, MappedAttribute) or (isinstance(value, Primitive) and value.kind == "sql"):
            return datatypes.compared(left, right, m.site(e), m)
    refused(left, right, e.op, m.site(e), m)
    if e.op in {"is", "is not", "==", "!="} and isinstance(left, Const) and isinstance(right, Const):
        return Const((left == right) is (e.op in {"is", "=="}))
    if e.op in {"is", "is not"} and right == NONE and isinstance(left, Ref) and not left.optional:
        return Const(e.op == "is not")
    if e.op in {"is", "is not"} and right == NONE and isinstance(left, _SOMETHING):
        return Const(e.op == "is not")
    if e.op in {"is", "is not"} and right == NONE and isinstance(left, Primitive) and left.kind == "plain":
        return Const(e.op == "is not")  # a column's value may be NULL; that it is would be a guess
    if e.op in {"==", "!="}:
        orm_equality(left, right, e, m, state)
    return Opaque()


_SOMETHING = (
    BoundMethod,
    ClassValue,
    Coroutine,
    DictValue,
    FunctionValue,
    LibraryMethod,
    ListValue,
    MappedAttribute,
    Task,
    TupleValue,
)
"""Kinds of values that are never None."""


def orm_equality(left: Value, right: Value, e: f.Compare, m: Expressions, state: State) -> None:
    """SQLModel compares objects by their fields: two expired ones are equal (fact 3j-sm-eq-expired)."""
    one, other = m.instance(left, state), m.instance(right, state)
    if one is None or other is None or one.model is not other.model:
        return
    if m.index.inherits(one.model, "sqlmodel.SQLModel") and isinstance(left, Ref):
        first = next((a for a in m.models.attributes(one.model).values() if a.kind == "column"), None)
        if first is not None and one.expired is not None:
            orm.read(left, first.name, m.site(e), state, m)


def _binop(m: Expressions, e: f.BinOp, state: State) -> Value:
    left, right = m.evaluate(e.left, state), m.evaluate(e.right, state)
    for value in (left, right):
        lost(value, "used", m.site(e), state, m)
        if isinstance(value, MappedAttribute) or (isinstance(value, Primitive) and value.kind == "sql"):
            return datatypes.sql(datatypes.faults_in(left, right))
    if isinstance(left, Primitive) or isinstance(right, Primitive):
        refused(left, right, e.op, m.site(e), m)
        moment = temporal.combined(left, right, e.op)
        if moment is not None:
            return moment
    match left, right:
        case Const(value=str() as a), Const(value=str() as b) if e.op == "+":
            return Const(a + b)
        case ListValue(items=a), ListValue(items=b) if e.op == "+":
            joined = (*a, *b) if a is not None and b is not None else None
            return ListValue(left.element if not isinstance(left.element, Opaque) else right.element, joined)
        case DictValue(), DictValue() if e.op == "|":
            return DictValue(tuple(dict((*left.items, *right.items)).items()), right.other)
        case ((Const() | Primitive()), _) if (url := prefixes.joined(left, right, e.op)) is not None:
            return url
        case _:
            return Primitive("plain") if _plain(left) and _plain(right) else UNKNOWN


def refused(left: Value, right: Value, op: str, site: Site, m: Machine) -> None:
    """Tell of datetimes that Python neither compares nor subtracts."""
    if op in {"<", ">", "<=", ">=", "-"} and isinstance(left, Primitive) and isinstance(right, Primitive):
        fault = datatypes.mixed(left, right, op, site, m)
        if fault is not None:
            faults.tell_one(fault, m)


def _plain(value: Value) -> bool:
    return isinstance(value, Const) or (isinstance(value, Primitive) and value.kind == "plain")


def _ifexp(m: Expressions, e: f.IfExp, state: State) -> Value:
    known = m.decided(e.test, m.test(e.test, state), state)
    if known is None:
        if not suspends(e.body) and not suspends(e.orelse):
            yes, no = state.copy(), state.copy()
            m.narrow(e.test, True, yes)
            yes.learn(e.test, True)
            m.narrow(e.test, False, no)
            no.learn(e.test, False)
            values = m.evaluate(e.body, yes), m.evaluate(e.orelse, no)
            if dull(values[0], yes.heap) and dull(values[1], no.heap):
                return values[0] if values[0] == values[1] else Opaque()
        known = m.choose(2) == 0
        m.narrow(e.test, known, state)
        state.learn(e.test, known)
    return m.evaluate(e.body if known else e.orelse, state)


def _lambda(m: Expressions, e: f.Lambda, state: State) -> Value:
    return m.function_value(e.function, state)


def _comprehension(m: Expressions, e: f.Comprehension, state: State) -> Value:
    shadowed = dict(state.env)
    m.glance(e.generators[0].iter)
    source = m.evaluate(e.generators[0].iter, state)
    items = _listed(m, e, source, state)
    if items is not None:
        return ListValue(items[0], items, kind=e.kind)
    single = True
    sorts_out = any(g.ifs for g in e.generators) or chooses(e.element) or (e.value is not None and chooses(e.value))
    for generator in e.generators:
        if generator is not e.generators[0]:
            source = m.evaluate(generator.iter, state)
        value = m.iterate(source, generator.iter, generator.is_async, generator.at, state)
        single = single and isinstance(source, (TupleValue, ListValue)) and _length(source) == 1
        m.bind(generator.target, value if sorts_out else reflection.each(value), state)
        for condition in generator.ifs:
            m.test(condition, state)
            m.narrow(condition, True, state)
    element = m.evaluate(e.element, state)
    held = m.evaluate(e.value, state) if e.value is not None else None
    state.env = {**{n: v for n, v in state.env.items() if n in shadowed}, **shadowed}
    if held is not None:
        return DictValue((), held)
    return ListValue(element, (element,) if single else None, kind=e.kind)


def _listed(m: Expressions, e: f.Comprehension, source: Value, state: State) -> tuple[Value, ...] | None:
    """The elements one by one, where the source's are known: `[selectinload(a) for a in (User.posts, User.tags)]`."""
    generator = e.generators[0]
    if e.kind == "dict" or len(e.generators) > 1 or generator.ifs or generator.is_async:
        return None
    if suspends(e.element):
        return None
    known = source.items if isinstance(source, (TupleValue, ListValue)) else None
    if not known or len(known) > MAX_LISTED or all(one == known[0] for one in known):
        return None
    shadowed = dict(state.env)
    items: list[Value] = []
    for one in known:
        m.bind(generator.target, one, state)
        items.append(m.evaluate(e.element, state))
    state.env = {**{n: v for n, v in state.env.items() if n in shadowed}, **shadowed}
    return tuple(items)


def _length(value: Value) -> int | None:
    items = value.items if isinstance(value, (TupleValue, ListValue)) else None
    return len(items) if items is not None else None


def _fstring(m: Expressions, e: f.FString, state: State) -> Value:
    texts: list[str] = []
    query = ""
    known = True
    for part in e.parts:
        value = m.evaluate(part, state)
        lost(value, "formatted", m.site(part), state, m)
        m.text(value, part, state)
        if known and isinstance(value, Const) and isinstance(value.value, (str, int)):
            texts.append(str(value.value))
        else:
            known = False
            query += prefixes.query_in(part.value) if isinstance(part, f.Const) and isinstance(part.value, str) else ""
    text = Const("".join(texts) + query)
    return text if known else Primitive("plain", text)


def _walrus(m: Expressions, e: f.Walrus, state: State) -> Value:
    value = m.evaluate(e.value, state)
    if e.target:
        state.bind(e.target, value)
    return value


def _yield(m: Expressions, e: f.Yield, state: State) -> Value:
    value = m.evaluate(e.value, state) if e.value is not None else NONE
    if e.delegate:
        value = m.element(value, e, state)
    m.frame.yields.append((state.copy(), value))
    leaks.handed_out(value, state, m)
    m.frame.sink.watch(state)
    return UNKNOWN


def _star(m: Expressions, e: f.Star, state: State) -> Value:
    return m.evaluate(e.value, state)


def _other(m: Expressions, e: f.Other, state: State) -> Value:
    for part in e.parts:
        m.evaluate(part, state)
    return UNKNOWN


def mark_loaded(ref: Ref, name: str, state: State) -> None:
    """An attribute is there from now on."""
    orm.put(ref, name, Slot(Loaded.YES), state)


def with_optional(value: Value, optional: bool) -> Value:
    """The same reference, optional or not."""
    return replace(value, optional=optional) if isinstance(value, Ref) else value


_HANDLERS: dict[type, Callable[[Any, Any, State], Value]] = {
    f.Name: _name,
    f.Attr: _attr,
    f.Call: _call,
    f.Await: _await,
    f.Const: _const,
    f.Sub: _sub,
    f.Sequence: _sequence,
    f.DictDisplay: _dict,
    f.BoolOp: _boolop,
    f.Not: _not,
    f.Compare: _compare,
    f.BinOp: _binop,
    f.IfExp: _ifexp,
    f.Lambda: _lambda,
    f.Comprehension: _comprehension,
    f.FString: _fstring,
    f.Walrus: _walrus,
    f.Yield: _yield,
    f.Star: _star,
    f.Other: _other,
}
