"""What a condition tells: `is None`, isinstance, truth, and their combinations."""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.machine import Machine, truth
from asyncsql_lint.flow.objects import Instance, Object, Slot, Transaction
from asyncsql_lint.flow.plans import LOADS
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    NONE,
    ClassValue,
    Const,
    LibraryMethod,
    Opaque,
    Primitive,
    Ref,
    Statement,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, Target
from asyncsql_lint.index.models import Attribute
from asyncsql_lint.syntax import facts as f


def narrow(test: f.Expr, holds: bool, state: State, m: Machine) -> None:
    """Change the state to what is known once `test` holds (or does not)."""
    match test:
        case f.Not():
            narrow(test.value, not holds, state, m)
        case f.BoolOp():
            if (test.op == "and") is holds:
                narrow(test.left, holds, state, m)
                narrow(test.right, holds, state, m)
        case f.Compare(op="is" | "is not" | "==" | "!="):
            _compared(test, holds, state, m)
        case f.Call(func=f.Name(id="isinstance"), args=(f.Name() as target, kind)):
            _isinstance(target, kind, holds, state, m)
        case f.Call(func=f.Attr(name="in_transaction", value=receiver), args=()):
            if holds and _is_plain(receiver):
                _found_begun(m.evaluate(receiver, state), state, m)
        case f.Name() | f.Attr() | f.Walrus():
            if holds:
                _has_key(test, state, m)
            else:
                _no_key(test, state, m)
            value = place(test, state, m)
            if value is not None:
                store(test, narrowed(value, holds), state, m)
            match value:
                case Primitive(kind="plain", of=LibraryMethod(name="in_transaction", receiver=asked)) if holds:
                    _found_begun(asked, state, m)


def _found_begun(receiver: Value, state: State, m: Machine) -> None:
    """`in_transaction()` was true, although nothing that is known has begun a transaction."""
    session = m.session(receiver, state)
    if session is None or not isinstance(receiver, Ref) or not session.is_async or session.scoped or session.blocks:
        return
    if receiver.id >= 0 and session.transaction is Transaction.UNKNOWN:
        state.heap[receiver.id] = replace(session, transaction=Transaction.JOINED)


def _is_plain(expression: f.Expr) -> bool:
    """Whether an expression is a name, or attributes of one: it may be evaluated again."""
    while isinstance(expression, f.Attr):
        expression = expression.value
    return isinstance(expression, f.Name)


def narrowed(value: Value, holds: bool) -> Value:
    """A value that was found to be true, or false."""
    match value:
        case Ref(optional=True):
            return replace(value, optional=False) if holds else NONE
        case Opaque(truth=None):
            return Opaque(holds)
        case _:
            return value


def _compared(test: f.Compare, holds: bool, state: State, m: Machine) -> None:
    same = (test.op in {"is", "=="}) is holds
    if not isinstance(test.right, f.Const):
        return
    if test.right.kind == "none":
        (_no_key if same else _has_key)(test.left, state, m)
    value = place(test.left, state, m)
    if value is None:
        return
    if test.right.kind == "none":
        if same:
            store(test.left, NONE, state, m)
        elif isinstance(value, Ref):
            store(test.left, replace(value, optional=False), state, m)
    elif same and isinstance(value, Opaque) and isinstance(test.right.value, (str, bool)):
        store(test.left, Const(test.right.value), state, m)


def _no_key(expression: f.Expr, state: State, m: Machine) -> None:
    """A many-to-one whose foreign key is NULL is None without any SQL (`LazyLoader._load_for_state`)."""
    for owner, _, relation in _keyed(expression, state, m):
        orm.put(owner, relation.name, Slot(orm.MAYBE), state)


def _has_key(expression: f.Expr, state: State, m: Machine) -> None:
    """One of several foreign keys is set: the object may come from that statement of several which loads its target.

    `for statement in (of_orders, of_subscriptions)`, then `if seat.order_id is not None: seat.order`.
    """
    for owner, instance, relation in _keyed(expression, state, m):
        if orm.relationship_loaded(instance, relation)[1] not in {"lazy", "raise"}:
            continue
        statements = [value for value in state.env.values() if isinstance(value, Statement)]
        if any(_loads(statement, instance, relation.name) for statement in statements):
            orm.put(owner, relation.name, Slot(orm.MAYBE), state)


def _loads(statement: Statement, instance: Instance, name: str) -> bool:
    for entity in statement.entities or ():
        branch = entity.plan.get(name) if entity.model is instance.model else None
        if branch is not None and branch.strategy in LOADS:
            return True
    return False


def _keyed(expression: f.Expr, state: State, m: Machine) -> list[tuple[Ref, Instance, Attribute]]:
    """The many-to-ones that a foreign key, `obj.order_id`, is of, with their object."""
    owner = place(expression.value, state, m) if isinstance(expression, f.Attr) else None
    instance = m.instance(owner, state)
    if instance is None or not isinstance(owner, Ref) or not isinstance(expression, f.Attr):
        return []
    return [
        (owner, instance, relation)
        for relation in m.models.relationships(instance.model)
        if relation.direction == "many-to-one" and relation.foreign_keys == {expression.name}
    ]


def _isinstance(target: f.Name, kind: f.Expr, holds: bool, state: State, m: Machine) -> None:
    value = state.env.get(target.id)
    instance = m.instance(value, state)
    if instance is None or not isinstance(value, Ref) or not holds:
        return
    found = m.evaluate(kind, state)
    if isinstance(found, TupleValue):
        return
    if isinstance(found, ClassValue) and found.info in m.index.subclasses(instance.model):
        entity = None if _fetched_with_base(found.info, instance, m) else instance.model
        state.heap[value.id] = replace(instance, model=found.info, entity=entity)
        state.env[target.id] = replace(value, optional=False)


def turned_out(ref: Ref, name: str, state: State, m: Machine) -> bool:
    """Whether only one subclass of an object's class maps `name`: whoever reads it has an object of that one.

    Not where such an object is held elsewhere: it may be this one, whole.
    """
    instance = m.instance(ref, state)
    if instance is None or instance.born != "query" or instance.entity is not None:
        return False
    if any(name in owner.members for owner in m.index.mro(instance.model)):
        return False
    mapped = [one for one in m.index.subclasses(instance.model) if m.models.attribute(one, name) is not None]
    highest = [one for one in mapped if not any(one is not above and above in m.index.mro(one) for above in mapped)]
    if len(highest) != 1 or orm.at_hand(highest[0], ref.id, instance.session, state, m):
        return False
    entity = None if _fetched_with_base(highest[0], instance, m) else instance.model
    state.heap[ref.id] = replace(instance, model=highest[0], entity=entity)
    return True


def place(expression: f.Expr, state: State, m: Machine) -> Value | None:
    """The value held by a name, `x := ...` or `obj.name`, without evaluating anything."""
    match expression:
        case f.Name():
            return state.env.get(expression.id)
        case f.Walrus():
            return state.env.get(expression.target)
        case f.Attr(value=f.Name() as base):
            found = m.object(state.env.get(base.id), state)
            if isinstance(found, Object):
                return found.attributes.get(expression.name)
            if isinstance(found, Instance):
                slot = found.over.get(expression.name)
                return slot.value if slot is not None else None
            return None
        case _:
            return None


def store(expression: f.Expr, value: Value, state: State, m: Machine) -> None:
    """Put a value into the place that an expression names."""
    match expression:
        case f.Name():
            state.env[expression.id] = value
        case f.Walrus():
            state.env[expression.target] = value
        case f.Attr(value=f.Name() as base):
            owner = state.env.get(base.id)
            found = m.object(owner, state)
            if isinstance(found, Object) and isinstance(owner, Ref) and owner.id >= 0:
                state.heap[owner.id] = replace(found, attributes={**found.attributes, expression.name: value})
            elif isinstance(found, Instance) and isinstance(owner, Ref) and expression.name in found.over:
                slot = replace(found.over[expression.name], value=value)
                state.heap[owner.id] = replace(found, over={**found.over, expression.name: slot})


def possible(value: Value) -> tuple[bool, bool]:
    """Whether a condition may hold, and whether it may fail."""
    known = truth(value)
    return (known is not False, known is not True)


def _fetched_with_base(info: ClassInfo, instance: Instance, m: Machine) -> bool:
    """Whether a query of the base brings a subclass's columns, too, as far as can be told."""
    if info.qualname in instance.plan.polymorphic or instance.plan.unknown:
        return True
    for owner in m.index.mro(info):
        for binding in owner.members.get("__mapper_args__", ()):
            value = binding.value if isinstance(binding, Target) else None
            if not isinstance(value, f.DictDisplay):
                return True
            keys = {k.value for k in value.keys if isinstance(k, f.Const)}
            if keys & {"polymorphic_load", "with_polymorphic", "concrete"} or len(keys) != len(value.keys):
                return True
    return False
