"""ASL302, lazy-serialization."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, loader_repair, option_text, story


class LazySerialization(Rule[AttributeRead]):
    """Reports models that are made of ORM objects and read what the query did not load.

    ## What it does
    Finds response models, `model_validate()`, `from_orm()`, `TypeAdapter` and return annotations of endpoints whose fields
    name a relationship of the ORM object that was not loaded; so do the types of what resolvers of Strawberry and Graphene
    return.

    ## What happens
    Pydantic reads the attribute, which raises `MissingGreenlet`; it comes out as a `ValidationError`, in FastAPI as a
    `ResponseValidationError` and a response 500. A GraphQL server reads it when a query asks for the field, and
    answers with the error.

    ## Example
    ```python
    class LineRead(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        id: int


    class OrderRead(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        id: int
        lines: list[LineRead]


    async def example(session: AsyncSession) -> object:
        order = (await session.scalars(select(Order).limit(1))).one()
        return OrderRead.model_validate(order)
    ```

    ## Use instead
    ```python
    class LineRead(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        id: int


    class OrderRead(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        id: int
        lines: list[LineRead]


    async def example(session: AsyncSession) -> object:
        order = (await session.scalars(select(Order).options(selectinload(Order.lines)).limit(1))).one()
        return OrderRead.model_validate(order)
    ```

    ## Fix safety
    Unsafe: the query loads more than before.

    ## What it cannot see
    Models that prepare their input themselves (`model_validator`), and templates.

    ## References
    - [FastAPI: response model](https://fastapi.tiangolo.com/tutorial/response-model/)
    """

    meta = RuleMeta(
        code="ASL302",
        name="lazy-serialization",
        severity=Severity.ERROR,
        fix=Applicability.UNSAFE,
        raises="ResponseValidationError or ValidationError with MissingGreenlet inside (xd2s)",
        errors=(
            "MissingGreenlet: greenlet_spawn has not been called",
            "ResponseValidationError: ... validation error",
            "ValidationError: ... validation error",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (
            event.why in {"lazy", "raise"} and event.kind != "column" and bool(event.serializer) and not event.detached
        ):
            return
        yield self.found(
            event,
            f"{event.serializer} reads `{event.model}.{event.attribute}`, which was never loaded",
            related=story(event),
            repair=loader_repair(event),
            repair_title=f"Load it with `{option_text(event)}`",
            symbol=f"{event.model}.{event.attribute}",
            raises=FORBIDDEN if event.why == "raise" else MISSING_GREENLET,
        )
