"""ASL403, stream-after-close."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import StreamLost
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class StreamAfterClose(Rule[StreamLost]):
    """Reports streamed results that are read after their transaction.

    ## What it does
    Finds a fetch from, or iteration over, a result of `stream()` or `stream_scalars()` after the session or connection was
    closed, or its transaction committed or rolled back; and commits in a loop over one.

    ## What happens
    A stream is a cursor in the server, and lives as long as its transaction: `NoActiveSQLTransactionError: cursor cannot be
    created outside of a transaction`. The buffered results of `execute()` and `scalars()` can be read for ever.

    ## Example
    ```python
    async def example() -> list[str]:
        async with maker() as session:
            names = await session.stream_scalars(select(Contact.name))
        return [name async for name in names]
    ```

    ## Use instead
    ```python
    async def example() -> list[str]:
        async with maker() as session:
            names = await session.stream_scalars(select(Contact.name))
            return [name async for name in names]
    ```

    ## Fix safety
    There is no fix: read the stream in the block, or do not stream.

    ## What it cannot see
    Streams of which some rows were fetched before: those of them that are in memory can still be read.

    ## References
    - [Using server side cursors](https://docs.sqlalchemy.org/en/20/core/connections.html#using-server-side-cursors-a-k-a-stream-results)
    """

    meta = RuleMeta(
        code="ASL403",
        name="stream-after-close",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="NoActiveSQLTransactionError: cursor cannot be created outside of a transaction",
    )
    listens_to = StreamLost

    def check(self, event: StreamLost) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        read = "iterated over" if event.method == "iteration" else f"read with `{event.method}()`"
        end = {"commit": "the commit", "rollback": "the rollback"}.get(event.ended, "the end of its session")
        yield self.found(
            event,
            f"A streamed result is {read} after {end}, which closed its cursor",
            help="read it while its transaction is open, or use `execute()`, which fetches the rows at once",
            symbol=event.method,
        )
