"""`python -m tests.oracle`: as many programs as one likes; see the package."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.oracle.campaign import Case, Score, campaign
from tests.oracle.databases import SQLite, memory_folder
from tests.oracle.errors import JUDGED
from tests.oracle.report import ORDER, Disagreement, ordered, shape, table, total, view, write
from tests.oracle.run import Runner
from tests.oracle.shrink import shrunk

PRECISION = 0.99
RECALL = 0.95


@contextlib.contextmanager
def sqlite_runner() -> Iterator[Runner]:
    """A runner on SQLite, and afterwards nothing of it."""
    folder = memory_folder()
    runner = Runner(SQLite(folder))
    try:
        yield runner
    finally:
        runner.close()
        shutil.rmtree(folder)


def disagreements(case: Case, runner: Runner, known: dict[str, Disagreement], most: int) -> None:
    """Add what a case shows to `known`, by shape, while there are fewer than `most`."""
    for judgement in case.judgements:
        if judgement.verdict not in ORDER or sum(one.count for one in known.values()) >= most:
            continue
        small, found = shrunk(case, judgement, runner)
        one = known.setdefault(shape(small, found), Disagreement(small, found, 0))
        one.count += 1


def main(arguments: list[str]) -> int:
    """Run, lint, compare, print; 1 when the linter is below its targets."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first one; each has one more")
    parser.add_argument("--shrink", type=int, default=40, metavar="N", help="shrink the first N disagreements (default: 40)")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the shrunk programs to FOLDER")
    given = parser.parse_args(arguments)
    score = Score()
    known: dict[str, Disagreement] = {}
    began = time.monotonic()
    with sqlite_runner() as runner:
        for case in campaign(range(given.seed, given.seed + given.count), runner, score):
            disagreements(case, runner, known, given.shrink)
            if sys.stderr.isatty():
                print(f"\r{score.programs} programs, {time.monotonic() - began:.0f} s", end="", file=sys.stderr)
    found = ordered(known)
    print("\n\n".join([*(view(one) for one in found), table(score)]))
    if given.write is not None:
        write(found, given.write)
    exact, complete = total(score, JUDGED)
    return int(exact < PRECISION or complete < RECALL)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
