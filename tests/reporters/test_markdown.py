"""A table for a pull request, as GitHub's dialect reads it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from asyncsql_lint.diagnostics import Position, Severity, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.markdown import COMMENT_BYTES, MarkdownReporter
from asyncsql_lint.source.discovery import PathProblem
from tests.reporters.sheets import at, lazy, several, sheet, simple, written


def rendered(sheet: Sheet) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(written(MarkdownReporter(), sheet))


def cells(sheet: Sheet) -> list[list[str]]:
    rows = re.findall(r"<tr>\n(.*?)</tr>", rendered(sheet), re.DOTALL)
    return [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in rows]


def test_nothing() -> None:
    assert written(MarkdownReporter(), sheet()) == "### asyncsql-lint: no findings\n"


def test_a_finding() -> None:
    head, row = cells(sheet(lazy()))
    assert head == ["severity", "rule", "place", "finding"]
    assert row[0] == "error"
    assert row[1].startswith('<a href="https://github.com/asyncsql-lint/asyncsql-lint/blob/main/docs/rules/lazy-rel')
    assert row[2] == "<code>app/api.py:7</code>"
    assert row[3].split("<br>") == [
        "<code>Order.lines</code> is read, and its query did not load it",
        "1. declared here, with lazy=&quot;select&quot;: <code>app/models.py:2</code>",
        "2. queried here, without an option for it: <code>app/repo.py:5</code>",
        "3. it comes from here: <code>app/api.py:5</code>",
        "raises MissingGreenlet (xd2s)",
        "help: Load <code>Order.lines</code> in the query",
    ]


def test_headline_and_order() -> None:
    found = sheet(*several(1, Severity.INFO), *several(2, Severity.ERROR))
    assert written(MarkdownReporter(), found).startswith("### asyncsql-lint: 2 errors and 1 note\n")
    assert [row[0] for row in cells(found)[1:]] == ["error", "error", "info"]


def test_suppressed() -> None:
    (_, row) = cells(replace(sheet(), taken_back=(TakenBack(lazy(), 6, "known"),)))
    assert row[3].endswith("<br>suppressed on line 6: known")


def test_what_could_not_be_looked_into() -> None:
    text = written(MarkdownReporter(), replace(sheet(), problems=(PathProblem("/p/gone.py", "no such file"),)))
    assert text == (
        "### asyncsql-lint: no findings, and not everything could be looked into\n"
        "- <code>gone.py</code>: no such file\n"
    )


def test_what_remains_is_left_out() -> None:
    text = written(MarkdownReporter(), replace(sheet(), hides_rest=True))
    assert text == "### asyncsql-lint: what remains is not reported\n"


def test_no_more_than_a_comment_holds() -> None:
    text = written(MarkdownReporter(), sheet(*several(5000)))
    shown = text.count("it is bad")
    assert len(text.encode()) <= COMMENT_BYTES
    assert text.endswith(f"\n{5000 - shown} of 5000 findings are left out for want of room.\n")
    assert shown > 200


def test_a_message_that_fills_a_comment_by_itself() -> None:
    text = written(MarkdownReporter(), sheet(simple(at("/p/app/api.py", "names"), "x" * 100_000), *several(1)))
    assert "xxx..." in text
    assert "it is bad 0" in text


PROSE = [
    ("a pipe", "a|b", "a|b"),
    ("a link", "[a](https://evil.example)", "[a](https://evil.example)"),
    ("an image", "![a](x)", "![a](x)"),
    ("emphasis", "*a* _b_ ~~c~~", "*a* _b_ ~~<!-- -->c~~"),
    ("a tag", "<img src=x>", "&lt;img src=x&gt;"),
    ("an entity", "&lt;", "&amp;<!-- -->lt;"),
    ("somebody", "@octocat", "@<!-- -->octocat"),
    ("an issue", "fixes #12", "fixes #<!-- -->12"),
    ("code", "`a|b` and `<c>`", "<code>a|b</code> and <code>&lt;c&gt;</code>"),
    ("half of code", "a ` b", "a ` b"),
    ("a page", "www.evil.example", "www<!-- -->.evil.example"),
    ("a line end", "a\nb", "a␊b"),
    ("a backslash", "a\\", "a\\"),
]


@pytest.mark.parametrize(("text", "shown"), [case[1:] for case in PROSE], ids=[case[0] for case in PROSE])
def test_words_of_somebody_are_read_as_words(text: str, shown: str) -> None:
    _, row = cells(sheet(simple(at("/p/app/api.py", "names"), text)))
    assert row[3] == shown


def test_a_file_name_is_code() -> None:
    _, row = cells(sheet(simple(Span("/p/a|b`c`[x](y)@z.py", Position(1, 0), Position(1, 1)))))
    assert row[2] == "<code>a|b`c`[x](y)@z.py:1</code>"
