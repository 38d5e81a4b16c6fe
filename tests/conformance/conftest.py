"""The programs, linted once."""

from __future__ import annotations

import pytest

from tests.conformance.checks import Checked, check
from tests.support.linter import Finding

Run = tuple[tuple[Checked, ...], tuple[Finding, ...]]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All programs, linted at once, and what is found outside of them."""
    return check(tmp_path_factory.mktemp("conformance"))


@pytest.fixture(scope="session")
def checked(run: Run) -> tuple[Checked, ...]:
    """All programs, linted at once."""
    return run[0]
