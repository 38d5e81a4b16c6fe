"""ASL103, sync-context-manager."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import MakeAsync, MakeSync
from asyncsql_lint.flow.events import WrongProtocol
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class SyncContextManager(Rule[WrongProtocol]):
    """Reports `with` and `for` where `async with` and `async for` belong, and the reverse.

    ## What it does
    Finds `with` on async sessions, engines, connections, transactions and `@asynccontextmanager` functions, `for` over
    async results, and `async with` or `async for` over their sync relatives and over buffered results.

    ## What happens
    `TypeError: 'AsyncSession' object does not support the context manager protocol`, before anything is done.

    ## Example
    ```python
    async def example() -> None:
        with maker.begin() as session:
            session.add(Tag(name="new"))
    ```

    ## Use instead
    ```python
    async def example() -> None:
        async with maker.begin() as session:
            session.add(Tag(name="new"))
    ```

    ## Fix safety
    Safe: the statement as it stands can only raise.

    ## What it cannot see
    Context managers of other libraries.

    ## References
    - [Synopsis - ORM](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm)
    """

    meta = RuleMeta(
        code="ASL103",
        name="sync-context-manager",
        severity=Severity.ERROR,
        fix=Applicability.SAFE,
        raises="TypeError: the object does not support the (asynchronous) context manager protocol",
        errors=(
            "TypeError: '...' object does not support the context manager protocol",
            "TypeError: '...' object does not support the asynchronous context manager protocol",
            "TypeError: 'async for' requires an object with __aiter__ method",
            "TypeError: '...' object is not iterable",
        ),
    )
    listens_to = WrongProtocol

    def check(self, event: WrongProtocol) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        word = event.statement
        right, wrong = (f"async {word}", word) if event.wants_async else (word, f"async {word}")
        repair = (MakeAsync(event.node) if event.wants_async else MakeSync(event.node)) if event.fixable else None
        yield self.found(
            event,
            f"`{wrong}` on {event.what}: it wants `{right}`",
            repair=repair,
            repair_title=f"Use `{right}`",
            symbol=event.what,
        )
