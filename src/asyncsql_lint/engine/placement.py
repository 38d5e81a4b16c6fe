"""Where a finding stands: at the read when every known caller brings the object there in that state, else at the call.

And one defect is one report: the same attribute read three times in a function is reported at the first place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import (
    AttributeRead,
    DependencyMisused,
    ErrorSwallowed,
    Event,
    Mismatch,
    NeedlessAwait,
)
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.index.modules import is_test

_VERBS: dict[type[Event], str] = {NeedlessAwait: "awaits"}
"""What a function does with the object that it is given; most read it."""


def placed(
    events: Iterable[Event],
    call_sites: Mapping[FunctionInfo, set[Site]],
    holders: Mapping[Site, FunctionInfo | None],
    sound: Collection[Site],
) -> list[Event]:
    """The events at the places where they are reported, each once, in the order of files and nodes.

    `sound` are the places of `await`s that do wait for something, for one caller at least.
    """
    groups: dict[tuple[object, ...], list[Event]] = {}
    for told in events:
        event = replace(told, confidence=Confidence.GUESSED) if _staged(told) or _replaced(told) else told
        groups.setdefault((type(event), event.site, _what(event)), []).append(event)
    out: dict[Event, None] = {}
    for group in groups.values():
        own = [e for e in group if not e.calls]
        for event in [_best(own)] if own else _outwards(group, call_sites, holders, sound):
            out.setdefault(_unfixed(event) if group[0].site in sound else event)
    return sorted(_once(merged(list(out))), key=_order)


def _staged(event: Event) -> bool:
    """Whether a claim hangs on what a test does out of sight.

    A test that brings an object into other code may have replaced things there. A test that reads what other code has
    queried often meets the object that it has made itself, whole. And a test that reads what failing code has rolled
    back knows whether it lets it fail.
    """
    if is_test(event.site.path) and isinstance(event, DependencyMisused):
        # a test of the application's dependency itself, often with a fake session
        left = event.kind in {"anext", "return", "break", "yield"}
        return left and any(not is_test(site.path) for site, _ in event.trace)
    if is_test(event.site.path) and isinstance(event, AttributeRead) and event.why in {"lazy", "raise"}:
        return event.query is not None and not is_test(event.query.path)  # what the test made is still there
    cause = event.cause if isinstance(event, AttributeRead) and event.why in {"rollback", "failure"} else None
    if is_test(event.site.path) and cause is not None and not is_test(cause.path):
        return True
    return not is_test(event.site.path) and any(is_test(site.path) for site, _ in (*event.calls, *event.trace))


def _replaced(event: Event) -> bool:
    """Whether a helper reads what `noload` left empty: it is often given what stands in for it, too."""
    return isinstance(event, AttributeRead) and event.why == "noload" and bool(event.calls)


def _what(event: Event) -> str:
    if isinstance(event, Mismatch):
        return f"{event.kind} {event.what}"
    return f"{event.model}.{event.attribute}" if isinstance(event, AttributeRead) else ""


def _best(events: list[Event]) -> Event:
    """Of several stories of one place the surest, then the shortest."""
    return min(events, key=lambda e: (-e.confidence, len(e.trace), str(e)))


def _unfixed(event: Event) -> Event:
    """An await that is wrong now and then, as one without a fix: others need it."""
    return replace(event, is_enough=False) if isinstance(event, NeedlessAwait) else event


def _outwards(
    group: list[Event],
    call_sites: Mapping[FunctionInfo, set[Site]],
    holders: Mapping[Site, FunctionInfo | None],
    sound: Collection[Site],
) -> list[Event]:
    """Go out from the read, call by call, while only some of the known callers bring the object there like that."""
    first = group[0]
    function = holders.get(first.site)
    failing = {e.calls[0][0] for e in group}
    known = call_sites.get(function, set()) if function is not None else set()
    if known <= failing and not first.implicit and first.site not in sound:
        best = _best(group)
        story = tuple(
            (site, f"`{context}` brings it here" if context else "called here") for site, context in best.calls
        )
        return [replace(best, trace=(*best.trace, *story), calls=())]
    out: list[Event] = []
    by_call: dict[Site, list[Event]] = {}
    for event in group:
        (site, context), *rest = event.calls
        name = function.name if function is not None else "the function"
        moved = replace(
            event,
            site=site,
            context=context,
            calls=tuple(rest),
            implicit=False,
            trace=(*event.trace, (event.site, f"`{name}()` {_VERBS.get(type(event), 'reads')} it here")),
        )
        by_call.setdefault(site, []).append(moved)
    for events in by_call.values():
        own = [e for e in events if not e.calls]
        out += [_best(own)] if own else _outwards(events, call_sites, holders, sound)
    return out


def merged(events: list[Event]) -> list[Event]:
    """One report for the same attribute of the same query in one function; what is met later goes into its trace."""
    first: dict[tuple[object, ...], int] = {}
    out: list[Event] = []
    for event in events:
        if not isinstance(event, AttributeRead):
            out.append(event)
            continue
        key = _same_defect(event)
        if key in first:
            kept = out[first[key]]
            if isinstance(kept, AttributeRead) and event.site != kept.site:
                out[first[key]] = replace(kept, others=(*kept.others, event.site)[:8])
            continue
        first[key] = len(out)
        out.append(event)
    return out


def _once(events: list[Event]) -> list[Event]:
    """Of the handlers of one `try` that swallow an error the first is reported: what mends it is around them all."""
    first: dict[Site, Site] = {}
    for event in events:
        if isinstance(event, ErrorSwallowed):
            first[event.attempt] = min(event.site, first.get(event.attempt, event.site), key=lambda site: site.node)
    return [e for e in events if not isinstance(e, ErrorSwallowed) or first[e.attempt] == e.site]


def _same_defect(event: AttributeRead) -> tuple[object, ...]:
    """What makes two reads one defect. An expiry takes all attributes at once, so their names do not count there."""
    expired = event.why in {"commit", "rollback", "failure", "expire"}
    cause = event.cause if expired else event.query
    name = "" if expired else event.attribute
    chained = event.serializer != ""
    return (
        event.site.path,
        event.context,
        event.model,
        name,
        event.why,
        event.detached,
        chained,
        bool(event.write),
        cause,
    )


def _order(event: Event) -> tuple[str, int, str]:
    return (event.site.path, event.site.node, str(event))
