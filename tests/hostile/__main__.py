"""Lint hostile files for some minutes; see the package."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.hostile.fuzz import KINDS, Tally, fuzz


def main() -> int:
    """Print each trouble, and keep its file; 1 when there was one."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append", help="where the files come from; all ways by default")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "asyncsql-lint-hostile")
    given = parser.parse_args()
    troubles = 0
    with tempfile.TemporaryDirectory() as folder:
        for found in fuzz(Path(folder), given.seed, given.minutes * 60, kinds=given.kind or tuple(KINDS)):
            if isinstance(found, Tally):
                print(f"{found.files} files, {found.parsed} of them parsed, {troubles} troubles; "
                      f"the slowest took {found.slowest:.1f} s, the most memory was {found.megabytes} MB")  # fmt: skip
                continue
            troubles += 1
            given.keep.mkdir(parents=True, exist_ok=True)
            path = given.keep / f"{given.seed}-{troubles}.py"
            path.write_bytes(found.text)
            print(f"{path}: {found.what}", flush=True)
    return int(troubles > 0)


if __name__ == "__main__":
    sys.exit(main())
