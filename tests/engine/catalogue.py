"""A few rules to select from, for tests of what stands around rules."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Position, Severity, Span
from asyncsql_lint.diagnostics.severity import Confidence
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.rule import RuleMeta

METAS = (
    RuleMeta("ASL101", "missing-await", Severity.ERROR, Applicability.SAFE),
    RuleMeta("ASL102", "superfluous-await", Severity.ERROR, Applicability.SAFE),
    RuleMeta("ASL301", "lazy-relationship-access", Severity.ERROR, Applicability.UNSAFE),
    RuleMeta("ASL305", "expired-after-commit", Severity.WARNING),
    RuleMeta("ASL601", "expire-on-commit-default", Severity.INFO, default=False),
    RuleMeta("ASL900", "syntax-error", Severity.ERROR),
    RuleMeta("ASL901", "unused-suppression", Severity.WARNING, Applicability.SAFE),
    RuleMeta("ASL902", "unknown-rule", Severity.WARNING),
)
CATALOGUE = Catalogue(METAS)
NAMES = {meta.code: meta for meta in METAS}


def diagnostic(code: str, line: int, *, rows: tuple[int, ...] = (), path: str = "/p/a.py") -> Diagnostic:
    """A finding of `code` on `line`."""
    span = Span(path, Position(line, 0), Position(line, 1))
    meta = NAMES[code]
    return Diagnostic(code, meta.name, "message", meta.severity, Confidence.PROVED, span, noqa_rows=rows)
