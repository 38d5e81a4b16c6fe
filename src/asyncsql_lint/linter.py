"""Where rules, engine and configuration meet: what the command line, an editor and the tests call."""

from __future__ import annotations

import os
import re
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncsql_lint.cache.store import Store
from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.model import Settings
from asyncsql_lint.diagnostics import Applicability, Confidence, Diagnostic, Fix, Position, Span
from asyncsql_lint.engine.analysis import Analysis
from asyncsql_lint.engine.comments import read_comments
from asyncsql_lint.engine.dispatch import check
from asyncsql_lint.engine.outcome import Engine, Outcome, Progress
from asyncsql_lint.engine.select import ABOUT_COMMENTS, Catalogue
from asyncsql_lint.engine.suppressions import Comments, Suppressed, Wording, by_file, split, used
from asyncsql_lint.engine.unused import Complaint, unknown, unused
from asyncsql_lint.errors import ISSUES, SourceError, UsageError
from asyncsql_lint.gate.ledger import Found, Ledger, Verdict, Written
from asyncsql_lint.gate.policy import Policy
from asyncsql_lint.gate.scope import Scope
from asyncsql_lint.rule import SYNTAX_ERROR, RuleMeta
from asyncsql_lint.rules import RULES
from asyncsql_lint.source.discovery import Discovery, PathProblem, discover
from asyncsql_lint.source.files import SourceFile, SourceProblem
from asyncsql_lint.source.filesystem import Disk, FileSystem
from asyncsql_lint.source.project_versions import ProjectVersions
from asyncsql_lint.source.read import read_source

if TYPE_CHECKING:
    from asyncsql_lint.flow.machine import Failure
    from asyncsql_lint.gate.history import History


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. All is sorted by place, and does not depend on the order of the paths.

    `failing` counts the findings that reach the `fail-on` of their file. `problems` are paths that could not be
    looked into, or whose analysis brought out a bug of ours; `warnings` is for people. `sources` holds every file of
    the project that is text, by path. `limits` counts how often each bound of the analysis was reached; what lies
    beyond is unknown, and silent. `parsed` counts the files that had to be parsed; None when nothing had changed.
    `taken` counts those whose facts were known; of the rest, each has the text of another file.
    `verdict` is what baselines say, `old` was there at the revision of the policy; `diagnostics` has neither what they
    know nor what is old.
    """

    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...] = ()
    failing: int = 0
    problems: tuple[PathProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    sources: Mapping[str, SourceFile] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    parsed: int | None = 0
    taken: int = 0
    verdict: Verdict | None = None
    old: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class FixReport:
    """What fixes came to: the report on what remains, and `before`, the files as they were read.

    `changed` are the paths whose text differs; their new text is in `report`. `applied` counts the findings that were
    mended, by the path that was changed for them and by code.
    """

    report: Report
    before: Mapping[str, SourceFile]
    changed: tuple[str, ...]
    applied: Mapping[str, Counter[str]]
    project: _Project = field(repr=False)

    @property
    def count(self) -> int:
        """How many findings were mended."""
        return sum(codes.total() for codes in self.applied.values())


@dataclass(frozen=True, slots=True)
class _Project:
    """All that a check needs to know before the analysis.

    `paths` are those that were given, `report` those whose findings may count.
    """

    paths: tuple[str, ...]
    found: Discovery
    settings: Mapping[str, Settings]
    sources: Mapping[str, SourceFile]
    not_text: tuple[SourceProblem, ...]
    problems: tuple[PathProblem, ...]
    report: frozenset[str]
    enabled: Mapping[str, frozenset[str]]


class Linter:
    """Checks files as `configuration` says, reading them through `files`.

    With `ignore_noqa`, no comment takes a finding back. A finding counts when it lies in what was given. Of a file
    that was given by its own name, the findings elsewhere count too whose trace leads through it (a changed model
    breaks its readers), unless `report_only_given` is set; then fixes stay within the given files as well. What is
    worked out is kept in `store`; `jobs` is how many processes may parse.

    Of these findings, those do not count that are known: to a baseline or from a revision, as `policy` says.
    """

    def __init__(
        self,
        configuration: Configuration,
        files: FileSystem | None = None,
        *,
        ignore_noqa: bool = False,
        report_only_given: bool = False,
        policy: Policy = Policy(),  # noqa: B008 -- it is frozen
        store: Store | None = None,
        jobs: int = 1,
        engine: Engine | None = None,
        metas: Sequence[RuleMeta] | None = None,
    ) -> None:
        self.configuration = configuration
        self.catalogue = Catalogue(tuple(rule.meta for rule in RULES) if metas is None else metas)
        self._files = files or Disk()
        self._policy = policy
        self._versions = ProjectVersions(self._files)
        self._ignore_noqa = ignore_noqa
        self._report_only_given = report_only_given
        self._ledger = None if policy.ignore_baseline else Ledger(self._files, may_begin=policy.update_baseline)
        self._history = _history(policy, self._files)
        self._engine = engine or Analysis(RULES, store, jobs)

    def anew(self, configuration: Configuration) -> Linter:
        """A linter for the files as they are now: versions and baselines are read again; the engine keeps its facts."""
        return Linter(
            configuration,
            self._files,
            ignore_noqa=self._ignore_noqa,
            report_only_given=self._report_only_given,
            policy=self._policy,
            engine=self._engine,
            metas=self.catalogue.metas,
        )

    def versions(self, folder: str) -> Versions:
        """The versions of its libraries that count for the files in `folder` (absolute). Raises `ConfigError`."""
        told: dict[str, Any] = dict(self.configuration.of_folder(folder).library_versions)
        return replace(self._versions.of_folder(folder), **told)

    def discover(self, paths: Sequence[str]) -> Discovery:
        """The files that a check of `paths` (absolute) would read and report. Raises `ConfigError`."""
        return discover(paths, self._files, self.configuration)

    def check(self, paths: Sequence[str], progress: Progress | None = None) -> Report:
        """Check `paths` (absolute), knowing all that their projects hold. Raises `ConfigError`."""
        project = self._project(paths)
        return self._analyse(project, project.sources, progress)

    def fix(self, paths: Sequence[str], *, unsafe: bool = False, progress: Progress | None = None) -> FixReport:
        """Check `paths` and apply fixes to the texts in memory, the unsafe ones only if so told. Raises `ConfigError`.

        `write` then puts them on the disk.
        """
        from asyncsql_lint.engine.fix import apply_fixes

        project = self._project(paths)
        tried: list[Report] = [self._analyse(project, project.sources, progress)]

        def relint(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
            changed = {path: replace(project.sources[path], text=text) for path, text in texts.items()}
            tried.append(self._analyse(project, {**project.sources, **changed}, None))
            return tried[-1].diagnostics

        may_change = project.found.given if self._report_only_given else frozenset(project.sources)
        texts = {path: source.text for path, source in project.sources.items() if path in may_change}
        result = apply_fixes(texts, tried[0].diagnostics, relint, unsafe=unsafe)
        report = next(each for each in tried if _changed(project.sources, each.sources) == result.texts)
        return FixReport(
            report=replace(report, warnings=(*report.warnings, *result.messages)),
            before=project.sources,
            changed=tuple(sorted(result.texts)),
            applied=result.applied,
            project=project,
        )

    def suppress(self, paths: Sequence[str], wording: Wording, progress: Progress | None = None) -> FixReport:
        """Check `paths` and put a comment about each finding into the texts in memory. Raises `ConfigError`.

        `write` then puts them on the disk. What remains in the report no comment takes back.
        """
        from asyncsql_lint.engine.annotate import annotated

        project = self._project(paths)
        found = by_file(self._analyse(project, project.sources, progress).diagnostics)
        sources = dict(project.sources)
        for path in sorted(found.keys() & sources.keys()):
            text = annotated(sources[path], found[path], wording, self.catalogue)
            if text != sources[path].text:
                sources[path] = replace(sources[path], text=text)
        report = self._analyse(project, sources, None)
        changed = tuple(sorted(_changed(project.sources, sources)))
        left = by_file(report.diagnostics)
        applied = {
            path: Counter(d.code for d in found[path]) - Counter(d.code for d in left.get(path, ())) for path in changed
        }
        return FixReport(report, project.sources, changed, applied, project)

    def write(self, fixed: FixReport) -> FixReport:
        """Write what was changed, each file whole or not at all; what came of it, as far as it was written.

        The files that were left alone are problems of the report, which is then on the files as they are.
        """
        from asyncsql_lint.source.write import write_atomically

        problems: list[PathProblem] = []
        for path in fixed.changed:
            try:
                roots = (*fixed.report.roots, path.rpartition("/")[0])
                write_atomically(fixed.before[path], fixed.report.sources[path].text, roots)
            except SourceError as error:
                problems.append(PathProblem(path, str(error).removeprefix(f"{path}: ")))
        if not problems:
            return fixed
        written = [path for path in fixed.changed if path not in {problem.path for problem in problems}]
        sources = {**fixed.before, **{path: fixed.report.sources[path] for path in written}}
        report = self._analyse(fixed.project, sources, None)
        return replace(
            fixed,
            report=replace(report, problems=(*report.problems, *problems), warnings=fixed.report.warnings),
            changed=tuple(written),
            applied={path: fixed.applied[path] for path in written},
        )

    def write_baselines(self, report: Report) -> tuple[Report, tuple[Written, ...]]:
        """Write the baselines of `report` anew; returns the report on what they do not know then, and what was written.

        Raises `UsageError` when there is no baseline, and `BaselineError` when one cannot be written.
        """
        if self._ledger is None or report.verdict is None or not report.verdict.renewed:
            raise UsageError("--update-baseline: there is no baseline: give --baseline FILE, or the key `baseline`")
        written = self._ledger.write(report.verdict)
        verdict = report.verdict.settled()
        failing = sum(d.severity >= self.configuration.of_file(d.span.path).fail_on for d in verdict.new)
        return replace(report, diagnostics=verdict.new, failing=failing, verdict=verdict), written

    def why(self, path: str, line: int, progress: Progress | None = None) -> tuple[str, ...]:
        """What the analysis knows of `line` in the file `path` (absolute), in words. Raises `UsageError`."""
        project = self._project([path])
        if path not in project.sources:
            causes: tuple[PathProblem | SourceProblem, ...] = (*project.problems, *project.not_text)
            message = next((cause.message for cause in causes if cause.path == path), "not a file that is checked")
            raise UsageError(f"--why: {path}: {message}")
        outcome = self._engine(
            tuple(project.sources.values()),
            roots=_import_roots(project),
            report={path},
            codes=self.catalogue.codes,
            progress=progress,
            why=(path, line),
            versions=self._versions_of(project),
        )
        return outcome.explanations

    def _project(self, paths: Sequence[str]) -> _Project:
        """Find and read all files. What cannot be read is a problem when it was given; else it is done without."""
        found = self.discover(paths)
        settings = {path: self.configuration.of_file(path) for path in found.files}
        for distinct in set(settings.values()):
            self.catalogue.check(distinct)
        sources: dict[str, SourceFile] = {}
        not_text: list[SourceProblem] = []
        problems = list(found.problems)
        for path in found.files:
            try:
                source = read_source(path, self._files)
            except SourceError as error:
                if path in found.given:
                    problems.append(PathProblem(path, f"cannot be read: {error}"))
                continue
            if isinstance(source, SourceFile):
                sources[path] = source
            elif path in found.given:
                not_text.append(source)
        report = found.given if self._report_only_given or not found.named else frozenset(found.files)
        enabled = {path: self.catalogue.enabled(settings[path], path) for path in report}
        by_path = tuple(sorted(problems, key=lambda problem: problem.path))
        return _Project(tuple(paths), found, settings, sources, tuple(not_text), by_path, report, enabled)

    def _versions_of(self, project: _Project) -> dict[str, Versions]:
        """The versions that count in each folder with a file."""
        return {folder: self.versions(folder) for folder in {path.rpartition("/")[0] for path in project.sources}}

    def _analyse(self, project: _Project, sources: Mapping[str, SourceFile], progress: Progress | None) -> Report:
        """Run the engine on `sources`, and keep what is wanted of what it finds."""
        if self._history is not None:
            self._history.find(project.paths)  # an error that can be known at once need not wait for the analysis
        outcome = self._engine(
            tuple(sources.values()),
            roots=_import_roots(project),
            report=project.report,
            codes=frozenset().union(*project.enabled.values()),
            progress=progress,
            versions=self._versions_of(project),
        )
        findings = {*outcome.diagnostics, *self._encoding_findings(project)}
        wanted = [self._as_configured(d, project) for d in findings if _is_wanted(d, project)]
        comments: dict[str, Comments] = {}
        if not self._ignore_noqa:
            told = project.found.given | {diagnostic.span.path for diagnostic in wanted}
            comments = {p: read_comments(sources[p].text, self.catalogue) for p in sorted(told) if p in sources}
        whole = comments.keys() - {failure.path for failure in outcome.failures}
        here = by_file(tuple(findings))
        about = [d for p in sorted(whole) for d in self._about_comments(p, comments[p], here[p], project, sources)]
        wanted += [self._as_configured(d, project) for d in about if _is_wanted(d, project)]
        kept, suppressed = _apply(comments, wanted)
        kept.sort(key=_place)
        text_of = partial(_text_of, sources=sources)
        verdict = self._verdict(project, outcome, findings, kept, text_of)
        new = verdict.new
        if self._history is not None:
            concerned = {diagnostic.span.path for diagnostic in new}
            all_there = [diagnostic for diagnostic in kept if diagnostic.span.path in concerned]
            check_then = partial(self._check_at, progress=progress)
            since = self._history.new(project.paths, all_there, text_of, check_then)
            new = tuple(diagnostic for diagnostic in new if diagnostic in since)
        return Report(
            diagnostics=new,
            suppressed=tuple(sorted(suppressed, key=lambda each: _place(each.diagnostic))),
            failing=sum(d.severity >= project.settings[d.span.path].fail_on for d in new),
            problems=(*project.problems, *(_bug(failure) for failure in outcome.failures)),
            checked=tuple(sorted(project.found.given)),
            roots=project.found.roots,
            sources=sources,
            limits=outcome.limits,
            parsed=outcome.parsed,
            taken=outcome.taken,
            verdict=verdict,
            old=tuple(sorted(set(verdict.new).difference(new), key=_place)),
        )

    def _verdict(
        self, project: _Project, outcome: Outcome, findings: Collection[Diagnostic], kept: Sequence[Diagnostic],
        text_of: Callable[[str], str],
    ) -> Verdict:  # fmt: skip
        """What the baselines say of the findings that were `kept`. Raises `BaselineError`."""
        if self._ledger is None:
            return Verdict(tuple(kept))
        not_judged = ABOUT_COMMENTS if self._ignore_noqa else frozenset()
        scope = Scope(
            paths=project.paths,
            checked={path: project.enabled[path] - not_judged for path in project.found.given},
            rules=self.catalogue.codes,
            is_whole=not (project.problems or outcome.failures or any(d.code == SYNTAX_ERROR for d in kept)),
            configuration=self.configuration,
            files=self._files,
        )
        unsure = sorted((d for d in findings if _is_wanted(d, project, is_sure=False)), key=_place)
        return self._ledger.judge(Found(kept, unsure, text_of), scope)

    def _check_at(
        self, files: FileSystem, paths: Sequence[str], progress: Progress | None
    ) -> tuple[Sequence[Diagnostic], Callable[[str], str]]:
        """The findings of `paths` in another state of the disk, and the texts of that time."""
        linter = Linter(
            self.configuration,
            files,
            ignore_noqa=self._ignore_noqa,
            report_only_given=True,
            policy=Policy(ignore_baseline=True),
            engine=self._engine,
            metas=self.catalogue.metas,
        )
        report = linter.check(paths, progress)
        return report.diagnostics, partial(_text_of, sources=report.sources)

    def _encoding_findings(self, project: _Project) -> Iterable[Diagnostic]:
        """The findings about files whose bytes are no text."""
        meta = next((meta for meta in self.catalogue.metas if meta.code == SYNTAX_ERROR), None)
        if meta is None:
            return
        for problem in project.not_text:
            place = Position(problem.line, problem.column)
            span = Span(problem.path, place, place)
            yield Diagnostic(meta.code, meta.name, problem.message, meta.severity, Confidence.PROVED, span)

    def _about_comments(
        self,
        path: str,
        comments: Comments,
        here: Collection[Diagnostic],
        project: _Project,
        sources: Mapping[str, SourceFile],
    ) -> Iterable[Diagnostic]:
        """The findings about the suppression comments of one file, as far as it was analysed and asked for.

        `here` are all that were made in it.
        """
        if path not in project.found.given or any(finding.code == SYNTAX_ERROR for finding in here):
            return
        judged = project.enabled[path] - ABOUT_COMMENTS
        usual = self.catalogue.default - ABOUT_COMMENTS - {SYNTAX_ERROR}
        needed = used(here, comments)
        text = sources[path].text
        for complaint in (*unknown(path, comments), *unused(path, text, comments, needed, judged, usual)):
            yield from self._complaint(complaint)

    def _complaint(self, complaint: Complaint) -> Iterable[Diagnostic]:
        """A diagnostic in the words of the rule that listens to such events, if there is one."""
        rules = [rule for rule in RULES if rule.meta.code in self.catalogue.codes]
        for finding in check([complaint.event], rules):
            meta, span = finding.meta, complaint.span
            applicability = meta.fix if complaint.edits and meta.fix is not None else Applicability.DISPLAY
            yield Diagnostic(
                code=meta.code,
                name=meta.name,
                message=finding.message,
                severity=meta.severity,
                confidence=finding.confidence,
                span=span,
                fix=Fix(finding.repair_title, applicability, complaint.edits) if finding.repair_title else None,
                symbol=finding.symbol,
                noqa_rows=(span.start.line,),
            )

    def _as_configured(self, diagnostic: Diagnostic, project: _Project) -> Diagnostic:
        """`diagnostic`; where its fix may not be applied by `fixable` and `unfixable`, the fix is shown only."""
        settings = project.settings[diagnostic.span.path]
        if diagnostic.fix is None or diagnostic.code in self.catalogue.fixable(settings):
            return diagnostic
        return replace(diagnostic, fix=replace(diagnostic.fix, applicability=Applicability.DISPLAY))


def _history(policy: Policy, files: FileSystem) -> History | None:
    """The findings of another time, if they are asked for."""
    if policy.new_since is None:
        return None
    from asyncsql_lint.gate.history import History

    return History(policy.new_since, files)


def _import_roots(project: _Project) -> tuple[str, ...]:
    """The folders that imports start from: the configured `src` first, then the projects."""
    configured = {folder for settings in set(project.settings.values()) for folder in settings.src}
    return (*sorted(configured), *(root for root in project.found.roots if root not in configured))


def _is_wanted(diagnostic: Diagnostic, project: _Project, *, is_sure: bool = True) -> bool:
    """Whether a finding counts; or, when not `is_sure`, whether it would but for its confidence."""
    path = diagnostic.span.path
    if diagnostic.code not in project.enabled.get(path, ()):
        return False
    if (diagnostic.confidence >= project.settings[path].min_confidence) is not is_sure:
        return False
    if path in project.found.given:
        return True
    behind = {*diagnostic.hangs_on, *(related.span.path for related in diagnostic.related)}
    return not behind.isdisjoint(project.found.named)


def _apply(
    comments: Mapping[str, Comments], diagnostics: Sequence[Diagnostic]
) -> tuple[list[Diagnostic], list[Suppressed]]:
    """`diagnostics` of several files: those that stay, and those that a comment takes back."""
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    for path, here in by_file(diagnostics).items():
        stay, go = split(here, comments.get(path, Comments()))
        kept += stay
        suppressed += go
    return kept, suppressed


def _text_of(path: str, sources: Mapping[str, SourceFile]) -> str:
    """The text of a file; empty when it is none."""
    return sources[path].text if path in sources else ""


def _changed(before: Mapping[str, SourceFile], now: Mapping[str, SourceFile]) -> dict[str, str]:
    """The new text of each file that differs."""
    return {path: source.text for path, source in now.items() if source is not before[path]}


def _place(diagnostic: Diagnostic) -> tuple[Span, str, str]:
    return diagnostic.span, diagnostic.code, diagnostic.message


def parse_place(text: str) -> tuple[str, int]:
    """The file and the line of `FILE:LINE` (a column after it is passed over). Raises `UsageError`."""
    match = re.fullmatch(r"(.+?):(\d+)(?::\d+)?", text)
    if match is None or int(match[2]) == 0:
        raise UsageError(f"--why takes FILE:LINE, not {text!r}")
    return match[1], int(match[2])


def _bug(failure: Failure) -> PathProblem:
    """A bug of ours, as what could not be looked into."""
    where = f"`{failure.function}`" if failure.function else "the module's body"
    last = traceback.extract_tb(failure.error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    error = f"{type(failure.error).__name__}: {failure.error}"
    return PathProblem(
        failure.path, f"asyncsql-lint has a bug: {where} is not analysed ({error}, {place}); tell {ISSUES}"
    )
