"""What a function does, as the analysis saw it: all that a rule sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.index.definitions import ClassInfo

Trace = tuple[tuple[Site, str], ...]
"""Places with what happened there, in the order of events."""


E = TypeVar("E", bound="Event")


class Event(Struct, frozen=True, kw_only=True):
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

    def error(self) -> str:
        """The builtin error that is certain at `site`, which code may expect there; empty when it is none of those."""
        return ""


class CoroutineLost(Event, frozen=True, kw_only=True):
    """A coroutine dropped or consumed un-awaited. `label` is what made it, `how` what became of it.

    `made` is the call that made it, or that gave it on (`wait_for(...)`, a plain function of the project); None when
    that stands in another function. `in_async` tells whether an `await` could stand there.
    """

    label: str
    how: str
    made: Site | None
    in_async: bool


class NeedlessAwait(Event, frozen=True, kw_only=True):
    """An await, at `where`, of something that cannot be awaited; `what` describes it, `label` the expression.

    `is_enough` tells whether the code is right without the `await`: for every caller that is known.
    """

    what: str
    label: str
    is_enough: bool
    where: Site

    def error(self) -> str:
        """It cannot be awaited."""
        return "TypeError"


class WrongProtocol(Event, frozen=True, kw_only=True):
    """`with` for `async with`, `for` for `async for`, or the reverse. `statement` is `with` or `for`."""

    statement: str
    wants_async: bool
    what: str
    node: Site
    fixable: bool


class LoopBlocked(Event, frozen=True, kw_only=True):
    """Database work of a sync session, connection or engine on the event loop. `what` is the call, `of` its owner."""

    what: str
    of: str
    where: Site


class SyncSessionGiven(Event, frozen=True, kw_only=True):
    """An `async def` endpoint or dependency with a sync session as parameter."""

    parameter: str


class LegacyQuery(Event, frozen=True, kw_only=True):
    """`name`, which sync code of old has, on an `owner` that has none; `execute("select 1")` when `is_text`."""

    owner: str = "AsyncSession"
    name: str = "query"
    is_text: bool = False

    def error(self) -> str:
        """There is no such method."""
        return "" if self.is_text else "AttributeError"


class AttributeRead(Event, frozen=True, kw_only=True):
    """An attribute of an ORM object that is not there when it is read.

    `kind` is `relationship`, `column` or `proxy`; `why` is `lazy` (never loaded), `raise` (forbidden to load), `noload`
    (there, but empty), `deferred`, `dynamic`, `commit`, `rollback`, `expire`, `server` (the database made the value);
    `detached` tells that no session is there to load it. `write` is the name of a method that changes the collection,
    or `=`; `serializer` names what reads it without saying so. `chain` is the path from the queried entity. `target`
    is the class of a many-to-one's object: if the session holds one, nothing may have to be loaded; `twin` is the class
    of an object behind a to-one: if the session had one with this attribute, it may be the same.
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
    target: ClassInfo | None = None
    twin: ClassInfo | None = None

    def placed(self, place: Callable[[Site], Site]) -> AttributeRead:
        """The same event with the places of its story and of its query replaced."""
        query = None if self.query is None else place(self.query)
        cause = None if self.cause is None else place(self.cause)
        return replace(self, query=query, cause=cause, trace=tuple((place(site), words) for site, words in self.trace))

    def leans_on(self, path: str) -> bool:
        """Whether a place of its story, or its query, has this path."""
        return (self.query is not None and self.query.path == path) or any(s.path == path for s, _ in self.trace)


class FetchedTwice(Event, frozen=True, kw_only=True):
    """A fetch of rows with a joined collection without unique(). `is_call` tells a fetch method from iteration.

    `fetch` is the method's call, or what is iterated over; None where that is not known.
    """

    method: str
    relation: str
    is_call: bool
    fetch: Site | None


class SessionShared(Event, frozen=True, kw_only=True):
    """One session or connection in several concurrent tasks; `what` is `session` or `connection`."""

    by: str
    what: str
    count: str


class TransactionMisused(Event, frozen=True, kw_only=True):
    """`use` of a session or connection whose transaction does not allow it; `what` is `session` or `connection`.

    `ended` is what ended the transaction of the block around it; where it is empty, `begin()` meets a transaction that
    is begun already, `nested` if by a block around it.
    """

    use: str
    what: str
    ended: str
    nested: bool = False

    def placed(self, place: Callable[[Site], Site]) -> TransactionMisused:
        """The same event with its own place, which may be the caller's, and those of its story replaced."""
        return replace(self, site=place(self.site), trace=tuple((place(site), words) for site, words in self.trace))

    def leans_on(self, path: str) -> bool:
        """Whether its own place or one of its story has this path."""
        return self.site.path == path or any(site.path == path for site, _ in self.trace)


class ErrorSwallowed(Event, frozen=True, kw_only=True):
    """A handler, at `site`, that catches an error of the database; `use` is what uses the session after it.

    `late` tells that what it catches is a timeout or a cancellation, `in_block` that a `begin()` block is around it,
    where a rollback would end the block's transaction. `attempt` is the `try` of the handler; the first `ways` places
    of the story are the calls that came back with the error, then come those that led to the use.
    """

    use: str
    what: str
    late: bool
    in_block: bool
    attempt: Site
    ways: int = 0

    def placed(self, place: Callable[[Site], Site]) -> ErrorSwallowed:
        """The same event with its own place, which a callee does not know, and those of its story replaced."""
        trace = tuple((place(site), words) for site, words in self.trace)
        return replace(self, site=place(self.site), attempt=place(self.attempt), trace=trace)

    def called(self, site: Site, name: str) -> ErrorSwallowed:
        """The same event with the call of a function that is on the way to the use."""
        step = (site, f"`{name}()` is called here")
        return replace(self, trace=(*self.trace[: self.ways], step, *self.trace[self.ways :]))

    def leans_on(self, path: str) -> bool:
        """Whether its own place or one of its story has this path."""
        return self.site.path == path or any(site.path == path for site, _ in self.trace)


class StreamLost(Event, frozen=True, kw_only=True):
    """A fetch from a streamed result after its transaction; `ended` is `close`, `commit` or `rollback`."""

    method: str
    ended: str


class NeverCommitted(Event, frozen=True, kw_only=True):
    """What `how` writes at `site` is rolled back when the session or connection is closed."""

    how: str
    what: str


class UsedClosed(Event, frozen=True, kw_only=True):
    """`use` of a session after the end of its block, or of a connection that is closed; `what` says which."""

    use: str
    what: str


class SessionLeft(Event, frozen=True, kw_only=True):
    """A session or connection, opened at `site`, that its function leaves open; `yielded` if others use it."""

    what: str
    yielded: bool


class SessionGlobal(Event, frozen=True, kw_only=True):
    """A session that outlives requests; `where` says in what it is kept."""

    where: str
    name: str


class OptionMismatch(Event, frozen=True, kw_only=True):
    """A loader option that does not fit its statement.

    `kind` is `entity` (it starts from a model that is not selected), `alias` (from the model instead of its alias, or
    the reverse), `columns` (no model is selected), `batched` (it needs all rows, beside `yield_per`) or `string`.
    `after` is the option that loads what it starts from.
    """

    kind: str
    option: str
    selected: str
    after: str = ""


class SessionOutlived(Event, frozen=True, kw_only=True):
    """A session that is used after `end` has closed it.

    `kind` is `background` or `stream` (what FastAPI runs when the endpoint has returned), or `task` (nobody waits for
    it); `by` is the call that it is given to.
    """

    kind: str
    by: str
    end: str


class DependencyMisused(Event, frozen=True, kw_only=True):
    """A dependency that gives a session, called or declared in a way that gives none; `name` says which it is.

    `kind` is `awaited`, `entered` or `used` (a generator taken for its session), `anext`, `return` or `break` (a
    generator left at its `yield`), `called` (`Depends(get_session())`), `class` or `factory` (given to `Depends`),
    `manager` (an `@asynccontextmanager` given to it), `unentered` or `manager-awaited` (one taken for its session), or
    `undeclared` (a parameter without `Depends`). `yield` is a generator within another, left by what is thrown in.
    """

    kind: str
    name: str


class RowRead(Event, frozen=True, kw_only=True):
    """An attribute of an entity, read on the row that holds the entity.

    `use` names the session's method that was given the row instead, where no attribute is read; `is_column` tells that
    the row holds columns of the model, and not this one.
    """

    model: str
    attribute: str
    use: str = ""
    is_column: bool = False

    def error(self) -> str:
        """A row has no such attribute."""
        return "" if self.use else "AttributeError"


class ExecMisused(Event, frozen=True, kw_only=True):
    """`session.exec()` where there is none, or for what it does not give.

    `kind` is `absent` (`what` is the session), `scalars` (`what` is the method that the result does not have) or `rows`
    (`what` is the model whose row was given to the session's method `use`).
    """

    kind: str
    what: str
    use: str = ""

    def error(self) -> str:
        """There is no such method."""
        return "" if self.kind == "rows" else "AttributeError"


class Unentered(Event, frozen=True, kw_only=True):
    """A transaction, connection or stream that is neither awaited nor entered; `how` is `dropped` or `used`."""

    label: str
    how: str


class Mismatch(Event, frozen=True, kw_only=True):
    """Things that do not go together.

    `kind` is `driver`, `pairing`, `ddl`, `listener`, `pool` or `scope`; for engines and data `arguments`, `datetime`,
    `text`, `loops`, `per-call`, `expiry` or `ping`. `what` is the thing at the site, `problem` what is wrong with it,
    `remedy` what to do; `raises` is the error, where the rule knows several. It is inferred when it hangs on a
    library's version that nobody knows.
    """

    kind: str
    what: str
    problem: str
    remedy: str
    raises: str = ""


class SuppressionUnused(Event, frozen=True, kw_only=True):
    """A comment of the kind `comment` whose rules `what` report nothing where it counts."""

    what: str
    comment: str


class RuleUnknown(Event, frozen=True, kw_only=True):
    """A comment of ours that names no rule; `problem` says which, and what may be meant."""

    problem: str


class Unparsable(Event, frozen=True, kw_only=True):
    """A file that cannot be analysed. `line` counts from 1, `column` from 0; `site` names the file only."""

    reason: str
    line: int
    column: int
