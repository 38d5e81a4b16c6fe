"""What pytest gives to tests and fixtures by the names of their parameters.

Others than the test may work with what a fixture gives: an application under test may use the very session that the
test holds. So what is known of a fixture's objects ends where the test awaits something that nobody can look into.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Instance, Result, Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.summaries import Outcome, doubt
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Const,
    Coroutine,
    Engine,
    Factory,
    LibraryMethod,
    Opaque,
    Ref,
    TupleValue,
    Value,
)
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

SCOPE = "fixture"
"""The `scope` of a session that a fixture gives."""


def settled(value: Value, is_own: bool, state: State, m: Machine) -> Value:
    """What a fixture gives, as its test finds it; unknown where that is no matter of async sessions.

    A sync session in a test harms nobody; what tests share may be in any state. `is_own` tells that nobody shares it.
    """
    match value:
        case Const() | Opaque():
            return UNKNOWN
        case Engine() | Factory() if not value.is_async:
            return UNKNOWN
    numbers = reachable([value], state.heap)
    sessions = [(n, found) for n in numbers if isinstance(found := state.heap[n], Session)]
    if any(not session.is_async or session.scoped for _, session in sessions):
        return UNKNOWN
    for number, session in sessions:
        confidence = min(session.confidence, Confidence.INFERRED)
        state.heap[number] = replace(session.at_rest(), scope=SCOPE, confidence=confidence)
    if not is_own:
        doubt(sorted(numbers), Site("", 0), state, m)
    return value


def is_unpacked(name: str, function: f.Function) -> bool:
    """Whether a function awaits what it is given by name, or goes through it: no plugin has done so before.

    Where none is at work for it, an async fixture gives its coroutine or generator:
    https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#test-discovery-modes.
    """
    for node in inside(function.body):
        taken = node.value if isinstance(node, f.Await) else node.iter if isinstance(node, f.For) else None
        if isinstance(taken, f.Name) and taken.id == name:
            return True
    return False


def alike(ways: Sequence[Outcome]) -> Outcome | None:
    """The one way in which a fixture gives something, or what all have in common that give a session; else None."""
    if len(ways) < 2:
        return ways[0] if ways else None
    made = [way.heap.get(way.value.id) if isinstance(way.value, Ref) else None for way in ways]
    first = made[0]
    sessions = [one for one in made if isinstance(one, Session) and one.is_async and one.kind == "session"]
    if not isinstance(first, Session) or not isinstance(ways[0].value, Ref) or len(sessions) < len(ways):
        return None
    expires = first.expires if all(one.expires == first.expires for one in sessions) else None
    engine = first.engine if all(one.engine == first.engine for one in sessions) else None
    common = replace(first, expires=expires, engine=engine)
    return replace(ways[0], heap={**ways[0].heap, ways[0].value.id: common})


def held(state: State) -> Value:
    """All objects that fixtures have made: pytest holds them until the test is over, so that sessions know them."""
    return TupleValue(tuple(Ref(number) for number, found in state.heap.items() if isinstance(found, Instance)))


def awaited(value: Value, state: State, m: Machine) -> bool:
    """Whether awaiting a value does nothing to the fixtures' sessions but what can be seen."""
    match value:
        case Coroutine(callee=LibraryMethod(receiver=receiver)):
            found = m.object(receiver, state)
            return isinstance(found, (Session, Result, Instance)) or isinstance(receiver, Engine)
        case Coroutine():
            given = reachable([value], state.heap)
            return any(_is_given(state.heap[number]) for number in given)
        case Ref():
            return m.session(value, state) is not None
        case _:
            return False


def forget(site: Site, state: State, m: Machine) -> None:
    """Somebody may have worked with the sessions of fixtures."""
    doubt([number for number, found in state.heap.items() if _is_given(found)], site, state, m)


def _is_given(found: object) -> bool:
    return isinstance(found, Session) and found.scope == SCOPE
