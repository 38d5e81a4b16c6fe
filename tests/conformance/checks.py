"""What the linter makes of the programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.conformance.errors import leads
from tests.conformance.programs import Program, read_programs, write_project
from tests.support.linter import Finding, lint


class Standing(Enum):
    """What is said of a program, and whether it is so."""

    RIGHT = "right"
    MISSED = "missed"
    UNRELATED = "unrelated"
    ELSEWHERE = "elsewhere"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Checked:
    """A program with the findings in it: lines, as the program counts them, and codes."""

    program: Program
    found: tuple[tuple[int, str], ...]

    @property
    def codes(self) -> frozenset[str]:
        """The rules that report it."""
        return frozenset(code for _, code in self.found)

    @property
    def standing(self) -> Standing:
        """A bad program is right if a rule that tells of its error reports it, on the line that fails."""
        if not self.program.is_bad:
            return Standing.FALSE if self.found else Standing.RIGHT
        if not self.found:
            return Standing.MISSED
        if not all(leads(message, self.codes) for message in self.program.raises):
            return Standing.UNRELATED
        right = not self.program.line or any(line == self.program.line for line, _ in self.found)
        return Standing.RIGHT if right else Standing.ELSEWHERE


def check(folder: Path) -> tuple[tuple[Checked, ...], tuple[Finding, ...]]:
    """Write the programs to `folder` and lint them, all at once; also gives what is found outside of them."""
    begins = write_project(folder)
    outside = dict.fromkeys(lint(folder, "--isolated"))
    checked: list[Checked] = []
    for program in read_programs():
        first = begins[program.id]
        rows = range(first, first + program.code.count("\n") + 1)
        inside = [found for found in outside if found.path.stem == program.module and found.row in rows]
        for found in inside:
            outside.pop(found)
        checked.append(Checked(program, tuple((found.row - first + 1, found.code) for found in inside)))
    return tuple(checked), tuple(outside)
