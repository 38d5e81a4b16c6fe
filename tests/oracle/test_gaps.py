"""Today's wrong answers are still wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.__main__ import sqlite_runner
from tests.oracle.campaign import Score, examined
from tests.oracle.gaps import GAPS, Gap, program_of
from tests.oracle.run import Runner


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with sqlite_runner() as made:
        yield made


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.why)
def test_a_gap_is_a_gap(gap: Gap, runner: Runner) -> None:
    (case,) = examined([(0, program_of(gap))], runner, Score())
    said = [(judgement.verdict, judgement.rule) for judgement in case.judgements]

    assert said == [(gap.verdict, gap.rule)], "closed: take it out of the table"
