"""`session.exec()`: SQLModel's session alone has it, and what it gives hangs on whose `select()` it is given.

SQLModel's `select(Model)` gives the objects themselves, a `ScalarResult`; SQLAlchemy's gives rows (facts 4-sm-exec-*,
6-sa-AsyncSession.exec).
"""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import ExecMisused, LegacyQuery, RowRead
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Result, Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import Arguments, Ref, Row
from asyncsql_lint.libraries import sqlalchemy_asyncio as api
from asyncsql_lint.syntax import facts as f

_ASKS = frozenset({"hasattr", "isinstance"})
"""Who asks what a session is, or has, knows better than its annotation."""


def is_absent(ref: Ref, session: Session, site: Site, m: Machine) -> bool:
    """Whether a session has no `exec`; it is told."""
    if not session.is_async or session.kind != "session":
        return False
    if session.library != "sqlalchemy" and not session.scoped:
        return False
    function = m.frame.function
    if function is not None and function.node.words & _ASKS:
        return False
    confidence = session.confidence
    if session.scope in {"parameter", "global"}:
        # SQLModel's session is one of SQLAlchemy's: an annotation says the less where the project makes the other
        if _makes_sqlmodel_sessions(m):
            return False
        confidence = min(confidence, Confidence.INFERRED)
    what = "an async_scoped_session" if session.scoped else "SQLAlchemy's AsyncSession"
    trace = ((session.origin, "the session comes from here"),) if session.origin is not None else ()
    m.emit(ExecMisused(site=site, kind="absent", what=what, confidence=confidence, trace=trace), ref.id)
    return True


def _makes_sqlmodel_sessions(m: Machine) -> bool:
    """Whether some module of the project imports SQLModel's async session."""
    for module in m.index.modules.values():
        if "AsyncSession" not in module.facts.words:
            continue
        for binding in (b for bindings in module.bindings.values() for b in bindings):
            if isinstance(binding, (f.ImportFrom, f.ImportName)) and binding.module.startswith("sqlmodel.ext"):
                return True
    return False


def asked_as_rows(result: Result, name: str, site: Site, state: State, m: Machine) -> bool:
    """Whether the objects that `exec(select(Model))` gives are asked what only rows can be asked; it is told."""
    if result.by != "exec" or result.kind != "scalars" or name not in api.ROWS_ONLY:
        return False
    session = m.session(result.session, state)
    confidence = session.confidence if session is not None else Confidence.INFERRED
    place = result.statement.site
    trace = ((place, "SQLModel's `select()` of one thing gives the things themselves"),) if place is not None else ()
    m.emit(ExecMisused(site=site, kind="scalars", what=name, confidence=confidence, trace=trace), result.session)
    return True


def given_a_row(name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    """`session.add(row)` and its like: the session wants the object in the row."""
    value = arguments.get(0, "instance")
    if not isinstance(value, Row) or name not in api.TAKES_OBJECT:
        return
    entities = value.statement.entities or ()
    model = entities[0].model if len(entities) == 1 else None
    if model is None:
        return
    place = value.statement.site
    trace = ((place, f"the statement selects whole `{model.name}` objects"),) if place is not None else ()
    confidence = m.confidence(value.session, state)
    if value.by == "exec":
        event = ExecMisused(site=site, kind="rows", what=model.name, use=name, confidence=confidence, trace=trace)
        m.emit(event, value.session)
        return
    m.emit(
        RowRead(site=site, model=model.name, attribute="", use=name, confidence=confidence, trace=trace), value.session
    )


def given_a_text(number: int, name: str, site: Site, state: State, m: Machine) -> None:
    """`execute("select 1")`: since 2.0 a text has to be declared as one (facts 2d-raw-string-*)."""
    session = m.session(number, state)
    if session is None or not session.is_async or m.versions(site).sqlalchemy.at_least(2) is False:
        return
    owner = "AsyncSession" if session.kind == "session" else "AsyncConnection"
    m.emit(LegacyQuery(site=site, owner=owner, name=name, is_text=True, confidence=session.confidence), number)
