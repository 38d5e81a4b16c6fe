"""ASL601, expire-on-commit-default."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.diagnostics.repair import AddKeyword
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class ExpireOnCommitDefault(Rule[Mismatch]):
    """Advises `expire_on_commit=False` for factories of async sessions.

    ## What it does
    Finds `async_sessionmaker()`, and `sessionmaker()` with an async class, without `expire_on_commit`. It is advice, and
    off unless it is selected.

    ## What happens
    Nothing, until an attribute is read after a commit: `MissingGreenlet`, because a sync session would have loaded it
    again there. ASL305 reports such reads where it can see them.

    ## Example
    ```python
    own = async_sessionmaker(engine)


    def as_dict(order: Order) -> dict[str, Any]:
        return {name: getattr(order, name) for name in "id name status".split()}


    async def example() -> dict[str, Any]:
        async with own() as session:
            order = await session.get_one(Order, 1)
            await session.commit()
            return as_dict(order)
    ```

    ## Use instead
    ```python
    own = async_sessionmaker(engine, expire_on_commit=False)


    def as_dict(order: Order) -> dict[str, Any]:
        return {name: getattr(order, name) for name in "id name status".split()}


    async def example() -> dict[str, Any]:
        async with own() as session:
            order = await session.get_one(Order, 1)
            await session.commit()
            return as_dict(order)
    ```

    ## Fix safety
    Unsafe: what was read anew after a commit is then as it was before.

    ## What it cannot see
    Factories that are given their arguments in a dict.

    ## References
    - [Preventing implicit I/O](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession)
    """

    meta = RuleMeta(
        code="ASL601",
        name="expire-on-commit-default",
        severity=Severity.INFO,
        fix=Applicability.UNSAFE,
        raises="MissingGreenlet: greenlet_spawn has not been called (https://sqlalche.me/e/20/xd2s)",
        default=False,
    )
    listens_to = Mismatch

    def check(self, event: Mismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.kind != "expiry":
            return
        repair = AddKeyword(event.site, "expire_on_commit", "False")
        message = f"{event.what} {event.problem}"
        yield self.found(event, message, repair=repair, repair_title="Add `expire_on_commit=False`", symbol=event.what)
