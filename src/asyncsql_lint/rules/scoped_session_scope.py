"""ASL504, scoped-session-scope."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class ScopedSessionScope(Rule[Mismatch]):
    """Reports `async_scoped_session` with a scope that is not the task.

    ## What it does
    Finds an `async_scoped_session` without a `scopefunc`; with one that gives the same in several tasks: a constant, the
    thread, the process, the event loop; and one in a function that never calls its `remove()`.

    ## What happens
    Without a `scopefunc` it cannot be made. With a wider scope tasks share one session, and fail as ASL501
    (shared-session-in-tasks) says. Without `remove()` the registry keeps each task and its session, and their connections.

    ## Example
    ```python
    import threading

    from sqlalchemy.ext.asyncio import async_scoped_session

    scoped = async_scoped_session(maker, scopefunc=threading.get_ident)


    async def count() -> int | None:
        return await scoped.scalar(select(func.count(Order.id)))


    async def example() -> object:
        try:
            return await asyncio.gather(count(), count())
        finally:
            await scoped.remove()
    ```

    ## Use instead
    ```python
    from sqlalchemy.ext.asyncio import async_scoped_session

    scoped = async_scoped_session(maker, scopefunc=asyncio.current_task)


    async def count() -> int | None:
        try:
            return await scoped.scalar(select(func.count(Order.id)))
        finally:
            await scoped.remove()


    async def example() -> object:
        return await asyncio.gather(count(), count())
    ```

    ## Fix safety
    There is no fix: `remove()` has to be called in the scope that a session is for.

    ## What it cannot see
    Scope functions that do more than return one thing; a session at module level that nobody removes.

    ## References
    - [Using asyncio scoped session](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-asyncio-scoped-session)
    """

    meta = RuleMeta(
        code="ASL504",
        name="scoped-session-scope",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="InvalidRequestError, IllegalStateChangeError, or sessions that are never closed",
        errors=(
            "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
            "TypeError: async_scoped_session.__init__() missing 1 required positional argument: 'scopefunc'",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "scope":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol="async_scoped_session")
