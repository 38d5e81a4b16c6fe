"""The programs as data, and as a project that the linter can check."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE / "project"
"""The models, engine and session makers that the programs share."""
FAMILIES = ("await", "sync", "load", "unique", "share", "lifecycle", "driver", "loops")


@dataclass(frozen=True, slots=True)
class Program:
    """One function: whether it is good, and, if it is bad, how it fails and where.

    `line` counts from 1 at its `def`, and is 0 where no one line fails; `raises` has what each error said, with the
    versions of SQLAlchemy that said so.
    """

    id: str
    family: str
    is_bad: bool
    module: str
    code: str
    line: int = 0
    why: str = ""
    raises: dict[str, list[str]] = field(default_factory=dict)


@cache
def _data() -> tuple[tuple[Program, ...], dict[str, str]]:
    programs: list[Program] = []
    imports: dict[str, str] = {}
    module = ""
    for row in (HERE / "programs.jsonl").read_text(encoding="utf-8").splitlines():
        given = json.loads(row)
        if "module" in given:
            module = given["module"]
            imports[module] = given["imports"]
            continue
        programs.append(
            Program(
                given["id"],
                given["family"],
                given["verdict"] == "bad",
                module,
                given["code"],
                given.get("line", 0),
                given.get("why", ""),
                given.get("raises", {}),
            )
        )
    return tuple(programs), imports


def read_programs() -> tuple[Program, ...]:
    """All programs, module by module."""
    return _data()[0]


def write_project(folder: Path) -> dict[str, int]:
    """Write the programs to `folder`, and what they share; gives the line on which each begins, by its id."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    programs, imports = _data()
    texts = {module: f"{head}\n" for module, head in imports.items()}
    begins: dict[str, int] = {}
    for program in programs:
        text = f"{texts[program.module]}\n\n# {program.id}: {program.why or 'works'}\n"
        begins[program.id] = text.count("\n") + 1
        texts[program.module] = f"{text}{program.code}\n"
    for module, text in texts.items():
        (folder / f"{module}.py").write_text(text, encoding="utf-8")
    return begins
