"""ASL501, shared-session-in-tasks."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SessionShared
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class SharedSessionInTasks(Rule[SessionShared]):
    """Reports one session that several concurrent tasks use.

    ## What it does
    Finds a session or connection that reaches two tasks at once through `gather`, `create_task`, a task group, `wait`
    or `as_completed`: directly, through `self.session`, or through helpers. One task that uses it beside others that do
    not is fine, and so are tasks with sessions of their own, and tasks that take turns by a lock.

    ## What happens
    On a fresh session `InvalidRequestError: This session is provisioning a new connection; concurrent operations are
    not permitted` or `IllegalStateChangeError`. A session that has its connection already hides it: the calls then run
    one after the other, which is why tests with SQLite or a warm pool do not see it, and flushes and commits of one task
    take the other's data with them.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        return await asyncio.gather(
            session.execute(select(Order)),
            session.execute(select(Product)),
        )
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        orders = await session.execute(select(Order))
        products = await session.execute(select(Product))
        return orders, products
    ```

    ## Fix safety
    There is no fix: await one after the other, or give each task a session of its own.

    ## What it cannot see
    Tasks that are started in one function and meet a session in another.

    ## References
    - [Using AsyncSession with concurrent tasks](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-asyncsession-with-concurrent-tasks)
    """

    meta = RuleMeta(
        code="ASL501",
        name="shared-session-in-tasks",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted (https://sqlalche.me/e/20/isce)",
        errors=(
            "IllegalStateChangeError: Method '...' can't be called here; method '...' is already in progress",
            "InterfaceError: ... cannot perform operation: another operation is in progress",
            "ExceptionGroup: unhandled errors in a TaskGroup",
        ),
    )
    listens_to = SessionShared

    def check(self, event: SessionShared) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            f"`{event.by}` runs {event.count} on one {event.what} at the same time",
            help="await them one after the other, or open a session in each; SQLite and a warm pool hide this",
            symbol=event.by,
        )
