"""What the documents show of the program: the table of rules, a report on the files that the README holds, bounds.

`python -m tests.support.readme` writes them into README.md and ARCHITECTURE.md; a test holds that they are there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from asyncsql_lint.diagnostics import Applicability
from asyncsql_lint.reporters.rule_page import cell
from asyncsql_lint.rules import RULES
from tests.support.linter import ROOT

README = ROOT / "README.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
BOUND = re.compile(r"^(\| `(?P<module>[\w.]+)\.(?P<name>[A-Z_]+)` \| )[\d,]+( \|)", re.MULTILINE)
COMMAND = "asyncsql-lint shop/"
COLUMNS = 100

FIXES = {
    Applicability.SAFE: "safe",
    Applicability.UNSAFE: "unsafe",
    Applicability.DISPLAY: "shown",
    None: "",
}


def rules_table() -> str:
    """Every rule in a row of a Markdown table."""
    rows = [
        f"| {rule.meta.code} | {rule.meta.name} | {cell(rule.doc().summary)} | {FIXES[rule.meta.fix]} |"
        for rule in RULES
    ]
    return "\n".join(["| code | name | reports | fix |", "|---|---|---|---|", *rows])


def program(text: str) -> dict[str, str]:
    """The files that `text` holds: Python blocks whose first line is a comment with a path."""
    blocks = re.findall(r"^```python\n# (\S+\.py)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(blocks)


def write_program(text: str, folder: Path) -> None:
    """Write the files that `text` holds below `folder`."""
    for name, code in program(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")


def report(text: str) -> str:
    """A terminal session that checks the files that `text` holds."""
    with tempfile.TemporaryDirectory() as folder:
        write_program(text, Path(folder))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ASYNCSQL_LINT_")}
        done = subprocess.run(
            [sys.executable, "-m", "asyncsql_lint", *COMMAND.split()[1:]],
            cwd=folder,
            env=environment | {"COLUMNS": str(COLUMNS), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert not done.stderr, done.stderr
    return f"```console\n$ {COMMAND}\n{done.stdout}```"


def renewed(text: str) -> str:
    """`text` with its generated parts made anew."""
    for name, content in (("report", report(text)), ("rules", rules_table())):
        pattern = rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- /{name} -->)"
        text, count = re.subn(pattern, lambda m, new=content: f"{m[1]}{new}\n{m[2]}", text, flags=re.DOTALL)
        assert count == 1, f"the README has no place for {name}"
    return text


def with_bounds(text: str) -> str:
    """`text` with the values of the constants that its table of bounds names."""

    def value(row: re.Match[str]) -> str:
        module = import_module(f"asyncsql_lint.{row['module']}")
        return f"{row[1]}{getattr(module, row['name']):,}{row[4]}"

    text, count = BOUND.subn(value, text)
    assert count, "no bounds"
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
    ARCHITECTURE.write_text(with_bounds(ARCHITECTURE.read_text(encoding="utf-8")), encoding="utf-8")
