"""ASL605, missing-pool-pre-ping."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import AddKeyword
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class MissingPoolPrePing(Rule[Mismatch]):
    """Advises `pool_pre_ping=True` for engines with a pool.

    ## What it does
    Finds `create_async_engine()` without `pool_pre_ping`, unless the engine has no pool (`NullPool`) or is one of SQLite.
    It is advice, and off unless it is selected.

    ## What happens
    After a restart of the server, or when a firewall has dropped an idle connection, the next request gets a dead
    connection from the pool: `InterfaceError: connection is closed`. The ping costs half a millisecond for each checkout,
    and does not help within an open transaction.

    ## Example
    ```python
    own = create_async_engine(engine.url)


    async def ask() -> object:
        async with own.connect() as connection:
            return await connection.scalar(text("select pg_backend_pid()"))


    async def example() -> None:
        process = await ask()
        async with engine.connect() as connection:
            await connection.execute(select(func.pg_terminate_backend(process)))
        await ask()
    ```

    ## Use instead
    ```python
    own = create_async_engine(engine.url, pool_pre_ping=True)


    async def ask() -> object:
        async with own.connect() as connection:
            return await connection.scalar(text("select pg_backend_pid()"))


    async def example() -> None:
        process = await ask()
        async with engine.connect() as connection:
            await connection.execute(select(func.pg_terminate_backend(process)))
        await ask()
    ```

    ## Fix safety
    Unsafe: each checkout takes a little longer.

    ## What it cannot see
    Engines that are given their arguments in a dict, and pools behind a proxy such as pgbouncer.

    ## References
    - [Disconnect handling](https://docs.sqlalchemy.org/en/20/core/pooling.html#disconnect-handling-pessimistic)
    """

    meta = RuleMeta(
        code="ASL605",
        name="missing-pool-pre-ping",
        severity=Severity.INFO,
        fix=Applicability.UNSAFE,
        raises="InterfaceError: connection is closed, or DBAPIError: terminating connection",
        default=False,
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "ping":
            return
        repair = AddKeyword(event.site, "pool_pre_ping", "True")
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, repair=repair, repair_title="Add `pool_pre_ping=True`", symbol=event.what)
