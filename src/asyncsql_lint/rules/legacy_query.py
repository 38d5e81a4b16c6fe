"""ASL203, legacy-query."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import LegacyQuery as Event
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_HELP = {"query": "write it as `await session.scalars(select(...))`"}
_BULK = "use `add_all()` or `execute(insert(...), rows)`, or call it in `run_sync()`"
_ON_CONNECTION = "call it on a connection: `async with engine.begin() as connection`"
_NOT_DECLARED = "ArgumentError: Textual SQL expression should be explicitly declared as text()"


class LegacyQuery(Rule[Event]):
    """Reports what only sync sessions and engines have, and statements as plain strings.

    ## What it does
    Finds `session.query(...)` and `session.bulk_save_objects(...)` and its kin on an `AsyncSession`, `engine.execute(...)`
    and `engine.run_sync(...)` on an `AsyncEngine`, and `execute("select 1")` without `text()`.

    ## What happens
    `AttributeError: 'AsyncSession' object has no attribute 'query'`; for a string `ArgumentError` or
    `ObjectNotExecutableError`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        return session.query(Order).first()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        return (await session.scalars(select(Order))).first()
    ```

    ## Fix safety
    There is no fix: the query has to be written as a `select()`.

    ## What it cannot see
    Sessions whose type is not known.

    ## References
    - [AsyncSession](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession)
    """

    meta = RuleMeta(
        code="ASL203",
        name="legacy-query",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="AttributeError: 'AsyncSession' object has no attribute 'query'",
        errors=(
            "AttributeError: 'AsyncSession' object has no attribute",
            "AttributeError: 'AsyncEngine' object has no attribute",
            "ObjectNotExecutableError: Not an executable object",
            "ArgumentError: Textual SQL expression ... should be explicitly declared as text(",
        ),
    )
    listens_to = Event

    def check(self, event: Event) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.is_text:
            message = f"`{event.name}()` is given a plain string"
            yield self.found(event, message, help="wrap it in `text()`", symbol=event.name, raises=_NOT_DECLARED)
            return
        yield self.found(
            event,
            f"An {event.owner} has no `{event.name}`",
            help=_HELP.get(event.name, _ON_CONNECTION if event.owner == "AsyncEngine" else _BULK),
            symbol=event.name,
            raises=f"AttributeError: '{event.owner}' object has no attribute '{event.name}'",
        )
