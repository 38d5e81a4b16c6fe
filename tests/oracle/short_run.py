"""The short run of the test suite: always the same programs, with the disagreements that are known in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.oracle.campaign import Case
from tests.oracle.report import ORDER

SEEDS = range(300, 324)
KNOWN = Path(__file__).parent / "short_run.txt"
HEAD = """\
# The disagreements between run and linter in the programs of the short run: seed, round, rule, verdict, line.
# Written by `python -m tests.oracle --short`. A test fails when one of them goes, so that the list stays true, and when
# one comes: mend the linter then, not the list. Another grammar makes other programs, and another list.
"""


def written(cases: Iterable[Case]) -> str:
    """The list as it should be."""
    rows = [
        f"{case.seed} {case.round} {judgement.rule} {judgement.verdict.value} {':'.join(map(str, judgement.place))}"
        for case in cases
        for judgement in case.judgements
        if judgement.verdict in ORDER
    ]
    return "\n".join([HEAD + "\n".join(sorted(rows))]).rstrip() + "\n"
