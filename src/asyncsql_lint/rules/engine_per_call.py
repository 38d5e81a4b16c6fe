"""ASL602, engine-per-call."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class EnginePerCall(Rule[Mismatch]):
    """Reports engines that are made again for each request, or in each turn of a loop.

    ## What it does
    Finds `create_async_engine()` in endpoints, in dependencies and in loops, where the engine is neither disposed of nor
    kept. An engine without a pool (`NullPool`) is right, and so is one in a cached function.

    ## What happens
    Each engine has a pool of its own. There is no error and no warning at first: every request connects anew and leaves
    its connection open, until the server answers `too many connections`.

    ## Example
    ```python
    ADDRESS = engine.url.set(drivername="postgresql+asyncpg")
    OPEN = text("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle'")


    @app.get("/")
    async def read() -> object:
        own = create_async_engine(ADDRESS)
        async with own.connect() as connection:
            return await connection.scalar(text("select 1"))


    async def count_open() -> int | None:
        async with engine.connect() as connection:
            return await connection.scalar(OPEN)


    async def example() -> bool:
        before = await count_open()
        answers = [await read() for _ in range(3)]
        return await count_open() == before
    ```

    ## Use instead
    ```python
    OPEN = text("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle'")


    @app.get("/")
    async def read() -> object:
        async with engine.connect() as connection:
            return await connection.scalar(text("select 1"))


    async def count_open() -> int | None:
        async with engine.connect() as connection:
            return await connection.scalar(OPEN)


    async def example() -> bool:
        before = await count_open()
        answers = [await read() for _ in range(3)]
        return await count_open() == before
    ```

    ## Fix safety
    There is no fix: where the engine should live is a decision of the project.

    ## What it cannot see
    Engines that a helper makes for its callers.

    ## References
    - [Engine disposal](https://docs.sqlalchemy.org/en/20/core/connections.html#engine-disposal)
    """

    meta = RuleMeta(
        code="ASL602",
        name="engine-per-call",
        severity=Severity.WARNING,
        fix=Applicability.DISPLAY,
        raises="no error and no warning: each call leaves a connection open",
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "per-call":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
