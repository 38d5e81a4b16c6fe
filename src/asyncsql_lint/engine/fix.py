"""Fixes applied to texts until nothing changes, each held against what the linter says afterwards.

A round takes the fixes that do not touch each other, carries them out, and lints again (`engine.fix_round`). Nothing
reaches the disk before all rounds are over.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from asyncsql_lint.diagnostics import Diagnostic, Position, TextEdit
from asyncsql_lint.engine.fix_round import Round, edits_of, is_applicable
from asyncsql_lint.engine.places import Places

Relint: TypeAlias = Callable[[Mapping[str, str]], Sequence[Diagnostic]]
"""Lints the project anew with other texts for the files given (all that differ from the disk), by absolute path."""

ROUNDS = 10
"""How often fixes are applied on top of fixes before the rest is left to the next run."""


@dataclass(frozen=True, slots=True)
class FixResult:
    """What came of it: the new text of every changed file, and how many findings of which rule were mended there.

    `messages` tell of fixes that were not kept; `diagnostics` are the findings that remain.
    """

    texts: dict[str, str]
    applied: dict[str, Counter[str]]
    messages: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def apply_fixes(
    texts: Mapping[str, str],
    diagnostics: Sequence[Diagnostic],
    relint: Relint,
    *,
    unsafe: bool = False,
    rounds: int = ROUNDS,
) -> FixResult:
    """Apply the fixes of `diagnostics`, and those that come up when they are applied, to the files in `texts`.

    `texts` holds every file that may be changed, by absolute path, as it was when `diagnostics` were found.
    """
    now = dict(texts)
    found = list(diagnostics)
    applied: dict[str, Counter[str]] = defaultdict(Counter)
    messages: list[str] = []
    refused = Places()
    for _ in range(rounds):
        chosen = compatible(_candidates(found, refused, unsafe), now)
        if not chosen:
            break
        this = Round(now, found, lambda changed: relint(_changed(texts, {**now, **changed})), unsafe)
        this.run(chosen)
        for diagnostic in this.kept:
            for path in {edit.span.path for edit in edits_of(diagnostic)}:
                applied[path][diagnostic.code] += 1
        messages += this.messages
        trial = this.trial(this.kept)
        refused = refused.moved(trial.moved).with_also(this.refused, trial.moved)
        now.update(trial.texts)
        found = list(trial.diagnostics)
    else:
        if compatible(_candidates(found, refused, unsafe), now):
            messages.append(f"after {rounds} rounds of fixes there is more to fix: run it again")
    return FixResult(_changed(texts, now), dict(applied), tuple(messages), tuple(found))


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in now.items() if text != before[path]}


def _candidates(diagnostics: Iterable[Diagnostic], refused: Places, unsafe: bool) -> list[Diagnostic]:
    """The findings whose fix may be applied and has not been undone before."""
    return [d for d in diagnostics if is_applicable(d, unsafe) and not refused.holds(d)]


# -- which fixes go together


def compatible(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> list[Diagnostic]:
    """The findings whose fixes can be carried out at once; of two that touch each other the first one.

    Fixes that write the same go together, and so do those that share an insertion complete in itself, as an import.
    """
    chosen: list[Diagnostic] = []
    whole: set[tuple[TextEdit, ...]] = set()
    taken = _Taken()
    for diagnostic in diagnostics:
        edits = edits_of(diagnostic)
        if edits not in whole and not all(edit.span.path in texts and taken.fits(edit) for edit in edits):
            continue
        chosen.append(diagnostic)
        if edits not in whole:
            whole.add(edits)
            taken.add(edits)
    return chosen


class _Taken:
    """Edits that do not touch each other."""

    def __init__(self) -> None:
        self._edits: set[TextEdit] = set()
        self._places: dict[str, list[tuple[Position, Position]]] = defaultdict(list)

    def add(self, edits: Iterable[TextEdit]) -> None:
        """Take `edits`, which fit."""
        for edit in edits:
            if edit not in self._edits:
                self._edits.add(edit)
                insort(self._places[edit.span.path], (edit.span.start, edit.span.end))

    def fits(self, edit: TextEdit) -> bool:
        """Whether `edit` touches none of them, or is one of them and may be shared."""
        if edit in self._edits:
            return _is_complete(edit)
        places = self._places[edit.span.path]
        after = bisect_right(places, edit.span.start, key=lambda place: place[0])
        if after and places[after - 1][1] >= edit.span.start:
            return False
        return after == len(places) or places[after][0] > edit.span.end


def _is_complete(edit: TextEdit) -> bool:
    """Whether an edit inserts something that needs no other edit: `(await ` belongs to the `)` further on."""
    content = edit.content
    return edit.span.start == edit.span.end and all(content.count(a) == content.count(b) for a, b in ("()", "[]", "{}"))
