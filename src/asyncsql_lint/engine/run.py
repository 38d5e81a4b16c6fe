"""The analysis from texts to diagnostics: parse, index, flow, rules, positions. Reads and writes no file."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.engine.dispatch import check
from asyncsql_lint.engine.facts import FactsSource
from asyncsql_lint.engine.outcome import Outcome, Progress
from asyncsql_lint.engine.placement import placed
from asyncsql_lint.flow.interpreter import Interpreter
from asyncsql_lint.index.column_types import UTC_SINCE
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.rule import Rule
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.syntax.stack import on_deep_stack


def run(
    files: Sequence[SourceFile],
    rules: Sequence[type[Rule[Any]]],
    source: FactsSource,
    *,
    roots: Sequence[str],
    report: Collection[str],
    codes: Collection[str],
    progress: Progress | None = None,
    why: tuple[str, int] | None = None,
    versions: Mapping[str, Versions] | None = None,
) -> Outcome:
    """Analyse a project.

    `rules` are those that may be found, `source` gives the facts of files; the rest is as in `engine.outcome.Engine`.
    """
    return on_deep_stack(lambda: _run(files, rules, source, roots, report, codes, progress, why, versions or {}))


def _run(
    files: Sequence[SourceFile],
    rules: Sequence[type[Rule[Any]]],
    source: FactsSource,
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
        facts, broken = source.of(files, progress)
        index = ProjectIndex(facts, roots)
        machine = Interpreter(index, Models(index), versions)
        old = frozenset(folder for folder, found in versions.items() if found.sqlmodel.at_least(*UTC_SINCE) is False)
        machine.column_types.naive = old
        machine.analyse(functions(index), index.modules.values())
        events = placed(machine.events, machine.call_sites, machine.holders, machine.sound)
        chosen = [rule for rule in rules if rule.meta.code in codes]
        findings = [f for f in check([*events, *broken], chosen) if f.site.path in report]
        texts = {file.path: file.text for file in files}
        diagnostics: list[Diagnostic] = []
        explanations: tuple[str, ...] = ()
        if findings or why is not None:
            # LibCST takes a while to import: not if others have parsed, and nothing is said.
            from asyncsql_lint.engine.positions import Positions
            from asyncsql_lint.engine.why import explain

            positions = Positions(texts, index)
            diagnostics = positions.diagnostics(findings, {e.site.path: e for e in broken})
            explanations = explain(why, machine, diagnostics, positions.located) if why is not None else ()
    finally:
        if enabled:
            gc.enable()
    outcome = Outcome(tuple(diagnostics), explanations, tuple(machine.failures), machine.limits)
    return replace(outcome, parsed=source.parsed, taken=source.taken)


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
