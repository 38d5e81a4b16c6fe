"""How reports reach their places: standard output or files, with or without colours, whoever stops to read."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TextIO

from asyncsql_lint.cli.outputs import STDOUT, PlacedOutput
from asyncsql_lint.cli.writing import append_to_file, check_place, write_files
from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.reporters.base import Reporter, Sheet

DEFAULT_WIDTH = 120
"""Cells of a line when the output is no terminal."""

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable with the file that GitHub shows as the summary of a step."""

FOR_PEOPLE = (OutputFormat.TEXT, OutputFormat.CONCISE)
"""Written as the terminal likes it; all other formats are UTF-8 wherever they go."""


def make_reporter(output: PlacedOutput, color: str) -> Reporter:
    """The reporter for `output`; `color` is the option's value. A file gets no colours by itself."""
    # Each is imported when it is wanted: JSON for a script need not wait for rich.
    match output.format:
        case OutputFormat.CONCISE:
            from asyncsql_lint.reporters.concise import ConciseReporter

            return ConciseReporter()
        case OutputFormat.JSON:
            from asyncsql_lint.reporters.json import JsonReporter

            return JsonReporter()
        case OutputFormat.JSONL:
            from asyncsql_lint.reporters.jsonl import JsonLinesReporter

            return JsonLinesReporter()
        case OutputFormat.SARIF:
            from asyncsql_lint.reporters.sarif import SarifReporter

            return SarifReporter()
        case OutputFormat.GITHUB:
            from asyncsql_lint.reporters.github import GithubReporter

            return GithubReporter(has_summary=bool(os.environ.get(STEP_SUMMARY)))
        case OutputFormat.GITLAB:
            from asyncsql_lint.reporters.gitlab import GitlabReporter

            return GitlabReporter()
        case OutputFormat.JUNIT:
            from asyncsql_lint.reporters.junit import JunitReporter

            return JunitReporter()
        case OutputFormat.AZURE:
            from asyncsql_lint.reporters.azure import AzureReporter

            return AzureReporter()
        case OutputFormat.RDJSON:
            from asyncsql_lint.reporters.rdjson import RdjsonReporter

            return RdjsonReporter()
        case OutputFormat.RDJSONL:
            from asyncsql_lint.reporters.rdjson import RdjsonlReporter

            return RdjsonlReporter()
        case OutputFormat.MARKDOWN:
            from asyncsql_lint.reporters.markdown import MarkdownReporter

            return MarkdownReporter()
        case OutputFormat.HTML:
            from asyncsql_lint.reporters.html import HtmlReporter

            return HtmlReporter()
        case OutputFormat.TEXT:
            from asyncsql_lint.reporters.text import TextReporter

            is_terminal = sys.stdout.isatty() and output.place == STDOUT
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


def emit_all(
    outputs: Sequence[PlacedOutput], write: Callable[[PlacedOutput, TextIO], object], stdout: TextIO | None = None
) -> None:
    """Let `write` write each of `outputs`: the files first, all or none, then what goes to standard output.

    `stdout` stands in for standard output. Raises `UsageError` when a file cannot be written.
    """
    texts: dict[str, str] = {}
    for output in outputs:
        if output.place != STDOUT:
            buffer = io.StringIO()
            write(output, buffer)
            texts[output.place] = buffer.getvalue()
    write_files(texts)
    for output in outputs:
        if output.place == STDOUT and stdout is not None:
            write(output, stdout)
        elif output.place == STDOUT:
            _emit(partial(write, output), is_utf8=output.format not in FOR_PEOPLE)


def add_step_summary(outputs: Sequence[PlacedOutput], sheet: Sheet) -> None:
    """Put all findings into the summary of the step when they are more than GitHub shows as annotations.

    Raises `UsageError` when that file cannot be written.
    """
    path = os.environ.get(STEP_SUMMARY)
    if not path or all(output.format is not OutputFormat.GITHUB for output in outputs):
        return
    from asyncsql_lint.reporters.github import SUMMARY_BYTES, step_summary

    room = SUMMARY_BYTES - (os.path.getsize(path) if os.path.exists(path) else 0)
    text = step_summary(sheet, room)
    if text is not None and len(text.encode("utf-8", "backslashreplace")) <= room:
        append_to_file(path, text)


def emit(write: Callable[[TextIO], object], output_file: str | None = None) -> bool:
    """Let `write` write to standard output, or to `output_file`; tells whether anybody still reads it.

    Raises `UsageError` when the file cannot be written.
    """
    if output_file is None or output_file == STDOUT:
        return _emit(write)
    check_place(output_file)
    buffer = io.StringIO()
    write(buffer)
    write_files({output_file: buffer.getvalue()})
    return True


def _emit(write: Callable[[TextIO], object], *, is_utf8: bool = False) -> bool:
    """Let `write` write to standard output; tells whether anybody still reads it (`| head` is no error)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character of somebody's source gets its escape instead of a traceback.
        sys.stdout.reconfigure(encoding="utf-8" if is_utf8 else None, errors="backslashreplace")
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return False
    return True


def emit_bytes(data: bytes) -> None:
    """Write `data` to standard output as they are: somebody's source keeps its encoding and its line ends."""

    def write(out: TextIO) -> None:
        out.flush()
        out.buffer.write(data)

    emit(write)


def say(message: str) -> None:
    """Tell people something beside the findings, on standard error."""
    from asyncsql_lint.reporters.visible import visible

    for line in message.split("\n"):
        sys.stderr.write(visible(line).encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
