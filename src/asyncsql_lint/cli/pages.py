"""What the program tells about itself: the rules, and a rule's page."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.errors import UsageError
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


def _rule(named: str) -> AnyRule:
    for rule in RULES:
        if named.upper() == rule.meta.code or named.lower() == rule.meta.name:
            return rule
    meant = Catalogue([rule.meta for rule in RULES]).meant(named)
    raise UsageError(f"--explain: unknown rule `{named}`{meant}")


def _no_page(option: str, output_format: OutputFormat) -> UsageError:
    return UsageError(f"{option} writes text, markdown or json, not {output_format.value}")
