"""ASL306, expired-after-rollback."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import MISSING_GREENLET, reading, story

_HELP = "read it into a name before the rollback, or `await session.refresh(...)` after it"


class ExpiredAfterRollback(Rule[AttributeRead]):
    """Reports attributes that are read after a rollback.

    ## What it does
    Finds reads of any attribute of a persistent object after `rollback()` of its session: in `except` handlers, after
    them, and in later turns of a loop.

    ## What happens
    A rollback expires every object of the session, whatever `expire_on_commit` says; the read raises `MissingGreenlet`,
    often in the handler that should report the first error.

    ## Example
    ```python
    async def example(session: AsyncSession) -> str:
        order = (await session.scalars(select(Order).limit(1))).one()
        await session.rollback()
        return order.name
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> str:
        order = (await session.scalars(select(Order).limit(1))).one()
        name = order.name
        await session.rollback()
        return name
    ```

    ## Fix safety
    There is no fix: keep what is needed in names of its own before the rollback, or refresh the object after it.

    ## What it cannot see
    Rollbacks behind calls that the analysis cannot follow.

    ## References
    - [Rolling back](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#rolling-back)
    """

    meta = RuleMeta(
        code="ASL306",
        name="expired-after-rollback",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.why == "rollback" and not event.detached):
            return
        yield self.found(
            event,
            f"{reading(event)} after `rollback()` has expired it",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=MISSING_GREENLET,
        )
