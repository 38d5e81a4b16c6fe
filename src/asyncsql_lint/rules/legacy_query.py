"""ASL203, legacy-query."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import LegacyQuery as Event
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class LegacyQuery(Rule[Event]):
    """Reports `.query` on an async session.

    ## What it does
    Finds `session.query(...)` on an `AsyncSession`.

    ## What happens
    `AttributeError: 'AsyncSession' object has no attribute 'query'`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        return session.query(Order).first()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        return (await session.scalars(select(Order))).first()
    ```

    ## Fix safety
    There is no fix: the query has to be written as a `select()`.

    ## What it cannot see
    Sessions whose type is not known.

    ## References
    - [AsyncSession](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession)
    """

    meta = RuleMeta(
        code="ASL203",
        name="legacy-query",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="AttributeError: 'AsyncSession' object has no attribute 'query'",
    )
    listens_to = Event

    def check(self, event: Event) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            "An AsyncSession has no `query`",
            help="write it as `await session.scalars(select(...))`",
            symbol="query",
        )
