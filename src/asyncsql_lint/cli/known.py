"""What people are told of findings that do not count: known to a baseline, or there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from asyncsql_lint.gate.ledger import Stale, Written
from asyncsql_lint.linter import Report

MOST_TOLD = 10
"""Stale entries that are told one by one."""


def remarks(report: Report, new_since: str | None) -> Iterator[str]:
    """Sentences for the summary: what baselines know, and what was there at the revision `new_since`."""
    verdict = report.verdict
    if verdict is not None and verdict.renewed:
        yield f"{len(verdict.known)} known, {len(report.diagnostics)} new, {verdict.fixed} fixed."
    if new_since is not None:
        count = len(report.old)
        yield f"{count} {'finding was' if count == 1 else 'findings were'} there at {_shown(new_since)} already."


def stale_lines(stale: Iterable[Stale], base: str) -> Iterator[str]:
    """Which entries of which baselines stand for nothing any more; paths are relative to the folder `base`."""
    told = list(stale)
    for baseline in dict.fromkeys(each.baseline for each in told):
        here = [each for each in told if each.baseline == baseline]
        known = "1 known finding is" if (count := sum(e.count for e in here)) == 1 else f"{count} known findings are"
        yield f"{_shown(baseline, base)}: {known} gone; --update-baseline drops them:"
        yield from (f"  {_entry(each, base)}" for each in here[:MOST_TOLD])
        if len(here) > MOST_TOLD:
            yield f"  and {len(here) - MOST_TOLD} more entries"


def written_line(written: Written, base: str) -> str:
    """What a renewed baseline holds."""
    what = f"{written.added} added, {written.dropped} dropped, {written.total} in all"
    return f"{_shown(written.path, base)}: {what}"


def _entry(stale: Stale, base: str) -> str:
    identity = stale.identity
    where = _shown(stale.path, base) + f": {_shown(identity.rule)}"
    what = f" in {_shown(identity.context)}" if identity.context else ""
    times = f" ({stale.count} times)" if stale.count > 1 else ""
    return where + what + (f": {_shown(identity.symbol)}" if identity.symbol else "") + times


def _shown(text: str, base: str = "") -> str:
    """Somebody's text in one line; a path as seen from the folder `base`."""
    from asyncsql_lint.reporters.visible import visible

    return visible(text.removeprefix(base.rstrip("/") + "/") if base else text)
