"""What changes in the course of a function: sessions, ORM objects, results, objects of the project's own classes.

Objects lie in a heap by number. They are immutable themselves: a change puts a new object under the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.plans import EMPTY, Plan
from asyncsql_lint.flow.values import Statement, Value
from asyncsql_lint.index.definitions import ClassInfo


class Life(Enum):
    """Where an ORM object stands towards its session.

    https://docs.sqlalchemy.org/en/20/orm/session_state_management.html; ASSUMED is a parameter that is taken to
    be persistent in the function's only session; FLUSHED is persistent, but a rollback makes it transient again.
    """

    TRANSIENT = "transient"
    PENDING = "pending"
    FLUSHED = "flushed"
    PERSISTENT = "persistent"
    ASSUMED = "assumed"
    DELETED = "deleted"
    DETACHED = "detached"
    UNKNOWN = "unknown"


class Loaded(Enum):
    """Whether an attribute is there: the three values of the analysis."""

    YES = "loaded"
    NO = "not loaded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known of one attribute beyond the plan: whether it is there (`why` not), and its value where known."""

    loaded: Loaded
    value: Value | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why attributes are not there any more: `kind` is `commit`, `rollback`, `expire` or `flush`; `site` is where."""

    kind: str
    site: Site


@dataclass(frozen=True, slots=True)
class Instance:
    """An ORM object. `over` holds what is known of single attributes beyond `plan` and the model.

    `born` is `query`, `new` or `unknown`; `origin` where it was queried or made. `given` are the keywords that a
    new object was made with, `open` tells that there were others. `dirty` tells that a column was changed since the
    last flush, `assigned` are those columns, `version` counts the assignments.
    `entity` is the class that was queried, where the object has turned out to be of a subclass of it.
    """

    model: ClassInfo
    plan: Plan = EMPTY
    life: Life = Life.UNKNOWN
    session: int | None = None
    born: str = "unknown"
    origin: Site | None = None
    statement: Site | None = None
    over: Mapping[str, Slot] = field(default_factory=dict)
    expired: Cause | None = None
    closed: Cause | None = None
    given: frozenset[str] = frozenset()
    open: bool = False
    dirty: bool = False
    confidence: Confidence = Confidence.PROVED
    partial: bool = False
    path: tuple[tuple[ClassInfo, str], ...] = ()
    is_get: bool = False
    entity: ClassInfo | None = None
    assigned: frozenset[str] = frozenset()
    version: int = 0
    pk: Value | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session or connection. `expires` is its expire_on_commit; None when nobody knows.

    `kind` is `session` or `connection`; `greenlet` tells that it is the sync session that `run_sync` hands to its
    callback; `origin` where it came from, `scope` how: `parameter`, `dependency`, `factory`, `constructor`, `global`.
    `ends` tells that FastAPI closes it: with the `request`, or with the `endpoint` that was given it.
    """

    is_async: bool
    kind: str = "session"
    library: str = "sqlalchemy"
    expires: bool | None = None
    origin: Site | None = None
    scope: str = "constructor"
    confidence: Confidence = Confidence.PROVED
    greenlet: bool = False
    scoped: bool = False
    twin: int | None = None
    started: bool = True
    cls: ClassInfo | None = None
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A result. `kind` is `rows`, `scalars` or `mappings`; `is_async` for a streamed one, `by` is `exec` for that."""

    session: int | None
    statement: Statement
    kind: str = "rows"
    is_async: bool = False
    uniqued: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A legacy `Session.query(...)`."""

    session: int | None
    statement: Statement


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a class of the project that is no model; `attributes` as far as they are known.

    `complete` tells that the constructor was read, so that an attribute which is not there was set elsewhere.
    """

    cls: ClassInfo
    attributes: Mapping[str, Value] = field(default_factory=dict)
    complete: bool = True


HeapObject = Instance | Session | Result | Query | Object
