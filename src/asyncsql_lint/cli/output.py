"""Where the findings go: standard output or a file, with or without colours, whatever closes at the other end."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable
from typing import TextIO

from asyncsql_lint.config.model import OutputFormat
from asyncsql_lint.errors import UsageError
from asyncsql_lint.reporters.base import Reporter

DEFAULT_WIDTH = 120
"""Cells of a line when the output is no terminal."""


def make_reporter(output_format: OutputFormat, color: str, to_file: bool) -> Reporter:
    """The reporter for `output_format`; `color` is the option's value. A file gets no colours by itself."""
    # Each is imported when it is wanted: JSON for a script need not wait for rich.
    if output_format is OutputFormat.JSON:
        from asyncsql_lint.reporters.json import JsonReporter

        return JsonReporter()
    if output_format is OutputFormat.CONCISE:
        from asyncsql_lint.reporters.concise import ConciseReporter

        return ConciseReporter()
    from asyncsql_lint.reporters.text import TextReporter

    is_terminal = sys.stdout.isatty() and not to_file
    width = max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, 40)
    return TextReporter(width=width, colour=use_colour(color, is_terminal), wrap=is_terminal)


def use_colour(color: str, is_terminal: bool) -> bool:
    """Whether to write colours: the option first, then NO_COLOR, FORCE_COLOR and the kind of the output."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def emit(write: Callable[[TextIO], object], output_file: str | None = None) -> None:
    """Let `write` write to standard output, or to `output_file`. Raises `UsageError` when that cannot be written.

    A reader who has seen enough (`| head`) is no error: the rest is written to nowhere.
    """
    if output_file is not None:
        _emit_to_file(write, output_file)
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character of somebody's source gets its escape instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def emit_bytes(data: bytes) -> None:
    """Write `data` to standard output as they are: somebody's source keeps its encoding and its line ends."""

    def write(out: TextIO) -> None:
        out.flush()
        out.buffer.write(data)

    emit(write)


def _emit_to_file(write: Callable[[TextIO], object], path: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
            write(out)
    except OSError as error:
        raise UsageError(f"--output-file: {path}: {(error.strerror or str(error)).lower()}") from error


def say(message: str) -> None:
    """Tell people something beside the findings, on standard error."""
    from asyncsql_lint.reporters.visible import visible

    for line in message.split("\n"):
        sys.stderr.write(visible(line).encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
