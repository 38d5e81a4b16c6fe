"""ASL206, engine-session-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class EngineSessionMismatch(Rule[Mismatch]):
    """Reports sessions and factories over an engine of the other kind.

    ## What it does
    Finds `Session(async_engine)`, `AsyncSession(sync_engine)`, `sessionmaker(async_engine)` without `class_`,
    `async_sessionmaker` over a sync engine or with a sync class, and `scoped_session` over an async factory.

    ## What happens
    `AsyncSession(sync_engine)` raises `ArgumentError: AsyncEngine expected`; a sync session over an async engine is made
    without an error and fails on its first use.

    ## Example
    ```python
    async def example() -> object:
        async with AsyncSession(sync_engine) as session:
            return await session.scalar(select(Order))
    ```

    ## Use instead
    ```python
    async def example() -> object:
        async with AsyncSession(engine) as session:
            return await session.scalar(select(Order))
    ```

    ## Fix safety
    There is no fix: which of the two is meant is for a person to say.

    ## What it cannot see
    Engines that the analysis cannot follow.

    ## References
    - [async_sessionmaker](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.async_sessionmaker)
    """

    meta = RuleMeta(
        code="ASL206",
        name="engine-session-mismatch",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="ArgumentError: AsyncEngine expected; or AsyncContextNotStarted on the first use",
        errors=(
            "ArgumentError: AsyncEngine expected, got Engine",
            "AsyncContextNotStarted: AsyncConnection context has not been started and object has not been awaited",
            "TypeError: 'Session' object does not support the asynchronous context manager protocol",
            "TypeError: sessionmaker.__init__() takes from 1 to 2 positional arguments",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "pairing":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
