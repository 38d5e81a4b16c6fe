"""ASL104, unentered-transaction."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Unentered
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class UnenteredTransaction(Rule[Unentered]):
    """Reports transactions, connections and streams that are neither awaited nor entered.

    ## What it does
    Finds `session.begin()`, `session.begin_nested()`, `engine.connect()`, `engine.begin()` and `connection.stream()` whose
    value is dropped, and methods called on what was not started.

    ## What happens
    `session.begin()` by itself begins nothing, and gives no warning, for it is no coroutine function. A connection that was
    not started raises `AsyncContextNotStarted` on use.

    ## Example
    ```python
    async def example(session: AsyncSession) -> bool:
        session.begin_nested()
        return session.in_nested_transaction()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> bool:
        async with session.begin_nested():
            return session.in_nested_transaction()
    ```

    ## Fix safety
    There is no fix: a block or an await changes what is committed.

    ## What it cannot see
    Transactions that are kept in an object and forgotten.

    ## References
    - [Synopsis - Core](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core)
    """

    meta = RuleMeta(
        code="ASL104",
        name="unentered-transaction",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="no error and no warning: nothing is begun, no savepoint is set",
        errors=(
            "AsyncContextNotStarted: ... context has not been started and object has not been awaited",
            "AttributeError: '_AsyncGeneratorContextManager' object has no attribute",
        ),
    )
    listens_to = Unentered

    def check(self, event: Unentered) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        how = "by itself does nothing" if event.how == "dropped" else "is used before it was started"
        yield self.found(
            event,
            f"`{event.label}` {how}: it is neither awaited nor entered",
            help=f"`async with {event.label}:`, or await it",
            symbol=event.label,
        )
