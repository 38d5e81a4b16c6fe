"""Sessions that are used after what opened them has closed them: background tasks, forgotten tasks, streamed answers.

A closed session is not refused: it opens itself again without a word, and nobody closes it a second time (facts
5c-create_task-request-session, 5d-fastapi-scope-function). Whether a request's session is open while a background task
runs hangs on FastAPI: since 0.106 dependencies are closed before it, since 0.118 after it (fact 5c-bg-request-session).
"""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.concurrency import used_by
from asyncsql_lint.flow.events import SessionOutlived
from asyncsql_lint.flow.machine import Machine, Unreachable
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    Arguments,
    Coroutine,
    GeneratorValue,
    Ref,
    Value,
)
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_CLOSED_EARLY = (0, 106)
_CLOSED_LATE = (0, 118)

_WAITS = frozenset({"gather", "wait", "wait_for", "as_completed", "shield", "run_until_complete"})
"""Words of those who may wait for a task that they hold."""


def later(callee: Value, arguments: Arguments, by: str, site: Site, state: State, m: Machine) -> None:
    """`add_task(callee, ...)`: it is called when the answer is out. Nothing of it happens to this state."""
    handed = {v.id for v in (*arguments.positional, *(v for _, v in arguments.keywords)) if isinstance(v, Ref)}
    sessions = {number for number in handed if m.session(number, state) is not None}
    if not _goes_on(site, m):
        sessions |= _used(callee, arguments, site, state, m)
    _tell(sessions, "background", by, site, state, m)


def streamed(content: Value, by: str, site: Site, state: State, m: Machine) -> None:
    """`StreamingResponse(rows(session))`: the generator runs when the endpoint has returned."""
    if not isinstance(content, GeneratorValue):
        return
    trial = state.copy()
    before = len(trial.effects)
    try:
        m.elements(content, site, trial)
    except Unreachable:
        return
    _tell({e.session for e in trial.effects[before:] if e.kind == "io"}, "stream", by, site, state, m)


def started(value: Value, by: str, site: Site, state: State, m: Machine) -> None:
    """`create_task(work(session))` whose task nobody waits for: the session is closed while the task still runs."""
    function = m.frame.function
    if function is None or not isinstance(value, Coroutine) or not _is_forgotten(site, function.node):
        return
    for number in sorted(used_by(value, site, state, m)):
        session = m.session(number, state)
        if session is None or not session.is_async or session.kind != "session":
            continue
        if session.ends:
            _emit(number, session, "task", by, "the request", site, m)
        elif _block(number, session, site.node, state, m) is not None:
            _emit(number, session, "task", by, "the `async with` block", site, m)


def _used(callee: Value, arguments: Arguments, site: Site, state: State, m: Machine) -> set[int]:
    """The sessions of this function that a call would use; what goes wrong in it is told."""
    trial = state.copy()
    before = len(trial.effects)
    mode, m.frame.mode = m.frame.mode, "thread"
    watched, m.frame.sink.watched = m.frame.sink.watched, False
    try:
        made = m.call(callee, arguments, site, trial)
        if isinstance(made, Coroutine):
            m.frame.mode = "loop"
            return set(used_by(made, site, trial, m))
    except Unreachable:
        return set()
    finally:
        m.frame.mode = mode
        m.frame.sink.watched = watched
    return {e.session for e in trial.effects[before:] if e.session in state.heap}


def _goes_on(site: Site, m: Machine) -> bool:
    """Whether the function awaits something after a place: what it does to its objects there is not known yet."""
    function = m.frame.function
    if function is None:
        return True
    call = next((n for n in inside(function.node.body) if n.at == site.node), None)
    last = max((n.at for n in inside(call)), default=site.node)
    return any(isinstance(n, f.Await) and n.at > last for n in inside(function.node.body))


def _tell(sessions: set[int], kind: str, by: str, site: Site, state: State, m: Machine) -> None:
    for number in sorted(sessions):
        session = m.session(number, state)
        if session is None or not session.is_async or session.kind != "session":
            continue
        if session.ends == "endpoint":
            _emit(number, session, kind, by, 'the endpoint (`scope="function"`)', site, m)
        elif session.ends == "request":
            _by_version(number, session, kind, by, site, m)


def _by_version(number: int, session: Session, kind: str, by: str, site: Site, m: Machine) -> None:
    known = m.versions(site).fastapi
    early, late = known.at_least(*_CLOSED_EARLY), known.at_least(*_CLOSED_LATE)
    if early is False or late is True:
        return
    certain = early is True and late is False
    when = f"FastAPI {known}" if certain else "FastAPI 0.106 to 0.117"
    confidence = Confidence.INFERRED if certain else Confidence.GUESSED
    _emit(number, session, kind, by, f"the endpoint, on {when}", site, m, confidence)


def _emit(
    number: int,
    session: Session,
    kind: str,
    by: str,
    end: str,
    site: Site,
    m: Machine,
    confidence: Confidence = Confidence.PROVED,
) -> None:
    trace = ((session.origin, "the session comes from here"),) if session.origin is not None else ()
    sure = min(confidence, session.confidence)
    m.emit(SessionOutlived(site=site, kind=kind, by=by, end=end, confidence=sure, trace=trace), number)


def _is_forgotten(site: Site, function: f.Function) -> bool:
    """Whether nobody waits for the task that a call makes: it is dropped, or only kept from the garbage collector."""
    for node in inside(function.body):
        if isinstance(node, f.ExprStmt) and node.value.at == site.node:
            return True
        if isinstance(node, f.Assign) and node.value.at == site.node:
            target = node.targets[0]
            return isinstance(target, f.Name) and len(node.targets) == 1 and _only_kept(target.id, function)
    return False


def _only_kept(name: str, function: f.Function) -> bool:
    """Whether a task is but put in a set, with a callback that takes it out again."""
    if "add_done_callback" not in function.words or function.words & _WAITS:
        return False
    seen = kept = 0
    for node in inside(function.body):
        if isinstance(node, f.Name) and node.id == name:
            seen += 1
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            owner, first = node.func.value, node.args[0] if node.args else None
            kept += node.func.name == "add_done_callback" and isinstance(owner, f.Name) and owner.id == name
            kept += node.func.name == "add" and isinstance(first, f.Name) and first.id == name
    return seen == kept + 1


def _block(number: int, session: Session, at: int, state: State, m: Machine) -> f.With | None:
    """The `async with maker() as session:` around a place that closes a session which it has made itself."""
    function = m.frame.function
    if function is None:
        return None
    for node in inside(function.node.body):
        if not isinstance(node, f.With) or not node.is_async:
            continue
        for item in node.items:
            if not isinstance(item.target, f.Name) or state.env.get(item.target.id) != Ref(number):
                continue
            made_here = session.origin is not None and session.origin.node == item.context.at
            if made_here and m.within(Site(m.frame.module.path, at)) and any(n.at == at for n in inside(node.body)):
                return node
    return None
