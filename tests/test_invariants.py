"""What holds for every run, whatever is checked: the invariants of ARCHITECTURE.md that no other test holds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Confidence, Severity
from asyncsql_lint.rules import RULES
from tests.support.fixture_project import FIXTURES

META = {rule.meta.code: rule.meta for rule in RULES}


def lint(*paths: str | Path, seed: int = 0) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "asyncsql_lint", "-o", "json", *map(str, paths)]
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    done = subprocess.run(command, cwd=FIXTURES, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    """What is found in the fixture project."""
    return lint(FIXTURES)


def test_a_finding_has_a_place_a_rule_a_confidence_and_a_reason(findings: list[dict[str, Any]]) -> None:
    assert findings
    for finding in findings:
        path = Path(finding["filename"])
        lines = path.read_text(encoding="utf-8").splitlines()
        assert path.is_relative_to(FIXTURES)
        assert 1 <= finding["location"]["row"] <= len(lines)
        assert finding["location"]["column"] <= len(lines[finding["location"]["row"] - 1]) + 1
        assert META[finding["code"]].name == finding["name"]
        assert finding["confidence"] in {level.label for level in Confidence}
        assert finding["severity"] in {level.label for level in Severity}
        assert finding["message"]
        for place in finding["related"]:
            assert Path(place["filename"]).is_relative_to(FIXTURES)
            assert place["message"]


def test_the_order_of_paths_and_the_hash_seed_change_nothing(findings: list[dict[str, Any]]) -> None:
    files = sorted(FIXTURES.rglob("*.py"))
    random.Random(7).shuffle(files)
    assert lint(*files, seed=11) == findings


@pytest.mark.parametrize(
    "command",
    [[Path(sys.executable).with_name("asyncsql-lint")], [sys.executable, "-m", "asyncsql_lint"]],
    ids=["as a command", "as a module"],
)
def test_user_code_is_never_imported_or_run(tmp_path: Path, command: list[str | Path]) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit(9)\n"
    for name in ("a.py", "conftest.py", "setup.py", "sitecustomize.py", "click.py", "libcst.py", "sqlalchemy.py"):
        (tmp_path / name).write_text(trap)
    (tmp_path / "b.py").write_text("from a import *\nfrom sqlalchemy import x\n\n\nclass C(metaclass=x): ...\n")
    done = subprocess.run([*command, "--isolated", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "ran").exists()
