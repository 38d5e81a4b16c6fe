"""ASL509, missing-commit."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import NeverCommitted
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class MissingCommit(Rule[NeverCommitted]):
    """Reports what is written in a session that is closed without a commit.

    ## What it does
    Finds `add()`, `delete()`, INSERT, UPDATE and DELETE in a session or connection that the same function opens and closes,
    where nothing commits in between, in this function or in those that it calls.

    ## What happens
    Nothing is raised: the end of the block rolls back. What was added but not flushed was never sent at all; what was flushed
    has handed out keys of rows that do not exist. A savepoint, `begin_nested()`, does not commit the transaction around it.

    ## Example
    ```python
    async def example() -> bool:
        async with maker() as session:
            session.add(Tag(name="new"))
        async with maker() as session:
            return await session.scalar(select(func.count(Tag.id))) == 4
    ```

    ## Use instead
    ```python
    async def example() -> bool:
        async with maker.begin() as session:
            session.add(Tag(name="new"))
        async with maker() as session:
            return await session.scalar(select(func.count(Tag.id))) == 4
    ```

    ## Fix safety
    There is no fix: what belongs into one transaction is for the author to say.

    ## What it cannot see
    Sessions that come from elsewhere: whoever opened them may commit. A function that mentions `commit`, `rollback` or
    `begin` has thought of the end of its transaction, and is not reported.

    ## References
    - [Committing](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#committing)
    """

    meta = RuleMeta(
        code="ASL509",
        name="missing-commit",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="no error and no warning: what was written is rolled back",
    )
    listens_to = NeverCommitted

    def check(self, event: NeverCommitted) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        begin = "`async with factory.begin()`" if event.what == "session" else "`async with engine.begin()`"
        yield self.found(
            event,
            f"What this `{event.how}` writes is never committed: the {event.what} is closed without it",
            help=f"`await {event.what}.commit()` before the end of the block, or {begin}",
            symbol=event.how,
        )
