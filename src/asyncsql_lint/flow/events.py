"""What a function does, as the analysis saw it: all that a rule sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site

Trace = tuple[tuple[Site, str], ...]
"""Places with what happened there, in the order of events."""


E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something at `site` in the function `context`, known with `confidence`, with its story so far.

    `calls` are the calls, innermost first, that brought the object there from the function that owns it;
    `implicit` tells that the innermost of them is none that one can see: a property, or a `__repr__`.
    """

    site: Site
    context: str = ""
    confidence: Confidence = Confidence.PROVED
    trace: Trace = ()
    calls: tuple[tuple[Site, str], ...] = ()
    implicit: bool = False

    def placed(self: E, place: Callable[[Site], Site]) -> E:  # noqa: PYI019 # `Self` is in typing from 3.11 on
        """The same event with the places of its story replaced."""
        return replace(self, trace=tuple((place(site), words) for site, words in self.trace))

    def leans_on(self, path: str) -> bool:
        """Whether a place of its story has this path."""
        return any(site.path == path for site, _ in self.trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoroutineLost(Event):
    """A coroutine dropped or consumed un-awaited. `label` is what made it, `how` what became of it.

    `made` is the call that made it, None when that stands in another function; `in_async` tells whether an `await`
    could stand there.
    """

    label: str
    how: str
    made: Site | None
    in_async: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedlessAwait(Event):
    """An await of something that cannot be awaited; `what` describes it, `label` the expression.

    `is_enough` tells whether the code is right without the `await`.
    """

    what: str
    label: str
    is_enough: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongProtocol(Event):
    """`with` for `async with`, `for` for `async for`, or the reverse. `statement` is `with` or `for`."""

    statement: str
    wants_async: bool
    what: str
    node: Site
    fixable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopBlocked(Event):
    """Database work of a sync session, connection or engine on the event loop. `what` is the call, `of` its owner."""

    what: str
    of: str
    where: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSessionGiven(Event):
    """An `async def` endpoint or dependency with a sync session as parameter."""

    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyQuery(Event):
    """`name`, which sync code of old has, on an `owner` that has none; `execute("select 1")` when `is_text`."""

    owner: str = "AsyncSession"
    name: str = "query"
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRead(Event):
    """An attribute of an ORM object that is not there when it is read.

    `kind` is `relationship`, `column` or `proxy`; `why` is `lazy` (never loaded), `raise` (forbidden to load),
    `deferred`, `dynamic`, `noload` (left empty), `commit`, `rollback`, `expire`, `server` (the database made the
    value); `detached` tells that no session is there to load it. `write` is the name of a method that changes the
    collection, or `=`; `serializer` names what reads it without saying so. `chain` is the path from the queried entity.
    """

    model: str
    attribute: str
    kind: str
    why: str
    detached: bool
    write: str = ""
    serializer: str = ""
    query: Site | None = None
    is_get: bool = False
    born: str = ""
    collection: bool | None = None
    chain: tuple[tuple[str, str, str, bool], ...] = ()
    others: tuple[Site, ...] = ()
    cause: Site | None = None

    def placed(self, place: Callable[[Site], Site]) -> AttributeRead:
        """The same event with the places of its story and of its query replaced."""
        query = None if self.query is None else place(self.query)
        cause = None if self.cause is None else place(self.cause)
        return replace(self, query=query, cause=cause, trace=tuple((place(site), words) for site, words in self.trace))

    def leans_on(self, path: str) -> bool:
        """Whether a place of its story, or its query, has this path."""
        return (self.query is not None and self.query.path == path) or any(s.path == path for s, _ in self.trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTwice(Event):
    """A fetch of rows with a joined collection without unique(). `is_call` tells a fetch method from iteration.

    `fetch` is the method's call, or what is iterated over; None where that is not known.
    """

    method: str
    relation: str
    is_call: bool
    fetch: Site | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionShared(Event):
    """One session or connection in several concurrent tasks; `what` is `session` or `connection`."""

    by: str
    what: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGlobal(Event):
    """A session that outlives requests; `where` says in what it is kept."""

    where: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionMismatch(Event):
    """A loader option that does not fit its statement.

    `kind` is `entity` (it starts from a model that is not selected), `alias` (from the model instead of its alias, or
    the reverse), `columns` (no model is selected), `batched` (it needs all rows, beside `yield_per`) or `string`.
    `after` is the option that loads what it starts from.
    """

    kind: str
    option: str
    selected: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutlived(Event):
    """A session that is used after `end` has closed it.

    `kind` is `background` or `stream` (what FastAPI runs when the endpoint has returned), `task` (nobody waits for it)
    or `returned` (out of the block that closes it); `by` is the call that it is given to.
    """

    kind: str
    by: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyMisused(Event):
    """A dependency that gives a session, called or declared in a way that gives none; `name` says which it is.

    `kind` is `awaited`, `entered` or `used` (a generator taken for its session), `anext`, `return` or `break` (a
    generator left at its `yield`), `called` (`Depends(get_session())`), `class` or `factory` (given to `Depends`),
    `manager` (an `@asynccontextmanager` given to it), `unentered` or `manager-awaited` (one taken for its session), or
    `undeclared` (a parameter without `Depends`). `yield` is a generator within another, left by what is thrown in.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRead(Event):
    """An attribute of an entity, read on the row that holds the entity.

    `use` names the session's method that was given the row instead, where no attribute is read; `is_column` tells that
    the row holds columns of the model, and not this one.
    """

    model: str
    attribute: str
    use: str = ""
    is_column: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecMisused(Event):
    """`session.exec()` where there is none, or for what it does not give.

    `kind` is `absent` (`what` is the session), `scalars` (`what` is the method that the result does not have) or `rows`
    (`what` is the model whose row was given to the session's method `use`).
    """

    kind: str
    what: str
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unentered(Event):
    """A transaction, connection or stream that is neither awaited nor entered; `how` is `dropped` or `used`."""

    label: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch(Event):
    """Things that do not go together. `kind` is `driver`, `pairing`, `ddl`, `listener`, `pool` or `scope`.

    `what` is the thing at the site, `problem` what is wrong with it, `remedy` what to do. It is inferred when it hangs
    on a library's version that nobody knows.
    """

    kind: str
    what: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionUnused(Event):
    """A comment of the kind `comment` whose rules `what` report nothing where it counts."""

    what: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUnknown(Event):
    """A comment of ours that names no rule; `problem` says which, and what may be meant."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsable(Event):
    """A file that cannot be analysed. `line` counts from 1, `column` from 0; `site` names the file only."""

    reason: str
    line: int
    column: int
