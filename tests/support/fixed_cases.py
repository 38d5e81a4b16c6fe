"""Runs cases of a changed copy of the fixture project, in a process of its own: its modules have the same names.

Called as `fixed_cases ROOT RESET`: ROOT is the copy, RESET a file with the statements that bring the rows back.
Standard input is a JSON list of [module, name]; standard output a JSON list of texts, empty for what ran well.
`complaints` does so.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg

from tests.support.case_files import CaseText
from tests.support.case_runner import Outcome, is_good, run_case
from tests.support.fixture_project import FixtureProject
from tests.support.linter import ROOT
from tests.support.postgres import APPLICATION_NAME, conninfo


def complaints(root: Path, cases: Iterable[CaseText], project: FixtureProject) -> dict[CaseText, str]:
    """What each of `cases`, as it stands in the copy at `root`, says when it runs: nothing, or what is still wrong."""
    wanted = list(cases)
    reset = root.parent / f"{root.name}.sql"
    reset.write_text(project.reset_statements, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.fixed_cases", str(root), str(reset)],
        cwd=ROOT,
        env=os.environ | {"CASES_CONNINFO": conninfo(project.database.address)},
        input=json.dumps([[case.module, case.name] for case in wanted]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(wanted, json.loads(done.stdout), strict=True))


def complaint(outcome: Outcome) -> str:
    """What went wrong, if anything."""
    return "" if is_good(outcome) else str(outcome)


def main() -> None:
    """Run the cases that the input names."""
    root, reset = sys.argv[1:]
    statements = Path(reset).read_text(encoding="utf-8")
    sys.path.insert(0, root)
    cases = [getattr(importlib.import_module(module), name) for module, name in json.load(sys.stdin)]
    said = []
    with psycopg.connect(
        os.environ["CASES_CONNINFO"], autocommit=True, application_name=APPLICATION_NAME
    ) as connection:
        for case in cases:
            connection.execute(statements)
            said.append(complaint(run_case(case)))
    print(json.dumps(said))


if __name__ == "__main__":
    main()
