"""ASL303, unloaded-collection-write."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, story

_HELP = "load the collection in the query with `selectinload()`, or set the other side of the relationship"

_REPLACED = {
    "dynamic": "is a dynamic collection: to assign it loads the old one first",
    "write_only": "is a write-only collection: it cannot be assigned once there is a row",
}
_RAISES = {
    "raise": FORBIDDEN,
    "write_only": 'InvalidRequestError: Collection "..." does not support implicit iteration; collection replacement'
    " operations can't be used",
}


class UnloadedCollectionWrite(Rule[AttributeRead]):
    """Reports changes of collections that are not loaded.

    ## What it does
    Finds `append()`, `remove()` and other changes of a collection, and assignments to it, on a persistent object that has
    not loaded it; also assignments to dynamic and write-only collections. Assigning a single related object is fine.

    ## What happens
    SQLAlchemy loads the old collection first: `MissingGreenlet`. A write-only collection refuses: `InvalidRequestError`.

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
            'InvalidRequestError: Collection "..." does not support implicit iteration; collection replacement operations'
            " can't be used",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.why not in {"lazy", "raise", *_REPLACED} or not event.write or event.detached:
            return
        what = _REPLACED.get(event.why, "is changed, but was never loaded: the change loads it first")
        yield self.found(
            event,
            f"`{event.model}.{event.attribute}` {what}",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=_RAISES.get(event.why, MISSING_GREENLET),
        )
