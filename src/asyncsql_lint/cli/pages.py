"""What the program tells about itself: the rules, a rule's page, the files and settings of a run."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, TextIO

from asyncsql_lint.config.library_versions import LIBRARIES
from asyncsql_lint.config.model import OutputFormat, Patterns, Settings
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.errors import UsageError
from asyncsql_lint.linter import Linter
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


def write_settings(out: TextIO, linter: Linter, folder: str) -> None:
    """What counts for the files in `folder`, a key a line. Raises `ConfigError`."""
    settings, catalogue = linter.configuration.of_folder(folder), linter.catalogue
    catalogue.check(settings)
    out.write(f"# for the files in {folder}\n# read from {settings.source or 'no file: these are the defaults'}\n")
    out.write(f"enabled = {_toml(sorted(catalogue.enabled(settings, folder + '/')))}\n")
    for each in fields(Settings):
        if getattr(settings, each.name) is not None and each.name not in (
            "source",
            "selections",
            "per_file_ignores",
            "library_versions",
        ):
            out.write(f"{each.name.replace('_', '-')} = {_toml(getattr(settings, each.name))}\n")
    for entry in settings.per_file_ignores:
        pattern = ("!" if entry.inverted else "") + entry.pattern.lines[0]
        out.write(f"per-file-ignores.{json.dumps(pattern)} = {_toml(entry.selectors)}\n")
    versions = linter.versions(folder)
    for library in LIBRARIES:
        known = getattr(versions, library)
        said = f"{_toml(known.text)}  # {known.source}" if known.text else '""  # unknown: no lock file or requirement'
        out.write(f"library-versions.{library} = {said}\n")


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


def _toml(value: object) -> str:
    """`value` as TOML would have it."""
    if isinstance(value, (bool, str)):
        return json.dumps(value)
    if isinstance(value, Patterns):
        return _toml(value.lines)
    if isinstance(value, Enum):
        return json.dumps(getattr(value, "label", value.value))
    if not isinstance(value, Sequence):
        raise TypeError(value)
    if value and all(isinstance(item, Patterns) for item in value):
        return _toml([line for item in value for line in item.lines])
    return "[" + ", ".join(_toml(item) for item in value) + "]"
