"""Words that several rules share."""

from __future__ import annotations

from asyncsql_lint.diagnostics.repair import AddLoaderOptions, LoaderStep
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import AttributeRead, Trace

MISSING_GREENLET = "MissingGreenlet: greenlet_spawn has not been called (https://sqlalche.me/e/20/xd2s)"
DETACHED = "DetachedInstanceError: the instance is not bound to a Session (https://sqlalche.me/e/20/bhk3)"
FORBIDDEN = "InvalidRequestError: the attribute is not available due to lazy='raise'"
AGAIN = "and read again here"
"""Of a place that comes after the reported one, and is no cause of it."""


def reading(event: AttributeRead) -> str:
    """How an attribute is read, in words."""
    if event.serializer:
        return f"{event.serializer} reads `{event.model}.{event.attribute}`"
    if event.write == "=":
        return f"`{event.model}.{event.attribute}` is set, which reads the old key,"
    return f"`{event.model}.{event.attribute}` is read"


def story(event: AttributeRead) -> Trace:
    """The places of an event's story, with the later reads of the same attribute."""
    more = tuple((site, AGAIN) for site in event.others)
    return (*event.trace, *more)


def loader_repair(event: AttributeRead) -> AddLoaderOptions | None:
    """The loader option that would have loaded the attribute, at the query that fetched the object."""
    if event.query is None or event.kind != "relationship" or event.born != "query":
        return None
    steps = tuple(
        LoaderStep("selectinload" if many else "joinedload", module, owner, name)
        for module, owner, name, many in event.chain
    )
    return AddLoaderOptions(event.query, (steps,), event.is_get)


def option_text(event: AttributeRead) -> str:
    """The loader option as it is written."""
    out = ""
    for _, owner, name, many in event.chain:
        step = f"{'selectinload' if many else 'joinedload'}({owner}.{name})"
        out = f"{out}.{step}" if out else step
    return out


def at(site: Site, words: str) -> Trace:
    """A story of one place."""
    return ((site, words),)
