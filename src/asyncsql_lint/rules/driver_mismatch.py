"""ASL205, driver-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class DriverMismatch(Rule[Mismatch]):
    """Reports URLs whose driver does not suit the engine.

    ## What it does
    Finds sync drivers in `create_async_engine()`, and async ones in a sync engine that is used, in literals, constants and
    f-strings. `postgresql+psycopg://` serves both. `postgresql://` alone means psycopg2 on SQLAlchemy 2.0 and psycopg from
    2.1 on: it is reported unless a lock file or a requirement says that it is 2.1.

    ## What happens
    `InvalidRequestError: The asyncio extension requires an async driver to be used` when the engine is made; a sync engine
    over an async driver raises `MissingGreenlet` on its first use.

    ## Example
    ```python
    async def example() -> object:
        return create_async_engine("postgresql+psycopg2://app@localhost/app")
    ```

    ## Use instead
    ```python
    async def example() -> object:
        return create_async_engine("postgresql+asyncpg://app@localhost/app")
    ```

    ## Fix safety
    There is no fix: another driver may take other arguments.

    ## What it cannot see
    URLs that come from the environment.

    ## References
    - [Dialects](https://docs.sqlalchemy.org/en/20/dialects/index.html)
    """

    meta = RuleMeta(
        code="ASL205",
        name="driver-mismatch",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="InvalidRequestError: The asyncio extension requires an async driver to be used",
        errors=(
            "MissingGreenlet: greenlet_spawn has not been called",
            "NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:",
            "ModuleNotFoundError: No module named",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "driver":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
