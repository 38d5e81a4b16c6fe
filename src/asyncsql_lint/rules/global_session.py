"""ASL502, global-session."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SessionGlobal
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class GlobalSession(Rule[SessionGlobal]):
    """Reports sessions that outlive a request.

    ## What it does
    Finds an async session that is kept at module level, in a class attribute, in a default argument, in the
    application's state, on an application, client or bot that handles many things at once, or by a container (dishka)
    for the whole program.

    ## What happens
    All requests use the same session: they fail as concurrent tasks do, see each other's uncommitted objects, and one
    commits or rolls back what another has begun.

    ## Example
    ```python
    class Repository:
        session = maker()

        async def count(self) -> int | None:
            return await self.session.scalar(select(func.count(Order.id)))


    @app.get("/count")
    async def read_count() -> int | None:
        return await Repository().count()
    ```

    ## Use instead
    ```python
    class Repository:
        async def count(self) -> int | None:
            async with maker() as session:
                return await session.scalar(select(func.count(Order.id)))


    @app.get("/count")
    async def read_count() -> int | None:
        return await Repository().count()
    ```

    ## Fix safety
    There is no fix: keep the factory, and open a session for each request.

    ## What it cannot see
    Sessions that are kept in other objects which live as long as the program.

    ## When not to use it
    In a script with one task.

    ## References
    - [When do I construct a Session?](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#when-do-i-construct-a-session-when-do-i-commit-it-and-when-do-i-close-it)
    """

    meta = RuleMeta(
        code="ASL502",
        name="global-session",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="InvalidRequestError, IllegalStateChangeError, or one request's data committed by another",
        errors=(
            "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
            "IllegalStateChangeError: Method '...' can't be called here; method '...' is already in progress",
            "no error: one request's data is committed by another",
        ),
    )
    listens_to = SessionGlobal

    def check(self, event: SessionGlobal) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            f"The session `{event.name}` is kept in {event.where}: all requests share it",
            help="keep the session factory there, and open a session for each request",
            symbol=event.name,
        )
