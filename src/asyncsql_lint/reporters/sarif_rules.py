"""Rules as SARIF describes them."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence, Severity
from asyncsql_lint.reporters.base import AnyRule
from asyncsql_lint.reporters.jsontext import Json
from asyncsql_lint.reporters.rule_page import FAMILIES, markdown_page, page_url, text_page

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

LONGEST_DESCRIPTION = 1024
"""Characters of a description that GitHub takes."""

_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISIONS = {Confidence.PROVED: "very-high", Confidence.INFERRED: "high", Confidence.GUESSED: "medium"}


def rule_object(rule: AnyRule, confidence: Confidence) -> Json:
    """The descriptor of `rule`, whose findings are all of at least `confidence`."""
    meta, doc = rule.meta, rule.doc()
    whole = " ".join(doc.section("What it does").split()) or doc.summary
    return {
        "id": meta.code,
        "name": meta.name,
        "shortDescription": {"text": _clipped(doc.summary)},
        "fullDescription": {"text": _clipped(whole)},
        "help": {"text": text_page(rule), "markdown": markdown_page(rule)},
        "helpUri": page_url(meta.name),
        "defaultConfiguration": {"enabled": meta.default, "level": LEVELS[meta.severity]},
        "properties": {
            "precision": _PRECISIONS[confidence],
            "problem.severity": _PROBLEMS[meta.severity],
            "tags": ["asyncio", "sqlalchemy", _slug(FAMILIES[meta.code[:4]])],
        },
    }


def _slug(words: str) -> str:
    return words.lower().replace("'", "").replace(" ", "-")


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 3]}..."
