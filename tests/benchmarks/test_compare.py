"""The benchmark runs; no test stands on its figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.linter import ROOT

NAMES = ("bare, gc off", "cold, 1 core", "cold, 2 cores", "warm", "one edit")


def test_it_measures_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("async def f():\n    x = 1\n" * 5)
    (tmp_path / "broken.py").write_text("def (:\n")
    command = [sys.executable, ROOT / "benchmarks" / "compare.py", tmp_path, "--rounds", "1", "--only", *NAMES]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 files, 11 lines\n")
    for name in ("bare parse_module", *NAMES):
        assert f"\n{name} " in done.stdout
    assert (tmp_path / "a.py").read_text() == "async def f():\n    x = 1\n" * 5
