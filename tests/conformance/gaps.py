"""Known gaps: bad programs that are missed, or reported for another reason or on another line."""

from __future__ import annotations

from collections.abc import Iterable

from tests.conformance.checks import Checked, Standing
from tests.conformance.programs import HERE

GAPS = HERE / "gaps.txt"
KINDS = (Standing.MISSED, Standing.UNRELATED, Standing.ELSEWHERE)
HEAD = """\
# Known gaps: programs of programs.jsonl that fail, and that are not reported yet, or not where or why they fail.
#   missed      nothing is reported in the program
#   unrelated   something is, but by no rule whose `meta.raises` or `meta.errors` tell of the error that it raises
#   elsewhere   something is, but not on the line that fails: often on the one that causes it
# Written by `python -m tests.conformance`. A test fails when a program that is listed here is found, so that the list
# stays true, and when one that is not listed is no longer found: mend the linter then, not the list.
"""


def read_gaps() -> dict[str, Standing]:
    """The programs that are listed, by their ids."""
    rows = [row for row in GAPS.read_text(encoding="utf-8").splitlines() if not row.startswith("#")]
    pairs = [row.partition(" -- ")[0].split(maxsplit=1) for row in rows]
    return {name: Standing(kind) for kind, name in pairs}


def written(checked: Iterable[Checked]) -> str:
    """The list as it should be."""
    rows = [
        f"{each.standing.value:<9} {each.program.id} -- {each.program.why}"
        for kind in KINDS
        for each in checked
        if each.standing is kind
    ]
    return "\n".join([HEAD + rows[0], *rows[1:]]) + "\n" if rows else HEAD
