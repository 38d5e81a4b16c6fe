"""ASL607, text-parameters."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class TextParameters(Rule[Mismatch]):
    """Reports parameters of `text()` that SQLAlchemy or asyncpg does not take for what they are meant to be.

    ## What it does
    Reads the SQL of a `text()` that a session or connection runs: `:p::type`, several statements at once, `IN :tuple`,
    `interval :p`, `SET x = :p`, `:p IS NULL` on its own, `ORDER BY :p`, placeholders of other drivers (`%s`, `$1`), names
    without a value, and values of another type than the column they are compared with. What only asyncpg refuses is
    reported where the session's engine is known to be one of asyncpg.

    ## What happens
    `ProgrammingError: syntax error at or near ":"`, or `DBAPIError: invalid input for query argument` when the statement
    runs. `ORDER BY :p` raises nothing: it sorts by a constant.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        statement = text("select id from orders where id = :key::int")
        return await session.scalar(statement, {"key": 1})
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        statement = text("select id from orders where id = CAST(:key AS int)")
        return await session.scalar(statement, {"key": 1})
    ```

    ## Fix safety
    There is no fix: the statement is the project's.

    ## What it cannot see
    SQL that is put together at run time.

    ## References
    - [`text()`](https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text)
    """

    meta = RuleMeta(
        code="ASL607",
        name="text-parameters",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="ProgrammingError: syntax error",
        errors=(
            "ProgrammingError: ... syntax error at or near",
            "ProgrammingError: ... cannot insert multiple commands into a prepared statement",
            "ProgrammingError: ... could not determine data type of parameter",
            "ProgrammingError: ... operator does not exist",
            "DBAPIError: ... invalid input for query argument",
            "StatementError: ... A value is required for bind parameter",
            "ArgumentError: List argument must consist only of dictionaries",
            "no error and no warning: a parameter is a value, not a column",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "text":
            return
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, help=event.remedy, symbol=event.what, raises=event.raises)
