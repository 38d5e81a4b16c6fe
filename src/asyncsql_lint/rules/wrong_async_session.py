"""ASL207, wrong-async-session."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import ExecMisused
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_NO_EXEC = "AttributeError: the session has no attribute 'exec'"
_NO_METHOD = "AttributeError: 'ScalarResult' object has no attribute"
_UNMAPPED = "UnmappedInstanceError: Class 'sqlalchemy.engine.row.Row' is not mapped"


class WrongAsyncSession(Rule[ExecMisused]):
    """Reports `exec()` on a session that is not SQLModel's, and results of `exec()` taken for others.

    ## What it does
    Finds `session.exec(...)` on SQLAlchemy's `AsyncSession` or on an `async_scoped_session`; `.scalars()`, `.scalar_one()`
    and their like on the result of `exec(select(Model))` with SQLModel's `select`, which gives the objects themselves;
    and rows of `exec(select(Model))` with SQLAlchemy's `select` that are given to the session as if they were objects.

    ## What happens
    `AttributeError`: only SQLModel's `AsyncSession` has `exec()`, and a `ScalarResult` has no `scalars()`.

    ## Example
    ```python
    async def example() -> Sequence[Hero]:
        async with maker() as session:  # an async_sessionmaker without class_
            return (await session.exec(sm_select(Hero))).all()
    ```

    ## Use instead
    ```python
    board = async_sessionmaker(engine, class_=BoardSession)


    async def example() -> Sequence[Hero]:
        async with board() as session:
            return (await session.exec(sm_select(Hero))).all()
    ```

    ## Fix safety
    There is no fix: either give the factory `class_=AsyncSession` of `sqlmodel.ext.asyncio.session`, or call
    `scalars()` in place of `exec()`.

    ## What it cannot see
    Sessions of unknown origin in a project that has both kinds.

    ## References
    - [AsyncSession of SQLModel](https://github.com/fastapi/sqlmodel/blob/main/sqlmodel/ext/asyncio/session.py)
    """

    meta = RuleMeta(
        code="ASL207",
        name="wrong-async-session",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="AttributeError: the session has no attribute 'exec'",
        errors=(
            "AttributeError: 'AsyncSession' object has no attribute 'exec'",
            "AttributeError: 'ScalarResult' object has no attribute",
            "UnmappedInstanceError: Class 'sqlalchemy.engine.row.Row' is not mapped",
        ),
    )
    listens_to = ExecMisused

    def check(self, event: ExecMisused) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        match event.kind:
            case "absent":
                message = f"`exec` is read on {event.what}: only SQLModel's AsyncSession has it"
                help_, raises = "make the session with SQLModel's AsyncSession, or call `scalars()`", _NO_EXEC
            case "scalars":
                message = f"`.{event.what}()` is called on the result of `exec()`, which gives the objects themselves"
                help_, raises = f"leave `.{event.what}()` out, or use `.one()`, `.first()`, `.all()`", _NO_METHOD
            case _:
                message = f"`{event.use}()` is given a row, not the `{event.what}` in it"
                help_, raises = "give `exec()` a statement of SQLModel's `select()`", _UNMAPPED
        yield self.found(event, message, help=help_, symbol=event.use or event.what, raises=raises)
