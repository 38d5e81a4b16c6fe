"""The planted project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.security.project import Project, planted


@pytest.fixture
def stranger(tmp_path: Path) -> Project:
    """A stranger's project, full of traps."""
    return planted(Path(os.path.realpath(tmp_path)) / "project")
