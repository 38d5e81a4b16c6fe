"""The watched process: for each line that it reads, it lints `a.py` in its folder, whatever stands there."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import time

from asyncsql_lint.cli.main import main

MODES = (
    ["--fix", "--unsafe-fixes", "--diff"], ["-o", "sarif"], ["--select", "ALL", "-o", "text"], ["-o", "html"],
    ["-o", "json"], ["--min-confidence", "guessed", "--show-suppressed", "-o", "concise"], ["--add-noqa", "--diff"],
)  # fmt: skip
"""What is asked of the files, in turns."""
PER_MEGABYTE = 1024 * 1024 if sys.platform == "darwin" else 1024


def lint(options: list[str]) -> dict[str, object]:
    """Run the program; what is wrong with how it went, the processor's seconds, and the most memory so far."""
    out, err = _Captured(), _Captured()
    started = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: int | str = main(["--isolated", "--jobs", "1", "-v", *options, "a.py"])
        except BaseException as error:  # noqa: BLE001 -- nothing may come through
            code = f"raises {type(error).__name__}: {error}"
    told = err.text()
    trouble = ""
    if code not in (0, 1):
        trouble = f"{' '.join(options)}: exit code {code}: {told}"
    elif "Traceback" in told or "has a bug" in told:
        trouble = f"{' '.join(options)}: {told}"
    return {
        "trouble": trouble,
        "parsed": "ASL900" not in out.text(),
        "seconds": time.process_time() - started,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // PER_MEGABYTE,
    }


class _Captured(io.TextIOWrapper):
    """A stream that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace")

    def text(self) -> str:
        """What was written."""
        self.flush()
        kept = self.buffer
        assert isinstance(kept, io.BytesIO)
        return kept.getvalue().decode("utf-8", "replace")


def serve(folder: str) -> None:
    """Lint until nothing more comes."""
    answers = sys.stdout
    os.chdir(folder)
    print("ready", file=answers, flush=True)
    for number, _ in enumerate(sys.stdin):
        print(json.dumps(lint(MODES[number % len(MODES)])), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
