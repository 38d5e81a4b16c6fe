"""ASL304, deferred-column-access."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import MISSING_GREENLET, reading, story

_HELP = "add `undefer()` to the query's options, or leave the column in"


class DeferredColumnAccess(Rule[AttributeRead]):
    """Reports reads of columns that the query left out.

    ## What it does
    Finds reads of `deferred()` columns, of columns that `load_only()` or `defer()` left out, of a subclass's columns on an
    object that was queried through its base, and of a new object's column properties after its INSERT.

    ## What happens
    The read loads the column: `MissingGreenlet`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> str:
        order = (await session.scalars(select(Order).options(load_only(Order.id)).limit(1))).one()
        return order.name
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> str:
        order = (await session.scalars(select(Order).options(load_only(Order.name)).limit(1))).one()
        return order.name
    ```

    ## Fix safety
    There is no fix: add `undefer()`, or leave the column in.

    ## What it cannot see
    Columns of subclasses whose mapping the analysis cannot read.

    ## References
    - [Column loading options](https://docs.sqlalchemy.org/en/20/orm/queryguide/columns.html)
    """

    meta = RuleMeta(
        code="ASL304",
        name="deferred-column-access",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
        errors=("InvalidRequestError: '...' is not available due to raiseload=True",),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.why == "deferred" and not event.detached):
            return
        yield self.found(
            event,
            f"{reading(event)}, but the query left this column out",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=MISSING_GREENLET,
        )
