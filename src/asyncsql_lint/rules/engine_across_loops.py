"""ASL603, engine-across-loops."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class EngineAcrossLoops(Rule[Mismatch]):
    """Reports engines of asyncpg whose pool is used by one event loop after another.

    ## What it does
    Finds `asyncio.run()` that uses an engine which an earlier `asyncio.run()` has used, in the same function or in a task
    of Celery or Dramatiq, and `asyncio.run()` in a coroutine. An engine with `poolclass=NullPool`, one that is disposed of
    in each loop, and one that is made inside are right.

    ## What happens
    The pool hands out a connection of a loop that is closed: `RuntimeError: Task got Future attached to a different loop`.
    In a worker the first task works, and the second fails.

    ## Example
    ```python
    own = create_async_engine(engine.url.set(drivername="postgresql+asyncpg"))


    async def ask() -> object:
        async with own.connect() as connection:
            return await connection.scalar(text("select 1"))


    def twice() -> None:
        asyncio.run(ask())
        asyncio.run(ask())


    async def example() -> None:
        await asyncio.to_thread(twice)
    ```

    ## Use instead
    ```python
    from sqlalchemy.pool import NullPool

    own = create_async_engine(engine.url.set(drivername="postgresql+asyncpg"), poolclass=NullPool)


    async def ask() -> object:
        async with own.connect() as connection:
            return await connection.scalar(text("select 1"))


    def twice() -> None:
        asyncio.run(ask())
        asyncio.run(ask())


    async def example() -> None:
        await asyncio.to_thread(twice)
    ```

    ## Fix safety
    There is no fix: a pool per loop, no pool, or one loop for all are decisions of the project.

    ## What it cannot see
    Loops of tests, and engines whose driver comes from the environment.

    ## References
    - [Using multiple asyncio event loops](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-multiple-asyncio-event-loops)
    """

    meta = RuleMeta(
        code="ASL603",
        name="engine-across-loops",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="RuntimeError: Task ... got Future ... attached to a different loop",
        errors=(
            "RuntimeError: asyncio.run() cannot be called from a running event loop",
            "RuntimeError: This event loop is already running",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "loops":
            return
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, help=event.remedy, symbol=event.what, raises=event.raises)
