"""What a function's answer tells of an error that it has caught: `return Failure(...)` is not to swallow it.

The session comes back from the call with a transaction that is dead, and with it a value that may say so. Whoever
tests that value, or hands it to a function that may raise, perhaps does not go on to the next use of the session: then
nothing is claimed. Where both ways of the test go on, the claim stands again. A value that is known (`False`, None)
needs none of this: its test has one way only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.narrowing import place
from asyncsql_lint.flow.objects import Failed, Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import Opaque, TupleValue
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import blocks, inside

_HARMLESS = frozenset(
    "append add extend insert put print debug info warning error exception critical log isinstance len str repr bool"
    " type get".split()
)
"""Names of functions that do not raise for what they are given, nor look whether it is an error."""


def caught(session: Session) -> bool:
    """Whether a handler has swallowed an error of this session."""
    return session.failed is not None and session.failed.kind.startswith("caught")


def came_back(numbers: Iterable[int], site: Site, state: State, m: Machine) -> None:
    """A call is over; where it leaves a session with an error that it has caught, its value may tell of that."""
    for number in numbers:
        found = state.heap.get(number)
        if isinstance(found, Session) and found.failed is not None and caught(found):
            m.frame.failing = True
            way = (*found.failed.way, site)
            failed = replace(found.failed, way=way, since=m.frame.statement, told=frozenset())
            state.heap[number] = replace(found, failed=failed)


def stored(targets: Iterable[f.Expr], value: f.Expr | None, state: State, m: Machine) -> None:
    """Names are given a value; what was made of a value that tells tells, too."""
    if not m.frame.failing:
        return
    parts = [(name, one) for target in targets for one in _parts(target) if (name := _dotted(one))]
    unknown = frozenset(name for name, one in parts if _open(one, state, m))
    known = frozenset(name for name, _ in parts) - unknown
    for number, found, failed in _failed(state):
        gained = unknown if failed.since == m.frame.statement or _reads(value, failed.told) else frozenset()
        state.heap[number] = replace(found, failed=replace(failed, told=failed.told - known | gained))


def handed(expressions: Iterable[f.Expr | None], state: State, m: Machine) -> None:
    """A call that is given a value that tells, or a method of it, may raise: `result.unwrap()`, `checked(result)`."""
    if not m.frame.failing:
        return
    for number, found, failed in _failed(state):
        if failed.way and any(_may_raise(call, failed) for one in expressions for call in _calls(one)):
            state.heap[number] = replace(found, failed=None)


def tested(test: f.Expr, state: State, m: Machine) -> bool:
    """Doubt what is known of errors that an open test may tell of; whether there are any."""
    if not m.frame.failing:
        return False
    doubted = False
    for number, found, failed in _failed(state):
        if not failed.doubted and (failed.since == m.frame.statement or _reads(test, failed.told)):
            state.heap[number] = replace(found, failed=replace(failed, doubted=True))
            doubted = True
    return doubted


def gone_on(ways: Iterable[list[State]]) -> None:
    """After a test: if no way has ended, nor ended the error, the error is there whatever the test has told."""
    groups = list(ways)
    if not all(groups):
        return
    states = [state for group in groups for state in group]
    for number, _, failed in list(_failed(states[0])):
        others = [state.heap.get(number) for state in states]
        if all(isinstance(one, Session) and one.failed is not None and one.failed.doubted for one in others):
            for state in states:
                found = state.heap[number]
                if isinstance(found, Session):
                    state.heap[number] = replace(found, failed=replace(failed, doubted=False))


@lru_cache(maxsize=256)
def bound_in(handler: f.Handler) -> frozenset[str]:
    """The names that a handler binds: a test of them may be a test of whether it ran."""
    return frozenset(name for target in _targets(handler.body) for one in _parts(target) if (name := _dotted(one)))


def waits(body: tuple[f.Stmt, ...], m: Machine) -> bool:
    """Whether a block waits for something else than the database: a cancellation mostly falls in there."""
    return bool(m.frame.waits) and any(node.at in m.frame.waits for node in inside(body))


def _failed(state: State) -> Iterator[tuple[int, Session, Failed]]:
    for number, found in list(state.heap.items()):
        if isinstance(found, Session) and found.failed is not None and caught(found):
            yield number, found, found.failed


def _may_raise(call: f.Call, failed: Failed) -> bool:
    func = call.func
    name = func.name if isinstance(func, f.Attr) else func.id if isinstance(func, f.Name) else ""
    if name in _HARMLESS:
        return False
    given = (func, *call.args, *(keyword.value for keyword in call.keywords))
    return any(_reads(one, failed.told) for one in given)


def _calls(expression: f.Expr | None) -> Iterator[f.Call]:
    return (node for node in inside(expression) if isinstance(node, f.Call))


def _reads(expression: f.Expr | None, names: frozenset[str]) -> bool:
    return bool(names) and any(_dotted(node) in names for node in inside(expression))


def _open(target: f.Expr, state: State, m: Machine) -> bool:
    """Whether what a target holds is unknown, and so is how a test of it goes."""
    value = place(target, state, m)
    return value is None or isinstance(value, (Opaque, TupleValue))


def _targets(body: tuple[f.Stmt, ...]) -> Iterator[f.Expr]:
    for statement in body:
        if isinstance(statement, f.Assign):
            yield from statement.targets
        elif isinstance(statement, (f.AnnAssign, f.AugAssign)):
            yield statement.target
        for block in blocks(statement):
            yield from _targets(block)


def _parts(target: f.Expr) -> Iterator[f.Expr]:
    if isinstance(target, f.Sequence):
        for one in target.items:
            yield from _parts(one)
    else:
        yield target.value if isinstance(target, f.Star) else target


def _dotted(node: f.Node) -> str:
    """`name` or `name.attribute`; an empty string for anything else."""
    if isinstance(node, f.Attr) and isinstance(node.value, f.Name):
        return f"{node.value.id}.{node.name}"
    return node.id if isinstance(node, f.Name) else ""
