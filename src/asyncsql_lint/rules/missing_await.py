"""ASL101, missing-await."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import InsertAwait
from asyncsql_lint.flow.events import CoroutineLost
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_HOW = {
    "attribute": "used as if it were its result",
    "subscripted": "subscripted",
    "tested": "tested for truth (always true)",
    "never used": "kept in a name that nobody reads",
}
"""How a coroutine is lost, in words; the rest says itself."""


class MissingAwait(Rule[CoroutineLost]):
    """Reports coroutines of sessions, engines, connections and results that nobody awaits.

    ## What it does
    Finds calls of coroutine functions of an `AsyncSession`, `AsyncConnection`, `AsyncEngine` or async result, and of
    project functions that use one, whose coroutine is dropped, never read, or used in place of its result: an attribute
    of it is read, it is iterated over, compared, tested, formatted, or passed to a function that wants the result.

    ## What happens
    `session.commit()` without `await` does nothing: no row is saved, and Python only warns that the coroutine was never
    awaited. `if session.get(...)` is always true. `session.execute(...).scalars()` raises `AttributeError`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> None:
        session.add(Tag(name="new"))
        session.commit()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> None:
        session.add(Tag(name="new"))
        await session.commit()
    ```

    ## Fix safety
    Safe: without the `await` the call does nothing or fails, so `await` is what was meant.

    ## What it cannot see
    A coroutine that is stored in an object and forgotten, and calls through names that the analysis cannot follow.

    ## References
    - [AsyncSession](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession)
    """

    meta = RuleMeta(
        code="ASL101",
        name="missing-await",
        severity=Severity.ERROR,
        fix=Applicability.SAFE,
        raises="a RuntimeWarning that a coroutine was never awaited, or a TypeError or AttributeError of the coroutine",
        errors=(
            "RuntimeWarning: coroutine '...' was never awaited",
            "AttributeError: 'coroutine' object has no attribute",
            "TypeError: 'coroutine' object is not iterable",
            "TypeError: 'coroutine' object is not subscriptable",
            "TypeError: cannot unpack non-iterable coroutine object",
            "TypeError: '...' not supported between instances of 'coroutine' and",
            "TypeError: 'async for' requires an object with __aiter__ method, got coroutine",
            "TypeError: 'coroutine' object does not support the asynchronous context manager protocol",
            "ArgumentError: ... got <coroutine object",
            "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        ),
    )
    listens_to = CoroutineLost

    def check(self, event: CoroutineLost) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            f"`{event.label}` is a coroutine that is {_HOW.get(event.how, event.how)} without being awaited",
            repair=InsertAwait(event.made) if event.in_async and event.made is not None else None,
            repair_title="Await it",
            help=""
            if event.in_async
            else "an ordinary function cannot await it: make the function async, or use a sync session",
            symbol=event.label,
        )
