"""ASL508, dependency-called-directly."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import DependencyMisused
from asyncsql_lint.rule import Finding, Rule, RuleMeta

_GENERATOR = "is an async generator, not the session that it yields"
_CONTEXT = "is an async context manager, which has to be entered"
_LEFT = "which leaves `{name}` at its `yield`: nobody closes or commits the session in time"

_WORDS = {
    "awaited": (
        f"`{{name}}` is awaited, but {_GENERATOR}",
        "TypeError: object async_generator can't be used in 'await'",
    ),
    "entered": (
        f"`{{name}}` is entered, but {_GENERATOR}",
        "TypeError: 'async_generator' object is no context manager",
    ),
    "used": (f"`{{name}}` is used, but {_GENERATOR}", "AttributeError: 'async_generator' object has no attribute"),
    "anext": (f"The session is taken by hand, {_LEFT}", ""),
    "return": (f"The loop is left by `return`, {_LEFT}", ""),
    "break": (f"The loop is left by `break`, {_LEFT}", ""),
    "yield": (
        "An exception that is thrown in at the `yield` does not reach `{name}`: nobody closes the session in time",
        "",
    ),
    "unentered": (f"`{{name}}` is used, but {_CONTEXT}", "AttributeError: '_AsyncGeneratorContextManager' object"),
    "manager-awaited": (
        f"`{{name}}` is awaited, but {_CONTEXT}",
        "TypeError: object can't be used in 'await' expression",
    ),
    "called": ("`Depends()` is given what {name} gives, not the function", "TypeError: is not a callable object"),
    "class": (
        "`Depends()` makes an {name} of query parameters: every request answers 422",
        "422 Unprocessable Content",
    ),
    "factory": ("`Depends()` asks {name} for query parameters: every request answers 422", "422 Unprocessable Content"),
    "manager": (
        "`Depends()` is given `{name}`, which is an async context manager already: no request gets a session",
        "TypeError: '_AsyncGeneratorContextManager' object is not an async iterator, or AttributeError",
    ),
    "undeclared": (
        "The session `{name}` is a parameter without `Depends()`: FastAPI takes it for data of the request",
        "FastAPIError: Invalid args for response field",
    ),
}
_MANAGER = "make it a context manager with `@contextlib.asynccontextmanager`, and enter that"
_DEPENDS = "declare it as `Annotated[AsyncSession, Depends(get_session)]`"
_HELP = {
    "called": "give `Depends()` the function itself, without calling it",
    "manager": "leave the decorator out: FastAPI makes a context manager of a generator itself",
    "yield": "loop over `contextlib.aclosing(...)` of it, or take it as a dependency with `Depends`",
    **dict.fromkeys(("unentered", "manager-awaited"), "enter it: `async with ... as session`"),
    **dict.fromkeys(("class", "factory", "undeclared"), _DEPENDS),
}


class DependencyCalledDirectly(Rule[DependencyMisused]):
    """Reports dependencies that give sessions, called or declared in a way that gives none.

    ## What it does
    Finds a generator such as `get_session()` that is awaited, entered or used as if it were the session; one that is
    stepped on by `anext()`, or iterated over with a `return` or `break`, or with a `yield` in another dependency or
    context manager, and so may never come to an end; a context
    manager that is used without being entered; and sessions that FastAPI cannot give: `Depends(get_session())`, `Depends(AsyncSession)`, `Depends(session_factory)`, `Depends()` of
    an `@asynccontextmanager`, and a parameter of an endpoint without `Depends`.

    ## What happens
    `TypeError` or `AttributeError`, 422 for each request, or, for a generator that is left at its `yield`: what stands
    after it (`commit()`, `close()`) never runs, or at some time later in the garbage collector.

    ## Example
    ```python
    async def example() -> int | None:
        session = await get_session()
        return await session.scalar(select(func.count(Order.id)))
    ```

    ## Use instead
    ```python
    async def example() -> int | None:
        async with contextlib.asynccontextmanager(get_session)() as session:
            return await session.scalar(select(func.count(Order.id)))
    ```

    ## Fix safety
    There is no fix: make a context manager of the generator, or let FastAPI call it.

    ## What it cannot see
    Generators that are held in an object and closed, or not closed, elsewhere.

    ## References
    - [Dependencies with yield](https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/)
    """

    meta = RuleMeta(
        code="ASL508",
        name="dependency-called-directly",
        severity=Severity.ERROR,
        fix=Applicability.DISPLAY,
        raises="TypeError: object async_generator can't be used in 'await' expression",
        errors=(
            "TypeError: ... is not a callable object",
            "TypeError: '_AsyncGeneratorContextManager' object is not an async iterator",
            "FastAPIError: Invalid args for response field!",
            "AttributeError: 'async_generator' object has no attribute",
            "AttributeError: '_AsyncGeneratorContextManager' object has no attribute",
            "TypeError: 'async_generator' object does not support the asynchronous context manager protocol",
            "no error and no warning: data that is not committed, connections that are returned late",
        ),
    )
    listens_to = DependencyMisused

    def check(self, event: DependencyMisused) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        words, raises = _WORDS[event.kind]
        yield self.found(
            event,
            words.format(name=event.name),
            help=_HELP.get(event.kind, _MANAGER),
            symbol=event.name,
            raises=raises or "data that is not committed, connections that are returned late",
        )
