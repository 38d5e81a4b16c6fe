"""How long a cold check takes beside a bare parse of the same files, and beside ruff.

    python benchmarks/compare.py FOLDER [--rounds 3]

Each measurement is a process of its own, and they take turns, so that what else the machine does meets all of them:

- bare: `libcst.parse_module` on the text of each file, each tree dropped at once, with Python's own settings for the
  collector; `bare, gc off` is the same with the collector off, as asyncsql-lint has it while it works;
- asyncsql-lint: `asyncsql-lint --isolated --exit-zero`, without any cache from an earlier run;
- ruff: `ruff check --isolated --no-cache --exit-zero`, if it is installed.

Prints medians, ratios, and the greatest memory that a process of each had.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
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
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
seconds = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.buffer.write(done.stderr)
print(done.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
"""Runs a command and tells its exit code, its seconds, its seconds of processor time, and its greatest memory."""

BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024
MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Contestant:
    """A command, and what was measured of it."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: int = 0

    def run(self, folder: Path) -> None:
        """Measure it once."""
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *self.command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        code, seconds, processor, peak = done.stdout.split()
        if code != "0":
            raise SystemExit(f"{self.name} failed with {code}: {done.stderr[-2000:]}")
        self.seconds.append(float(seconds))
        self.processor.append(float(processor))
        self.peak = max(self.peak, int(peak) * BYTES_A_UNIT)

    @property
    def median(self) -> float:
        """Its seconds."""
        return statistics.median(self.seconds)


def checked_files(folder: Path) -> list[Path]:
    """The files that a check of `folder` reports on."""
    done = subprocess.run(
        [*LINT, "--isolated", "--show-files", str(folder)], capture_output=True, text=True, check=True
    )
    return [Path(line) for line in done.stdout.splitlines()]


LINT = [sys.executable, "-m", "asyncsql_lint"]


def contestants(folder: Path, names: Path) -> list[Contestant]:
    """All that can be measured here."""
    found = [
        Contestant("bare parse_module", [sys.executable, "-c", BARE, str(names), "on"]),
        Contestant("bare, gc off", [sys.executable, "-c", BARE, str(names), "off"]),
        Contestant("asyncsql-lint", [*LINT, "--isolated", "--exit-zero", "-q", "-o", "concise", str(folder)]),
    ]
    ruff = shutil.which("ruff", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if ruff is not None:
        command = [ruff, "check", "--isolated", "--no-cache", "--exit-zero", "--quiet"]
        found.append(Contestant("ruff check", [*command, str(folder)]))
    return found


def machine() -> str:
    """What this runs on."""
    return f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(measured: list[Contestant], files: int, lines: int) -> str:
    """What was measured, for people."""
    ours = next(one for one in measured if one.name == "asyncsql-lint")
    rows = [f"{'':<20}{'seconds':>9}{'cpu':>9}{'peak MB':>9}{'lines/s':>10}{'ours is':>10}"]
    for one in measured:
        ratio = "" if one is ours else f"{ours.median / one.median:.2f} x"
        rows.append(
            f"{one.name:<20}{one.median:>9.2f}{statistics.median(one.processor):>9.2f}"
            f"{one.peak / MEGABYTE:>9.0f}{lines / one.median:>10.0f}{ratio:>10}"
        )
    rounds = ", ".join(f"{one.name} {' '.join(f'{s:.2f}' for s in one.seconds)}" for one in measured)
    return "\n".join([f"{files} files, {lines} lines", machine(), "", *rows, "", f"rounds: {rounds}"])


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    files = checked_files(folder)
    lines = 0
    for file in files:
        lines += file.read_bytes().count(b"\n")
    with tempfile.TemporaryDirectory() as empty:
        names = Path(empty) / "names"
        names.write_text("\0".join(map(str, files)), encoding="utf-8")
        measured = contestants(folder, names)
        began = time.monotonic()
        for _ in range(options.rounds):
            for one in measured:
                one.run(Path(empty))
    print(table(measured, len(files), lines))
    print(f"measured in {time.monotonic() - began:.0f} s, in {options.rounds} rounds")


if __name__ == "__main__":
    main()
