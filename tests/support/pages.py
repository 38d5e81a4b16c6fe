"""The pages in docs/rules: one for each rule, made of its docstring and meta, and an index by family and by error.

`python -m tests.support.pages` writes them; a test holds that they are there, and no others.
"""

from __future__ import annotations

from collections import defaultdict

from asyncsql_lint.reporters.base import AnyRule
from asyncsql_lint.reporters.rule_page import FAMILIES, cell, facts_table
from asyncsql_lint.rules import RULES
from tests.conformance.errors import errors_of, silence_of, versions, without_link
from tests.support.linter import ROOT
from tests.support.readme import FIXES

FOLDER = ROOT / "docs" / "rules"
INDEX = "README.md"
NOTE = "<!-- python -m tests.support.pages writes this file -->"
VERSIONS = "on SQLAlchemy 2.0 and 2.1 unless said otherwise (`...` is what varies)"


def pages() -> dict[str, str]:
    """All pages by the names of their files."""
    return {INDEX: index(), **{page_name(rule): page(rule) for rule in RULES}}


def page_name(rule: AnyRule) -> str:
    """The file of a rule's page."""
    return f"{rule.meta.name}.md"


def page(rule: AnyRule) -> str:
    """The page of one rule."""
    meta, doc = rule.meta, rule.doc()
    sections = [
        f"## {heading}\n\n{text}" + (raised(rule) if heading == "What happens" else "")
        for heading, text in doc.sections
    ]
    head = f"# {meta.name} ({meta.code})\n\n{NOTE}\n\n{doc.summary}"
    return "\n\n".join([head, facts_table(rule), *sections]) + "\n"


def raised(rule: AnyRule) -> str:
    """What a log shows at run time, and on which versions, if the rule tells of it."""
    errors = errors_of(rule)
    rows = [f"- `{error}`{where(error)}" for error in errors] + [
        f"- {said}" for said in silence_of(rule) if said != rule.meta.raises
    ]
    parts = ["\n".join([f"The log may show, {VERSIONS}:", "", *rows])] if rows else []
    if rule.meta.raises and without_link(rule.meta.raises) not in errors:
        parts.insert(0, f"In short: {rule.meta.raises}.")
    return "".join(f"\n\n{part}" for part in parts)


def where(error: str) -> str:
    """The one version of SQLAlchemy that an error was seen on, if it was not on both."""
    seen = versions(error)
    return f" (SQLAlchemy {seen[0]} only)" if len(seen) == 1 else ""


def index() -> str:
    """The rules by family and by error."""
    parts = [
        f"# Rules\n\n{NOTE}",
        "[By family](#by-family) · [by error message](#by-error-message) · [without an error](#without-an-error).\n"
        "`asyncsql-lint --explain RULE` shows the same pages. Tests run the examples on PostgreSQL, with the imports\n"
        "and models of `tests/support/snippets.py`.",
        "## By family",
        *(family(prefix, name) for prefix, name in FAMILIES.items()),
        "## By error message",
        f"What the log shows, {VERSIONS}.\n"
        "Of a wrapped error (`ResponseValidationError`, `ExceptionGroup`) it shows the inner one, too: look for that.",
        errors_table(),
        "## Without an error",
        "What goes wrong in silence.",
        words_table(),
    ]
    return "\n\n".join(parts) + "\n"


def family(prefix: str, name: str) -> str:
    """The rules of one family."""
    rules = [rule for rule in RULES if rule.meta.code.startswith(prefix)]
    rows = [
        f"| {rule.meta.code} | {link(rule)} | {cell(rule.doc().summary)} | {FIXES[rule.meta.fix]} |" for rule in rules
    ]
    return "\n".join([f"### {name} ({prefix}xx)", "", "| code | rule | reports | fix |", "|---|---|---|---|", *rows])


def errors_table() -> str:
    """Each error with the rules whose mistake shows it, by their own words."""
    rules: dict[str, list[AnyRule]] = defaultdict(list)
    for rule in RULES:
        for error in errors_of(rule):
            rules[error].append(rule)
    rows = [
        f"| `{error.replace('|', chr(92) + '|')}`{where(error)} | {', '.join(coded(rule) for rule in of)} |"
        for error, of in sorted(rules.items(), key=lambda item: item[0].lower())
    ]
    return "\n".join(["| error | rules |", "|---|---|", *rows])


def words_table() -> str:
    """The rules whose mistakes may show no error."""
    rows = [f"| {said} | {coded(rule)} |" for rule in RULES for said in silence_of(rule)]
    return "\n".join(["| what happens | rule |", "|---|---|", *rows])


def link(rule: AnyRule) -> str:
    """A link to a rule's page, by its name."""
    return f"[{rule.meta.name}]({page_name(rule)})"


def coded(rule: AnyRule) -> str:
    """A link to a rule's page, by its code and name."""
    return f"[{rule.meta.code} {rule.meta.name}]({page_name(rule)})"


def stored() -> dict[str, str]:
    """The pages as they are."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    new = pages()
    for left_over in stored().keys() - new.keys():
        (FOLDER / left_over).unlink()
    for name, text in new.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
