"""ASL510, use-after-close."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import UsedClosed
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class UseAfterClose(Rule[UsedClosed]):
    """Reports sessions that are used after the end of their block, and connections that are used when they are closed.

    ## What it does
    Finds queries, and commits, on a session whose `async with` block has ended, and queries on a closed connection.

    ## What happens
    A connection raises `ResourceClosedError: This Connection is closed`. A session opens again without a word, and nobody
    closes it; a commit after the block commits nothing, for the end of the block has rolled back what was not committed.

    ## Example
    ```python
    async def example() -> int | None:
        async with engine.connect() as connection:
            await connection.execute(select(Order))
        return await connection.scalar(select(func.count(Order.id)))
    ```

    ## Use instead
    ```python
    async def example() -> int | None:
        async with engine.connect() as connection:
            await connection.execute(select(Order))
            return await connection.scalar(select(func.count(Order.id)))
    ```

    ## Fix safety
    There is no fix: the use belongs into the block, or into a block of its own.

    ## What it cannot see
    Sessions that end in code which the analysis cannot follow. A session that was closed by `close()` may be used again.

    ## References
    - [Closing](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing)
    """

    meta = RuleMeta(
        code="ASL510",
        name="use-after-close",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="ResourceClosedError: This Connection is closed",
        errors=(
            "InvalidRequestError: This Session has been permanently closed",
            "no error: the session opens again, or has nothing to commit",
        ),
    )
    listens_to = UsedClosed

    def check(self, event: UsedClosed) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        after = "after the end of its block" if event.what == "session" else "when it is closed"
        silent = "no error: the session opens again, or has nothing to commit"
        yield self.found(
            event,
            f"`{event.use}` on a {event.what} {after}",
            help="move it into the block",
            symbol=event.use,
            raises=silent if event.what == "session" else self.meta.raises,
        )
