"""Statements: how the states of a function go through its body.

A block takes the states at its beginning and gives those at its end. What leaves it otherwise (return, break,
continue, an exception inside a watched `try`) goes into the frame's sink, which `try`, `with` and loops replace by
one of their own to see what comes out of their bodies.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow import leaks, lifecycle, pairing, serialization, telling, transactions
from asyncsql_lint.flow.contexts import Contexts
from asyncsql_lint.flow.coroutines import lost
from asyncsql_lint.flow.events import SessionGlobal, Unentered
from asyncsql_lint.flow.expressions import describe, suspends
from asyncsql_lint.flow.machine import MAX_STEPS, Sink, truth
from asyncsql_lint.flow.narrowing import place, store
from asyncsql_lint.flow.objects import Instance, Life
from asyncsql_lint.flow.state import HANDLED, MAX_STATES, State, join
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Const,
    Coroutine,
    FunctionValue,
    LibraryMethod,
    ListValue,
    Opaque,
    Primitive,
    Ref,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ExternalName, FunctionInfo
from asyncsql_lint.syntax import facts as f

MAX_UNROLLED = 8
"""Elements up to which a loop over known ones is gone through turn by turn."""
PATIENCE = ((60, MAX_STATES), (160, 4), (400, 2))
"""Up to how many statements of one function how many states are carried side by side; beyond, one."""
TURNS = 2
"""How often a loop's body is gone through: what the first turn does to the second is what counts."""


_CACHES = frozenset({"functools.lru_cache", "functools.cache", "async_lru.alru_cache"})
"""Decorators that keep what a function returns."""

_SLIPS = frozenset(
    "AttributeError KeyError IndexError LookupError TypeError ValueError ImportError ModuleNotFoundError NameError "
    "StopIteration ZeroDivisionError UnicodeDecodeError UnicodeError FileNotFoundError OSError JSONDecodeError".split()
)
"""Errors that a read or a query does not raise in the ordinary course of things."""

_STRAIGHT = (f.ExprStmt, f.Assign, f.AnnAssign, f.AugAssign, f.Delete, f.ImportName, f.ImportFrom, f.Function, f.Class)
"""Statements without branches: the states after them differ where those before them did."""


class Executor(Contexts):
    """Runs statements."""

    def run_body(self, function: FunctionInfo, state: State) -> None:
        """Run a function from its beginning; its ways out are in the frame's sink afterwards."""
        if self.frame.function is not None and function.owner is not None and function.node.params:
            self.frame.self_value = state.env.get(function.node.params[0].name)
        ends = self.block(function.node.body, [state])
        for end in ends:
            self.frame.sink.give(end, NONE, None)
        leaks.left_open(self)

    def block(self, body: tuple[f.Stmt, ...], states: list[State]) -> list[State]:
        """Run statements one after the other."""
        for statement in body:
            if not states:
                return []
            states = self.statement(statement, states)
        return states

    def statement(self, statement: f.Stmt, states: list[State]) -> list[State]:
        """Run one statement from each state."""
        handler = _HANDLERS.get(type(statement))
        if handler is None:
            return states
        self.steps += len(states)
        self.frame.steps += len(states)
        self.frame.statement = statement.at
        if self.steps > MAX_STEPS:
            states = states[:1]
        ends = [end for state in states for end in handler(self, statement, state)]
        if len(ends) <= len(states) and isinstance(statement, _STRAIGHT):
            return ends
        return self.joined(ends)

    def joined(self, states: list[State]) -> list[State]:
        """The same states, fewer: the longer a function has been gone through, the fewer are kept side by side."""
        steps = self.frame.steps
        return join(states, next((bound for limit, bound in PATIENCE if steps < limit), 1))

    # -- simple statements

    def expression(self, statement: f.ExprStmt, state: State) -> list[State]:
        """An expression whose value is dropped."""

        def work(trial: State) -> None:
            newest = self.newest()
            self.glance(statement.value)
            telling.handed((statement.value,), trial, self)
            value = self.evaluate(statement.value, trial)
            lifecycle.dropped(value, newest, trial)
            if not isinstance(statement.value, f.Await):
                self.unentered(value, statement.value, trial)
            lost(value, "dropped", self.site(statement.value), trial, self)
            if self._mutates(statement.value):
                self.mutate(statement.value, trial)

        return [end for end, _ in self.ways(state, work)]

    def unentered(self, value: Value, expression: f.Expr, state: State) -> None:
        """A transaction, connection or stream that is made and dropped."""
        if not isinstance(expression, f.Call):
            return
        of = value.of if isinstance(value, Primitive) else value
        kinds = {"transaction", "savepoint", "engine-begin", "stream"}
        session = self.session(of.receiver if isinstance(of, LibraryMethod) else of, state)
        dropped = isinstance(value, Primitive) and value.kind in kinds
        fresh = isinstance(value, Ref) and session is not None and session.kind == "connection" and not session.started
        if session is not None and session.is_async and (dropped or fresh):
            label = describe(expression)
            self.emit(Unentered(site=self.site(expression), label=label, how="dropped", confidence=session.confidence))

    def _mutates(self, value: f.Expr) -> bool:
        return (
            isinstance(value, f.Call)
            and isinstance(value.func, f.Attr)
            and value.func.name in {"append", "add", "extend"}
        )

    def mutate(self, value: f.Expr, state: State) -> None:
        """`tasks.append(x)`: a list that is held in a name has one element more."""
        if not isinstance(value, f.Call) or not isinstance(value.func, f.Attr) or not value.args:
            return
        held = value.func.value
        current = place(held, state, self)
        if not isinstance(current, ListValue):
            return
        outer, self.frame.sink.watched = self.frame.sink.watched, False
        item = self.evaluate(value.args[0], state)
        self.frame.sink.watched = outer
        if value.func.name == "extend":
            element = self.elements(item, self.site(value), state)
            known = item.items if isinstance(item, (TupleValue, ListValue)) else None
        else:
            element, known = item, (item,)
        items = (
            (*current.items, *known) if current.items is not None and known is not None and not self.looping else None
        )
        old = current.element
        store(held, ListValue(element if isinstance(old, Opaque) else old, items), state, self)

    looping: int = 0

    def assign(self, statement: f.Assign, state: State) -> list[State]:
        """`a = b = value`."""

        def work(trial: State) -> None:
            telling.handed((statement.value,), trial, self)
            value = self.evaluate(statement.value, trial)
            for target in statement.targets:
                self.store(target, value, statement, trial)
            telling.stored(statement.targets, statement.value, trial, self)

        return [end for end, _ in self.ways(state, work)]

    def annotated_assign(self, statement: f.AnnAssign, state: State) -> list[State]:
        """`a: T = value`; what the value does not tell, the annotation does."""

        def work(trial: State) -> None:
            telling.handed((statement.value,), trial, self)
            value = self.evaluate(statement.value, trial) if statement.value is not None else UNKNOWN
            if isinstance(value, Opaque):
                site = self.site(statement)
                value = self.names.annotated(statement.annotation, self.frame.module, trial, site, "parameter")
            if statement.value is not None or not isinstance(value, Opaque):
                self.store(statement.target, value, statement, trial)
            telling.stored((statement.target,), statement.value, trial, self)

        return [end for end, _ in self.ways(state, work)]

    def store(self, target: f.Expr, value: Value, statement: f.Stmt, state: State) -> None:
        """Assign, and look at what is kept where it should not be."""
        frame = self.frame
        if isinstance(target, f.Sequence) and isinstance(value, TupleValue) and len(target.items) == len(value.items):
            for one, item in zip(target.items, value.items, strict=True):
                self.unread(one, item, state)
        self.unread(target, value, state)
        if isinstance(target, f.Name) and target.id in frame.globals:
            self.kept(value, "the module", target.id, statement, state)
        if frame.function is None and isinstance(target, f.Name):
            self.kept(value, "the module", target.id, statement, state)
        leaks.stored(target, value, state, self)
        self.bind(target, value, state)

    def unread(self, target: f.Expr, value: Value, state: State) -> None:
        """A coroutine that is kept in a name which nobody reads."""
        frame = self.frame
        if not isinstance(value, Coroutine) or not isinstance(target, f.Name) or frame.function is None:
            return
        if target.id not in frame.function.node.reads and target.id not in frame.globals:
            lost(value, "never used", value.site, state, self)

    def kept(self, value: Value, where: str, name: str, node: f.Node, state: State) -> None:
        """A session that is kept in a module, a class or a default argument is shared by all who come."""
        session = self.session(value, state)
        held = self.plain_object(value, state)
        if session is None and held is not None:
            inner = [self.session(v, state) for v in held.attributes.values()]
            session = next((s for s in inner if s is not None and s.scope != "parameter"), None)
        if session is None or not session.is_async or session.scoped or session.kind != "session":
            return
        if session.scope == "parameter" or isinstance(node, f.With):
            return
        self.emit(SessionGlobal(site=self.site(node), where=where, name=name, confidence=session.confidence))

    def augmented(self, statement: f.AugAssign, state: State) -> list[State]:
        """`a += value`."""

        def work(trial: State) -> None:
            value = self.evaluate(statement.value, trial)
            target = statement.target
            if isinstance(target, f.Attr):
                owner = self.evaluate(target.value, trial)
                if self.instance(owner, trial) is not None and isinstance(owner, Ref):
                    orm.read(owner, target.name, self.site(target), trial, self, write=f"{statement.op}=")
                    lifecycle.assigned(owner, target.name, UNKNOWN, self.site(target), trial, self)
                    return
            old = place(target, trial, self)
            if isinstance(old, ListValue):
                items = None
                if isinstance(value, (ListValue, TupleValue)) and value.items is not None and old.items is not None:
                    items = (*old.items, *value.items)
                element = value.element if isinstance(value, ListValue) else UNKNOWN
                store(
                    target, ListValue(element if isinstance(old.element, Opaque) else old.element, items), trial, self
                )
            elif isinstance(target, f.Name):
                trial.bind(target.id, UNKNOWN)
            elif old is not None:
                store(target, UNKNOWN, trial, self)

        return [end for end, _ in self.ways(state, work)]

    def return_(self, statement: f.Return, state: State) -> list[State]:
        """`return value`; an endpoint's value goes through its response model."""

        def work(trial: State) -> Value:
            value = self.evaluate(statement.value, trial) if statement.value is not None else NONE
            self.responded(value, statement, trial)
            function = self.frame.function
            if function is not None and self.decorator_names(function) & _CACHES:
                self.kept(value, "a cache", function.name, statement, trial)
            return value

        for end, value in self.ways(state, work):
            self.frame.sink.give(end, value, statement)
        return []

    def responded(self, value: Value, statement: f.Return, state: State) -> None:
        """What FastAPI reads of what an endpoint returns."""
        info = self.frame.function
        if info is None or isinstance(value, (Opaque, Const)):
            return
        if not info.node.decorators and not info.name.startswith("resolve_"):
            return
        found = serialization.response_model(info, self)
        if found is None or not found[1]:
            return
        schema, _, label = found
        site = self.site(statement)
        if schema is not None:
            serialization.validated(value, schema, label, site, state, self)
        else:
            serialization.encoded(value, "the response", site, state, self)

    def raise_(self, statement: f.Raise, state: State) -> list[State]:
        """`raise`: only a watched `try` hears of it."""
        again = statement.value is None or isinstance(statement.value, f.Name)
        sink = self.frame.sink
        watched = sink.watched
        sink.watched = watched and (statement.value is None or suspends(statement.value))
        ends = self.ways(state, lambda s: self.evaluate(statement.value, s) if statement.value else NONE)
        sink.watched = watched  # to make an error raises no other one
        for end, _ in ends:
            transactions.raised(statement, end, self)
            leaks.left_raising(statement, end, self)
            self.frame.sink.watch(end, database=again)
        return []

    def jump(self, statement: f.Jump, state: State) -> list[State]:
        """`break`, `continue`."""
        sink = self.frame.sink
        (sink.breaks if statement.kind == "break" else sink.continues).append(state)
        return []

    def delete(self, statement: f.Delete, state: State) -> list[State]:
        """`del name`."""
        for target in statement.targets:
            if isinstance(target, f.Name):
                state.env.pop(target.id, None)
        return [state]

    def declare(self, statement: f.Scope, state: State) -> list[State]:
        """`global`, `nonlocal`: what is assigned is read elsewhere."""
        self.frame.globals.update(statement.names)
        return [state]

    def import_(self, statement: f.ImportName | f.ImportFrom, state: State) -> list[State]:
        """An import inside a function."""
        if self.frame.function is None:
            return [state]
        module = self.frame.module
        if isinstance(statement, f.ImportName):
            name = statement.asname or statement.module.partition(".")[0]
            state.env[name] = self.names.of(self.index.imported_module(module, statement))
        elif statement.name != "*":
            state.env[statement.asname or statement.name] = self.names.of(self.index.imported(module, statement))
        return [state]

    def define_function(self, statement: f.Function, state: State) -> list[State]:
        """A nested function: analysed on its own, too, for a framework may call it."""
        for param in statement.params:
            if param.default is not None:
                value = self.evaluate(param.default, state)
                if self.frame.function is not None and isinstance(param.default, f.Name):
                    continue  # the session of the call around it: `async def count(inner=session)`
                self.kept(value, "a default argument", param.name, param, state)
        self.listened(statement, state)
        if self.frame.function is None:
            return [state]
        value = self.function_value(statement, state)
        if isinstance(value, FunctionValue):
            self.nested_function(value, state)
            state.env[statement.name] = self.decorated_local(value, statement, state)
        return [state]

    def listened(self, statement: f.Function, state: State) -> None:
        """`@event.listens_for(target, ...)` on a function."""
        for decorator in statement.decorators:
            callee = decorator.func if isinstance(decorator, f.Call) else None
            if (
                isinstance(callee, (f.Attr, f.Name))
                and (callee.name if isinstance(callee, f.Attr) else callee.id) == "listens_for"
            ):
                value = self.evaluate(decorator, state)
                if isinstance(value, Primitive) and value.kind == "listener":
                    function = FunctionValue(FunctionInfo(self.frame.module, statement, statement.name))
                    pairing.listener(value.of, function, self.site(decorator), state, self)

    @abstractmethod
    def local_model(self, value: Value) -> None:
        """Look through the columns of a model that is defined in a function."""

    def define_class(self, statement: f.Class, state: State) -> list[State]:
        """A class: its body runs now."""
        found = self.local_class(statement)
        if found is not None and self.frame.function is not None:
            state.env[statement.name] = found
            self.local_model(found)
        for inner in statement.body:
            if isinstance(inner, f.Assign):
                for end, value in self.ways(state, lambda s, i=inner: self.evaluate(i.value, s)):  # type: ignore[misc]
                    for target in inner.targets:
                        if isinstance(target, f.Name):
                            self.kept(value, "a class attribute", target.id, inner, end)
        return [state]

    # -- branches

    def if_(self, statement: f.If, state: State) -> list[State]:
        """`if test: ... else: ...`."""
        yes: list[State] = []
        no: list[State] = []
        tells = False
        for end, value in self.ways(state, lambda s: self.test(statement.test, s)):
            known = self.decided(statement.test, value, end)
            flag = self.flag(statement.test, value)
            tells |= known is None and telling.tested(statement.test, end, self)
            if known is not False:
                one = end.copy()
                self.narrow(statement.test, True, one)
                one.learn(statement.test, True)
                one.assumed |= flag
                yes.append(one)
            if known is not True:
                self.narrow(statement.test, False, end)
                end.learn(statement.test, False)
                end.assumed |= flag
                no.append(end)
        taken, left = self.block(statement.body, yes), self.block(statement.orelse, no)
        if not taken or not left:
            for end in (*taken, *left):
                end.assumed -= self.flag(statement.test, UNKNOWN)
        if tells:
            telling.gone_on((taken, left))
        return [*taken, *left]

    def flag(self, test: f.Expr, value: Value) -> frozenset[str]:
        """The parameter that is tested, if its value is open: which way the test goes is then an assumption."""
        inner = test.value if isinstance(test, f.Not) else test
        if isinstance(inner, f.BoolOp):
            return self.flag(inner.left, value) | self.flag(inner.right, value)
        function = self.frame.function
        if function is None or not isinstance(inner, f.Name) or not isinstance(value, Opaque):
            return frozenset()
        return frozenset({inner.id}) if any(p.name == inner.id for p in function.node.params) else frozenset()

    def match(self, statement: f.Match, state: State) -> list[State]:
        """`match subject: ...`."""
        out: list[State] = []
        for end, _ in self.ways(state, lambda s: self.evaluate(statement.subject, s)):
            exhausted = False
            telling.tested(statement.subject, end, self)
            for case in statement.cases:
                one = end.copy()
                for name in case.names:
                    one.env[name] = UNKNOWN
                if case.guard is not None:
                    self.test(case.guard, one)
                    self.narrow(case.guard, True, one)
                exhausted |= case.wildcard and case.guard is None
                out += self.block(case.body, [one])
            if not exhausted:
                out.append(end)
        return out

    # -- loops

    def while_(self, statement: f.While, state: State) -> list[State]:
        """`while test: ... else: ...`."""
        done: list[State] = []
        heads = [state]
        seen: set[object] = set()
        outer, self.frame.sink = self.frame.sink, Sink(watched=self.frame.sink.watched)
        sink = self.frame.sink
        self.looping += 1
        for _ in range(TURNS):
            entering: list[State] = []
            for head in heads:
                for end, value in self.ways(head, lambda s: self.test(statement.test, s)):
                    known = truth(value)
                    if known is None:
                        telling.tested(statement.test, end, self)
                    if known is not True:
                        left = end.copy()
                        self.narrow(statement.test, False, left)
                        done.append(left)
                    if known is not False:
                        self.narrow(statement.test, True, end)
                        entering.append(end)
            seen |= {head.signature() for head in heads}
            ends = self.joined([*self.block(statement.body, self.joined(entering)), *sink.continues])
            sink.continues.clear()
            heads = [e for e in ends if e.signature() not in seen]
            if not heads:
                break
        self.looping -= 1
        self.frame.sink = outer
        sink.hand_on(outer)
        return [*self.block(statement.orelse, self.joined(done)), *self.joined(sink.breaks)]

    def for_(self, statement: f.For, state: State) -> list[State]:
        """`for target in iter: ... else: ...`; each turn has another element."""
        done: list[State] = []
        heads: list[tuple[State, Value]] = []
        empty: list[State] = []
        sources: list[Value] = []

        self.glance(statement.iter)

        def source(trial: State) -> Value:
            value = self.evaluate(statement.iter, trial)
            return TupleValue((value, self.iterate(value, statement.iter, statement.is_async, statement.at, trial)))

        outer, self.frame.sink = self.frame.sink, Sink(watched=self.frame.sink.watched)
        sink = self.frame.sink
        for end, both in self.ways(state, source):
            value, element = both.items if isinstance(both, TupleValue) else (UNKNOWN, UNKNOWN)
            items = value.items if isinstance(value, (TupleValue, ListValue)) else None
            if items is not None and 0 < len(items) <= MAX_UNROLLED and not self.looping:
                done += self._in_turn(statement, items, end)
                continue
            heads.append((end, element))
            sources.append(value)
            if not self._literal(statement.iter):
                nothing = end.copy()
                for ref in _refs(element):
                    orm.update(ref, nothing, life=Life.UNKNOWN, expired=None, over={})
                transactions.let_go((element,), nothing)
                empty.append(nothing)
        seen: set[object] = set()
        self.looping += 1
        for _ in range(TURNS):
            ends: list[State] = []
            for head, element in heads:
                seen.add(head.signature())
                start = head.copy()
                self.bind(statement.target, self.another(element, start), start)
                for end in [*self.block(statement.body, [start]), *sink.continues]:
                    self.settle(element, statement.target, head, end)
                    ends.append(end)
                sink.continues.clear()
            ends = self.joined(ends)
            done += [e.copy() for e in ends]
            transactions.next_turn(sources, self.site(statement.iter), ends, self)
            fresh = [e for e in ends if e.signature() not in seen]
            if not fresh:
                break
            heads = [(e, heads[0][1]) for e in fresh]
        self.looping -= 1
        self.frame.sink = outer
        sink.hand_on(outer)
        for nothing in empty:
            _credit(nothing, done)
        return [*self.block(statement.orelse, self.joined([*empty, *done])), *self.joined(sink.breaks)]

    def _in_turn(self, statement: f.For, items: tuple[Value, ...], state: State) -> list[State]:
        """The body once for each element, in their order."""
        sink = self.frame.sink
        states = [state]
        for item in items:
            ends: list[State] = []
            for start in states:
                self.bind(statement.target, item, start)
                ends += [*self.block(statement.body, [start]), *sink.continues]
                sink.continues.clear()
            states = self.joined(ends)
        return states

    def _literal(self, expression: f.Expr) -> bool:
        """Whether a loop's body certainly runs: over a display that is not empty."""
        return isinstance(expression, f.Sequence) and bool(expression.items)

    def another(self, element: Value, state: State) -> Value:
        """Another object like the one that stands for all elements."""
        match element:
            case Ref():
                found = state.heap.get(element.id)
                return self.new(found, state) if isinstance(found, Instance) else element
            case TupleValue():
                return TupleValue(tuple(self.another(i, state) for i in element.items))
            case _:
                return element

    def settle(self, element: Value, target: f.Expr, before: State, after: State) -> None:
        """What the body did to its element it did to all of them, when the loop is over."""
        if isinstance(element, TupleValue) and isinstance(target, f.Sequence):
            for one, inner in zip(element.items, target.items, strict=False):
                self.settle(one, inner, before, after)
        if not isinstance(element, Ref) or not isinstance(target, f.Name):
            return
        held = after.env.get(target.id)
        first = before.heap.get(element.id)
        now = after.heap.get(element.id)
        own = after.heap.get(held.id) if isinstance(held, Ref) else None
        if isinstance(own, Instance) and isinstance(first, Instance) and isinstance(now, Instance):
            gained = {n: replace(s, loaded=orm.MAYBE) for n, s in own.over.items() if first.over.get(n) != s}
            dirty = own.dirty and not first.dirty
            fresh = now.expired is not None and own.expired is None
            over = {**gained, **now.over}
            if gained or dirty or fresh:
                now = replace(now, over=over, dirty=now.dirty or dirty, given=now.given | own.given)
                after.heap[element.id] = replace(now, life=Life.UNKNOWN, expired=None) if fresh else now

    # -- exceptions

    def try_(self, statement: f.Try, state: State) -> list[State]:
        """`try` with its handlers, `else` and `finally`."""
        outer = self.frame.sink
        inner = Sink(watched=True)
        self.frame.sink = inner
        guards, self.frame.guards = self.frame.guards, (*self.frame.guards, statement)
        ends = self.block(statement.body, [state.copy()])
        self.frame.guards = guards
        guarded = Sink(watched=outer.watched or bool(statement.final))
        self.frame.sink = guarded
        after = self.block(statement.orelse, ends)
        inner.watch(state, database=False)
        for position, handler in enumerate(statement.handlers):
            before = statement.handlers[:position]
            raised = inner.raised(database=self.of_database(handler.type))
            starts = [
                s.copy() for s in join([s for s in raised if not (before and transactions.taken(before, s, self))])
            ]
            unlikely = self.narrow_error(handler.type)
            for start in starts:
                transactions.caught(handler, statement, start, self)
                if handler.name is not None:
                    start.env[handler.name] = Opaque(True)
                if unlikely:
                    start.assumed |= {HANDLED, f"<handler {handler.at}>"}
            after += self.block(handler.body, starts)
        if not self._catches_all(statement):
            for one, database in inner.raises:
                guarded.watch(transactions.passed(one, statement.handlers, self), database=database)
        self.frame.sink = outer
        return self.finally_(statement.final, after, [inner, guarded], outer)

    def narrow_error(self, kind: f.Expr | None) -> bool:
        """Whether a handler catches only slips such as AttributeError: what follows it is no way to rely on."""
        kinds = kind.items if isinstance(kind, f.Sequence) else (kind,)
        return all(isinstance(one, f.Name) and one.id in _SLIPS for one in kinds)

    def of_database(self, kind: f.Expr | None) -> bool:
        """Whether a handler catches only what the database raises: `except IntegrityError`."""
        if kind is None:
            return False
        kinds = kind.items if isinstance(kind, f.Sequence) else (kind,)
        for one in kinds:
            found = self.index.resolve(self.frame.module, one)
            if not any(isinstance(d, ExternalName) and d.name.startswith("sqlalchemy.") for d in found):
                return False
        return bool(kinds)

    def _catches_all(self, statement: f.Try) -> bool:
        for handler in statement.handlers:
            if handler.type is None or (
                isinstance(handler.type, f.Name) and handler.type.id in {"Exception", "BaseException"}
            ):
                return True
        return False

    def finally_(self, final: tuple[f.Stmt, ...], ends: list[State], sinks: list[Sink], outer: Sink) -> list[State]:
        """Run `finally` on every way out, and hand them on."""
        guarded = sinks[-1]
        for sink in sinks:
            for way, value, node in sink.returns:
                for end in self.block(final, [way]) if final else [way]:
                    outer.give(end, value, node)
            outer.breaks += self.block(final, sink.breaks) if final else sink.breaks
            outer.continues += self.block(final, sink.continues) if final else sink.continues
        for one, database in guarded.raises:
            for way in self.block(final, [one]) if final and outer.watched else [one]:
                outer.watch(way, database=database)
        return self.block(final, self.joined(ends)) if final else ends

    # -- with

    def with_(self, statement: f.With, state: State) -> list[State]:
        """`with items: ...`: what was entered is left on every way out."""
        return self.with_items(list(statement.items), statement, state)

    def with_items(self, items: list[f.WithItem], statement: f.With, state: State) -> list[State]:
        """Enter the first item, run the rest inside of it."""
        if not items:
            return self.block(statement.body, [state])
        item, *rest = items
        out: list[State] = []
        node = self.site(statement)

        def enter(trial: State) -> tuple[Value, Value]:
            manager = self.evaluate(item.context, trial)
            site = self.site(item.context)
            self.frame.sink.watch(trial)
            value = self.enter(manager, statement.is_async, site, node, trial, fixable=True)
            if item.target is not None:
                self.bind(item.target, value, trial)
            return manager, value

        for end, (manager, value) in self.ways(state, enter):
            out += self.inside(manager, value, rest, statement, item, end)
        return out

    def inside(
        self, manager: Value, value: Value, rest: list[f.WithItem], statement: f.With, item: f.WithItem, state: State
    ) -> list[State]:
        """Run the body of a `with`, and leave its manager on every way out."""
        outer = self.frame.sink
        before = {n: o.version for n, o in state.heap.items() if isinstance(o, Instance)}
        sink = Sink(watched=outer.watched or isinstance(manager, Primitive))
        self.frame.sink = sink
        locked = isinstance(manager, Primitive) and manager.kind == "lock"
        self.frame.locks += locked
        ends = self.with_items(rest, statement, state)
        self.frame.locks -= locked
        self.frame.sink = outer
        site = self.site(item.context)
        for end in ends:
            self.leave(manager, value, site, end)
        for way, returned, node in sink.returns:
            self.leave(manager, value, site, way)
            outer.give(way, returned, node)
        for ways, kept in ((sink.breaks, outer.breaks), (sink.continues, outer.continues)):
            for way in ways:
                self.leave(manager, value, site, way)
                kept.append(way)
        if outer.watched:
            for way, database in sink.raises:
                if isinstance(manager, Primitive) and manager.kind == "savepoint":
                    lifecycle.taken_back(before, site, way)
                self.leave_raising(manager, value, site, way)
                outer.watch(way, database=database)
        if isinstance(manager, Primitive) and manager.kind == "suppress":
            for way in sink.raised(database=False):
                swallowed = way.copy()
                swallowed.assumed |= {HANDLED, f"<suppress {statement.at}>"}
                transactions.suppressed(item.context, statement.body, site, swallowed, self)
                ends.append(swallowed)
        return ends


_HANDLERS: dict[type, Callable[[Executor, Any, State], list[State]]] = {
    f.ExprStmt: Executor.expression,
    f.Assign: Executor.assign,
    f.AnnAssign: Executor.annotated_assign,
    f.AugAssign: Executor.augmented,
    f.Return: Executor.return_,
    f.Raise: Executor.raise_,
    f.Jump: Executor.jump,
    f.Delete: Executor.delete,
    f.Scope: Executor.declare,
    f.ImportName: Executor.import_,
    f.ImportFrom: Executor.import_,
    f.Function: Executor.define_function,
    f.Class: Executor.define_class,
    f.If: Executor.if_,
    f.Match: Executor.match,
    f.While: Executor.while_,
    f.For: Executor.for_,
    f.Try: Executor.try_,
    f.With: Executor.with_,
}


def _refs(element: Value) -> list[Ref]:
    """The objects among what a loop binds."""
    if isinstance(element, TupleValue):
        return [ref for item in element.items for ref in _refs(item)]
    return [element] if isinstance(element, Ref) else []


def _credit(nothing: State, ends: list[State]) -> None:
    """What a loop's body loads counts also where it had no turn: `for i in range(len(users)): refresh(users[i])`."""
    for number, obj in nothing.heap.items():
        if not isinstance(obj, Instance):
            continue
        gained = dict(obj.over)
        for end in ends:
            other = end.heap.get(number)
            if isinstance(other, Instance) and other is not obj:
                new = {n: s for n, s in other.over.items() if obj.over.get(n) != s and s.loaded is not orm.NO}
                gained |= {n: replace(s, loaded=orm.MAYBE) for n, s in new.items()}
        if gained != obj.over:
            nothing.heap[number] = replace(obj, over=gained)
