"""ASL506, begin-in-transaction."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import TransactionMisused
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class BeginInTransaction(Rule[TransactionMisused]):
    """Reports `begin()` where a transaction is begun already, and work after the end of a block's transaction.

    ## What it does
    Finds `begin()` on a session or connection after anything that has begun a transaction, in the same function or in one
    that calls it; and work in a `begin()` block after a commit, rollback or close in it.

    ## What happens
    A session begins a transaction by itself with the first query, and even with `add()`: a `begin()` after it raises
    `InvalidRequestError: A transaction is already begun on this Session`. A commit in a `begin()` block ends the transaction,
    and whatever follows in the block raises `InvalidRequestError: Can't operate on closed transaction inside context manager`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> None:
        order = await session.get_one(Order, 1)
        async with session.begin():
            order.status = "sent"
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> None:
        async with session.begin():
            order = await session.get_one(Order, 1)
            order.status = "sent"
    ```

    ## Fix safety
    There is no fix: where a transaction begins and ends is for the author to say.

    ## What it cannot see
    Queries that ran before a session came here through a framework, and objects that `get()` finds in the session.

    ## References
    - [Auto begin](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#auto-begin)
    - [Framing out a begin / commit / rollback block](https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#managing-transactions)
    """

    meta = RuleMeta(
        code="ASL506",
        name="begin-in-transaction",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="InvalidRequestError: A transaction is already begun on this Session",
        errors=(
            "InvalidRequestError: Can't operate on closed transaction inside context manager",
            "InvalidRequestError: This connection has already initialized a SQLAlchemy Transaction() object via begin() or autobegin",
        ),
    )
    listens_to = TransactionMisused

    def check(self, event: TransactionMisused) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.ended:
            yield self.found(
                event,
                f"`{event.use}` in a `begin()` block whose transaction was ended by `{event.ended}()`",
                help="leave the end of the transaction to the block, or end it after the last statement in it",
                symbol=event.use,
                raises="InvalidRequestError: Can't operate on closed transaction inside context manager",
            )
            return
        by = "by the block around it" if event.nested else "by what was done before"
        other = "`begin_nested()`, or " if event.nested else ""
        yield self.found(
            event,
            f"`{event.use}` on a {event.what} whose transaction is begun already {by}",
            help=f"{other}one transaction around all of it; a commit or rollback ends the one that is begun",
            symbol=event.use,
        )
