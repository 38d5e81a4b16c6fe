"""ASL309, lazy-strategy."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, story

_HELP = "run `.statement` (dynamic) or `.select()` (write-only) with the session"
_NO_ATTRS = "inherit from `sqlalchemy.ext.asyncio.AsyncAttrs`, or load it with the query"
_FORBIDDEN = "load it with the query: an option there counts more than the model's `lazy=`"
_NOLOAD = "load it, or leave it with `lazyload()` or `raiseload()`: `noload` is deprecated from SQLAlchemy 2.1 on"


_WORDS = {
    "dynamic": "is a dynamic collection: it cannot be iterated over under an async session",
    "write_only": "is a write-only collection: it cannot be iterated over",
    "no-attrs": "is awaited through `awaitable_attrs`, but its class does not inherit from AsyncAttrs",
    "noload": "is read, but `noload` leaves it empty, whatever rows there are",
    "forbidden": 'is awaited through `awaitable_attrs`, but lazy="raise" forbids to load it',
}


_HELPS = {"no-attrs": _NO_ATTRS, "forbidden": _FORBIDDEN, "noload": _NOLOAD}
_RAISES = {"forbidden": FORBIDDEN, "noload": "no error: an empty collection, or None, for what has rows"}


class LazyStrategy(Rule[AttributeRead]):
    """Reports reads that dynamic, write-only and noload relationships do not serve.

    ## What it does
    Finds iteration over a `lazy="dynamic"` collection, and `all()`, `first()` or `count()` of it, under an async session;
    iteration over a write-only collection; and reads of a relationship with `lazy="noload"` or the option `noload()`.

    ## What happens
    A dynamic collection runs its query on the spot: `MissingGreenlet`. A write-only one refuses: `TypeError`. What
    `noload` leaves out is empty without an error, whatever rows there are; SQLAlchemy 2.1 deprecates it.

    ## Example
    ```python
    async def example(session: AsyncSession) -> list[int]:
        supplier = (await session.scalars(select(Supplier).limit(1))).one()
        return [run.pallets for run in supplier.runs]  # declared with lazy="dynamic"
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> list[int]:
        supplier = (await session.scalars(select(Supplier).limit(1))).one()
        return [run.pallets for run in await session.scalars(supplier.runs.statement)]
    ```

    ## Fix safety
    There is no fix: run `collection.statement` (dynamic) or `collection.select()` (write-only) with the session.

    ## What it cannot see
    Collections of objects that the analysis cannot follow, and `noload` where a helper reads it: it may be given what
    stands in for it.

    ## References
    - [Dynamic relationship loaders](https://docs.sqlalchemy.org/en/20/orm/large_collections.html)
    """

    meta = RuleMeta(
        code="ASL309",
        name="lazy-strategy",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet (xd2s), or TypeError for write-only collections",
        errors=(
            "MissingGreenlet: greenlet_spawn has not been called",
            "TypeError: WriteOnly collections don't support iteration in-place",
            "AttributeError: '...' object has no attribute 'awaitable_attrs'",
            "AttributeError: 'NoneType' object has no attribute",
            "TypeError: object of type 'WriteOnlyCollection' has no len()",
            "InvalidRequestError: '...' is not available due to lazy='raise'",
            "no error: an empty collection, or None, for what has rows",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        words = _WORDS.get(event.why)
        if words is None or event.write:
            return
        yield self.found(
            event,
            f"`{event.model}.{event.attribute}` {words}",
            related=story(event),
            help=_HELPS.get(event.why, _HELP),
            symbol=f"{event.model}.{event.attribute}",
            raises=_RAISES.get(event.why, MISSING_GREENLET),
        )
