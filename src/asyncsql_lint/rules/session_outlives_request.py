"""ASL503, session-outlives-request."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SessionOutlived
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_WORDS = {
    "background": "`{by}()` keeps the session for a background task, but the end of {end} closes it before that",
    "stream": "`{by}()` reads from the session while it answers, but the end of {end} closes it before that",
    "task": "Nobody waits for the task of `{by}()`: it goes on with the session when the end of {end} closes it",
}


class SessionOutlivesRequest(Rule[SessionOutlived]):
    """Reports sessions that are used after the request, or the block, that closes them.

    ## What it does
    Finds a session that a task of `create_task()` uses and nobody waits for, and a request's session that is given to a
    background task or read by a streamed response where FastAPI closes it before. One that is returned out of its own
    `async with` is reported where it is used (ASL510).

    ## What happens
    No error: a closed session opens itself again on its next use, and nobody closes it a second time. Its connection is
    lost to the pool until the garbage collector comes, and what the task adds is never committed.

    Whether a request's session is open in a background task hangs on FastAPI: dependencies are closed before it on 0.106
    to 0.117, and after it from 0.118 on. The rule goes by the version that the project locks or requires; where none is
    known, such findings are guesses, which `min-confidence` leaves out. With `Depends(..., scope="function")` the
    session is always closed before.

    ## Example
    ```python
    async def record(session: AsyncSession) -> None:
        await asyncio.sleep(0.02)
        await session.scalar(select(func.count(Order.id)))


    async def example() -> bool:
        async with maker() as session:
            asyncio.create_task(record(session))
        await asyncio.sleep(0.1)
        return engine.pool.checkedout() == 0
    ```

    ## Use instead
    ```python
    async def record() -> None:
        async with maker() as session:
            await session.scalar(select(func.count(Order.id)))


    async def example() -> bool:
        task = asyncio.create_task(record())
        await asyncio.sleep(0.1)
        return task.done() and engine.pool.checkedout() == 0
    ```

    ## Fix safety
    There is no fix: open a session in the task.

    ## What it cannot see
    Tasks that are kept in an object, and queues of other processes.

    ## References
    - [Dependencies with yield and background tasks](https://fastapi.tiangolo.com/advanced/advanced-dependencies/)
    """

    meta = RuleMeta(
        code="ASL503",
        name="session-outlives-request",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="no error and no warning: the session opens itself again, and its connection is lost to the pool",
    )
    listens_to = SessionOutlived

    def check(self, event: SessionOutlived) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            _WORDS[event.kind].format(by=event.by, end=event.end),
            help="open a session in the task",
            symbol=event.by,
        )
