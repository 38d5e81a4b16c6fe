"""The case modules keep to their own rules: enough of each kind, and every mark with a claim behind it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.case_files import case_paths, framework_paths, read_cases, read_marks, rule_paths
from tests.support.fixture_project import FIXTURES

FEWEST_GOOD = 12
FEWEST_BAD = 8

PATHS = pytest.mark.parametrize("path", case_paths(), ids=lambda path: path.stem)
RULES = pytest.mark.parametrize("path", rule_paths(), ids=lambda path: path.stem)
FRAMEWORKS = pytest.mark.parametrize("path", framework_paths(), ids=lambda path: path.stem)


@RULES
def test_there_are_enough_cases_of_both_kinds(path: Path) -> None:
    cases = read_cases(path)
    good = sum(case.is_good for case in cases)

    assert good >= FEWEST_GOOD, f"{path.name} has {good} good cases"
    assert len(cases) - good >= FEWEST_BAD, f"{path.name} has {len(cases) - good} bad cases"


@PATHS
def test_good_code_comes_first(path: Path) -> None:
    assert read_cases(path)[0].is_good


@PATHS
def test_good_cases_hold_no_mark(path: Path) -> None:
    marks = read_marks(path)
    marked = [str(case) for case in read_cases(path) if case.is_good for row in marks if case.first <= row <= case.last]

    assert not marked


@RULES
def test_bad_cases_claim_the_rule_of_their_module(path: Path) -> None:
    wrong = [str(case) for case in read_cases(path) if not case.is_good and case.rule != path.stem[:6].upper()]

    assert not wrong


@RULES
def test_every_bad_case_has_a_mark_of_its_own(path: Path) -> None:
    """In the case, or in the function, class or route that it runs."""
    rule = path.stem[:6].upper()
    elsewhere = [mark for shop in (FIXTURES / "shop").rglob("*.py") for mark in read_marks(shop).values()]
    marks = Counter(code for codes in [*read_marks(path).values(), *elsewhere] for code in codes)
    bad = [case for case in read_cases(path) if not case.is_good]

    assert marks[rule] >= len(bad), f"{len(bad)} bad cases, {marks[rule]} marks"


@PATHS
def test_every_case_of_a_name_is_run(path: Path) -> None:
    names = Counter(case.name for case in read_cases(path))

    assert names.most_common(1)[0][1] == 1


@FRAMEWORKS
def test_every_bad_case_with_a_framework_is_marked_with_its_rule(path: Path) -> None:
    marks = Counter(code for codes in read_marks(path).values() for code in codes)
    claimed = Counter(case.rule for case in read_cases(path) if not case.is_good)

    assert claimed
    assert marks == claimed
