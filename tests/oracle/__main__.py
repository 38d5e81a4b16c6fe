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
from tests.oracle.fixes import Mending
from tests.oracle.grammar import make_program
from tests.oracle.imported import Broken
from tests.oracle.report import ORDER, Disagreement, broken, failing, ordered, shape, summary, table, total, view, write
from tests.oracle.run import Runner
from tests.oracle.short_run import KNOWN, Short
from tests.oracle.shrink import shrunk
from tests.oracle.tree import printed

PRECISION = 0.99
RECALL = 0.95
FAILING = 0.01
"""How many of the mended programs may fail."""


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


def disagreeing(seeds: range, runner: Runner) -> list[str]:
    """The programs of which PostgreSQL makes something else than SQLite, with what."""
    from tests.oracle.agreement import differences, postgres_runner  # noqa: PLC0415 - few runs need a server

    out: list[str] = []
    with postgres_runner() as postgres:
        for seed in seeds:
            texts = printed(make_program(seed)).texts
            with contextlib.suppress(Broken):
                out += [f"seed {seed}, {each}" for each in differences(runner.run(texts), postgres.run(texts))]
    return out


def main(arguments: list[str]) -> int:
    """Run, lint, compare, print; 1 when the linter is below its targets."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many programs (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first; each has one more (default: 0)")
    parser.add_argument("--shrink", type=int, default=40, metavar="N", help="shrink N disagreements (default: 40)")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the shrunk programs to FOLDER")
    parser.add_argument("--postgres", type=int, default=0, metavar="K", help="run the first K on PostgreSQL, too")
    parser.add_argument("--short", action="store_true", help=f"write {KNOWN.name} instead: what the tests know of")
    given = parser.parse_args(arguments)
    if given.short:
        with sqlite_runner() as runner:
            KNOWN.write_text(Short.run(runner).written(), encoding="utf-8")
        return 0
    seeds = range(given.seed, given.seed + given.count)
    score, mending = Score(), Mending()
    known: dict[str, Disagreement] = {}
    began = time.monotonic()
    with sqlite_runner() as runner:
        differing = disagreeing(seeds[: given.postgres], runner) if given.postgres else []
        with contextlib.suppress(KeyboardInterrupt):  # who has seen enough sees what came of it
            for case in campaign(seeds, runner, score):
                disagreements(case, runner, known, given.shrink)
                mending.add(case, runner)
                if sys.stderr.isatty():
                    print(f"\r{score.programs} programs, {time.monotonic() - began:.0f} s", end="", file=sys.stderr)
    found = ordered(known)
    said = [*(view(one) for one in found), *broken(mending), *differing, table(score), summary(mending)]
    if given.postgres:
        said.append(f"{given.postgres} programs on PostgreSQL: {len(differing)} runs differ from SQLite")
    print("\n\n".join(said))
    if given.write is not None:
        write(found, given.write)
    exact, complete = total(score, JUDGED)
    is_good = exact >= PRECISION and complete >= RECALL and failing(mending) <= FAILING and not differing
    return int(not is_good)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
