"""One run of the command, from options to exit code."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TextIO

from asyncsql_lint.cli.cache import clear_cache, processors, store_for
from asyncsql_lint.cli.changes import comment_lines, fix_lines
from asyncsql_lint.cli.exit_codes import ExitCode
from asyncsql_lint.cli.options import Options, configuration, wording
from asyncsql_lint.cli.output import emit, emit_bytes, make_reporter, say
from asyncsql_lint.cli.pages import write_page, write_rules, write_settings
from asyncsql_lint.cli.progress import ProgressBar
from asyncsql_lint.config.model import OutputFormat
from asyncsql_lint.errors import UsageError
from asyncsql_lint.linter import FixReport, Linter, Report, parse_place
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.source.filesystem import Disk, FileSystem, Overlay, absolute, normal
from asyncsql_lint.source.write import rewritten

STDIN = "-"


def run_options(options: Options) -> ExitCode:
    """Do what `options` ask for. Raises `AsyncsqlLintError` when it cannot be done."""
    if options.rules:
        emit(partial(write_rules, output_format=_early_format(options)), options.output_file)
        return ExitCode.CLEAN
    if options.explain is not None:
        emit(partial(write_page, named=options.explain, output_format=_early_format(options)), options.output_file)
        return ExitCode.CLEAN
    if options.clear_cache:
        clear_cache(options)
        return ExitCode.CLEAN
    return Session(options).run()


class Session:
    """A run that looks at files."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._is_stdin = STDIN in options.paths
        self._wording = wording(options)
        self._paths, self._files = _paths_and_files(options)
        self._linter = Linter(
            configuration(options),
            self._files,
            ignore_noqa=options.ignore_noqa,
            report_only_given=options.report_only_given or self._is_stdin,
            store=store_for(options, self._paths, self._files),
            jobs=options.jobs or processors(),
        )
        self._format = self._linter.configuration.of_folder(normal(os.getcwd())).output_format

    def run(self) -> ExitCode:
        """Show files or settings, tell why, fix, or check. Raises `AsyncsqlLintError` when it cannot be done."""
        options = self._options
        if options.show_settings:
            return self._show_settings()
        if options.show_files:
            return self._show_files()
        if options.why is not None:
            return self._why(options.why)
        if self._wording is not None:
            return self._change(partial(self._linter.suppress, wording=self._wording))
        if self._is_changing or options.diff:
            return self._change(partial(self._linter.fix, unsafe=options.unsafe_fixes))
        return self._check()

    def _check(self) -> ExitCode:
        started = time.monotonic()
        with self._progress() as progress:
            report = self._linter.check(self._paths, progress)
        self._tell(report, time.monotonic() - started)
        self._write(report)
        return self._exit_code(report)

    def _change(self, change: Callable[..., FixReport]) -> ExitCode:
        """Change files, or show how they would be changed."""
        started = time.monotonic()
        with self._progress() as progress:
            made = change(self._paths, progress=progress)
        if not self._is_stdin and not self._options.diff:
            made = self._linter.write(made)
        report = made.report
        self._tell(report, time.monotonic() - started)
        self._tell_changes(made)
        if self._options.diff:
            from asyncsql_lint.cli.diff import write_diff

            emit(partial(write_diff, fixed=made, base=normal(os.getcwd())), self._options.output_file)
            return self._exit_code(replace(report, failing=len(made.changed)))
        if self._is_stdin:
            emit_bytes(self._changed_stdin(made))
        if self._options.fix_only:
            report = replace(report, diagnostics=(), suppressed=(), failing=0)
        self._write(report, fixed=made.count if self._wording is None else 0)
        if made.changed and self._options.exit_non_zero_on_fix and not report.problems:
            return ExitCode.FOUND
        return self._exit_code(report)

    def _changed_stdin(self, made: FixReport) -> bytes:
        """What was read from standard input, changed, in its own encoding. Raises `SourceError` when it has no room."""
        path = self._paths[0]
        data = self._files.read(path)
        if path not in made.changed:
            return data
        return rewritten(made.before[path], data, made.report.sources[path].text)

    def _tell_changes(self, made: FixReport) -> None:
        if self._options.quiet:
            return
        is_written = not self._options.diff
        if self._wording is not None:
            lines = comment_lines(made, is_written=is_written)
        elif self._options.show_fixes:
            names = {meta.code: meta.name for meta in self._linter.catalogue.metas}
            lines = fix_lines(made, names, normal(os.getcwd()), is_written=is_written)
        else:
            return
        for line in lines:
            say(line)

    def _write(self, report: Report, fixed: int = 0) -> None:
        """Write the findings, or how often there are which."""
        if self._options.statistics:
            write = partial(_write_statistics, report=report, output_format=self._format)
        else:
            reporter = make_reporter(self._format, self._options.color, self._options.output_file is not None)
            write = partial(reporter.write, self._sheet(report, fixed))
        if self._is_stdin and self._is_changing and self._options.output_file is None:
            write(sys.stderr)  # standard output holds the changed source
        else:
            emit(write, self._options.output_file)

    @property
    def _is_changing(self) -> bool:
        """Whether files are changed; standard input, too, which then goes to standard output."""
        return self._options.fix or self._options.fix_only or self._wording is not None

    def _exit_code(self, report: Report) -> ExitCode:
        if report.problems:
            return ExitCode.FAILED
        return ExitCode.FOUND if report.failing and not self._options.exit_zero else ExitCode.CLEAN

    def _sheet(self, report: Report, fixed: int) -> Sheet:
        taken = tuple(TakenBack(s.diagnostic, s.line, s.reason) for s in report.suppressed)
        return Sheet(
            diagnostics=report.diagnostics,
            text_of=lambda path: report.sources[path].text if path in report.sources else "",
            base=normal(os.getcwd()),
            roots=report.roots,
            taken_back=taken if self._options.show_suppressed else (),
            unsafe=self._options.unsafe_fixes,
            fixed=fixed,
            is_whole=not report.problems and not self._options.fix_only,
            is_quiet=self._options.quiet,
        )

    def _tell(self, report: Report, seconds: float) -> None:
        """What people should know beside the findings; of what went wrong also in a quiet run."""
        for problem in report.problems:
            say(f"error: {problem.path}: {problem.message}")
        if self._options.quiet:
            return
        for warning in report.warnings:
            say(f"warning: {warning}")
        if not report.checked and not report.problems:
            say("warning: no Python files found under the given paths")
        if self._options.verbose:
            for name, times in sorted(report.limits.items()):
                say(f"bound reached: {name}, {times} times; what lies beyond is taken as unknown")
            work = "nothing has changed since a run before" if report.parsed is None else f"{report.parsed} parsed"
            say(f"checked {len(report.checked)} of {len(report.sources)} files read, {work}, in {seconds:.1f} s")
            for source in sorted({self._linter.configuration.of_file(path).source or "" for path in report.checked}):
                say(f"configuration: {source or 'the defaults'}")

    def _show_files(self) -> ExitCode:
        found = self._linter.discover(self._paths)
        for problem in found.problems:
            say(f"error: {problem.path}: {problem.message}")
        emit(lambda out: out.writelines(f"{path}\n" for path in sorted(found.given)), self._options.output_file)
        return ExitCode.FAILED if found.problems else ExitCode.CLEAN

    def _show_settings(self) -> ExitCode:
        path = self._paths[0]
        folder = path if os.path.isdir(path) else path.rpartition("/")[0]
        emit(
            partial(
                write_settings,
                linter=self._linter,
                folder=folder,
            ),
            self._options.output_file,
        )
        return ExitCode.CLEAN

    def _why(self, place: str) -> ExitCode:
        path, line = parse_place(place)
        with self._progress() as progress:
            explanations = self._linter.why(absolute(path), line, progress)
        emit(lambda out: out.writelines(f"{text}\n" for text in explanations), self._options.output_file)
        return ExitCode.CLEAN

    def _progress(self) -> closing[ProgressBar]:
        return closing(ProgressBar(sys.stderr, enabled=not self._options.quiet))


def _paths_and_files(options: Options) -> tuple[list[str], FileSystem]:
    """The paths to check, absolute, and the files as they are to be seen: with standard input in its place."""
    if STDIN not in options.paths:
        if options.stdin_filename is not None:
            raise UsageError("--stdin-filename goes with the path `-`")
        return [absolute(path) for path in options.paths or (".",)], Disk()
    if len(options.paths) > 1:
        raise UsageError("`-` (standard input) cannot be checked together with other paths")
    name = absolute(options.stdin_filename or "<stdin>")
    return [name], Overlay(Disk(), {name: sys.stdin.buffer.read()})


def _early_format(options: Options) -> OutputFormat:
    """The format for what needs no configuration."""
    return OutputFormat.JSON if options.output_format == "json" else OutputFormat.TEXT


def _write_statistics(out: TextIO, report: Report, output_format: OutputFormat) -> None:
    """How often each rule reports, most first."""
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in report.diagnostics)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if output_format is OutputFormat.JSON:
        json.dump([{"code": code, "name": name, "count": count} for (code, name), count in rows], out, indent=2)
        out.write("\n")
        return
    width = max((len(str(count)) for count in counts.values()), default=0)
    out.writelines(f"{count:>{width}}  {code}  {name}\n" for (code, name), count in rows)
