"""The page of a rule, as `--explain` shows it and as SARIF carries it; and where it stands on the web."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability
from asyncsql_lint.errors import HOME
from asyncsql_lint.reporters.base import AnyRule
from asyncsql_lint.reporters.jsontext import Json

FAMILIES = {
    "ASL1": "Awaiting",
    "ASL2": "Sync code in async code",
    "ASL3": "Loading and expiry",
    "ASL4": "Results",
    "ASL5": "Sessions",
    "ASL6": "Engines and drivers",
    "ASL9": "The linter's own",
}
"""The beginnings of codes, in words."""

_HOW = {
    Applicability.SAFE: "safe, applied by `--fix`",
    Applicability.UNSAFE: "unsafe, applied by `--fix --unsafe-fixes`",
    Applicability.DISPLAY: "shown, never applied",
    None: "none",
}
_SENTENCES = {
    Applicability.SAFE: "Its fix is applied by --fix.",
    Applicability.UNSAFE: "Its fix is applied by --fix --unsafe-fixes.",
    Applicability.DISPLAY: "Its fix is shown, never applied.",
    None: "It has no fix.",
}


def page_url(name: str) -> str:
    """Where the page of the rule `name` stands."""
    return f"{HOME}/blob/main/docs/rules/{name}.md"


def text_page(rule: AnyRule) -> str:
    """The page for a terminal."""
    meta, doc = rule.meta, rule.doc()
    facts = [f"Severity: {meta.severity.label}.", f"Since {meta.since}.", _SENTENCES[meta.fix]]
    if meta.raises:
        facts.insert(0, f"Raises at run time: {meta.raises}.")
    parts = [f"# {meta.name} ({meta.code})", textwrap.fill(doc.summary, 100), "\n".join(facts)]
    return "\n\n".join([*parts, *(f"## {heading}\n\n{text}" for heading, text in doc.sections)]) + "\n"


def markdown_page(rule: AnyRule) -> str:
    """The page in Markdown."""
    parts = [f"# {rule.meta.name} ({rule.meta.code})", rule.doc().summary, facts_table(rule)]
    if rule.meta.raises:
        parts.append(f"In short: {rule.meta.raises}.")
    return "\n\n".join([*parts, *(f"## {heading}\n\n{text}" for heading, text in rule.doc().sections)]) + "\n"


def facts_table(rule: AnyRule) -> str:
    """What is fixed about a rule, as a table of two columns."""
    meta = rule.meta
    rows = [
        ("Severity", meta.severity.label),
        ("Fix", _HOW[meta.fix]),
        ("Enabled", "by default" if meta.default else f"by `--select {meta.code}`"),
        ("Since", meta.since),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows)])


def json_page(rule: AnyRule) -> dict[str, Json]:
    """All that is known of a rule."""
    meta, doc = rule.meta, rule.doc()
    return {
        "code": meta.code,
        "name": meta.name,
        "family": FAMILIES[meta.code[:4]],
        "severity": meta.severity.label,
        "fix": meta.fix.value if meta.fix else None,
        "raises": meta.raises,
        "errors": list(meta.errors),
        "since": meta.since,
        "default": meta.default,
        "url": page_url(meta.name),
        "summary": doc.summary,
        "sections": dict(doc.sections),
    }


def text_lines(rules: list[AnyRule]) -> Iterator[str]:
    """A line for each of `rules`: code, name, severity, fix, and what it reports."""
    width = max(len(rule.meta.name) for rule in rules)
    for rule in rules:
        meta = rule.meta
        fix = f"fix: {meta.fix.value}" if meta.fix else ""
        off = "" if meta.default else " (off by default)"
        summary = rule.doc().summary
        yield f"{meta.code}  {meta.name:<{width}}  {meta.severity.label:<7}  {fix:<12}  {summary}{off}\n"


def markdown_table(rules: list[AnyRule]) -> str:
    """`rules` as a table that links to their pages."""
    rows = [
        f"| {meta.code} | [{meta.name}]({page_url(meta.name)}) | {meta.severity.label} "
        f"| {cell(rule.doc().summary)} | {meta.fix.value if meta.fix else ''} | {'yes' if meta.default else 'no'} |"
        for rule in rules
        for meta in [rule.meta]
    ]
    head = ["| code | name | severity | reports | fix | on by default |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def cell(summary: str) -> str:
    """What a rule reports, as a cell of a table."""
    return summary.removeprefix("Reports ").rstrip(".").replace("|", "\\|")
