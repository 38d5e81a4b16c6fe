"""What ran against what was linted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.oracle.errors import CERTAIN_TO_FAIL, JUDGED, label, rules_for
from tests.oracle.lint import Finding
from tests.oracle.run import Run
from tests.oracle.tree import Node, Path, Printed, Program, changed, park
from tests.oracle.watch import Place


class Verdict(Enum):
    """How run and linter stand to each other at one line."""

    HIT = "hit"
    MISS = "miss"
    WRONG = "wrong rule"
    FALSE = "false alarm"
    CHANCE = "missed, but it fails with some rows only"
    LUCK = "reported, and only luck let it pass"


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that fails: the rules that may say so, where, and what was seen. `is_certain`: whatever the rows are."""

    place: Place
    places: frozenset[Place]
    rules: frozenset[str]
    error: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line judged. `rule` is the one that is to blame, or that was right; `reported` stands in its place.

    `is_fixable` tells that the linter has a fix for what it is right about.
    """

    verdict: Verdict
    rule: str
    place: Place
    words: str
    reported: str = ""
    is_fixable: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What the runs of one program showed. `others` are lines that fail for reasons that no rule knows."""

    failures: tuple[Failure, ...]
    others: frozenset[Place]
    passed: frozenset[Place]
    lucky: frozenset[Place]
    is_shared: bool

    @property
    def is_clean(self) -> bool:
        """Whether every run came to its end."""
        return not self.failures and not self.others


def truth(program: Program, files: Printed, runs: Sequence[Run]) -> Truth:
    """What the runs say of the program."""
    found: dict[Place, list[tuple[Run, frozenset[Place], frozenset[str], str]]] = {}
    others: set[Place] = set()
    for run in runs:
        empty = next((place for place, places in run.watch.emptied.items() if _counts(program, files, places)), None)
        if empty is not None:
            told = (run, frozenset({empty}), frozenset({"ASL309"}), "nothing, but it is left empty by noload")
            found.setdefault(empty, []).append(told)
            continue  # what comes after the first thing that goes wrong is for a later round
        if run.raised is None:
            continue
        inner = run.raised.places[0] if run.raised.places else ("", 0)
        node = files.node(program, inner)
        rules = rules_for(run, run.raised, node) if node is not None else frozenset()
        if not rules:
            others.add(inner)
            continue
        places = frozenset(run.raised.places)
        if rules == {"ASL501"}:
            places |= _tasks(program, files, run)
        if rules == {"ASL310"}:
            places |= run.watch.reached  # it is the option that is wrong, wherever its statement is run
        told = run.raised.message.splitlines()[0] if run.raised.message else ""
        found.setdefault(inner, []).append((run, places, rules, f"{run.raised.kind}: {told}"))
    failures = tuple(
        Failure(
            place,
            frozenset().union(*(one[1] for one in seen)),
            frozenset().union(*(one[2] for one in seen)),
            seen[0][3],
            _is_certain([one[0] for one in seen]),
        )
        for place, seen in sorted(found.items())
    )
    return Truth(
        failures,
        frozenset(others),
        frozenset().union(*(run.watch.passed for run in runs if run.differ)),
        frozenset().union(*(run.watch.lucky for run in runs if run.differ)),
        any(run.watch.is_shared for run in runs),
    )


def _counts(program: Program, files: Printed, places: tuple[Place, ...]) -> bool:
    """Whether a function reads itself what `noload` left empty: in a helper, the linter takes it for a guess."""
    node = files.node(program, places[0])
    return len(set(places)) == 1 and node is not None and node.kind == "read"


def _tasks(program: Program, files: Printed, run: Run) -> frozenset[Place]:
    """The lines that were reached and start or await tasks."""
    return frozenset(
        place for place, path in files.paths.items() if program.at(path).kind == "tasks" and place in run.watch.reached
    )


def _is_certain(runs: Iterable[Run]) -> bool:
    """Whether it fails with the same flags when rows differ and when they do not."""
    seen = {(run.flags, run.differ) for run in runs}
    return any((flags, not differ) in seen for flags, differ in seen)


def judge(seen: Truth, findings: Sequence[Finding]) -> list[Judgement]:
    """Each failure held against the findings; where there is none, each finding against the lines that passed."""
    judgements = [_judged(failure, findings) for failure in seen.failures]
    if seen.is_clean:
        judgements += [verdict for finding in findings for verdict in _unfounded(seen, finding)]
    return judgements


def _judged(failure: Failure, findings: Sequence[Finding]) -> Judgement:
    there = [f for f in findings if f.place in failure.places and f.code in JUDGED]
    right = [f for f in there if f.code in failure.rules]
    again = [f for f in findings if f.code in failure.rules and failure.place in f.more]
    rule = label(failure.rules)
    if right or again:
        best = (right or again)[0]
        return Judgement(Verdict.HIT, best.code, failure.place, failure.error, is_fixable=best.is_fixable)
    if there and failure.is_certain:
        words = f"{failure.error}; reported as {there[0].code}: {there[0].message}"
        return Judgement(Verdict.WRONG, rule, failure.place, words, there[0].code)
    return Judgement(Verdict.MISS if failure.is_certain else Verdict.CHANCE, rule, failure.place, failure.error)


def _unfounded(seen: Truth, finding: Finding) -> Iterable[Judgement]:
    if finding.code in CERTAIN_TO_FAIL:
        yield Judgement(Verdict.FALSE, finding.code, finding.place, finding.message)
    if finding.code not in JUDGED or finding.place not in seen.passed:
        return
    if finding.code == "ASL501" and seen.is_shared:
        yield Judgement(Verdict.HIT, finding.code, finding.place, "two tasks used one session, and nothing was raised")
        return
    is_lucky = finding.place in seen.lucky
    yield Judgement(Verdict.LUCK if is_lucky else Verdict.FALSE, finding.code, finding.place, finding.message)


def without_failures(program: Program, files: Printed, seen: Truth, judgements: Iterable[Judgement]) -> Program | None:
    """The program without the lines that fail, None where they cannot be taken away.

    Lines that the linter has a fix for are parked.
    """
    fixable = {judgement.place for judgement in judgements if judgement.is_fixable}
    changes: dict[Path, tuple[Node, ...]] = {}
    for failure in seen.failures:
        places = failure.places if failure.rules == {"ASL501"} else {failure.place}
        tasks = {place for place in places if program.at(files.paths[place]).kind == "tasks"}
        for place in tasks or {failure.place}:
            node = program.at(files.paths[place])
            is_parked = place in fixable and not node.is_header
            changes[files.paths[place]] = (park(node),) if is_parked else ()
    for place in seen.others:
        if place not in files.paths:
            return None
        changes[files.paths[place]] = ()
    outer = {
        path: new for path, new in changes.items() if not any(path[:size] in changes for size in range(2, len(path)))
    }
    return changed(program, outer)
