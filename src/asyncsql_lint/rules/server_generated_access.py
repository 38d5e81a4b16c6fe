"""ASL307, server-generated-access."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import MISSING_GREENLET, reading, story

_HELP = "`await session.refresh(...)` after the UPDATE, or set `eager_defaults=True` on the mapper"


def _written(event: AttributeRead) -> str:
    return "a flush" if event.born == "new" else "an UPDATE"


class ServerGeneratedAccess(Rule[AttributeRead]):
    """Reports reads of what the database computes in an UPDATE.

    ## What it does
    Finds reads of columns with `onupdate=func...`, of `Computed` columns and of attributes that were set to an SQL
    expression, after the flush or commit of an UPDATE, or after an `update()` statement for the object's row; and of all
    that an INSERT generates where the mapper has `eager_defaults=False`.

    ## What happens
    The UPDATE leaves them expired, whatever `expire_on_commit` says: `MissingGreenlet`. What an INSERT generates comes
    back with it and is safe.

    ## Example
    ```python
    async def example(session: AsyncSession) -> datetime:
        order = (await session.scalars(select(Order).limit(1))).one()
        order.name = "changed"
        await session.flush()
        return order.updated_at
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> datetime:
        order = (await session.scalars(select(Order).limit(1))).one()
        order.name = "changed"
        await session.flush()
        await session.refresh(order)
        return order.updated_at
    ```

    ## Fix safety
    There is no fix: refresh the object, or set `eager_defaults=True` on the mapper.

    ## What it cannot see
    Triggers, and `update()` statements of which it is not written down that they change the object's row.

    ## References
    - [Fetching server-generated defaults](https://docs.sqlalchemy.org/en/20/orm/persistence_techniques.html#fetching-server-generated-defaults)
    """

    meta = RuleMeta(
        code="ASL307",
        name="server-generated-access",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.why == "server" and not event.detached):
            return
        yield self.found(
            event,
            f"{reading(event)} after {_written(event)}, which leaves it to the database",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=MISSING_GREENLET,
        )
