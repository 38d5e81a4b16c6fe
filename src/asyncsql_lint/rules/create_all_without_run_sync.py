"""ASL204, create-all-without-run-sync."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class CreateAllWithoutRunSync(Rule[Mismatch]):
    """Reports DDL and inspection on async engines and connections.

    ## What it does
    Finds `metadata.create_all()`, `drop_all()` and `reflect()`, `inspect()` and `autoload_with=` that are given an async
    engine or connection.

    ## What happens
    `AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'`, or `NoInspectionAvailable`.

    ## Example
    ```python
    async def example() -> None:
        Tag.metadata.create_all(engine)
    ```

    ## Use instead
    ```python
    async def example() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(Tag.metadata.create_all)
    ```

    ## Fix safety
    There is no fix: a connection has to be opened around it.

    ## What it cannot see
    Metadata objects that the analysis cannot follow.

    ## References
    - [Synopsis - Core](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core)
    """

    meta = RuleMeta(
        code="ASL204",
        name="create-all-without-run-sync",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'",
        errors=(
            "AttributeError: 'AsyncConnection' object has no attribute '_run_ddl_visitor'",
            "NoInspectionAvailable: Inspection on an AsyncEngine is currently not supported",
            "NoInspectionAvailable: Inspection on an AsyncConnection is currently not supported",
            "MissingGreenlet: greenlet_spawn has not been called",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "ddl":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
