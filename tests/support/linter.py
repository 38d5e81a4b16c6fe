"""The linter as a stranger runs it: a command that prints JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOUND = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the JSON report; `fix` is how far its fix may be trusted, "" when it has none."""

    path: Path
    row: int
    code: str
    message: str
    fix: str


def lint(path: Path, *options: str) -> list[Finding]:
    """What the linter reports on `path`."""
    done = run_linter("--output-format", "json", *options, str(path))
    assert done.returncode in (0, FOUND), f"asyncsql-lint failed with {done.returncode}: {done.stderr}"
    return [
        Finding(
            Path(found["filename"]),
            found["location"]["row"],
            found["code"],
            found["message"],
            (found["fix"] or {}).get("applicability", ""),
        )
        for found in json.loads(done.stdout)
    ]


def run_linter(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command without the environment's own settings for it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASYNCSQL_LINT_")}
    return subprocess.run(
        [sys.executable, "-m", "asyncsql_lint", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
