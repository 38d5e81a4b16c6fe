"""From findings, which know numbers of nodes, to diagnostics with spans, traces and fixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix, Position, Related, Span
from asyncsql_lint.diagnostics.repair import Repair
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits.repairs import Editor
from asyncsql_lint.engine.meanings import Meanings
from asyncsql_lint.engine.mentions import Mentions
from asyncsql_lint.flow.events import Unparsable
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.rule import Finding
from asyncsql_lint.syntax.locate import Located, locate

MOST_LOCATED = 500_000
"""Characters of source whose trees are held at once: with positions, a tree takes some 160 bytes for each."""


class Positions:
    """Turns findings into diagnostics: parses once more the files in which they and their traces lie."""

    def __init__(self, texts: dict[str, str], index: ProjectIndex) -> None:
        self._texts = texts
        self._meanings = Meanings(index)
        self._mentions = Mentions(index)
        self._asked: Counter[Repair] = Counter()
        self._begin()

    def _begin(self) -> None:
        """Begin anew, with no file at hand."""
        self._held = 0
        self._located: dict[str, Located | None] = {}
        self._editor = Editor(self.located, self._meanings)

    def located(self, path: str) -> Located | None:
        """The file with positions."""
        if path not in self._located:
            self._held += len(self._texts.get(path, ""))
            self._located[path] = locate(path, self._texts[path]) if path in self._texts else None
        return self._located[path]

    def diagnostics(self, findings: Iterable[Finding], broken: dict[str, Unparsable]) -> list[Diagnostic]:
        """The diagnostics, sorted by place; of equal ones the first."""
        findings = sorted(findings, key=lambda finding: finding.site.path)
        self._asked = Counter(repair for repair, _ in {(f.repair, f.site) for f in findings if f.repair is not None})
        made = {self.diagnostic(f, broken.get(f.site.path)): None for f in findings}
        ordered = sorted(made, key=_order)
        return [next(group) for _, group in groupby(ordered, key=lambda d: (d.span, d.code, d.symbol))]

    def diagnostic(self, finding: Finding, broken: Unparsable | None) -> Diagnostic:
        """One finding with its spans, its trace and its fix."""
        if self._held > MOST_LOCATED:
            self._begin()  # the files of later findings are others: those of one file come together
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
            hangs_on=self._mentions.files([finding.site, *(site for site, _ in finding.related)]),
        )

    def fix(self, finding: Finding) -> Fix | None:
        """The fix as edits; a repair that cannot be written is told in words."""
        if finding.repair is not None and finding.meta.fix is not None:
            edits = self._editor.edits_for(finding.repair, self._asked[finding.repair])
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


def _order(diagnostic: Diagnostic) -> tuple[Span, str, str, list[Span]]:
    """By place; of several stories of one finding the one that begins first."""
    return diagnostic.span, diagnostic.code, diagnostic.message, [related.span for related in diagnostic.related]
