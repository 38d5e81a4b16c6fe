"""ASL505, unclosed-session."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SessionLeft
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class UnclosedSession(Rule[SessionLeft]):
    """Reports sessions and connections that a function opens and leaves open.

    ## What it does
    Finds sessions that are made and used, but neither entered with `async with` nor closed, committed or rolled back when the
    function returns or raises; connections that are opened and not closed; and dependencies that yield a session which
    nobody closes.

    ## What happens
    The connection does not go back to the pool. The garbage collector cannot close it, for that takes an `await`: it drops the
    connection with `SAWarning: The garbage collector is trying to clean up non-checked-in connection`. Sessions that are held
    exhaust the pool: `TimeoutError: QueuePool limit of size 5 overflow 10 reached`.

    ## Example
    ```python
    async def example() -> None:
        small = create_async_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.2)
        first = AsyncSession(small)
        await first.execute(select(Order))
        async with AsyncSession(small) as second:
            await second.execute(select(Order))
    ```

    ## Use instead
    ```python
    async def example() -> None:
        small = create_async_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.2)
        async with AsyncSession(small) as first:
            await first.execute(select(Order))
        async with AsyncSession(small) as second:
            await second.execute(select(Order))
        await small.dispose()
    ```

    ## Fix safety
    There is no fix: `async with` goes around all that uses the session.

    ## What it cannot see
    Errors between the opening and the `close()`: a `close()` that is not in a `finally` is taken for one. Sessions that are
    kept in objects, or handed to code that cannot be followed.

    ## References
    - [Closing](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing)
    """

    meta = RuleMeta(
        code="ASL505",
        name="unclosed-session",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out (3o7r)",
        errors=("TimeoutError: QueuePool limit of size ... reached, connection timed out",),
    )
    listens_to = SessionLeft

    def check(self, event: SessionLeft) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        use = "is yielded" if event.yielded else "takes a connection"
        yield self.found(
            event,
            f"This {event.what} {use} and is left open: nobody closes it",
            help=f"`async with ... as {event.what}:`, or `close()` in a `finally`",
            symbol=event.what,
        )
