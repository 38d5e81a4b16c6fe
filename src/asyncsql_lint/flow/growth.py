"""What calls bring to their callers, kept small: all that calls in them did would double with each level of calls."""

from __future__ import annotations

from collections.abc import Sequence

from asyncsql_lint.flow.state import Effect
from asyncsql_lint.flow.values import DictValue, ListValue, TupleValue, Value

MAX_EFFECTS = 500
"""Effects on sessions that a function remembers of its calls, and tasks that run on."""

MAX_ITEMS = 1_000
"""Items in the lists, tuples and dicts of which a function returns one, those within others included."""


def thinned(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """At most half as many as may be: of each kind on each session the first and the last; of these the latest."""
    first: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, int], int] = {}
    for number, effect in enumerate(effects):
        key = effect.kind, effect.session
        first.setdefault(key, number)
        last[key] = number
    kept = sorted({*first.values(), *last.values()})
    return tuple(effects[number] for number in kept[-(MAX_EFFECTS // 2) :])


def is_large(value: Value) -> bool:
    """Whether a value has more than `MAX_ITEMS` items. It looks at no more than these."""
    stack: list[Value] = [value]
    count = 0
    while stack:
        match stack.pop():
            case ListValue(items=tuple(items)) | TupleValue(items=items):
                more = list(items)
            case ListValue(element=element):
                more = [element]
            case DictValue(items=pairs, other=other):
                more = [other, *(item for _, item in pairs)]
            case _:
                continue
        count += len(more)
        if count > MAX_ITEMS:
            return True
        stack += more
    return False
