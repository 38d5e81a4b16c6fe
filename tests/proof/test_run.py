"""Every case does on PostgreSQL what it claims."""

from __future__ import annotations

import pytest

from tests.support.case_files import CaseText, case_paths, read_cases
from tests.support.case_runner import disagreement, run_case
from tests.support.fixture_project import FixtureProject, load

CASES = [case for path in case_paths() for case in read_cases(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.path.stem}::{case.name}")
def test_case_does_what_it_claims(case: CaseText, fixture_project: FixtureProject) -> None:
    function = getattr(load(case.module), case.name)
    claim = load("claims").CLAIMS[function]
    fixture_project.reset()

    outcome = run_case(function)

    differs = disagreement(claim, outcome, fixture_project)
    assert not differs, f"{case} {differs}"
