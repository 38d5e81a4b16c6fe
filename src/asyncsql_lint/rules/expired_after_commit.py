"""ASL305, expired-after-commit."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import MISSING_GREENLET, reading, story

_HELP = "make the session factory with `expire_on_commit=False`, or `await session.refresh(...)` after the commit"


class ExpiredAfterCommit(Rule[AttributeRead]):
    """Reports attributes that are read after a commit or `expire()` has expired them.

    ## What it does
    Follows `expire_on_commit` from the factory that made the session to the commit, and reports reads of any attribute of
    its objects after that, also when a helper or a dependency commits, until `refresh()` or a new query.

    ## What happens
    The read would have to load the row again: `MissingGreenlet`. SQLModel's objects are worse: `model_dump()` is `{}`, and
    FastAPI answers `200 {}`.

    ## Example
    ```python
    async def example() -> object:
        async with expiring() as session:
            tag = Tag(name="new")
            session.add(tag)
            await session.commit()
            return tag.id
    ```

    ## Use instead
    ```python
    async def example() -> object:
        async with expiring() as session:
            tag = Tag(name="new")
            session.add(tag)
            await session.commit()
            await session.refresh(tag)
            return tag.id
    ```

    ## Fix safety
    There is no fix: make the factory with `expire_on_commit=False`, or refresh the object.

    ## What it cannot see
    Sessions whose factory is not known, and commits behind calls that the analysis cannot follow.

    ## References
    - [Asyncio: preventing implicit IO](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession)
    """

    meta = RuleMeta(
        code="ASL305",
        name="expired-after-commit",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
        errors=("ResponseValidationError: ... validation error", "ValidationError: ... validation error"),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (event.why in {"commit", "expire"} and not event.detached):
            return
        yield self.found(
            event,
            f"{reading(event)} after {'`commit()`' if event.why == 'commit' else '`expire()`'} has expired it",
            related=story(event),
            help=_HELP,
            symbol=f"{event.model}.{event.attribute}",
            raises=MISSING_GREENLET,
        )
