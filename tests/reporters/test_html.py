"""The page as a parser reads it. What a browser makes of it is in `test_html_browser.py`."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from asyncsql_lint.diagnostics import Position, Related, Severity, Span
from asyncsql_lint.reporters.base import TakenBack
from asyncsql_lint.reporters.html import HtmlReporter
from asyncsql_lint.source.discovery import PathProblem
from asyncsql_lint.wording import AGAIN
from tests.reporters.page import Element, parse
from tests.reporters.sheets import at, awaited, lazy, several, sheet, simple, written

API = "/p/app/api.py"


def texts(elements: list[Element]) -> list[str]:
    return [" ".join(element.text.split()) for element in elements]


def test_nothing() -> None:
    page = parse(sheet())
    assert page.all("article") == []
    assert texts(page.all("header")) == ["asyncsql-lint All checks passed!"]
    assert texts(page.all("title")) == ["asyncsql-lint: All checks passed!"]


def test_a_finding() -> None:
    (article,) = parse(sheet(lazy())).all("article", "finding")
    assert article.attributes == {
        "class": "finding error", "data-severity": "error", "data-file": "0", "data-rule": "0",
    }  # fmt: skip
    assert texts(article.all("h3")) == ["Order.lines is read, and its query did not load it"]
    assert texts(article.all("p", "facts")) == ["error ASL301 lazy-relationship-access app/api.py:7:35 proved"]
    assert texts([each for each in article.all("p") if each.text.startswith(("raises", "help"))]) == [
        "raises: MissingGreenlet (xd2s)",
        "help: Load Order.lines in the query",
    ]


def test_the_way_leads_from_the_model_over_the_query_to_the_read() -> None:
    (article,) = parse(sheet(lazy())).all("article")
    (way,) = article.all("ol", "way")
    steps = way.all("li", "step")
    assert texts([step.all("p")[0] for step in steps]) == [
        'declared here, with lazy="select" app/models.py:2:5',
        "queried here, without an option for it app/repo.py:5:13",
        "it comes from here app/api.py:5:19",
        "app/api.py:7:35",
    ]
    assert [["reported" in step.attributes["class"]] for step in steps] == [[False], [False], [False], [True]]
    assert texts([mark for step in steps for mark in step.all("mark")]) == [
        "lines", "select(Order)", "get(session, id)", "order.lines",
    ]  # fmt: skip


def test_later_reads_come_last() -> None:
    found = replace(lazy(), related=(Related(at(API, "return"), AGAIN), *lazy().related))
    steps = parse(sheet(found)).all("li", "step")
    assert texts([steps[-1].all("p")[0]]) == [f"{AGAIN} app/api.py:7:5"]
    assert "reported" in steps[-2].attributes["class"]


def test_source_around_the_reported_place() -> None:
    (step,) = parse(sheet(lazy())).all("li", "reported")
    assert step.all("pre")[0].text == (
        "5    order = await get(session, id)\n6\n7    return [line.name for line in order.lines]\n"
    )


def test_a_fix_is_shown_as_what_it_changes() -> None:
    (article,) = parse(sheet(lazy())).all("article")
    assert texts(article.all("span", "added")) == [
        "2+ from sqlalchemy.orm import selectinload",
        "6+ query = select(Order).options(selectinload(Order.lines)).where(Order.id == id)",
    ]
    assert texts(article.all("span", "removed")) == ["5- query = select(Order).where(Order.id == id)"]


def test_findings_by_file_and_by_rule() -> None:
    found = [lazy(), *several(2), simple(at("/p/app/repo.py", "query"), severity=Severity.WARNING)]
    page = parse(sheet(*found))
    assert texts(page.all("nav")[0].all("li")) == [
        "app/api.py3", "app/repo.py1", "ASL101 missing-await3", "ASL301 lazy-relationship-access1",
    ]  # fmt: skip
    groups = page.all("section", "group")
    assert [(group.attributes["id"], len(group.all("article"))) for group in groups] == [("file-0", 3), ("file-1", 1)]
    assert texts(page.all("fieldset")[0].all("label")) == ["errors", "warnings"]


def test_suppressed() -> None:
    page = parse(replace(sheet(), taken_back=(TakenBack(lazy(), 6, "known <b>"),)))
    (article,) = page.all("article", "suppressed")
    assert "suppressed on line 6: known <b>" in texts(article.all("p"))
    assert texts(page.all("header")) == ["asyncsql-lint All checks passed!"]


def test_what_could_not_be_looked_into() -> None:
    page = parse(replace(sheet(), problems=(PathProblem("/p/<gone>.py", "no such file"),)))
    assert texts(page.all("header")) == [
        "asyncsql-lint Found nothing. This could not be looked into: <gone>.py: no such file"
    ]


def test_what_remains_is_left_out() -> None:
    page = parse(replace(sheet(), hides_rest=True))
    assert texts(page.all("header")) == ["asyncsql-lint What remains is not reported."]


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = parse(sheet(lazy()))
    (policy,) = [each for each in page.all("meta") if "http-equiv" in each.attributes]
    (style,), (script,) = page.all("style"), page.all("script")

    def mark(element: Element) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()}'"

    assert policy.attributes == {
        "http-equiv": "Content-Security-Policy",
        "content": f"default-src 'none'; style-src {mark(style)}; script-src {mark(script)}; base-uri 'none'; "
        "form-action 'none'",
    }
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert "prefers-color-scheme: dark" in style.text
    assert "innerHTML" not in script.text


LONG = [
    ("before", f"x = '{'a' * 5000}' + order.lines\n", "order.lines"),
    ("after", f"x = order.lines + '{'a' * 5000}'\n", "order.lines"),
    ("itself", f"x = [{'a, ' * 5000}]\n", f"[{'a, ' * 5000}]"),
]


@pytest.mark.parametrize(("source", "word"), [case[1:] for case in LONG], ids=[case[0] for case in LONG])
def test_an_overlong_line_is_cut(source: str, word: str) -> None:
    found = simple(at("/p/a.py", word, {"/p/a.py": source}))
    (step,) = parse(sheet(found, sources={"/p/a.py": source})).all("li", "step")
    shown = step.all("pre")[0].text
    assert len(shown) < 2000
    assert "..." in shown
    assert word[:20] in step.all("mark")[0].text


def test_a_place_of_several_lines_and_tabs() -> None:
    source = "f(\n\tx,\n)\n"
    found = simple(Span("/p/a.py", Position(1, 0), Position(3, 1)))
    (step,) = parse(sheet(found, sources={"/p/a.py": source})).all("li", "step")
    assert [mark.text for mark in step.all("mark")] == ["f(", "x,", ")"]
    assert "2\tx,\n" in step.all("pre")[0].text


def test_a_file_whose_text_is_not_known() -> None:
    page = parse(sheet(simple(Span("/p/x.py", Position(3, 1), Position(3, 1)))))
    assert texts(page.all("li", "step")) == ["x.py:3:2"]


def test_thousands_of_findings_in_one_file() -> None:
    page = parse(sheet(*[awaited(at(API, "names")) for _ in range(2000)]))
    assert len(page.all("article")) == 2000


def test_it_is_the_same_each_time() -> None:
    assert written(HtmlReporter(), sheet(lazy())) == written(HtmlReporter(), sheet(lazy()))
