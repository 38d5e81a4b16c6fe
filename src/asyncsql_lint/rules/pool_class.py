"""ASL209, pool-class."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class PoolClass(Rule[Mismatch]):
    """Reports pool classes that an async engine refuses, and sizes that a pool does not take.

    ## What it does
    Finds `poolclass=QueuePool` and `poolclass=SingletonThreadPool` in `create_async_engine()`, and `pool_size=` and its
    like beside a pool without a size, such as `NullPool`.

    ## What happens
    `ArgumentError: Pool class QueuePool cannot be used with asyncio engine`; `TypeError` for a size where there is none.

    ## Example
    ```python
    from sqlalchemy.pool import QueuePool


    async def example() -> object:
        return create_async_engine("postgresql+asyncpg://app@localhost/app", poolclass=QueuePool)
    ```

    ## Use instead
    ```python
    from sqlalchemy.pool import AsyncAdaptedQueuePool


    async def example() -> object:
        return create_async_engine("postgresql+asyncpg://app@localhost/app", poolclass=AsyncAdaptedQueuePool)
    ```

    ## Fix safety
    There is no fix: without `poolclass` the engine takes `AsyncAdaptedQueuePool`.

    ## What it cannot see
    Pool classes of the project's own.

    ## References
    - [Connection pool configuration](https://docs.sqlalchemy.org/en/20/core/pooling.html)
    """

    meta = RuleMeta(
        code="ASL209",
        name="pool-class",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="ArgumentError: Pool class QueuePool cannot be used with asyncio engine",
        errors=(
            "ArgumentError: Pool class SingletonThreadPool cannot be used with asyncio engine",
            "TypeError: Invalid argument(s) ... sent to create_engine()",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "pool":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
