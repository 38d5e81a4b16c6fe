"""ASL208, async-event-listener."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class AsyncEventListener(Rule[Mismatch]):
    """Reports event listeners on async objects, and listeners that are coroutine functions.

    ## What it does
    Finds `event.listens_for()` and `event.listen()` on an async engine, session or factory, and `async def` listeners.

    ## What happens
    `NotImplementedError: asynchronous events are not implemented at this time`; an `async def` listener is called and
    never awaited, so it never runs.

    ## Example
    ```python
    from sqlalchemy import event


    async def example() -> None:
        @event.listens_for(engine, "connect")
        def on_connect(*args: object) -> None:
            return None
    ```

    ## Use instead
    ```python
    from sqlalchemy import event


    async def example() -> None:
        @event.listens_for(engine.sync_engine, "connect")
        def on_connect(*args: object) -> None:
            return None
    ```

    ## Fix safety
    There is no fix.

    ## What it cannot see
    Targets that the analysis cannot follow.

    ## References
    - [Using events with the asyncio extension](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-events-with-the-asyncio-extension)
    """

    meta = RuleMeta(
        code="ASL208",
        name="async-event-listener",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="NotImplementedError: asynchronous events are not implemented at this time",
        errors=(
            "RuntimeWarning: coroutine '...' was never awaited",
            "InvalidRequestError: No such event '...' for target",
            "TypeError: cannot unpack non-iterable coroutine object",
        ),
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "listener":
            return
        yield self.found(event, f"{event.what} {event.problem}", help=event.remedy, symbol=event.what)
