"""`--statistics`: how many findings there are, in place of the findings."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command

FILES: dict[str, str | None] = {
    "a.py": "bad101()\nbad101()\nbad305_inferred()\n",
    "pkg/\x1b[31m.py": "bad101()\n" * 9,
    "pkg/z.py": "bad301()\n# noqa: ASL301\n",
}
TEXT = """\
by rule
  11  ASL101  missing-await
   1  ASL301  lazy-relationship-access
   1  ASL305  expired-after-commit
   1  ASL901  unused-suppression

by file
  9  pkg/␛[31m.py
  3  a.py
  2  pkg/z.py

by confidence
  13  proved
   1  inferred

Found 12 errors and 2 warnings.
[*] 1 fixable with --fix.
"""


@pytest.mark.parametrize("output_format", ["text", "concise"])
def test_text(command: Command, output_format: str) -> None:
    command.write(FILES)
    done = command("--statistics", "-o", output_format)
    assert (done.code, done.out, done.err) == (1, TEXT, "")
    assert command("--statistics", "-q").out == TEXT[: TEXT.index("Found")]


def test_json(command: Command) -> None:
    command.write(FILES)
    done = command("--statistics", "-o", "json", "a.py")
    assert json.loads(done.out) == {
        "total": 3,
        "rules": [
            {"code": "ASL101", "name": "missing-await", "count": 2},
            {"code": "ASL305", "name": "expired-after-commit", "count": 1},
        ],
        "files": [{"filename": f"{command.folder}/a.py", "count": 3}],
        "confidence": [{"confidence": "proved", "count": 2}, {"confidence": "inferred", "count": 1}],
    }


def test_nothing(command: Command) -> None:
    command.write({"a.py": "x\n"})
    assert command("--statistics").out == "All checks passed!\n"
    assert json.loads(command("--statistics", "-o", "json").out)["rules"] == []


def test_what_is_known_is_not_counted(command: Command) -> None:
    command.write({"a.py": "bad101()\n"})
    command("--baseline", "b.json", "--update-baseline")
    command.write({"a.py": "bad101()\nbad301()\n"})
    done = command("--baseline", "b.json", "--statistics")
    assert done.out.startswith("by rule\n  1  ASL301")
    assert done.out.endswith("1 known, 1 new, 0 fixed.\n")


def test_output_file(command: Command) -> None:
    command.write({"a.py": "bad101()\n"})
    assert command("--statistics", "--output-file", "out.txt").out == ""
    assert (command.folder / "out.txt").read_text().startswith("by rule\n")
