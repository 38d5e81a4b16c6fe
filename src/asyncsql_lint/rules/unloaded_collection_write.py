"""ASL303, unloaded-collection-write."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, story

_HELP = "load the collection in the query with `selectinload()`, or set the other side of the relationship"


class UnloadedCollectionWrite(Rule[AttributeRead]):
    """Reports changes of collections that are not loaded.

    ## What it does
    Finds `append()`, `remove()` and other changes of a collection, and assignments to it, on a persistent object that has
    not loaded it. Assigning a single related object is fine.

    ## What happens
    SQLAlchemy loads the old collection first: `MissingGreenlet`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> None:
        order = (await session.scalars(select(Order).limit(1))).one()
        order.tags.append(Tag(name="new"))
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> None:
        order = (await session.scalars(select(Order).options(selectinload(Order.tags)).limit(1))).one()
        order.tags.append(Tag(name="new"))
    ```

    ## Fix safety
    There is no fix: load the collection, set the other side of the relationship, or use a write-only one.

    ## What it cannot see
    Objects that come from code which the analysis cannot follow.

    ## References
    - [Write only relationships](https://docs.sqlalchemy.org/en/20/orm/large_collections.html)
    """

    meta = RuleMeta(
        code="ASL303",
        name="unloaded-collection-write",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
        errors=(
            "InvalidRequestError: '...' is not available due to lazy='raise'",
            "InvalidRequestError: '...' is not available due to lazy='raise_on_sql'",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.why in {"lazy", "raise"} and bool(event.write) and not event.detached):
            return
        yield self.found(
            event,
            f"`{event.model}.{event.attribute}` is changed, but was never loaded: the change loads it first",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=FORBIDDEN if event.why == "raise" else MISSING_GREENLET,
        )
