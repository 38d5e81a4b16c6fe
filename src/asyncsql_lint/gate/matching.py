"""Which findings a baseline knows, and which of its entries stand for nothing any more."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from asyncsql_lint.fingerprint import Identity


@dataclass(frozen=True, slots=True)
class Match:
    """For each finding whether it is known, and the entries that are left over."""

    known: tuple[bool, ...]
    rest: Counter[Identity]


def match(entries: Counter[Identity], found: Sequence[Identity]) -> Match:
    """Set the findings of one file, in their order, against the entries of a baseline for it.

    Equal ones go together first, then those that differ in their statement only. An entry stands for as many findings
    as its count says.
    """
    rest = Counter(entries)
    known = [_take(rest, identity) for identity in found]
    alike: dict[tuple[str, str, str], list[Identity]] = defaultdict(list)
    for identity in sorted(+rest, reverse=True):
        alike[_without_statement(identity)].append(identity)
    for number, identity in enumerate(found):
        candidates = alike[_without_statement(identity)]
        while not known[number] and candidates:
            known[number] = _take(rest, candidates[-1])
            if not known[number]:
                candidates.pop()
    return Match(tuple(known), +rest)


def _take(rest: Counter[Identity], identity: Identity) -> bool:
    if rest[identity] <= 0:
        return False
    rest[identity] -= 1
    return True


def _without_statement(identity: Identity) -> tuple[str, str, str]:
    return identity.rule, identity.context, identity.symbol
