"""The linter agrees with what the programs did on PostgreSQL, but for the gaps that are listed."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance.checks import Checked, Standing
from tests.conformance.conftest import Run
from tests.conformance.gaps import GAPS, read_gaps, written
from tests.conformance.programs import FAMILIES, read_programs

GOOD = 530
BAD = 657

BY_FAMILY = pytest.mark.parametrize("family", FAMILIES)


def of(family: str, checked: tuple[Checked, ...], *, bad: bool) -> list[Checked]:
    found = [each for each in checked if each.program.family == family and each.program.is_bad is bad]
    assert found
    return found


def test_no_program_has_gone() -> None:
    programs = read_programs()
    kinds = Counter(program.is_bad for program in programs)

    assert kinds == {False: GOOD, True: BAD}
    assert len({program.id for program in programs}) == len(programs)
    assert {program.family for program in programs} == set(FAMILIES)


@BY_FAMILY
def test_good_programs_are_silent(family: str, checked: tuple[Checked, ...]) -> None:
    false = [
        f"{each.program.id}, line {line}: {code}\n{each.program.code}"
        for each in of(family, checked, bad=False)
        for line, code in each.found
    ]

    assert not false, "\n".join(["reported, though it works:", *false])


@BY_FAMILY
def test_bad_programs_are_found_on_their_lines(family: str, checked: tuple[Checked, ...]) -> None:
    gaps = read_gaps()
    lost = [
        f"{each.program.id} is {each.standing.value}: {each.program.why}\n{each.program.code}"
        for each in of(family, checked, bad=True)
        if each.standing not in (Standing.RIGHT, gaps.get(each.program.id))
    ]

    assert not lost, "\n".join(["no longer found where it was:", *lost])


@BY_FAMILY
def test_gaps_are_gaps(family: str, checked: tuple[Checked, ...]) -> None:
    gaps = read_gaps()
    closed = [
        each.program.id
        for each in of(family, checked, bad=True)
        if each.program.id in gaps and each.standing is not gaps[each.program.id]
    ]

    assert not closed, f"not as {GAPS.name} has them: run python -m tests.conformance: {closed}"


def test_every_gap_is_a_bad_program() -> None:
    assert set(read_gaps()) <= {program.id for program in read_programs() if program.is_bad}


def test_the_list_is_as_it_would_be_written(checked: tuple[Checked, ...]) -> None:
    assert GAPS.read_text(encoding="utf-8") == written(checked), "run: python -m tests.conformance"


def test_nothing_is_reported_outside_of_the_programs(run: Run) -> None:
    assert run[1] == ()
