"""What changes in the course of a function: sessions, ORM objects, results, objects of the project's own classes.

Objects lie in a heap by number. They are immutable themselves: a change puts a new object under the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.plans import EMPTY, UNKNOWN, Plan
from asyncsql_lint.flow.values import Engine, Fault, Statement, Value
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


NEAR = "near"
"""Why a many-to-one is there: its session holds the object, and only as long as it does."""


class Slot(Struct, frozen=True):
    """What is known of one attribute beyond the plan: whether it is there (`why` not), and its value where known.

    With `noload` as `why` it is there, without the rows that it should have.
    """

    loaded: Loaded
    value: Value | None = None
    why: str = ""


class Cause(Struct, frozen=True):
    """Why attributes are not there any more: `kind` is `commit`, `rollback`, `expire`, `flush` or `failure`.

    `site` is where; of a failure of a flush or commit, where it is caught.
    """

    kind: str
    site: Site


class Instance(Struct, frozen=True):
    """An ORM object. `over` holds what is known of single attributes beyond `plan` and the model.

    `born` is `query`, `new` or `unknown`; `origin` where it was queried or made. `given` are the keywords that a
    new object was made with, and after a `~` what the next flush leaves to the database; `open` tells that there were
    others. `dirty` tells that a column was changed since the last flush, `assigned` are those columns, `version` counts
    the assignments, `faults` are values that a driver will refuse.
    `entity` is the class that was queried, where the object has turned out to be of a subclass of it.
    """

    model: ClassInfo
    plan: Plan = EMPTY
    life: Life = Life.UNKNOWN
    session: int | None = None
    born: str = "unknown"
    origin: Site | None = None
    statement: Site | None = None
    over: Mapping[str, Slot] = {}
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
    faults: tuple[Fault, ...] = ()

    def forgotten(self) -> Instance:
        """The same object when nothing is known of it any more but its session."""
        return replace(self, life=Life.UNKNOWN, over={}, expired=None, plan=UNKNOWN)


class Transaction(Enum):
    """What is known of a session's transaction: MARKED was begun and has no connection yet (`add()`), OPEN has one.

    ENDED was committed or rolled back in a `begin()` block that goes on. JOINED was found begun by `in_transaction()`:
    by whom, and whether that ever happens, nobody knows. Whether a session at rest has none is not told from not
    knowing: neither proves anything.
    """

    UNKNOWN = "unknown"
    MARKED = "marked"
    OPEN = "open"
    ENDED = "ended"
    JOINED = "joined"


class Failed(Struct, frozen=True):
    """An error of the database that nobody has rolled back: `kind` is what failed, `site` the handler that caught it.

    `attempt` is the `try` of that handler, `way` are the calls that came back with the session in that state. `told`
    are names in the function that is analysed whose values may tell of the error, `since` is the number of the
    statement in which the last of those calls came back; `doubted` tells that a test of such a value has led here, and
    so perhaps nothing comes here after an error.
    """

    kind: str
    site: Site
    attempt: Site
    way: tuple[Site, ...] = ()
    told: frozenset[str] = frozenset()
    since: int = -1
    doubted: bool = False


class Session(Struct, frozen=True):
    """A session or connection. `expires` is its expire_on_commit, `autoflush` as it says; None when nobody knows.

    `kind` is `session` or `connection`; `greenlet` tells that it is the sync session that `run_sync` hands to its
    callback; `origin` where it came from, `scope` how: `parameter`, `dependency`, `factory`, `constructor`, `global`.
    `ends` tells that FastAPI closes it: with the `request`, or with the `endpoint` that was given it.
    `blocks` counts the `begin()` and `begin_nested()` blocks that are certainly open, `failed` is the error that nobody
    rolled back, `ended` what ended the transaction of a block or closed the session, `kept` tells that others may close
    it: a `with`, or whoever it was handed to. `nested` tells that a savepoint may be open, `saves` that what is written
    needs a commit, `unsaved` what was written since the last one.
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
    engine: Engine | None = None
    transaction: Transaction = Transaction.UNKNOWN
    blocks: int = 0
    nested: bool = False
    failed: Failed | None = None
    kept: bool = False
    ended: Cause | None = None
    saves: bool = False
    unsaved: Cause | None = None
    autoflush: bool | None = None

    def at_rest(self) -> Session:
        """The same session when nothing is known of its transaction, nor who closes it.

        So it stands for several that differ in that, or for another view of it: the original keeps its own state.
        """
        return replace(
            self,
            transaction=Transaction.UNKNOWN,
            blocks=0,
            failed=None,
            kept=True,
            ended=None,
            saves=False,
            unsaved=None,
        )


class Result(Struct, frozen=True):
    """A result. `kind` is `rows`, `scalars` or `mappings`; `is_async` for a streamed one; `by` is what gave it.

    `fetched` tells that some of it may be in memory; `ended` is what ended the transaction of a streamed one.
    """

    session: int | None
    statement: Statement
    kind: str = "rows"
    is_async: bool = False
    uniqued: bool = False
    by: str = ""
    fetched: bool = False
    ended: Cause | None = None


class Query(Struct, frozen=True):
    """A legacy `Session.query(...)`."""

    session: int | None
    statement: Statement


class Object(Struct, frozen=True):
    """An object of a class of the project that is no model; `attributes` as far as they are known.

    `complete` tells that the constructor was read, so that an attribute which is not there was set elsewhere.
    """

    cls: ClassInfo
    attributes: Mapping[str, Value] = {}
    complete: bool = True


HeapObject = Instance | Session | Result | Query | Object
