"""ASL309, lazy-strategy."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, story

_HELP = "run `.statement` (dynamic) or `.select()` (write-only) with the session"


_WORDS = {
    "dynamic": "is a dynamic collection: it cannot be iterated over under an async session",
    "write_only": "is a write-only collection: it cannot be iterated over",
    "no-attrs": "is awaited through `awaitable_attrs`, but its class does not inherit from AsyncAttrs",
    "forbidden": 'is awaited through `awaitable_attrs`, but lazy="raise" forbids to load it',
}


class LazyStrategy(Rule[AttributeRead]):
    """Reports iteration over dynamic and write-only collections.

    ## What it does
    Finds iteration over a `lazy="dynamic"` collection, and `all()`, `first()` or `count()` of it, under an async session;
    and iteration over a write-only collection.

    ## What happens
    A dynamic collection runs its query on the spot: `MissingGreenlet`. A write-only one refuses: `TypeError`.

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
    Collections of objects that the analysis cannot follow.

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
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        words = _WORDS.get(event.why)
        if words is None:
            return
        yield self.found(
            event,
            f"`{event.model}.{event.attribute}` {words}",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=FORBIDDEN if event.why == "forbidden" else MISSING_GREENLET,
        )
