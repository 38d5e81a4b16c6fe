"""ASL102, superfluous-await."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import RemoveAwait
from asyncsql_lint.flow.events import NeedlessAwait
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class SuperfluousAwait(Rule[NeedlessAwait]):
    """Reports awaits of what is not awaitable.

    ## What it does
    Finds `await` in front of a value that is no coroutine: what `session.add()` returns, a buffered result, the list of
    `.all()`, a session, a statement, an ORM object.

    ## What happens
    `TypeError: object ... can't be used in 'await' expression`, after the call has been made: `await session.add(x)`
    has added `x` already.

    ## Example
    ```python
    async def example(session: AsyncSession) -> None:
        result = await session.execute(select(Order))
        await result.scalars()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> None:
        result = await session.execute(select(Order))
        result.scalars()
    ```

    ## Fix safety
    Safe: the await can only raise.

    ## What it cannot see
    Values whose type the analysis does not know.

    ## References
    - [AsyncSession.add](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession.add)
    """

    meta = RuleMeta(
        code="ASL102",
        name="superfluous-await",
        severity=Severity.ERROR,
        fix=Applicability.SAFE,
        raises="TypeError: object ... can't be used in 'await' expression",
    )
    listens_to = NeedlessAwait

    def check(self, event: NeedlessAwait) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        label = f"`{event.label}`" if event.label else "This"
        is_here = event.site == event.where
        yield self.found(
            event,
            f"{label} is awaited{'' if is_here else ' behind this call'}, but gives {event.what}",
            repair=RemoveAwait(event.where) if event.is_enough and is_here else None,
            help="" if is_here else "the object that is brought here is not the one that the function is written for",
            repair_title="Remove the await",
            symbol=event.label,
        )
