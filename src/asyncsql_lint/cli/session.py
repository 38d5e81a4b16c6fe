"""One run of the command, from options to exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from typing import TextIO

from asyncsql_lint.cli.cache import clear_cache, processors, store_for
from asyncsql_lint.cli.changes import comment_lines, fix_lines
from asyncsql_lint.cli.exit_codes import ExitCode
from asyncsql_lint.cli.known import remarks, stale_lines, written_line
from asyncsql_lint.cli.options import Options, configuration, refuse_contradictions, wording
from asyncsql_lint.cli.output import FOR_PEOPLE, add_step_summary, emit, emit_all, emit_bytes, make_reporter, say
from asyncsql_lint.cli.outputs import PlacedOutput, settled
from asyncsql_lint.cli.pages import write_page, write_rules
from asyncsql_lint.cli.progress import ProgressBar
from asyncsql_lint.cli.settings import write_settings
from asyncsql_lint.cli.statistics import write_statistics
from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.errors import AsyncsqlLintError, UsageError
from asyncsql_lint.gate.ledger import Stale
from asyncsql_lint.gate.policy import Policy
from asyncsql_lint.linter import FixReport, Linter, Report, parse_place
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.rules import RULES
from asyncsql_lint.source.filesystem import Disk, FileSystem, Overlay, absolute, normal
from asyncsql_lint.source.repository import Repository
from asyncsql_lint.source.write import rewritten

STDIN = "-"


def run_options(options: Options) -> ExitCode:
    """Do what `options` ask for. Raises `AsyncsqlLintError` when it cannot be done."""
    refuse_contradictions(options)
    if options.clear_cache:
        clear_cache(options)
        return ExitCode.CLEAN
    if not options.rules and options.explain is None:
        return Session(options).run()
    named = options.explain

    def write(output: PlacedOutput, out: TextIO) -> None:
        write_page(out, named, output.format) if named is not None else write_rules(out, output.format)

    emit_all(settled(options.output_format, OutputFormat.TEXT, options.output_file), write)
    return ExitCode.CLEAN


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
            policy=Policy(
                ignore_baseline=options.ignore_baseline,
                update_baseline=options.update_baseline,
                new_since=options.new_since,
            ),
        )
        configured = self._linter.configuration.of_folder(normal(os.getcwd())).output_format
        self._outputs = settled(options.output_format, configured, options.output_file)
        self._repository = Repository(normal(os.getcwd()), Disk())

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
        if options.watch:
            return self._watch()
        return self._check()

    def _check(self) -> ExitCode:
        started = time.monotonic()
        with self._progress() as progress:
            report = self._linter.check(self._paths, progress)
        self._tell(report, time.monotonic() - started)
        report = self._with_baseline_written(report)
        self._write(report)
        return self._exit_code(report)

    def _watch(self) -> ExitCode:
        """Check whenever something changes, with what is configured then."""
        from asyncsql_lint.cli.watch import Look, Watch
        from asyncsql_lint.cli.watched import Area, area_of, loose_files

        output = self._outputs[0]
        if len(self._outputs) > 1 or output.place != STDIN or output.format not in FOR_PEOPLE:
            raise UsageError("--watch writes for people: one output, text or concise, to standard output")

        configuring: set[str] = set()

        def area() -> Area:
            with suppress(AsyncsqlLintError):  # the check will tell it
                found = configuration(self._options)
                folders = {path if os.path.isdir(path) else os.path.dirname(path) for path in self._paths}
                settings = [found.of_folder(folder) for folder in folders]
                files = {file for each in settings for file in (*each.files, each.baseline) if file is not None}
                configuring.clear()
                configuring.update(files, self._linter.discover(loose_files(self._paths, self._files)).files)
            return area_of(self._paths, configuring, self._files)

        def check() -> Look:
            started = time.monotonic()
            self._linter = self._linter.anew(configuration(self._options))
            with self._progress() as progress:
                report = self._linter.check(self._paths, progress)
            self._tell(report, time.monotonic() - started)
            return Look(self._sheet(report), frozenset(report.sources))

        return Watch(area, check, make_reporter(output, self._options.color)).run()

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
        report = self._with_baseline_written(report)
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

    def _with_baseline_written(self, report: Report) -> Report:
        """Write the baselines, if that was asked for and all could be looked at; returns what they do not know then."""
        if not self._options.update_baseline:
            return report
        if report.problems:
            say("error: the baseline is left as it is, for not all could be checked")
            return report
        report, written = self._linter.write_baselines(report)
        for each in () if self._options.quiet else written:
            say(written_line(each, normal(os.getcwd())))
        return report

    def _write(self, report: Report, fixed: int = 0) -> None:
        """Write the findings, or how many there are of which, in every format that is wanted."""
        sheet = self._sheet(report, fixed)

        def write(output: PlacedOutput, out: TextIO) -> None:
            if self._options.statistics:
                write_statistics(out, sheet, output.format)
            else:
                make_reporter(output, self._options.color).write(sheet, out)

        # With the changed source on standard output, findings go to standard error.
        changes_stdin = self._is_stdin and self._is_changing
        emit_all(self._outputs, write, sys.stderr if changes_stdin else None)
        if not self._options.statistics:
            add_step_summary(self._outputs, sheet)
        # The last lines of what people read tell it; where nobody reads any, standard error does.
        if not self._options.quiet and all(output.format not in FOR_PEOPLE for output in self._outputs):
            for remark in sheet.remarks:
                say(remark)

    @property
    def _is_changing(self) -> bool:
        """Whether files are changed; standard input, too, which then goes to standard output."""
        return self._options.fix or self._options.fix_only or self._wording is not None

    def _exit_code(self, report: Report) -> ExitCode:
        if report.problems:
            return ExitCode.FAILED
        is_stale = self._options.error_on_stale_baseline and bool(self._stale(report))
        return ExitCode.FOUND if (report.failing or is_stale) and not self._options.exit_zero else ExitCode.CLEAN

    def _stale(self, report: Report) -> tuple[Stale, ...]:
        """The entries of baselines that stand for nothing any more, and stay."""
        return () if self._options.update_baseline or report.verdict is None else report.verdict.stale

    def _sheet(self, report: Report, fixed: int = 0) -> Sheet:
        taken = tuple(TakenBack(s.diagnostic, s.line, s.reason) for s in report.suppressed)
        return Sheet(
            diagnostics=report.diagnostics,
            text_of=lambda path: report.sources[path].text if path in report.sources else "",
            base=normal(os.getcwd()),
            roots=report.roots,
            taken_back=taken if self._options.show_suppressed else (),
            unsafe=self._options.unsafe_fixes,
            fixed=fixed,
            problems=report.problems,
            hides_rest=self._options.fix_only,
            is_quiet=self._options.quiet,
            bytes_of=lambda path: report.sources[path].data() if path in report.sources else None,
            machine_path=self._repository.path,
            part=self._part(report),
            rules=RULES,
            remarks=() if self._options.fix_only else tuple(remarks(report, self._options.new_since)),
        )

    def _part(self, report: Report) -> str:
        """The folder of the repository that the run is about: that of its one configuration, else the current one."""
        sources = {self._linter.configuration.of_file(path).source for path in report.checked}
        source = sources.pop() if len(sources) == 1 else None
        folder = normal(os.getcwd()) if source is None else source.rpartition("/")[0]
        part = self._repository.path(folder)
        return "" if os.path.isabs(part) else part

    def _tell(self, report: Report, seconds: float) -> None:
        """What people should know beside the findings; of what went wrong also in a quiet run."""
        for problem in report.problems:
            say(f"error: {problem.path}: {problem.message}")
        stale = list(stale_lines(self._stale(report), normal(os.getcwd())))
        if stale and self._options.error_on_stale_baseline:
            say("\n".join(("error: " + stale[0], *stale[1:])))
        if self._options.quiet:
            return
        if stale and not self._options.error_on_stale_baseline:
            say("\n".join(("warning: " + stale[0], *stale[1:])))
        for warning in report.warnings:
            say(f"warning: {warning}")
        if not report.checked and not report.problems:
            say("warning: no Python files found under the given paths")
        if self._options.verbose:
            for name, times in sorted(report.limits.items()):
                say(f"bound reached: {name}, {times} times; what lies beyond is taken as unknown")
            read = f"checked {len(report.checked)} of {len(report.sources)} files read"
            say(f"{read}, {_work(report)}, in {seconds:.1f} s")
            for source in sorted({self._linter.configuration.of_file(path).source or "" for path in report.checked}):
                say(f"configuration: {source or 'the defaults'}")

    def _show_files(self) -> ExitCode:
        from asyncsql_lint.reporters.visible import visible

        found = self._linter.discover(self._paths)
        for problem in found.problems:
            say(f"error: {problem.path}: {problem.message}")
        lines = [f"{visible(path)}\n" for path in sorted(found.given)]
        emit(lambda out: out.writelines(lines), self._options.output_file)
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
        from asyncsql_lint.reporters.visible import visible

        path, line = parse_place(place)
        with self._progress() as progress:
            explanations = self._linter.why(absolute(path), line, progress)
        lines = [f"{visible(text)}\n" for text in explanations]
        emit(lambda out: out.writelines(lines), self._options.output_file)
        return ExitCode.CLEAN

    def _progress(self) -> closing[ProgressBar]:
        return closing(ProgressBar(sys.stderr, enabled=not self._options.quiet))


def _work(report: Report) -> str:
    """What was done about the files that were read."""
    if report.parsed is None:
        return "nothing has changed since a run before"
    alike = len(report.sources) - report.parsed - report.taken
    same = f", {alike} the same as another" if alike > 0 else ""
    return f"{report.parsed} parsed, {report.taken} taken from the cache{same}"


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
