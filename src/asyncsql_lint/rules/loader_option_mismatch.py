"""ASL310, loader-option-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import OptionMismatch
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_STRINGS = "ArgumentError: Strings are not accepted for attribute names in loader options"
_BATCHED = "InvalidRequestError: Can't use yield_per with eager loaders that require uniquing or row buffering"
_NAMES = "KeyError: the name of the attribute"
_SILENT = "no error: objects come with the wrong related ones"
_COLUMNS = "ArgumentError: Query has only expression-based entities"


class LoaderOptionMismatch(Rule[OptionMismatch]):
    """Reports loader options that do not fit their statement.

    ## What it does
    Finds options that start from a model which the statement does not select: an option that should be chained to another
    one, an option for a model where its alias is selected, an option of a statement that selects columns; names of
    attributes as strings; paths and unknown names given to `refresh()`; joined collections or subquery loads beside `yield_per`; and `contains_eager()` without a join,
    or for a collection beside a LIMIT.

    ## What happens
    `ArgumentError: Mapped class ... does not apply to any of the root entities in this query` when the statement runs.
    `contains_eager()` raises nothing: without a join each row is combined with each, and a LIMIT counts joined rows, so
    that collections are cut.

    ## Example
    ```python
    async def example(session: AsyncSession) -> object:
        statement = select(Order).options(selectinload(Order.lines), selectinload(OrderLine.product))
        return (await session.scalars(statement)).all()
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> object:
        statement = select(Order).options(selectinload(Order.lines).selectinload(OrderLine.product))
        return (await session.scalars(statement)).all()
    ```

    ## Fix safety
    There is no fix: there may be several ways to what the option is for.

    ## What it cannot see
    Statements and options that the analysis cannot follow; which of two aliases of one model an option is for.

    ## References
    - [Relationship loading techniques](https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html)
    """

    meta = RuleMeta(
        code="ASL310",
        name="loader-option-mismatch",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="ArgumentError: Mapped class ... does not apply to any of the root entities in this query",
        errors=(
            "ArgumentError: Query has only expression-based entities",
            "ArgumentError: Strings are not accepted for attribute names in loader options",
            "InvalidRequestError: Can't use yield_per with eager loaders that require uniquing or row buffering",
            "KeyError: '...'",
            "no error: objects come with the wrong related ones",
        ),
    )
    listens_to = OptionMismatch

    def check(self, event: OptionMismatch) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        option, raises = f"`{event.option}`", ""
        match event.kind:
            case "string":
                message = f"{option} names its attribute by a string"
                help_, raises = "give it the attribute of the class", _STRINGS
            case "name":
                message = f"{option} is given to `refresh()`, but `{event.selected}` has no attribute of that name"
                help_, raises = "name its own attributes; load what hangs on them with a query", _NAMES
            case "columns":
                message = f"{option} is an option of a statement that selects columns only"
                help_, raises = "leave the option out, or select the model", _COLUMNS
            case "batched":
                message = (
                    f"The statement has `yield_per`, but the way in which `{event.option}` is loaded needs all rows"
                )
                help_, raises = "load it with `selectinload()`", _BATCHED
            case "unjoined":
                message = (
                    f"`contains_eager({event.option})` takes the rows of a join, and the statement joins nothing:"
                    " each row comes with each of the other table"
                )
                help_, raises = f"join it: `.join({event.option})`", _SILENT
            case "cut":
                message = (
                    f"A LIMIT counts joined rows here: `contains_eager({event.option})` leaves collections incomplete"
                )
                help_, raises = "load the collection with `selectinload()`, or limit in a subquery", _SILENT
            case "alias":
                message = (
                    f"{option} starts from another side of the alias than the statement, which selects {event.selected}"
                )
                help_ = "take the attribute from what is selected"
            case _:
                message = (
                    f"{option} starts from a model that the statement does not select; it selects {event.selected}"
                )
                help_ = f"chain it to `{event.after}`" if event.after else "chain it to the option that loads the model"
        yield self.found(event, message, help=help_, symbol=event.option, raises=raises)
