"""ASL308, detached-access."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import DETACHED, reading, story

_HELP = "load it in the query, or read it while the session is open"


class DetachedAccess(Rule[AttributeRead]):
    """Reports reads of what is not loaded after the session has ended.

    ## What it does
    Finds reads of relationships that were not loaded, and of expired attributes, after the end of the session's block,
    `close()`, `expunge()`, or the deletion of the object.

    ## What happens
    `DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed`.
    Columns that were loaded can be read for ever.

    ## Example
    ```python
    async def example() -> object:
        async with maker() as session:
            order = (await session.scalars(select(Order).limit(1))).one()
        return order.lines
    ```

    ## Use instead
    ```python
    async def example() -> object:
        async with maker() as session:
            order = (await session.scalars(select(Order).options(selectinload(Order.lines)).limit(1))).one()
        return order.lines
    ```

    ## Fix safety
    There is no fix: load what is needed in the block, or read it there.

    ## What it cannot see
    Sessions that end in code which the analysis cannot follow.

    ## References
    - [Object states](https://docs.sqlalchemy.org/en/20/orm/session_state_management.html)
    """

    meta = RuleMeta(
        code="ASL308",
        name="detached-access",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="DetachedInstanceError: Instance is not bound to a Session (bhk3)",
        errors=(
            "DetachedInstanceError: Parent instance ... is not bound to a Session; lazy load operation of attribute",
            "DetachedInstanceError: Parent instance ... is not bound to a Session; deferred load operation of attribute",
            "DetachedInstanceError: Instance ... is not bound to a Session; attribute refresh operation cannot proceed",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.detached):
            return
        yield self.found(
            event,
            f"{reading(event)} after its session has ended, and it was not loaded before",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=DETACHED,
        )
