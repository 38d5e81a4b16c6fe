"""The transaction of each session: whether one is begun, has ended in its block, or has failed without a rollback.

A session begins a transaction by itself with the first thing that is done to it, `add()` included; from then on
`begin()` raises. In a `begin()` block nothing may follow a commit or a rollback. After an error of the database the
transaction is dead until a rollback: a savepoint that the error leaves, or the end of the `begin()` block, is one. All
of it was tried on PostgreSQL (facts 6-*).

Where nothing is known nothing is claimed: a session that comes from elsewhere, or goes where nobody can look.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import dialects, lifecycle, telling
from asyncsql_lint.flow.events import ErrorSwallowed, StreamLost, Trace, TransactionMisused, UsedClosed
from asyncsql_lint.flow.freeze import ENTRY, reachable
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Cause, Failed, Instance, Life, Result, Session, Transaction
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    Alias,
    Arguments,
    ClassValue,
    Const,
    Coroutine,
    LibraryMethod,
    Primitive,
    Ref,
    Statement,
    Task,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, ExternalName
from asyncsql_lint.libraries import sqlalchemy_asyncio as api
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

NOWHERE = Site("", 0)
"""The place of an error that no handler has caught yet."""

TAKEN_BACK = "savepoint.rollback()"
"""The label of a savepoint's own rollback, which ends what has failed in it."""

OWN = frozenset({"factory", "constructor"})
"""Where a session comes from that its function has made itself."""

BEGUN = frozenset({Transaction.MARKED, Transaction.OPEN})

FLUSH, WRITE, TEXT, READ, LATE = "flush", "write", "text", "read", "late"
"""What failed: a flush or commit, an INSERT and its like, SQL in words, a query, or anything that took too long."""

ERROR = "error"
"""What a handler is meant for, if not for what comes too LATE."""

BELOW = "-below"
"""Follows what failed in a function that was called."""

AS = ">"
"""Stands before the name of what a function turned an error into: `raise TakenError from error`."""

_FAILURES = frozenset({FLUSH, WRITE, TEXT, READ, LATE})


def _in_flight(failed: Failed) -> bool:
    """Whether an error is on its way to its first handler; what was caught is `caught ...`, then `again ...`."""
    return not failed.kind.startswith(("caught", "again"))


_BROAD = frozenset({"Exception", "BaseException"})
_OF_WRITES = {
    "IntegrityError": frozenset({FLUSH, WRITE, TEXT}),
    "DataError": frozenset({FLUSH, WRITE, TEXT}),
    "OperationalError": frozenset({FLUSH, WRITE}),
}
"""Errors that not all statements raise; asyncpg has no OperationalError, and who expects one of `text()` has SQLite."""


def known(number: int | None, state: State) -> Session | None:
    """The async session or connection of this function behind a number; those that many share prove nothing."""
    found = state.heap.get(number) if number is not None else None
    return found if isinstance(found, Session) and found.is_async and not found.scoped else None


def doubted(number: int, state: State) -> None:
    """The session went where nobody can look."""
    found = state.heap.get(number)
    if isinstance(found, Session) and found.is_async:
        found = replace(found, kept=found.kept or found.scope in OWN, ended=None, saves=False, unsaved=None)
        _put(number, found, state, Transaction.UNKNOWN, blocks=0)


def let_go(values: Iterable[Value], state: State) -> None:
    """Somebody else holds the sessions among some values from now on, and may close them."""
    for number in reachable(values, state.heap):
        found = state.heap[number]
        if isinstance(found, Session) and found.scope in OWN and not (found.kept and not found.saves):
            state.heap[number] = replace(found, kept=True, saves=False, unsaved=None)


def kept(number: int, state: State) -> None:
    """Somebody closes the session."""
    session = known(number, state)
    if session is not None:
        state.heap[number] = replace(session, kept=True)


def given(session: Session) -> Session:
    """The session of a dependency: others may have used it for the same request; a block around its `yield` is open."""
    if session.blocks:
        return session
    return replace(session, transaction=Transaction.UNKNOWN, failed=None)


def _put(number: int, session: Session, state: State, transaction: Transaction, *, blocks: int) -> None:
    unsaved = session.unsaved if transaction in BEGUN | {Transaction.JOINED} else None
    state.heap[number] = replace(session, transaction=transaction, blocks=blocks, failed=None, unsaved=unsaved)


# -- what methods do


def marked(number: int, name: str, state: State, site: Site, m: Machine) -> None:
    """`add()` begins a transaction."""
    session = known(number, state)
    if session is None or name not in {"add", "add_all"}:
        return
    if session.transaction is Transaction.ENDED:
        _tell_ended(number, session, f"{name}()", site, state, m)
    elif session.transaction is Transaction.UNKNOWN and session.failed is None and _counts(session, m):
        state.heap[number] = replace(session, transaction=Transaction.MARKED, ended=None)


def _counts(session: Session, m: Machine) -> bool:
    """Whether it matters that a transaction is begun: where nobody calls `begin()`, only to who has made the session.

    What does not matter is not told apart: each state in which a function is called costs an analysis of it.
    """
    if session.scope in OWN:
        return True
    if m.begins is None:
        modules = [module for module in m.index.modules.values() if "begin" in module.facts.words]
        m.begins = any(_begins(node) for module in modules for node in inside(module.facts.body))
    return m.begins


def _begins(node: object) -> bool:
    """`x.begin()` where `x` is not called an engine: that one begins on a connection of its own."""
    if not isinstance(node, f.Attr) or node.name != "begin":
        return False
    value = node.value.func if isinstance(node.value, f.Call) else node.value
    name = value.id if isinstance(value, f.Name) else value.name if isinstance(value, f.Attr) else ""
    return "engine" not in name.lower()


def modified(number: int | None, state: State, m: Machine) -> None:
    """An attribute of a persistent object was set: that begins a transaction, too."""
    session = known(number, state)
    if session is None or number is None or not _counts(session, m):
        return
    if session.transaction is Transaction.UNKNOWN:
        state.heap[number] = replace(session, transaction=Transaction.MARKED)


def asked(number: int, state: State) -> Value:
    """What `in_transaction()` says: true where a transaction is certainly begun, else nobody knows (`narrowing`)."""
    session = known(number, state)
    if session is not None and session.transaction in BEGUN | {Transaction.JOINED}:
        return Const(True)
    return Primitive("plain", LibraryMethod(Ref(number), "in_transaction"))


def operated(number: int, name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    """A method that talks to the database, or ends the transaction."""
    session = known(number, state)
    if session is None:
        return
    if name in api.TRANSACTION_ENDS:
        if name == "commit" and _tell(number, session, name, site, state, m):
            return
        closes = name not in {"commit", "rollback"}
        if session.blocks or (closes and session.kind == "connection"):
            session = replace(session, ended=Cause("close" if closes else name, site))
        after = Transaction.ENDED if session.blocks else Transaction.UNKNOWN
        _put(number, replace(session, nested=False), state, after, blocks=session.blocks)
        _end_streams(number, "close" if closes else name, site, state)
    elif name == "flush":
        if session.failed is not None:
            _tell(number, session, name, site, state, m)
        elif session.transaction is Transaction.MARKED:
            state.heap[number] = replace(session, transaction=Transaction.OPEN)
    elif name in api.TRANSACTION_MARKS:
        if session.transaction is Transaction.ENDED:
            _tell_ended(number, session, f"{name}()", site, state, m)
        elif session.transaction is Transaction.UNKNOWN and session.failed is None and _counts(session, m):
            state.heap[number] = replace(session, transaction=Transaction.MARKED)
    elif name in api.TRANSACTION_OPENS and not (name in {"get", "get_one"} and _at_hand(number, arguments, state)):
        _tell(number, session, name, site, state, m)
        now = known(number, state)
        if now is not None and _counts(now, m):
            closed = now.ended if now.kind == "connection" else None
            joined = now.transaction is Transaction.JOINED
            opened = Transaction.JOINED if joined else Transaction.OPEN
            state.heap[number] = replace(now, transaction=opened, ended=closed)


def _at_hand(number: int, arguments: Arguments, state: State) -> bool:
    """Whether `get()` may find its object in the session: then there is no SQL."""
    target = arguments.get(0, "entity")
    model = target.info if isinstance(target, ClassValue) else target.model if isinstance(target, Alias) else None
    return any(
        isinstance(one, Instance) and one.session == number and (model is None or one.model is model)
        for one in state.heap.values()
    )


def _tell(number: int, session: Session, name: str, site: Site, state: State, m: Machine) -> bool:
    """Tell of a use of a transaction that cannot be used; whether it was told."""
    if session.failed is not None and not _in_flight(session.failed):
        _tell_swallowed(number, session, f"{name}()", site, state, m)
        return True
    if session.transaction is Transaction.ENDED and (session.kind == "session" or name != "commit"):
        _tell_ended(number, session, f"{name}()", site, state, m)
        return True
    if _is_closed(session, name):
        _tell_closed(number, session, f"{name}()", site, state, m)
        return name == "commit"
    return False


def _is_closed(session: Session, name: str) -> bool:
    """A session may be used again after `close()`; after the end of its block that is a mistake."""
    if session.ended is None:
        return False
    if session.kind == "connection":
        return session.ended.kind in {"block", "close"} and name != "commit"
    return session.ended.kind == "block" and session.transaction is Transaction.UNKNOWN


def _tell_closed(number: int, session: Session, use: str, site: Site, state: State, m: Machine) -> None:
    ended = session.ended
    if ended is None:
        return
    words = "its block ends here" if ended.kind == "block" else "it is closed here"
    event = UsedClosed(
        site=site, use=use, what=session.kind, confidence=_confidence(session), trace=((ended.site, words),)
    )
    m.emit(event, number)
    state.heap[number] = replace(session, ended=None, transaction=Transaction.UNKNOWN)


def _tell_swallowed(number: int, session: Session, use: str, site: Site, state: State, m: Machine) -> None:
    failed = session.failed
    if failed is None:
        return
    _put(number, session, state, Transaction.UNKNOWN, blocks=session.blocks)
    if failed.doubted:
        return
    m.emit(
        ErrorSwallowed(
            site=failed.site,
            use=use,
            what=session.kind,
            late=failed.kind.removesuffix(BELOW).partition(AS)[0].endswith(LATE),
            in_block=session.blocks > 0,
            confidence=_confidence(session),
            attempt=failed.attempt,
            ways=len(failed.way),
            trace=(
                *((back, f"the call comes back with the {session.kind} in that state") for back in failed.way),
                (site, f"`{use}` uses the {session.kind} again here"),
            ),
        )
    )


def _tell_ended(number: int, session: Session, use: str, site: Site, state: State, m: Machine) -> None:
    """Work after the end of a block's transaction: told where that was ended, unless it was in a function called."""
    ended = session.ended or Cause("commit", site)
    theirs = ended.site.path == ENTRY
    here = theirs or (m.within(ended.site) and ended.site != site)
    story = (site, f"`{use}` comes after it") if here else (ended.site, f"`{ended.kind}()` ends the transaction here")
    event = TransactionMisused(
        site=ended.site if here else site,
        use=use,
        what=session.kind,
        ended=ended.kind,
        confidence=_confidence(session),
        trace=(story,),
    )
    m.emit(event, None if theirs else number)
    _put(number, session, state, Transaction.UNKNOWN, blocks=session.blocks)


def _confidence(session: Session) -> Confidence:
    return min(session.confidence, Confidence.INFERRED) if session.scope == "dependency" else session.confidence


# -- blocks


def begins(manager: Value, site: Site, state: State, m: Machine, *, is_block: bool) -> None:
    """`begin()` or `begin_nested()` takes effect: it is awaited, or its block is entered."""
    if not isinstance(manager, Primitive) or not isinstance(manager.of, Ref):
        return
    number = manager.of.id
    session = known(number, state)
    if session is None:
        return
    blocks = session.blocks + is_block
    if manager.kind == "savepoint":
        if session.transaction is Transaction.ENDED:
            _tell_ended(number, session, "begin_nested()", site, state, m)
        joined = session.transaction is Transaction.JOINED
        begun = Transaction.JOINED if joined else Transaction.OPEN
        _put(number, replace(session, nested=True), state, begun, blocks=blocks)
        return
    if manager.kind == "transaction":
        _tell_begun(number, session, site, state, m)
    fresh = Transaction.OPEN if session.kind == "connection" else Transaction.MARKED
    kept = session.kept or manager.kind != "transaction"
    _put(number, replace(session, kept=kept), state, fresh, blocks=blocks)


def _tell_begun(number: int, session: Session, site: Site, state: State, m: Machine) -> None:
    if session.failed is not None and not _in_flight(session.failed):
        _tell_swallowed(number, session, "begin()", site, state, m)
        return
    if session.transaction is Transaction.ENDED:
        _tell_ended(number, session, "begin()", site, state, m)
        return
    if session.transaction not in BEGUN and not session.blocks:
        return
    m.emit(
        TransactionMisused(
            site=site,
            use="begin()",
            what=session.kind,
            ended="",
            nested=session.blocks > 0,
            confidence=_confidence(session),
            trace=_beginning(number, session, state),
        ),
        number,
    )


def _beginning(number: int, session: Session, state: State) -> Trace:
    """Where the transaction began, as far as it was noted."""
    begun: Site | None = None
    for effect in state.effects:
        if effect.session != number:
            continue
        if effect.kind in {"commit", "rollback", "close"}:
            begun = None
        elif effect.kind in {"io", "flush"} and begun is None:
            begun = effect.site
    return ((begun, f"the {session.kind}'s transaction begins here"),) if begun is not None else ()


def left(manager: Value, site: Site, state: State, *, raising: bool) -> None:
    """A block is left: a `begin()` block ends the transaction, a savepoint only what was done in it."""
    match manager:
        case Primitive(kind="transaction" | "savepoint" | "session-begin" | "engine-begin", of=Ref() as of):
            _left_transaction(manager, of.id, site, state)
        case Primitive(kind="timeout") if raising:
            _late(state)
        case Ref():
            _left_session(manager.id, site, state)
        case Primitive():
            pass
        case _ if raising:
            for number, found in list(state.heap.items()):  # it may have rolled back
                if isinstance(found, Session) and found.failed is not None:
                    state.heap[number] = replace(found, failed=None)


def _left_transaction(manager: Primitive, number: int, site: Site, state: State) -> None:
    session = known(number, state)
    if session is None:
        return
    blocks = max(session.blocks - 1, 0)
    ended = session.transaction is Transaction.ENDED and blocks > 0
    inner = manager.kind == "savepoint"
    after = Transaction.UNKNOWN
    if ended or (inner and session.transaction is Transaction.JOINED):
        after = session.transaction
    elif inner and session.transaction in BEGUN:
        after = Transaction.OPEN
    _put(number, replace(session, nested=session.nested and blocks > 0), state, after, blocks=blocks)
    if manager.kind in {"session-begin", "engine-begin"}:
        _left_session(number, site, state)
    elif manager.kind == "transaction":
        _end_streams(number, "commit", site, state)


def _left_session(number: int, site: Site, state: State) -> None:
    session = known(number, state)
    if session is not None:
        _put(number, replace(session, ended=Cause("block", site)), state, Transaction.UNKNOWN, blocks=0)
        _end_streams(number, "close", site, state)


def entered(number: int, state: State) -> None:
    """`async with session:` closes it at the end."""
    session = known(number, state)
    if session is not None:
        state.heap[number] = replace(session, kept=True, ended=None)


def taken_back(ref: Ref, made: Value, state: State) -> Value:
    """`savepoint.rollback()`, to be awaited: the transaction goes on from where the savepoint was set."""
    session = known(ref.id, state)
    if session is not None and session.failed is not None:
        state.heap[ref.id] = replace(session, failed=None)
    return replace(made, label=TAKEN_BACK) if isinstance(made, Coroutine) else made


# -- errors


def failing(value: Value, state: State, m: Machine) -> State:
    """The state in which awaiting `value` raises: the transaction of its session is dead."""
    coroutine = value.coroutine if isinstance(value, Task) else value
    if not isinstance(coroutine, Coroutine) or not isinstance(coroutine.callee, LibraryMethod):
        return state
    receiver = coroutine.callee.receiver
    kind = _risk(coroutine)
    session = known(receiver.id, state) if isinstance(receiver, Ref) and kind else None
    if session is None or not isinstance(receiver, Ref):
        return state
    if not m.frame.sink.watched:
        if 0 <= receiver.id < m.frame.entries and not m.frame.guarded:
            m.frame.unguarded[receiver.id, kind] = None
        return state
    out = state.copy()
    out.heap[receiver.id] = replace(session, failed=Failed(kind, NOWHERE, NOWHERE))
    return out


def failed_below(errors: Iterable[tuple[int, str]], numbers: list[int], state: State, m: Machine) -> None:
    """A function that was called does what may fail, with nothing around it that rolls back."""
    for number, kind in errors:
        own = numbers[number]
        session = known(own, state)
        if session is None:
            continue
        if m.frame.sink.watched:
            trial = state.copy()
            trial.heap[own] = replace(session, failed=Failed(f"{kind}{BELOW}", NOWHERE, NOWHERE))
            m.frame.sink.watch(trial)
        elif 0 <= own < m.frame.entries and not m.frame.guarded:
            m.frame.unguarded[own, kind] = None


def _risk(coroutine: Coroutine) -> str:
    """What a method's failure would be; an empty string for what does not matter."""
    name = coroutine.callee.name if isinstance(coroutine.callee, LibraryMethod) else ""
    if name not in api.TRANSACTION_OPENS | api.TRANSACTION_MARKS | {"flush", "commit"} or coroutine.label == TAKEN_BACK:
        return ""
    if coroutine.deadline:
        return LATE
    if name in {"flush", "commit"}:
        return FLUSH
    statement = coroutine.arguments.get(0, "statement")
    if name == "exec_driver_sql" or (isinstance(statement, Statement) and statement.kind == "text"):
        return TEXT
    return WRITE if isinstance(statement, Statement) and statement.kind != "select" else READ


def _late(state: State) -> None:
    for number, found in list(state.heap.items()):
        if isinstance(found, Session) and found.failed is not None and _in_flight(found.failed):
            state.heap[number] = replace(found, failed=replace(found.failed, kind=LATE))


def taken(handlers: tuple[f.Handler, ...], state: State, m: Machine) -> bool:
    """Whether what was raised for a session's error goes to one of some handlers, and so to none after them."""
    names = {name for handler in handlers for one in _kinds(handler.type) if (name := _named(one, m))}
    for found in state.heap.values():
        failed = found.failed if isinstance(found, Session) else None
        if failed is not None and failed.kind.startswith("again") and failed.kind.partition(AS)[2] in names:
            return True
    return False


def caught(handler: f.Handler, statement: f.Try, state: State, m: Machine) -> None:
    """A handler catches: what it does catch of a session's errors is swallowed unless it rolls back or raises again."""
    attempt = Site(m.frame.module.path, statement.at)
    waits = telling.waits(statement.body, m)
    told = telling.bound_in(handler)
    _caught(_kinds(handler.type), Failed("", m.site(handler), attempt, told=told), state, m, waits=waits)


def suppressed(manager: f.Expr, body: tuple[f.Stmt, ...], site: Site, state: State, m: Machine) -> None:
    """`with suppress(IntegrityError):` catches as a handler does."""
    if isinstance(manager, f.Call):
        _caught(manager.args, Failed("", site, site), state, m, waits=telling.waits(body, m))


def _caught(kinds: tuple[f.Expr | None, ...], by: Failed, state: State, m: Machine, *, waits: bool) -> None:
    for number, found in list(state.heap.items()):
        failed = found.failed if isinstance(found, Session) else None
        if failed is None or not isinstance(found, Session):
            continue
        again, _, kind = failed.kind.rpartition(" ")
        meant = {_meant(one, kind, found, m) for one in kinds}
        # what was raised on the way from another handler to a rollback of its own is not to rely on
        swallowed = again == "again" or (not again and (ERROR in meant or (LATE in meant and not waits)))
        if LATE in meant and ERROR not in meant:
            kind = f"{LATE}{BELOW}" if kind.endswith(BELOW) else LATE
        state.heap[number] = replace(found, failed=replace(by, kind=f"caught {kind}") if swallowed else None)
        m.frame.failing |= swallowed
        if swallowed and not found.nested and kind.partition(AS)[0].removesuffix(BELOW) == FLUSH:
            lifecycle.failed(number, by.site, state)  # in a savepoint only what was changed there expires


def raised(statement: f.Raise, state: State, m: Machine) -> None:
    """`raise` in a handler, or later: whoever catches that has the same dead transaction."""
    for number, found in list(state.heap.items()):
        if not isinstance(found, Session) or found.failed is None or not found.failed.kind.startswith("caught"):
            continue
        kind = found.failed.kind.removeprefix("caught ").partition(AS)[0]
        name = _named(statement.value, m)
        state.heap[number] = replace(found, failed=replace(found.failed, kind=f"again {kind}{AS}{name}"))
        if not m.frame.sink.watched and 0 <= number < m.frame.entries and not m.frame.guarded:
            base = kind.removesuffix(BELOW)
            if name or statement.value is None:
                m.frame.unguarded[number, f"{base}{AS}{name}" if name else base] = None


def _named(raised: f.Expr | None, m: Machine) -> str:
    """The name of the exception that is raised, or that a handler catches."""
    callee = raised.func if isinstance(raised, f.Call) else raised
    found = m.index.resolve(m.frame.module, callee) if callee is not None else ()
    one = found[0] if len(found) == 1 else None
    return one.qualname if isinstance(one, ClassInfo) else one.name if isinstance(one, ExternalName) else ""


def passed(state: State, handlers: tuple[f.Handler, ...], m: Machine) -> State:
    """The state in which an error passes handlers: one that a handler means does not come through."""
    out: State | None = None
    for number, found in state.heap.items():
        failed = found.failed if isinstance(found, Session) else None
        if failed is None or not isinstance(found, Session) or failed.kind.startswith("caught"):
            continue
        if not _in_flight(failed) or any(
            _meant(one, failed.kind, found, m) for h in handlers for one in _kinds(h.type)
        ):
            out = out or state.copy()
            out.heap[number] = replace(found, failed=None)
    return out or state


def _kinds(kind: f.Expr | None) -> tuple[f.Expr | None, ...]:
    return kind.items if isinstance(kind, f.Sequence) else (kind,)


def _meant(kind: f.Expr | None, failing: str, session: Session, m: Machine) -> str:
    """Whether an `except` of this type is meant for such an ERROR, or for what comes too LATE; empty if for neither.

    A broad one around queries, or around calls of other functions, is mostly meant for something else.
    """
    failed, _, turned = failing.removesuffix(BELOW).partition(AS)
    if turned:
        return ERROR if kind is not None and _named(kind, m) == turned else ""
    names = {d.name for d in m.index.resolve(m.frame.module, kind) if isinstance(d, ExternalName)} if kind else set()
    word = kind.id if isinstance(kind, f.Name) else "" if kind is not None else "BaseException"
    if any(name.startswith("asyncio.") for name in names) or (not names and word == "TimeoutError"):
        last = next(iter(names), word).rpartition(".")[2]
        cancelled = last == "CancelledError" and (failed in {FLUSH, LATE} or not dialects.is_sqlite(m))
        return LATE if cancelled or (failed == LATE and last == "TimeoutError") else ""
    if failed in {WRITE, TEXT, READ} and not dialects.ends_with_a_statement(session, m):
        return ""
    if not names:
        return ERROR if word in _BROAD and failed != READ and failed == failing else ""
    name = next((name for name in names if name.startswith("sqlalchemy.")), "")
    return ERROR if failed in _of(name.rpartition(".")[2]) else ""


def _of(error: str) -> frozenset[str]:
    """What the errors of a class of SQLAlchemy are of."""
    return _OF_WRITES.get(error, _FAILURES - {LATE} if error in api.STATEMENT_ERRORS else frozenset())


# -- streams


def _end_streams(number: int, kind: str, site: Site, state: State) -> None:
    for key, found in list(state.heap.items()):
        if isinstance(found, Result) and found.is_async and found.session == number and found.ended is None:
            state.heap[key] = replace(found, ended=Cause(kind, site))


def streamed(ref: Ref, result: Result, name: str, site: Site, state: State, m: Machine) -> None:
    """A fetch from a streamed result: its cursor lives as long as its transaction."""
    if not result.is_async or name == "close":
        return
    if not result.fetched:
        _tell_stream(ref, result, name, site, state, m)
    if ref.id in state.heap:
        state.heap[ref.id] = replace(result, fetched=True)


def next_turn(sources: Iterable[Value], site: Site, states: Iterable[State], m: Machine) -> None:
    """A loop over a stream fetches again: what its body has committed is the end of it, with more rows than a few."""
    for ref in sources:
        for state in states:
            result = m.result(ref, state)
            if isinstance(ref, Ref) and result is not None and result.is_async and not dialects.is_sqlite(m):
                _tell_stream(ref, result, "iteration", site, state, m)


def _tell_stream(ref: Ref, result: Result, name: str, site: Site, state: State, m: Machine) -> None:
    if result.ended is None:
        return
    session = known(result.session, state)
    m.emit(
        StreamLost(
            site=site,
            method=name,
            ended=result.ended.kind,
            confidence=_confidence(session) if session is not None else Confidence.PROVED,
            trace=((result.ended.site, f"the {result.ended.kind} ends the stream here"),),
        ),
        ref.id,
    )


# -- persistent objects


def attached(instance: Instance) -> bool:
    """Whether an object certainly belongs to its session, so that a change of it is a change of the session."""
    return instance.life in {Life.PERSISTENT, Life.FLUSHED}
