"""ASL604, driver-arguments."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class DriverArguments(Rule[Mismatch]):
    """Reports arguments that the driver of an engine does not know, or that SQLAlchemy 2 refuses.

    ## What it does
    Finds what asyncpg does not take: in the query of the URL, in `connect_args`, and among the keywords of
    `create_async_engine()`. Most of them are those of libpq (`sslmode`, `application_name`, `options`) or of SQLite
    (`check_same_thread`). Finds also what engines and factories do not take any more: `future=False`, `strategy=...`,
    `autocommit=True`, and `server_side_cursors=True` for an async engine.

    ## What happens
    `TypeError: connect() got an unexpected keyword argument 'sslmode'` on the first connection; a wrong keyword of the
    engine raises `TypeError: Invalid argument(s)` when it is made. What SQLAlchemy 2 refuses raises `ArgumentError` or
    `AsyncMethodRequired`, when the engine or the session is made.

    ## Example
    ```python
    async def example() -> object:
        own = create_async_engine("postgresql+asyncpg://app@localhost/app?sslmode=require")
        async with own.connect() as connection:
            return await connection.scalar(text("select 1"))
    ```

    ## Use instead
    ```python
    async def example() -> object:
        return create_async_engine("postgresql+asyncpg://app@localhost/app?ssl=require")
    ```

    ## Fix safety
    There is no fix: what takes the argument's place is not always one of the same name.

    ## What it cannot see
    URLs that come from the environment, and arguments of drivers other than asyncpg; versions of SQLAlchemy before 2.0.

    ## References
    - [`asyncpg.connect()`](https://magicstack.github.io/asyncpg/current/api/index.html#connection)
    """

    meta = RuleMeta(
        code="ASL604",
        name="driver-arguments",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="TypeError: connect() got an unexpected keyword argument",
        errors=(
            "TypeError: Invalid argument(s) ... sent to create_engine()",
            "ArgumentError: The 'future' parameter passed to create_engine() may only be set to True",
            "ArgumentError: unknown strategy",
            "ArgumentError: autocommit=True is no longer supported",
            "AsyncMethodRequired: Can't set server_side_cursors for async engine globally",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "arguments":
            return
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, help=event.remedy, symbol=event.what, raises=event.raises)
