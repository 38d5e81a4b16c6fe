"""The short run of the test suite: always the same programs, with the disagreements that are known in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.oracle.campaign import Case, Score, campaign
from tests.oracle.fixes import Mending
from tests.oracle.report import ORDER
from tests.oracle.run import Runner

SEEDS = range(300, 324)
KNOWN = Path(__file__).parent / "short_run.txt"
HEAD = """\
# The disagreements between run and linter in the programs of the short run: seed, round, rule, verdict, line; and those
# that fail when they are mended. Written by `python -m tests.oracle --short`. A test fails when one of them goes, so
# that the list stays true, and when one comes: mend the linter then, not the list. Other grammars make other programs.
"""


@dataclass(slots=True)
class Short:
    """What came of the short run."""

    cases: list[Case] = field(default_factory=list)
    score: Score = field(default_factory=Score)
    mending: Mending = field(default_factory=Mending)

    @classmethod
    def run(cls, runner: Runner) -> Short:
        """Run, lint, compare and mend its programs."""
        made = cls()
        for case in campaign(SEEDS, runner, made.score):
            made.cases.append(case)
            made.mending.add(case, runner)
        return made

    def written(self) -> str:
        """The list as it should be."""
        rows = [
            f"{case.seed} {case.round} {found.rule} {found.verdict.value} {':'.join(map(str, found.place))}"
            for case in self.cases
            for found in case.judgements
            if found.verdict in ORDER
        ]
        rows += [f"{seed} mended fails" for seed, _ in self.mending.failed]
        return HEAD + "".join(f"{row}\n" for row in sorted(rows))
