"""Runs one case of the fixture project on PostgreSQL and holds what happened against its claim."""

from __future__ import annotations

import asyncio
import gc
import inspect
import warnings
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, get_type_hints

import sqlalchemy

from tests.support.fixture_project import FixtureProject, load
from tests.support.heartbeat import Heartbeat

BLOCKED_SECONDS = 0.25
"""The cases sleep 0.4 s in the database: a blocked loop misses all of it, a busy machine a little."""

CASE_SECONDS = 15.0
NEVER_AWAITED = "was never awaited"

Case = Callable[..., Coroutine[Any, Any, object]]


@dataclass(slots=True)
class Outcome:
    """What a case did. An error is kept by its names and text: its frames would keep sessions and coroutines alive."""

    value: object = None
    errors: frozenset[str] = frozenset()
    error_text: str = ""
    pause: float = 0.0
    dropped: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"raised {self.error_text}" if self.errors else f"returned {self.value!r}"
        return f"{said}; the loop paused {self.pause:.2f} s; dropped coroutines: {self.dropped or 'none'}"


def run_case(case: Case) -> Outcome:
    """Run `case` on a loop of its own, with a heartbeat beside it and every warning noted."""
    outcome = Outcome()
    gc.freeze()  # the collection after the case need not look at the modules and caches from before it
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(_run_beside_heartbeat(case, outcome))
    outcome.dropped = [str(w.message) for w in caught if NEVER_AWAITED in str(w.message)]
    return outcome


def disagreement(claim: Any, outcome: Outcome, project: FixtureProject) -> str:  # noqa: ANN401 - Claim is a fixture's
    """What differs between the claim and the outcome; an empty string when they agree."""
    if claim.kind == "loses_data" and not outcome.errors:
        outcome.value = project.first_value(claim.query)
    kind = claim.kind if sqlalchemy.__version__.startswith(claim.on) else "works"
    return "" if AGREES[kind](claim, outcome) else f"claims {_said(claim)}, but {outcome}"


def is_good(outcome: Outcome) -> bool:
    """Whether nothing went wrong; how long the loop paused is left out."""
    return not outcome.errors and not outcome.dropped


def _shows(claim: Any, outcome: Outcome) -> bool:  # noqa: ANN401 - Claim is a fixture's
    return not outcome.errors and bool(outcome.value == claim.seen != claim.meant)


AGREES: dict[str, Callable[[Any, Outcome], bool]] = {
    "works": lambda _, outcome: is_good(outcome),
    "leaves_the_loop_free": lambda _, outcome: is_good(outcome) and outcome.pause <= BLOCKED_SECONDS,
    "raises": lambda claim, outcome: bool(outcome.errors & set(claim.errors)),
    "blocks_the_loop": lambda _, outcome: not outcome.errors and outcome.pause > BLOCKED_SECONDS,
    "never_awaited": lambda _, outcome: bool(outcome.dropped),
    "loses_data": _shows,
    "misbehaves": _shows,
}


def _said(claim: Any) -> str:  # noqa: ANN401 - Claim is a fixture's
    details = [*claim.errors, claim.query, *((claim.seen,) if claim.kind in ("loses_data", "misbehaves") else ())]
    when = [f"on SQLAlchemy {claim.on} only"] if claim.on else []
    return " ".join([claim.kind, *(repr(detail) for detail in details if detail != ""), *when])


def error_names(error: BaseException | None) -> Iterator[str]:
    """The class names of `error` and of all it wraps: causes, contexts, groups, and those a text only tells of."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield from (kind.__name__ for kind in type(current).__mro__)
        waiting += [current.__cause__, current.__context__, *getattr(current, "exceptions", ())]
        if "MissingGreenlet" in str(current):  # pydantic tells of it in the text only
            yield "MissingGreenlet"


async def _run_beside_heartbeat(case: Case, outcome: Outcome) -> None:
    database = load("shop.database")
    heartbeat = Heartbeat()
    try:
        async with heartbeat:
            outcome.value = await asyncio.wait_for(_call(case), CASE_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever the case raises is its outcome
        outcome.errors = frozenset(error_names(error))
        outcome.error_text = f"{type(error).__name__}: {error}"
    outcome.pause = heartbeat.longest_pause
    gc.collect()  # what the case left to the collector goes while its loop still runs
    await database.engine.dispose()
    database.sync_engine.dispose()


async def _call(case: Case) -> object:
    """Call `case`, with a session of the kind that its parameter names."""
    if "session" not in inspect.signature(case).parameters:
        return await case()
    kind = get_type_hints(case)["session"]
    package = "board" if kind.__module__.startswith("sqlmodel") else "shop"
    async with load(f"{package}.database").maker() as session:
        return await case(session)
