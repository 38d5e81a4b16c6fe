"""Sessions and connections that a function opens and leaves open: neither entered, closed, nor in anybody's hands.

A session that was not used, or has committed, holds no connection (facts 6-never-closed-*); a connection holds one
until it is closed. What is returned, kept in an object, or handed to code that nobody can look at is others' business.
"""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import NeverCommitted, SessionLeft
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.instances import refs_in
from asyncsql_lint.flow.machine import FIRST_ID, Machine
from asyncsql_lint.flow.narrowing import place
from asyncsql_lint.flow.objects import Cause, Instance, Life, Object, Session, Transaction
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.transactions import known, let_go
from asyncsql_lint.flow.values import NONE, Arguments, Const, FunctionValue, ListValue, Opaque, Ref, Statement, Value
from asyncsql_lint.index.modules import is_test_file
from asyncsql_lint.syntax import facts as f


def left_open(m: Machine) -> None:
    """Tell of what is open at each of the returns of the function that has just been gone through.

    Where one return is reached both ways, whether it is closed hangs on a flag that need not be understood here.
    """
    if m.frame.function is None:
        return
    ways: dict[f.Return | None, list[tuple[State, Value]]] = {}
    for state, value, node in m.frame.sink.returns:
        if any(n >= FIRST_ID and isinstance(o, Session) for n, o in state.heap.items()):
            ways.setdefault(node, []).append((state, value))
    for node, states in ways.items():
        closed = {o.origin for s, _ in states for o in s.heap.values() if isinstance(o, Session) and not _open(o)}
        for state, value in states:
            _left(state, value, None if node is None else m.site(node), closed, m)


def left_raising(statement: f.Raise, state: State, m: Machine) -> None:
    """Tell of what is open where the function raises, with no `try` around it."""
    if not m.frame.sink.watched and m.frame.function is not None:
        _left(state, NONE, m.site(statement), set(), m)


def _left(state: State, value: Value, leaves: Site | None, closed: set[Site | None], m: Machine) -> None:
    held = [(n, o) for n, o in state.heap.items() if n >= FIRST_ID and isinstance(o, Session) and _open(o)]
    if not held:
        return
    env = state.env.items()
    others = [v for name, v in env if isinstance(v, FunctionValue) or name in m.frame.globals]
    theirs = reachable([value, *others], state.heap, range(m.frame.entries))
    for number, session in held:
        origin = session.origin
        if number not in theirs and origin is not None and origin not in closed and m.within(origin):
            _tell(number, session, origin, leaves, state, m)


def _tell(number: int, session: Session, origin: Site, leaves: Site | None, state: State, m: Machine) -> None:
    first = next((e.site for e in state.effects if e.session == number), None)
    trace = ((first, "it takes a connection here"),) if first is not None and first != origin else ()
    end = ((leaves, "and is left open here"),) if leaves is not None else ()
    m.emit(
        SessionLeft(
            site=origin,
            what=session.kind,
            yielded=first is None and session.kind == "session",
            confidence=session.confidence,
            trace=(*trace, *end),
        )
    )


def _open(session: Session) -> bool:
    if not session.is_async or session.scoped or session.kept or session.scope not in {"factory", "constructor"}:
        return False
    if session.kind == "connection":
        return session.started and (session.ended is None or session.ended.kind not in {"close", "block"})
    return session.transaction is Transaction.OPEN


def handed_out(value: Value, state: State, m: Machine) -> None:
    """A generator yields a session: whoever gets it will use it."""
    session = known(value.id, state) if isinstance(value, Ref) else None
    if session is None or not isinstance(value, Ref) or session.kept or session.origin is None:
        return
    if m.within(session.origin):
        state.heap[value.id] = replace(session, transaction=Transaction.OPEN)


def stored(target: f.Expr, value: Value, state: State, m: Machine) -> None:
    """What is kept in an object that is known can be followed; what is kept anywhere else is somebody else's."""
    if isinstance(value, (Opaque, Const)) or not isinstance(target, (f.Attr, f.Sub)):
        return
    owner = place(target.value, state, m) if isinstance(target, f.Attr) else None
    if isinstance(owner, Ref) and isinstance(state.heap.get(owner.id), Object):
        return
    let_go((value,), state)


def contained(receiver: Value, values: tuple[Value, ...], state: State) -> None:
    """What is put into a list of this function stays in its hands."""
    if not isinstance(receiver, ListValue) or not any(value is receiver for value in state.env.values()):
        let_go(values, state)


# -- what is written and never committed


_ENDINGS = frozenset({"commit", "rollback", "begin"})
"""Whoever mentions one of them has thought of the end of the transaction, on whatever way."""


def marked(number: int, name: str, arguments: Arguments, site: Site, state: State) -> None:
    """`add()` of a new object writes, sooner or later; of one that was queried it only attaches."""
    if name not in {"add", "add_all"} or not arguments.positional:
        return
    objects = [state.heap.get(ref.id) for ref in refs_in(arguments.positional[0])]
    if any(isinstance(one, Instance) and one.life is Life.TRANSIENT for one in objects):
        _write(number, f"{name}()", site, state)


def operated(number: int, name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    """An INSERT, UPDATE or DELETE, or the end of a session before its commit."""
    if name in {"close", "aclose"}:
        closing(number, site, state, m)
        return
    if name == "execution_options":
        let_go((Ref(number),), state)  # with AUTOCOMMIT there is nothing to commit
        return
    statement = arguments.get(0, "statement")
    if name == "delete" or (isinstance(statement, Statement) and statement.writes):
        _write(number, f"{name}()", site, state)


def _write(number: int, how: str, site: Site, state: State) -> None:
    session = known(number, state)
    if session is not None and session.saves and session.unsaved is None:
        state.heap[number] = replace(session, unsaved=Cause(how, site))


def closing(number: int, site: Site, state: State, m: Machine) -> None:
    """A session is closed, and what was written is rolled back with its transaction."""
    session, function = known(number, state), m.frame.function
    if session is None or session.unsaved is None or session.origin is None or function is None:
        return
    written = session.unsaved
    if is_test_file(m.frame.module.path):
        return  # what a test writes is often not to stay
    if not m.within(session.origin) or not m.within(written.site) or not _ENDINGS.isdisjoint(function.node.words):
        return
    m.emit(
        NeverCommitted(
            site=written.site,
            how=written.kind,
            what=session.kind,
            confidence=session.confidence,
            trace=((site, f"the {session.kind} is closed here"),),
        )
    )
