"""ASL507, missing-rollback."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import ErrorSwallowed
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class MissingRollback(Rule[ErrorSwallowed]):
    """Reports handlers that swallow an error of the database without a rollback, where the session is used again.

    ## What it does
    Finds `except` clauses that catch what `flush()`, `commit()` or `execute()` raises and go on, in the same function or back
    in the one that called it, with the session in the state that the error has left. A timeout or a cancellation counts
    where nothing but the database is waited for. A failed statement counts on PostgreSQL only, if URLs, imports or
    requirements of the project name it: other databases go on in the same transaction.

    ## What happens
    After a failed flush or commit: `PendingRollbackError: This Session's transaction has been rolled back due to a previous
    exception during flush`. After a failed statement: `InFailedSQLTransactionError: current transaction is aborted`; if only a
    `commit()` follows, nothing is raised and all that was written before is lost.

    ## Example
    ```python
    async def example(session: AsyncSession) -> int | None:
        session.add(Contact(name="Ann", email="ann@example.org"))
        try:
            await session.flush()
        except IntegrityError:
            pass
        return await session.scalar(select(func.count(Contact.id)))
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> int | None:
        try:
            async with session.begin_nested():
                session.add(Contact(name="Ann", email="ann@example.org"))
        except IntegrityError:
            pass
        return await session.scalar(select(func.count(Contact.id)))
    ```

    ## Fix safety
    There is no fix: a rollback undoes the whole transaction, a savepoint a part of it.

    ## What it cannot see
    Uses of the session in code that calls the function and is not known, or that first tests what the function has
    returned: `return Failure(...)` hands the error on. Queries in `except Exception` are not reported: what
    such a handler is meant for is mostly something else.

    ## References
    - [This Session's transaction has been rolled back due to a previous exception during flush](https://docs.sqlalchemy.org/en/20/faq/sessions.html#this-session-s-transaction-has-been-rolled-back-due-to-a-previous-exception-during-flush-or-similar)
    """

    meta = RuleMeta(
        code="ASL507",
        name="missing-rollback",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="PendingRollbackError: This Session's transaction has been rolled back due to a previous exception (7s2a)",
        errors=(
            "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
            "PendingRollbackError: Can't reconnect until invalid transaction is rolled back",
            "DBAPIError: ... current transaction is aborted, commands ignored until end of transaction block",
        ),
    )
    listens_to = ErrorSwallowed

    def check(self, event: ErrorSwallowed) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        what = "a timeout or cancellation" if event.late else "an error of the database"
        savepoint = f"`async with {event.what}.begin_nested():` around what may fail"
        rollback = f"`await {event.what}.rollback()` in the handler, or {savepoint}"
        yield self.found(
            event,
            f"This swallows {what} without a rollback, and `{event.use}` uses the {event.what} again",
            help=savepoint if event.in_block else rollback,
            symbol=event.use,
        )
