"""What the program tells about its rules: as text, Markdown and JSON."""

from __future__ import annotations

import json

import pytest
from markdown_it import MarkdownIt

from asyncsql_lint.rules import RULES
from tests.cli.conftest import Command


@pytest.fixture
def run(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.delenv("ASYNCSQL_LINT_OUTPUT_FORMAT")
    return command


def test_rules_as_text(run: Command) -> None:
    lines = run("--rules").out.splitlines()
    assert len(lines) == len(RULES)
    assert lines[0].startswith("ASL101  missing-await")
    assert "fix: safe" in lines[0]
    assert [line for line in lines if "(off by default)" in line] != []


def test_rules_as_markdown(run: Command) -> None:
    page = MarkdownIt("commonmark").enable("table").render(run("--rules", "-o", "markdown").out)
    assert page.count("<tr>") == 1 + len(RULES)
    assert page.count("<td>") == 6 * len(RULES)
    assert '/docs/rules/missing-await.md">missing-await</a>' in page


def test_rules_as_json(run: Command) -> None:
    rules = json.loads(run("--rules", "-o", "json").out)
    assert [rule["code"] for rule in rules] == sorted(rule.meta.code for rule in RULES)
    assert all(rule["url"].endswith(f"/{rule['name']}.md") for rule in rules)
    assert rules[0]["family"] == "Awaiting"


def test_a_page_as_text(run: Command) -> None:
    text = run("--explain", "missing-await").out
    assert text.startswith("# missing-await (ASL101)\n\nReports ")
    assert "\nSeverity: error.\nSince 0.1.0.\nIts fix is applied by --fix.\n\n## What it does\n" in text


def test_a_page_as_markdown(run: Command) -> None:
    text = run("--explain", "ASL301", "-o", "markdown").out
    assert "| Fix | unsafe, applied by `--fix --unsafe-fixes` |\n" in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    headings = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[:3] == ["lazy-relationship-access (ASL301)", "What it does", "What happens"]
    assert [token.info for token in tokens if token.type == "fence"] == ["python", "python"]


def test_a_page_as_json(run: Command) -> None:
    page = json.loads(run("--explain", "asl301", "-o", "json").out)
    assert (page["code"], page["severity"], page["fix"], page["default"]) == ("ASL301", "error", "unsafe", True)
    assert "Example" in page["sections"]
    assert "InvalidRequestError: '...' is not available due to lazy='raise'" in page["errors"]


@pytest.mark.parametrize("what", [["--rules"], ["--explain", "ASL101"]])
def test_a_page_in_several_forms(run: Command, what: list[str]) -> None:
    assert run(*what, "-o", "markdown:page.md", "-o", "json:page.json").code == 0
    assert "ASL101" in (run.folder / "page.md").read_text()
    assert "ASL101" in (run.folder / "page.json").read_text()


@pytest.mark.parametrize("option", ["--rules", "--explain"])
def test_a_form_that_no_page_has(run: Command, option: str) -> None:
    arguments = [option] if option == "--rules" else [option, "ASL101"]
    done = run(*arguments, "-o", "sarif:page")
    assert (done.code, done.err) == (2, f"error: {option} writes text, markdown or json, not sarif\n")
    assert not (run.folder / "page").exists()
