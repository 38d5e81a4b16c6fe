"""How long a check takes beside a bare parse of the same files, and beside other tools.

    python benchmarks/compare.py FOLDER [--rounds 3] [--only NAME ...]

Fetches nothing and changes nothing in FOLDER. Each measurement is a process of its own, and they take turns, so that
what else the machine does meets all of them:

- bare: `libcst.parse_module` on the text of each file, one after the other, each tree dropped at once, with Python's
  own settings for the collector; `bare, gc off` is the same with the collector off, as asyncsql-lint has it;
- cold: asyncsql-lint without a cache, on one core and on two;
- warm: with the cache of a run before, nothing changed; edit: the same after a statement was added to one function, in
  a copy of the folder;
- ruff (without its cache), Fixit, flake8-async, basedpyright and mypy, where they are installed.

Prints medians, ratios to the bare loop, and the greatest memory that a process of each had.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

BARE = """
import gc, sys, threading
import libcst

def work():
    for name in open(sys.argv[1]).read().split("\\0"):
        try:
            libcst.parse_module(open(name, "rb").read())
        except libcst.ParserSyntaxError:
            pass

if sys.argv[2] == "off":
    gc.disable()
threading.stack_size(256 * 1024 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
"""The parser needs a deep stack for deeply nested code: at the default one it dies."""

MEASURED = """
import os, resource, subprocess, sys, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])
began = time.perf_counter()
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
seconds = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.buffer.write(done.stderr)
print(done.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
"""Runs a command on some cores and tells its exit code, seconds, seconds of processor time, and greatest memory."""

BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024
MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Contestant:
    """A command, and what was measured of it. `prepare` is done before each run, and is not measured.

    It runs in the folder `within`; None is one that holds nothing of the measured project.
    """

    name: str
    command: list[str]
    cores: int = 1
    prepare: Callable[[], object] | None = None
    codes: tuple[int, ...] = (0,)
    within: Path | None = None
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: int = 0

    def run(self, folder: Path) -> None:
        """Measure it once."""
        if self.prepare is not None:
            self.prepare()
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(self.cores), *self.command],
            cwd=self.within or folder,
            capture_output=True,
            text=True,
            check=True,
        )
        code, seconds, processor, peak = done.stdout.split()
        if int(code) not in self.codes:
            raise SystemExit(f"{self.name} failed with {code}: {done.stderr[-2000:]}")
        self.seconds.append(float(seconds))
        self.processor.append(float(processor))
        self.peak = max(self.peak, int(peak) * BYTES_A_UNIT)

    @property
    def median(self) -> float:
        """Its seconds."""
        return statistics.median(self.seconds)


LINT = [sys.executable, "-m", "asyncsql_lint", "--isolated"]
QUIET = ["--exit-zero", "-q", "-o", "concise"]


def checked_files(folder: Path) -> list[Path]:
    """The files that a check of `folder` reports on."""
    done = subprocess.run([*LINT, "--show-files", str(folder)], capture_output=True, text=True, check=True)
    return [Path(line) for line in done.stdout.splitlines()]


def contestants(folder: Path, files: list[Path], spare: Path) -> Iterator[Contestant]:
    """All that can be measured here; what they need is put into the folder `spare`."""
    names = spare / "names"
    names.write_text("\0".join(map(str, files)), encoding="utf-8")
    yield Contestant(BASE, [sys.executable, "-c", BARE, str(names), "on"])
    yield Contestant("bare, gc off", [sys.executable, "-c", BARE, str(names), "off"])
    for cores in (1, 2):
        command = [*LINT, *QUIET, "--no-cache", "--jobs", str(cores), str(folder)]
        yield Contestant(f"cold, {cores} core{'s' * (cores > 1)}", command, cores)
    command = [*LINT, *QUIET, "--cache-dir", str(spare / "cache"), str(folder)]
    yield Contestant("warm", command, prepare=lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    yield from edited(folder, files, spare)
    yield from others(folder)


def edited(folder: Path, files: list[Path], spare: Path) -> Iterator[Contestant]:
    """A run after an edit of one function, if there is one that can be edited."""
    copy = spare / "copy"
    for file in files:
        target = copy / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    (copy / "pyproject.toml").touch()
    candidates = (copy / file.relative_to(folder) for file in sorted(files, key=lambda file: -file.stat().st_size))
    chosen = next((file for file in candidates if BODY.search(file.read_bytes())), None)
    if chosen is None:
        return
    command = [*LINT, *QUIET, "--cache-dir", str(spare / "edit-cache"), str(copy)]
    edits = iter(range(1_000_000))

    def edit() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        chosen.write_bytes(BODY.sub(b"\\g<0>edit = %d\n    " % next(edits), chosen.read_bytes(), count=1))

    yield Contestant("one edit", command, prepare=edit)


BODY = re.compile(rb"^async def [^\n]*:\n    (?=\w)", re.MULTILINE)
"""The head of a function that stands on one line."""

TOOLS = {
    "ruff": ["check", "--isolated", "--no-cache", "--exit-zero", "--quiet"],
    "fixit": ["lint"],
    "flake8": ["--isolated", "--select", "ASYNC", "--jobs", "1"],
    "basedpyright": ["--threads", "1"],
    "mypy": ["--cache-dir", os.devnull, "--ignore-missing-imports", "--explicit-package-bases"],
}


def others(folder: Path) -> Iterator[Contestant]:
    """Other tools that are installed beside this Python or found by PATH; whatever they find, they have done it."""
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    for name, options in TOOLS.items():
        found = shutil.which(name, path=places)
        if found is None:
            continue
        if name == "mypy":  # modules are named as seen from where it runs, and with 2 it has checked nothing
            yield Contestant(name, [found, *options, "."], codes=(0, 1), within=folder)
        else:
            yield Contestant(name, [found, *options, str(folder)], codes=(0, 1, 2))


BASE = "bare parse_module"
"""What the others are compared with."""


def machine() -> str:
    """What this runs on."""
    return f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(measured: list[Contestant], files: int, lines: int) -> str:
    """What was measured, for people."""
    base = measured[0]
    rows = [f"{'':<20}{'seconds':>9}{'cpu':>9}{'peak MB':>9}{'lines/s':>10}{'to bare':>9}"]
    rows += [
        f"{one.name:<20}{one.median:>9.2f}{statistics.median(one.processor):>9.2f}"
        f"{one.peak / MEGABYTE:>9.0f}{lines / one.median:>10.0f}{one.median / base.median:>8.2f}x"
        for one in measured
    ]
    rounds = [f"{one.name}: {' '.join(f'{s:.2f}' for s in one.seconds)}" for one in measured]
    return "\n".join([f"{files} files, {lines} lines", machine(), "", *rows, "", "rounds:", *rounds])


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="what to measure beside the bare loop")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    files = checked_files(folder)
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    with tempfile.TemporaryDirectory() as spare:
        found = contestants(folder, files, Path(spare))
        measured = [one for one in found if not options.only or one.name in {BASE, *options.only}]
        began = time.monotonic()
        for _ in range(options.rounds):
            for one in measured:
                one.run(Path(spare))
    print(table(measured, len(files), lines))
    print(f"measured in {time.monotonic() - began:.0f} s, in {options.rounds} rounds")


if __name__ == "__main__":
    main()
