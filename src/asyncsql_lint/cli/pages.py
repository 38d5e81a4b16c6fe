"""What the program tells about itself: the rules, a rule's page, the files and settings of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import TextIO

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.config.library_versions import LIBRARIES
from asyncsql_lint.config.model import Patterns, Settings
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.errors import UsageError
from asyncsql_lint.linter import Linter
from asyncsql_lint.reporters.base import AnyRule
from asyncsql_lint.reporters.jsontext import json_text
from asyncsql_lint.reporters.rule_page import json_page, markdown_page, markdown_table, text_lines, text_page
from asyncsql_lint.rules import RULES


def write_rules(out: TextIO, output_format: OutputFormat) -> None:
    """All rules: a line each, a table in Markdown, or all data as JSON. Raises `UsageError` for any other format."""
    rules: list[AnyRule] = sorted(RULES, key=lambda rule: rule.meta.code)
    match output_format:
        case OutputFormat.TEXT | OutputFormat.CONCISE:
            out.writelines(text_lines(rules))
        case OutputFormat.MARKDOWN:
            out.write(markdown_table(rules))
        case OutputFormat.JSON:
            out.write(json_text([json_page(rule) for rule in rules], indent=2) + "\n")
        case _:
            raise _no_page("--rules", output_format)


def write_page(out: TextIO, named: str, output_format: OutputFormat) -> None:
    """The page of the rule with the code or name `named`, as text, Markdown or JSON.

    Raises `UsageError` when there is no such rule, and for any other format.
    """
    rule = _rule(named)
    match output_format:
        case OutputFormat.TEXT | OutputFormat.CONCISE:
            out.write(text_page(rule))
        case OutputFormat.MARKDOWN:
            out.write(markdown_page(rule))
        case OutputFormat.JSON:
            out.write(json_text(json_page(rule), indent=2) + "\n")
        case _:
            raise _no_page("--explain", output_format)


def write_settings(out: TextIO, linter: Linter, folder: str) -> None:
    """What counts for the files in `folder`, a key a line. Raises `ConfigError`."""
    settings, catalogue = linter.configuration.of_folder(folder), linter.catalogue
    catalogue.check(settings)
    out.write(f"# for the files in {folder}\n# read from {settings.source or 'no file: these are the defaults'}\n")
    out.write(f"enabled = {_toml(sorted(catalogue.enabled(settings, folder + '/')))}\n")
    for each in fields(Settings):
        if each.name not in ("source", "selections", "per_file_ignores", "library_versions"):
            out.write(f"{each.name.replace('_', '-')} = {_toml(getattr(settings, each.name))}\n")
    for entry in settings.per_file_ignores:
        pattern = ("!" if entry.inverted else "") + entry.pattern.lines[0]
        out.write(f"per-file-ignores.{json.dumps(pattern)} = {_toml(entry.selectors)}\n")
    versions = linter.versions(folder)
    for library in LIBRARIES:
        known = getattr(versions, library)
        said = f"{_toml(known.text)}  # {known.source}" if known.text else '""  # unknown: no lock file or requirement'
        out.write(f"library-versions.{library} = {said}\n")


def _rule(named: str) -> AnyRule:
    for rule in RULES:
        if named.upper() == rule.meta.code or named.lower() == rule.meta.name:
            return rule
    meant = Catalogue([rule.meta for rule in RULES]).meant(named)
    raise UsageError(f"--explain: unknown rule `{named}`{meant}")


def _no_page(option: str, output_format: OutputFormat) -> UsageError:
    return UsageError(f"{option} writes text, markdown or json, not {output_format.value}")


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
