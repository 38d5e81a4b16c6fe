"""ASL201, blocking-database-call."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import LoopBlocked
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class BlockingDatabaseCall(Rule[LoopBlocked]):
    """Reports database work of sync sessions and engines on the event loop.

    ## What it does
    Finds I/O of a sync `Session`, `Connection` or `Engine` in an `async def`, directly or in ordinary functions that it
    calls, through any number of calls. What runs in a thread (`asyncio.to_thread`, an executor, `run_in_threadpool`, a
    `def` endpoint) is left alone, and so is the session that `run_sync` hands to its callback.

    ## What happens
    No error. Until the database answers, nothing else runs: no other request, no timeout, no health check.

    ## Example
    ```python
    async def example() -> None:
        with sync_maker() as session:
            session.execute(text("select pg_sleep(0.3)"))
    ```

    ## Use instead
    ```python
    async def example() -> None:
        async with maker() as session:
            await session.execute(text("select pg_sleep(0.3)"))
    ```

    ## Fix safety
    There is no fix: use an async session, or run the work in a thread.

    ## What it cannot see
    Work behind a callable that the analysis cannot follow.

    ## When not to use it
    In a script that runs nothing else on its event loop.

    ## References
    - [Developing with asyncio: running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)
    """

    meta = RuleMeta(
        code="ASL201",
        name="blocking-database-call",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="no error: the event loop stands still, and every other request with it",
        errors=(
            "MissingGreenlet: greenlet_spawn has not been called",
            "TimeoutError: QueuePool limit of size ... reached, connection timed out",
            "OperationalError: ... canceling statement due to lock timeout",
        ),
    )
    listens_to = LoopBlocked

    def check(self, event: LoopBlocked) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            f"{event.what} of {event.of} blocks the event loop until the database answers",
            help="use an async session here, or run the work in a thread: `await asyncio.to_thread(...)`",
            symbol=event.what,
        )
