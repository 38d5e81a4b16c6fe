"""ASL402, row-as-entity."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import RowRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class RowAsEntity(Rule[RowRead]):
    """Reports attributes of an entity that are read on its row.

    ## What it does
    Finds `row.name` where the row comes from `execute(select(Model))`, or from SQLModel's `exec()` with SQLAlchemy's
    `select()`, and `name` is an attribute of the model; and rows that are given to `session.add()`, `delete()` or `refresh()`.

    ## What happens
    `AttributeError`: the row has one element, the object; the attribute is the object's.

    ## Example
    ```python
    async def example(session: AsyncSession) -> str:
        row = (await session.execute(select(Order).limit(1))).one()
        return row.name
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> str:
        order = (await session.scalars(select(Order).limit(1))).one()
        return order.name
    ```

    ## Fix safety
    There is no fix: add `.scalars()`, or name the entity.

    ## What it cannot see
    Rows of statements that the analysis cannot follow.

    ## References
    - [Selecting ORM entities](https://docs.sqlalchemy.org/en/20/orm/queryguide/select.html#selecting-orm-entities)
    """

    meta = RuleMeta(
        code="ASL402",
        name="row-as-entity",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="AttributeError: Could not locate column in row for column",
        errors=(
            "AttributeError: Could not locate column in row for column",
            "UnmappedInstanceError: Class 'sqlalchemy.engine.row.Row' is not mapped",
        ),
    )
    listens_to = RowRead

    def check(self, event: RowRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if event.use:
            yield self.found(
                event,
                f"`{event.use}()` is given a row, not the `{event.model}` in it",
                help="fetch with `.scalars()`",
                symbol=event.model,
                raises="UnmappedInstanceError: Class 'sqlalchemy.engine.row.Row' is not mapped",
            )
            return
        if event.is_column:
            yield self.found(
                event,
                f"`{event.attribute}` is read on a row that holds other columns of `{event.model}` only",
                help=f"select `{event.model}.{event.attribute}` as well, or the model",
                symbol=f"{event.model}.{event.attribute}",
            )
            return
        yield self.found(
            event,
            f"`{event.attribute}` is read on a row; it is an attribute of the `{event.model}` in the row",
            help="fetch with `.scalars()`, or read it on the row's object",
            symbol=f"{event.model}.{event.attribute}",
        )
