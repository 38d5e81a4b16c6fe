"""ASL301, lazy-relationship-access."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import AttributeRead
from asyncsql_lint.rule import Finding, Rule, RuleMeta
from asyncsql_lint.wording import FORBIDDEN, MISSING_GREENLET, loader_repair, option_text, story

_NEVER = {False: "was never loaded", True: 'was never loaded, and lazy="raise" forbids to load it now'}


class LazyRelationshipAccess(Rule[AttributeRead]):
    """Reports reads of relationships that the query did not load.

    ## What it does
    Follows ORM objects from the query, through variables, results, helpers, methods, properties and repositories in other
    files, to the reads of their relationships, and reports those that neither the query's options, nor the model's
    `lazy=`, nor a later `refresh()` has loaded.

    ## What happens
    The read would have to emit SQL, and cannot await it: `MissingGreenlet: greenlet_spawn has not been called`. With `lazy="raise"`: `InvalidRequestError: ... is not available due to lazy='raise'`.

    ## Example
    ```python
    async def example(session: AsyncSession) -> int:
        order = (await session.scalars(select(Order).limit(1))).one()
        return len(order.lines)
    ```

    ## Use instead
    ```python
    async def example(session: AsyncSession) -> int:
        order = (await session.scalars(select(Order).options(selectinload(Order.lines)).limit(1))).one()
        return len(order.lines)
    ```

    ## Fix safety
    Unsafe: the query loads more than before. Collections get `selectinload()`, single objects `joinedload()`; the option
    is added where the query is written.

    ## What it cannot see
    Objects that come from code which the analysis cannot follow; it is silent about those. A many-to-one whose foreign key
    is NULL, or whose target happens to be in the session, raises nothing: that is luck.

    ## References
    - [Preventing implicit IO when using AsyncSession](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession)
    - [Relationship loading techniques](https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html)
    """

    meta = RuleMeta(
        code="ASL301",
        name="lazy-relationship-access",
        severity=Severity.ERROR,
        fix=Applicability.UNSAFE,
        raises="MissingGreenlet: greenlet_spawn has not been called (xd2s)",
        errors=(
            "InvalidRequestError: '...' is not available due to lazy='raise'",
            "InvalidRequestError: '...' is not available due to lazy='raise_on_sql'",
        ),
    )
    listens_to = AttributeRead

    def check(self, event: AttributeRead) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        if not (
            event.why in {"lazy", "raise"}
            and event.kind != "column"
            and not (event.detached or event.write or event.serializer)
        ):
            return
        yield self.found(
            event,
            f"`{event.model}.{event.attribute}` is read, but {_NEVER[event.why == 'raise']}",
            related=story(event),
            repair=loader_repair(event),
            repair_title=f"Load it with `{option_text(event)}`",
            symbol=f"{event.model}.{event.attribute}",
            raises=FORBIDDEN if event.why == "raise" else MISSING_GREENLET,
        )
