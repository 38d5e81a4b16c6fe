"""Which row a query asks for, as far as two queries of one function ask for the same one.

A key is a literal, or a name that holds the same value as long as the function runs. A name means nothing outside of
its function: `freeze` takes it off what leaves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.values import NONE, Arguments, Const, Entity, Opaque, Primitive, Value
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside


def of_get(arguments: Arguments, m: Machine) -> Value | None:
    """The key that `session.get(Model, key)` asks for."""
    value = arguments.get(1, "ident")
    if value is None or arguments.node is None:
        return value if isinstance(value, Const) else None
    written = dict(enumerate(arguments.node.args)).get(1)
    named = (k.value for k in arguments.node.keywords if k.name == "ident")
    return _key(written if written is not None else next(named, None), value, m)


def of_where(one: Entity, name: str, arguments: Arguments, m: Machine) -> Value | None:
    """The key of the only row that `where(Model.id == key)` or `filter_by(id=key)` leaves."""
    if one.model is None or one.aliased or arguments.node is None:
        return None
    column = _primary_key(one.model, m)
    if column is None:
        return None
    if name == "filter_by":
        written = next((k.value for k in arguments.node.keywords if k.name == column), None)
        return _key(written, arguments.keyword(column), m)
    for test in arguments.node.args:
        match test:
            case f.Compare(op="==", left=f.Attr(value=f.Name(id=owner), name=left), right=right):
                if (owner, left) == (one.model.name, column):
                    value = Const(right.value) if isinstance(right, f.Const) else None
                    return _key(right, value, m)
            case _:
                continue
    return None


def _primary_key(model: ClassInfo, m: Machine) -> str | None:
    """The name of a primary key of one column."""
    names = [name for name, column in m.models.attributes(model).items() if column.primary_key]
    return names[0] if len(names) == 1 else None


def _key(written: f.Expr | None, value: Value | None, m: Machine) -> Value | None:
    if isinstance(value, Const):
        return value if value != NONE else None
    function = m.frame.function
    if not isinstance(written, f.Name) or function is None or not isinstance(value, Opaque | None):
        return None
    return Primitive("key", Const(written.id)) if written.id in _steady(function.node) else None


@lru_cache(maxsize=64)
def _steady(node: f.Function) -> frozenset[str]:
    """The names that a function binds once, and in no loop."""
    bound = Counter([param.name for param in node.params])
    bound.update(name for one in inside(node.body) for name in _bound(one))
    loops = [one for one in inside(node.body) if isinstance(one, (f.For, f.While, f.Comprehension))]
    again = {name for loop in loops for one in inside(loop) for name in _bound(one)}
    return frozenset(name for name, times in bound.items() if times == 1) - again


def _bound(node: f.Node) -> Iterator[str]:
    """The names that a record binds; those that others may bind count twice."""
    targets: tuple[f.Expr | None, ...] = ()
    match node:
        case f.Assign() | f.Delete():
            targets = node.targets
        case f.AnnAssign() | f.AugAssign() | f.For() | f.Generator() | f.WithItem():
            targets = (node.target,)
        case f.Walrus():
            yield node.target
        case f.Handler(name=str() as name):
            yield name
        case f.Case():
            yield from node.names
        case f.Function() | f.Class():
            yield node.name
        case f.Scope():
            yield from (*node.names, *node.names)
        case f.ImportName() | f.ImportFrom() if node.asname:
            yield node.asname
        case _:
            pass
    for target in targets:
        yield from (one.id for one in inside(target) if isinstance(one, f.Name))
