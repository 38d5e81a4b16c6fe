"""ASL606, datetime-awareness."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class DatetimeAwareness(Rule[Mismatch]):
    """Reports datetimes that do not go with their column: with a time zone or without.

    ## What it does
    Knows of each datetime whether it is aware of its time zone, and of each column of dates and times what it takes:
    in constructors, assignments, defaults, `insert()`, `update()`, conditions. Reports an aware one for a column
    without a time zone, a naive one for a column with one, a `str` or `int` for either, and two datetimes of both kinds
    that are compared or subtracted. Only where the engine is known to be one of asyncpg; SQLModel's own columns refuse
    naive values with any driver.

    ## What happens
    `DBAPIError: can't subtract offset-naive and offset-aware datetimes` at the flush. A naive datetime for a column with
    a time zone raises nothing: asyncpg reads it in the time zone of the process, so `utcnow()` is hours off on a machine
    that is not on UTC.

    ## Example
    ```python
    async def example() -> None:
        async with maker() as session:
            session.add(Reading(measured_at=datetime.now(timezone.utc)))  # TIMESTAMP WITHOUT TIME ZONE
            await session.commit()
    ```

    ## Use instead
    ```python
    async def example() -> None:
        async with maker() as session:
            session.add(Reading(received_at=datetime.now(timezone.utc)))  # DateTime(timezone=True)
            await session.commit()
    ```

    ## Fix safety
    There is no fix: whether the column or the value is wrong is not written down.

    ## What it cannot see
    Datetimes that come from a request, columns of types of the project's own.

    ## References
    - [asyncpg: type conversion](https://magicstack.github.io/asyncpg/current/usage.html#type-conversion)
    """

    meta = RuleMeta(
        code="ASL606",
        name="datetime-awareness",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="DBAPIError: can't subtract offset-naive and offset-aware datetimes",
        errors=(
            "DBAPIError: ... invalid input for query argument ... (can't subtract offset-naive and offset-aware datetimes)",
            "DBAPIError: ... invalid input for query argument",
            "StatementError: ... Datetime values must have timezone information",
            "TypeError: can't subtract offset-naive and offset-aware datetimes",
            "TypeError: can't compare offset-naive and offset-aware datetimes",
            "no error and no warning: the value is read in the time zone of the process",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "datetime":
            return
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, help=event.remedy, symbol=event.what, raises=event.raises)
