"""The analysis from texts to diagnostics: parse, index, flow, rules, positions. Reads and writes no file."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix, Position, Related, Span
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits import Editor
from asyncsql_lint.engine.meanings import Meanings
from asyncsql_lint.engine.placement import placed
from asyncsql_lint.engine.why import explain
from asyncsql_lint.flow.events import Event, Unparsable
from asyncsql_lint.flow.interpreter import Interpreter
from asyncsql_lint.flow.machine import Failure
from asyncsql_lint.index.column_types import UTC_SINCE
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.rule import Finding, Rule
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.syntax.facts import ModuleFacts
from asyncsql_lint.syntax.locate import Located, locate
from asyncsql_lint.syntax.lower import lower
from asyncsql_lint.syntax.parse import ParseFailure, on_deep_stack, parse

Progress = Callable[[int, int], None]
"""Is told how many files are done, of how many."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, sorted by place; `explanations` answer `why`.

    `failures` are functions that brought out a bug of ours, `limits` counts how often each bound was reached.
    """

    diagnostics: tuple[Diagnostic, ...]
    explanations: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


def run(
    files: Sequence[SourceFile],
    rules: Sequence[type[Rule[Any]]],
    *,
    roots: Sequence[str],
    report: Collection[str],
    codes: Collection[str],
    progress: Progress | None = None,
    why: tuple[str, int] | None = None,
    versions: Mapping[str, Versions] | None = None,
) -> Outcome:
    """Analyse a project.

    `files` are all its files, `rules` what may be found, `roots` the folders where its imports begin, `report` the
    paths whose findings are wanted, `codes` the rules to run of those; `why` asks what is known of a line; `versions`
    are those of the project's libraries, by folder. User code never makes this raise.
    """
    return on_deep_stack(lambda: _run(files, rules, roots, report, codes, progress, why, versions or {}))


def _run(
    files: Sequence[SourceFile],
    rules: Sequence[type[Rule[Any]]],
    roots: Sequence[str],
    report: Collection[str],
    codes: Collection[str],
    progress: Progress | None,
    why: tuple[str, int] | None,
    versions: Mapping[str, Versions],
) -> Outcome:
    enabled = gc.isenabled()
    gc.disable()  # trees and facts hold no cycles: collecting them over and over costs a third of the run
    try:
        facts, broken = _facts(files, progress)
        index = ProjectIndex(facts, roots)
        machine = Interpreter(index, Models(index), versions)
        old = frozenset(folder for folder, found in versions.items() if found.sqlmodel.at_least(*UTC_SINCE) is False)
        machine.column_types.naive = old
        machine.analyse(functions(index), index.modules.values())
        events = placed(machine.events, machine.call_sites, machine.holders)
        chosen = [rule for rule in rules if rule.meta.code in codes]
        findings = [f for f in check([*events, *broken], chosen) if f.site.path in report]
        texts = {file.path: file.text for file in files}
        diagnostics = Positions(texts, index).diagnostics(findings, {e.site.path: e for e in broken})
        explanations = explain(why, machine, diagnostics, Positions(texts, index).located) if why is not None else ()
    finally:
        if enabled:
            gc.enable()
    return Outcome(tuple(diagnostics), explanations, tuple(machine.failures), machine.limits)


def _facts(files: Sequence[SourceFile], progress: Progress | None) -> tuple[dict[str, ModuleFacts], list[Unparsable]]:
    """The facts of every file that parses, and an event for each that does not."""
    facts: dict[str, ModuleFacts] = {}
    broken: list[Unparsable] = []
    for done, file in enumerate(files, 1):
        tree = parse(file.text)
        if isinstance(tree, ParseFailure):
            broken.append(Unparsable(site=Site(file.path, 0), reason=tree.message, line=tree.line, column=tree.column))
        else:
            facts[file.path] = lower(tree)
        if progress is not None:
            progress(done, len(files))
    return facts, broken


def functions(index: ProjectIndex) -> Iterable[FunctionInfo]:
    """Every function and method of the project, in the order of files."""
    for module in index.modules.values():
        yield from _functions(module)


def _functions(module: ModuleInfo) -> Iterable[FunctionInfo]:
    stack = [b for bindings in module.bindings.values() for b in bindings]
    while stack:
        binding = stack.pop(0)
        if isinstance(binding, FunctionInfo):
            yield binding
        elif isinstance(binding, ClassInfo):
            stack += [b for bindings in binding.members.values() for b in bindings]


def check(events: Iterable[Event], rules: Iterable[type[Rule[Any]]]) -> list[Finding]:
    """What the rules find in the events."""
    made: list[Rule[Any]] = [rule() for rule in rules]
    return [f for event in events for rule in made if isinstance(event, rule.listens_to) for f in rule.check(event)]


class Positions:
    """Turns findings into diagnostics: parses once more the files in which they and their traces lie."""

    def __init__(self, texts: dict[str, str], index: ProjectIndex) -> None:
        self._texts = texts
        self._located: dict[str, Located | None] = {}
        self._editor = Editor(self.located, Meanings(index))

    def located(self, path: str) -> Located | None:
        """The file with positions."""
        if path not in self._located:
            self._located[path] = locate(path, self._texts[path]) if path in self._texts else None
        return self._located[path]

    def diagnostics(self, findings: Iterable[Finding], broken: dict[str, Unparsable]) -> list[Diagnostic]:
        """The diagnostics, sorted by place; of equal ones the first."""
        made = {self.diagnostic(f, broken.get(f.site.path)): None for f in findings}
        ordered = sorted(made, key=_order)
        return [next(group) for _, group in groupby(ordered, key=lambda d: (d.span, d.code, d.symbol))]

    def diagnostic(self, finding: Finding, broken: Unparsable | None) -> Diagnostic:
        """One finding with its spans, its trace and its fix."""
        meta = finding.meta
        if broken is not None:
            place = Position(broken.line, broken.column)
            span = Span(finding.site.path, place, place)
            rows: tuple[int, ...] = (broken.line,)
        else:
            span = self.span(finding.site)
            rows = self.rows(finding.site, span)
        related = tuple(Related(self.span(site), words) for site, words in finding.related if site != finding.site)
        return Diagnostic(
            code=meta.code,
            name=meta.name,
            message=finding.message,
            severity=meta.severity,
            confidence=finding.confidence,
            span=span,
            related=tuple(dict.fromkeys(related)),
            fix=self.fix(finding),
            raises=finding.raises,
            context=finding.context,
            symbol=finding.symbol,
            noqa_rows=rows,
        )

    def fix(self, finding: Finding) -> Fix | None:
        """The fix as edits; a repair that cannot be written is told in words."""
        if finding.repair is not None and finding.meta.fix is not None:
            edits = self._editor.edits_for(finding.repair)
            if edits:
                return Fix(finding.repair_title, finding.meta.fix, edits)
        words = finding.help or finding.repair_title
        return Fix(words, Applicability.DISPLAY) if words else None

    def span(self, site: Site) -> Span:
        """The place of a site."""
        located = self.located(site.path)
        if located is None:
            start = Position(1, 0)
            return Span(site.path, start, start)
        return located.span(site.node)

    def rows(self, site: Site, span: Span) -> tuple[int, ...]:
        """The lines on which a suppression comment counts: the reported one and the first of its statement."""
        located = self.located(site.path)
        if located is None:
            return (span.start.line,)
        return tuple(sorted({span.start.line, located.statement_row(site.node)}))


def _order(diagnostic: Diagnostic) -> tuple[Span, str, str]:
    return (diagnostic.span, diagnostic.code, diagnostic.message)


__all__ = ["Outcome", "check", "functions", "run"]
