"""The table by family; see the package."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.conformance.checks import Checked, Standing, check
from tests.conformance.gaps import GAPS, written
from tests.conformance.programs import FAMILIES, write_project


def table(checked: tuple[Checked, ...]) -> str:
    """What is found and what is silent, by family."""
    rows = [f"{'family':<10} {'bad found':>12} {'for its error':>13} {'on its line':>12} {'good silent':>12}"]
    for family in (*FAMILIES, "all"):
        of = [each for each in checked if family in (each.program.family, "all")]
        bad = [each.standing for each in of if each.program.is_bad]
        good = [each.standing for each in of if not each.program.is_bad]
        right = bad.count(Standing.RIGHT)
        found = len(bad) - bad.count(Standing.MISSED)
        related = found - bad.count(Standing.UNRELATED)
        silent = good.count(Standing.RIGHT)
        cells = (f"{found} / {len(bad)}", f"{related} / {found}", f"{right} / {related}", f"{silent} / {len(good)}")
        rows.append(f"{family:<10} {cells[0]:>12} {cells[1]:>13} {cells[2]:>12} {cells[3]:>12}")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Print the table and write the gaps; or write the programs to the folder that is given."""
    if arguments:
        folder = Path(arguments[0])
        print(f"{len(write_project(folder))} programs written to {folder}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        checked, _ = check(Path(folder))
    print(table(checked))
    for each in checked:
        if each.standing is Standing.FALSE:
            print(f"false: {each.program.id}: {', '.join(code for _, code in each.found)}\n{each.program.code}")
    GAPS.write_text(written(checked), encoding="utf-8")
    return int(any(each.standing is Standing.FALSE for each in checked))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
