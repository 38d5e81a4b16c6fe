"""ASL202, sync-session-dependency."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SyncSessionGiven
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class SyncSessionDependency(Rule[SyncSessionGiven]):
    """Reports `async def` endpoints and dependencies that are given a sync session.

    ## What it does
    Finds parameters of an `async def` that `Depends` fills with a sync `Session`. Where the function itself does I/O
    with it, `blocking-database-call` says so at the call, and this rule is silent.

    ## What happens
    FastAPI runs an `async def` on the event loop: whatever the session does there blocks all requests.

    ## Example
    ```python
    REPORTS = {}


    def report(function):
        REPORTS[function.__name__] = function
        return function


    @report
    def slow(session: Session) -> None:
        session.execute(text("select pg_sleep(0.4)"))


    @app.get("/report")
    async def read_report(session: Annotated[Session, Depends(get_sync_session)], name: str = "slow") -> None:
        REPORTS[name](session)
    ```

    ## Use instead
    ```python
    REPORTS = {}


    def report(function):
        REPORTS[function.__name__] = function
        return function


    @report
    def slow(session: Session) -> None:
        session.execute(text("select pg_sleep(0.4)"))


    @app.get("/report")
    def read_report(session: Annotated[Session, Depends(get_sync_session)], name: str = "slow") -> None:
        REPORTS[name](session)
    ```

    ## Fix safety
    There is no fix: make the endpoint a `def`, or the session async.

    ## What it cannot see
    Sessions that come from a framework's own injection.

    ## References
    - [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/#path-operation-functions)
    """

    meta = RuleMeta(
        code="ASL202",
        name="sync-session-dependency",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="no error: the event loop stands still while the session works",
    )
    listens_to = SyncSessionGiven

    def check(self, event: SyncSessionGiven) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(
            event,
            f"`{event.parameter}` is a sync session in an `async def`: its work blocks the event loop",
            help="make this a plain `def`, which runs in a thread, or inject an AsyncSession",
            symbol=event.parameter,
        )
