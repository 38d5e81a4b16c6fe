"""The page as a real browser shows it: filter, groups, colours, and its own policy. Collected where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from asyncsql_lint.diagnostics import Severity
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.html import HtmlReporter
from tests.reporters.attacks import ATTACKS, attacked
from tests.reporters.sheets import at, lazy, sheet, simple, written
from tests.support.browser import find_browser, running_browser

FOUND = sheet(
    simple(at("/p/app/api.py", "names"), "a first one"),
    lazy(),
    simple(at("/p/app/repo.py", "query"), "a second one", Severity.WARNING),
)

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_browser()
    assert path is not None
    with running_browser(path) as browser:
        yield browser


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a sheet; in the end, the browser must have complained of nothing and asked for nothing."""
    complaints: list[str] = []
    asked: list[str] = []
    pages: list[Page] = []

    def call(sheet: Sheet, **options: object) -> Page:
        (tmp_path / "report.html").write_bytes(written(HtmlReporter(), sheet).encode())
        page = browser.new_page(**options)  # type: ignore[arg-type]
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        pages.append(page)
        page.goto((tmp_path / "report.html").as_uri(), wait_until="load")
        return page

    yield call
    for page in pages:
        page.close()
    assert complaints == []
    assert set(asked) == {(tmp_path / "report.html").as_uri()}


def shown(page: Page) -> list[str]:
    """The messages of the findings that can be seen."""
    return page.locator("article:visible h3").all_text_contents()


def groups(page: Page) -> list[str]:
    return page.locator("section.group:visible > h2").all_inner_texts()


FIRST, LAZY, SECOND = "a first one", "Order.lines is read, and its query did not load it", "a second one"


def test_everything_is_shown_by_file(show: Open) -> None:
    page = show(FOUND)
    assert shown(page) == [FIRST, LAZY, SECOND]
    assert groups(page) == ["app/api.py", "app/repo.py"]
    assert page.inner_text("#shown") == "3 of 3 shown"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("first", [FIRST]),
        ("ASL301", [LAZY]),
        ("asl101 REPO", [SECOND]),
        ("models.py", [LAZY]),
        ("one", [FIRST, SECOND]),
        ("nothing like it", []),
        ("<b>", []),
    ],
)
def test_filter(show: Open, words: str, expected: list[str]) -> None:
    page = show(FOUND)
    page.fill("#filter", words)
    assert shown(page) == expected
    assert page.inner_text("#shown") == f"{len(expected)} of 3 shown"
    assert len(groups(page)) == (0 if not expected else 2 if expected == [FIRST, SECOND] else 1)
    page.fill("#filter", "")
    assert len(shown(page)) == 3


def test_severities(show: Open) -> None:
    page = show(FOUND)
    page.uncheck("input[value=error]")
    assert shown(page) == [SECOND]
    page.check("input[value=error]")
    page.uncheck("input[value=warning]")
    assert shown(page) == [FIRST, LAZY]


def test_by_rule_and_back(show: Open) -> None:
    page = show(FOUND)
    page.check("input[value=rule]")
    assert groups(page) == ["ASL101 missing-await", "ASL301 lazy-relationship-access"]
    assert shown(page) == [FIRST, SECOND, LAZY]
    page.check("input[value=file]")
    assert shown(page) == [FIRST, LAZY, SECOND]


def test_a_rule_of_the_list_leads_to_its_findings(show: Open) -> None:
    page = show(FOUND, viewport={"width": 800, "height": 300})
    page.fill("#filter", "first")
    page.click("text=ASL301 lazy-relationship-access >> nth=0")
    assert groups(page) == ["ASL101 missing-await", "ASL301 lazy-relationship-access"]
    assert page.is_checked("input[value=rule]")
    assert page.locator("#rule-1 h2").evaluate("title => title.getBoundingClientRect().top < innerHeight")


def test_the_way_is_drawn_from_top_to_bottom(show: Open) -> None:
    page = show(FOUND)
    steps = page.locator("article", has_text=LAZY).locator(".step")
    tops = steps.evaluate_all("steps => steps.map((step) => step.getBoundingClientRect().top)")
    lines = steps.evaluate_all("steps => steps.map((step) => getComputedStyle(step, '::after').display)")
    circles = steps.evaluate_all("steps => steps.map((step) => getComputedStyle(step, '::before').borderTopColor)")
    assert steps.count() == 4
    assert tops == sorted(tops)
    assert lines == ["block", "block", "block", "none"], "a line from each place to the next"
    assert circles[0] == circles[2] != circles[3], "the reported place has the colour of its severity"


def test_dark_and_light(show: Open) -> None:
    brightness = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    light = show(FOUND, color_scheme="light").evaluate(brightness)
    dark = show(FOUND, color_scheme="dark").evaluate(brightness)
    assert min(light) > 200
    assert max(dark) < 60


def test_a_narrow_window_needs_no_scrolling_to_the_side(show: Open) -> None:
    page = show(FOUND, viewport={"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_scripts_everything_can_be_read(show: Open) -> None:
    page = show(FOUND, java_script_enabled=False)
    assert shown(page) == [FIRST, LAZY, SECOND]
    assert not page.locator("#tools").is_visible()


def test_nothing_found(show: Open) -> None:
    page = show(sheet())
    assert "All checks passed!" in page.inner_text("header")
    assert not page.locator("#tools").is_visible()


def test_thousands_of_findings_are_filtered_at_once(show: Open) -> None:
    place = at("/p/app/api.py", "names")
    page = show(sheet(*[simple(place, f"number {number}.") for number in range(3000)]))
    page.fill("#filter", "2999.")
    assert shown(page) == ["number 2999."]


def test_nothing_of_somebody_else_runs(show: Open) -> None:
    """All attacks on one page; `test_injection.py` looks at each of them by itself."""
    page = show(attacked(*ATTACKS.values()))
    assert page.locator("article:visible").count() == 2 * len(ATTACKS)
    assert page.evaluate("typeof pwned") == "undefined"
    assert page.locator("img, iframe, object, embed, form, b").count() == 0
    assert page.locator("script").count() == 1


def test_the_policy_stops_what_would_slip_through(tmp_path: Path, browser: Browser) -> None:
    """The last line of defence holds by itself: the page with what an escaping that forgot something would let in."""
    text = written(HtmlReporter(), FOUND)
    holes = "<script>pwned = 1</script><img src=x onerror='pwned = 1'><style>body{display:none}</style>"
    (tmp_path / "hole.html").write_text(text.replace("</main>", f"{holes}</main>"), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "hole.html").as_uri(), wait_until="load")
    assert page.evaluate("typeof pwned") == "undefined"
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    page.close()
