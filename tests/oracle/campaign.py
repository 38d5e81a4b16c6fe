"""Many programs: each run and linted, then without the lines that failed, until nothing fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.oracle.compare import Judgement, Truth, Verdict, judge, truth, without_failures
from tests.oracle.grammar import make_program
from tests.oracle.imported import Broken
from tests.oracle.lint import Finding, lint
from tests.oracle.run import Runner
from tests.oracle.tree import Printed, Program, printed

ROUNDS = 12
"""How often the failing lines of one program are taken away before it is left."""
BATCH = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One program, or what is left of it, with both views."""

    seed: int
    round: int
    program: Program
    files: Printed
    truth: Truth
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]


@dataclass(slots=True)
class Score:
    """Counts of all that was judged, by rule."""

    programs: int = 0
    clean: int = 0
    cases: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)
    verdicts: dict[Verdict, Counter[str]] = field(default_factory=lambda: {verdict: Counter() for verdict in Verdict})

    def add(self, case: Case) -> None:
        """Count one case."""
        self.cases += 1
        self.programs += case.round == 0
        self.clean += case.truth.is_clean
        for judgement in case.judgements:
            self.verdicts[judgement.verdict][judgement.rule] += 1
            if judgement.reported:
                self.reported[judgement.reported] += 1


def campaign(seeds: Iterable[int], runner: Runner, score: Score) -> Iterator[Case]:
    """Every case that comes of the programs of `seeds`."""
    batch: list[tuple[int, Program]] = []
    for seed in seeds:
        batch.append((seed, make_program(seed)))
        if len(batch) == BATCH:
            yield from _worked_off(batch, runner, score)
            batch = []
    yield from _worked_off(batch, runner, score)


def _worked_off(batch: Sequence[tuple[int, Program]], runner: Runner, score: Score) -> Iterator[Case]:
    for number in range(ROUNDS):
        left: list[tuple[int, Program]] = []
        for case in examined(batch, runner, score, number):
            score.add(case)
            yield case
            if case.truth.is_clean:
                continue
            smaller = without_failures(case.program, case.files, case.truth, case.judgements)
            if smaller is not None and smaller != case.program:
                left.append((case.seed, smaller))
        batch = left


def examined(batch: Sequence[tuple[int, Program]], runner: Runner, score: Score, number: int = 0) -> list[Case]:
    """Run and lint each program."""
    seen: list[tuple[int, Program, Printed, Truth]] = []
    for seed, program in batch:
        files = printed(program)
        if "main" not in files.texts or "async def main" not in files.texts["main"]:
            continue
        try:
            runs = runner.run(files.texts)
        except Broken as error:
            score.broken[str(error).partition("\n")[0][:100]] += 1
            continue
        seen.append((seed, program, files, truth(program, files, runs)))
    linted = lint([files.texts for _, _, files, _ in seen])
    return [
        Case(seed, number, program, files, known, tuple(findings), tuple(judge(known, findings)))
        for (seed, program, files, known), findings in zip(seen, linted, strict=True)
    ]
