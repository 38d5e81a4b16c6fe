"""What the program tells about itself: the rules, and a rule's page."""

from __future__ import annotations

import json
import textwrap
from typing import Any, TextIO

from asyncsql_lint.config.model import OutputFormat
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.errors import UsageError
from asyncsql_lint.rule import Rule
from asyncsql_lint.rules import RULES


def write_rules(out: TextIO, output_format: OutputFormat) -> None:
    """All rules: code, name, severity, whether it has a fix, and the first line of its page; or all data as JSON."""
    rules = sorted(RULES, key=lambda rule: rule.meta.code)
    if output_format is OutputFormat.JSON:
        json.dump([_as_json(rule) for rule in rules], out, indent=2)
        out.write("\n")
        return
    name_width = max(len(rule.meta.name) for rule in rules)
    for rule in rules:
        meta = rule.meta
        fix = f"fix: {meta.fix.value}" if meta.fix else ""
        off = "" if meta.default else " (off by default)"
        out.write(
            f"{meta.code}  {meta.name:<{name_width}}  {meta.severity.label:<7}  {fix:<12}  {rule.doc().summary}{off}\n"
        )


def write_page(out: TextIO, named: str, output_format: OutputFormat) -> None:
    """The page of the rule with the code or name `named`. Raises `UsageError` when there is none."""
    rule = _rule(named)
    if output_format is OutputFormat.JSON:
        json.dump(_as_json(rule), out, indent=2)
        out.write("\n")
        return
    meta, doc = rule.meta, rule.doc()
    out.write(f"# {meta.name} ({meta.code})\n\n{textwrap.fill(doc.summary, 100)}\n\n")
    facts = [f"Severity: {meta.severity.label}.", f"Since {meta.since}.", _fix_sentence(rule)]
    if meta.raises:
        facts.insert(0, f"Raises at run time: {meta.raises}.")
    out.write("\n".join(facts) + "\n")
    out.writelines(f"\n## {heading}\n\n{text}\n" for heading, text in doc.sections)


def _rule(named: str) -> type[Rule[Any]]:
    for rule in RULES:
        if named.upper() == rule.meta.code or named.lower() == rule.meta.name:
            return rule
    meant = Catalogue([rule.meta for rule in RULES]).meant(named)
    raise UsageError(f"--explain: unknown rule `{named}`{meant}")


def _as_json(rule: type[Rule[Any]]) -> dict[str, object]:
    meta, doc = rule.meta, rule.doc()
    return {
        "code": meta.code,
        "name": meta.name,
        "severity": meta.severity.label,
        "fix": meta.fix.value if meta.fix else None,
        "raises": meta.raises,
        "since": meta.since,
        "default": meta.default,
        "summary": doc.summary,
        "sections": dict(doc.sections),
    }


def _fix_sentence(rule: type[Rule[Any]]) -> str:
    if rule.meta.fix is None:
        return "It has no fix."
    how = {"safe": "applied by --fix", "unsafe": "applied by --fix --unsafe-fixes", "display": "shown, never applied"}
    return f"Its fix is {how[rule.meta.fix.value]}."
