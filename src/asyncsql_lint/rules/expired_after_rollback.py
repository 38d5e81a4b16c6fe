"""ASL306, expired-after-rollback."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import MISSING_GREENLET, reading, story

_HELP = "read it into a name before the rollback, or `await session.refresh(...)` after it"
_PENDING = (
    "PendingRollbackError: the session's transaction has been rolled back due to a previous exception during flush"
)


class ExpiredAfterRollback(Rule[AttributeRead]):
    """Reports attributes that are read after a rollback.

    ## What it does
    Finds reads of any attribute of a persistent object after `rollback()` of its session: in `except` handlers, after
    them, and in later turns of a loop; also in a handler of a failed flush or commit that has not rolled back yet.

    ## What happens
    A rollback expires every object of the session, whatever `expire_on_commit` says; the read raises `MissingGreenlet`,
    often in the handler that should report the first error. A flush that fails rolls back by itself: until the session's
    own `rollback()`, each read raises `PendingRollbackError`.

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
        errors=(
            "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during"
            " flush",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.why not in {"rollback", "failure"} or event.detached:
            return
        failed = event.why == "failure"
        cause = "the flush has failed, which expires it" if failed else "`rollback()` has expired it"
        yield self.found(
            event,
            f"{reading(event)} after {cause}",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=_PENDING if failed else MISSING_GREENLET,
        )
