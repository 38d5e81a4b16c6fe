"""ASL401, missing-unique."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import AddUnique
from asyncsql_lint.flow.events import FetchedTwice
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class MissingUnique(Rule[FetchedTwice]):
    """Reports fetches of joined collections without `unique()`.

    ## What it does
    Finds fetches of rows whose statement joins a collection into them, by `joinedload()`, `contains_eager()` or
    `lazy="joined"` on the model, also below a joined many-to-one, where the result was not made unique.

    ## What happens
    `InvalidRequestError: The unique() method must be invoked on this Result, as it contains results that include joined
    eager loads against collections`. `first()`, `scalar()` and `session.get()` never ask for it, and neither does
    `selectinload()`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        result = await session.execute(select(Order).options(joinedload(Order.lines)))
        return result.scalars().all()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        result = await session.execute(select(Order).options(joinedload(Order.lines)))
        return result.scalars().unique().all()
    ```

    ## Fix safety
    Safe: the fetch as it stands can only raise.

    ## What it cannot see
    Statements whose options come from where the analysis cannot look.

    ## References
    - [Joined eager loading](https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#joined-eager-loading)
    - [Result.unique](https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result.unique)
    """

    meta = RuleMeta(
        code="ASL401",
        name="missing-unique",
        severity=Severity.ERROR,
        fix=Applicability.SAFE,
        raises="InvalidRequestError: The unique() method must be invoked on this Result",
        errors=("InvalidRequestError: Can't use yield_per with eager loaders that require uniquing or row buffering",),
    )
    listens_to = FetchedTwice

    def check(self, event: FetchedTwice) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        how = f"`{event.method}()`" if event.is_call else "Iteration"
        yield self.found(
            event,
            f"{how} fetches rows that join the collection `{event.relation}`, without `unique()`",
            repair=AddUnique(event.site, event.is_call) if event.fetch == event.site else None,
            repair_title="Make the result unique",
            symbol=event.relation,
        )
