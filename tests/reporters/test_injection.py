"""Text of somebody's files stays text, in every format, whatever it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.reporters.azure import AzureReporter
from asyncsql_lint.reporters.base import Reporter
from asyncsql_lint.reporters.concise import ConciseReporter
from asyncsql_lint.reporters.github import GithubReporter
from asyncsql_lint.reporters.gitlab import GitlabReporter
from asyncsql_lint.reporters.html import HtmlReporter
from asyncsql_lint.reporters.json import JsonReporter
from asyncsql_lint.reporters.jsonl import JsonLinesReporter
from asyncsql_lint.reporters.junit import JunitReporter
from asyncsql_lint.reporters.markdown import MarkdownReporter
from asyncsql_lint.reporters.rdjson import RdjsonlReporter, RdjsonReporter
from asyncsql_lint.reporters.sarif import SarifReporter
from asyncsql_lint.reporters.text import TextReporter
from asyncsql_lint.reporters.visible import visible
from tests.reporters.attacks import ATTACKS, attacked
from tests.reporters.github_rules import check_upload
from tests.reporters.page import parse
from tests.reporters.schemas import GITLAB, RDJSON, RDJSONL, check
from tests.reporters.sheets import written

REPORTERS: dict[str, Reporter] = {
    "text": TextReporter(),
    "concise": ConciseReporter(),
    "json": JsonReporter(),
    "jsonl": JsonLinesReporter(),
    "sarif": SarifReporter(),
    "github": GithubReporter(),
    "gitlab": GitlabReporter(),
    "junit": JunitReporter(),
    "azure": AzureReporter(),
    "rdjson": RdjsonReporter(),
    "rdjsonl": RdjsonlReporter(),
    "markdown": MarkdownReporter(),
    "html": HtmlReporter(),
}
OWN_COMMANDS = {
    "github": r"^::error title=asyncsql-lint \(ASL101\),file=",
    "azure": r"^##vso\[task\.logissue type=error;",
}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

every_attack = pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))


@every_attack
@pytest.mark.parametrize("name", REPORTERS)
def test_no_report_steers_a_terminal_or_a_build(name: str, attack: str) -> None:
    text = written(REPORTERS[name], attacked(attack))
    assert not CONTROLS.search(text.replace("\t", "")), "control characters"
    own = re.compile(OWN_COMMANDS.get(name, r"(?!)"))
    for line in text.split("\n"):
        rest = own.sub("", line)
        assert not rest.lstrip().startswith("::")
        assert not re.search(r"##(vso)?\[", rest, re.IGNORECASE)


def test_every_format_is_here() -> None:
    assert {each.value for each in OutputFormat} == set(REPORTERS)


def runner(line: str) -> tuple[dict[str, str], str]:
    """A workflow command as GitHub's runner takes it apart."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match is not None
    assert match[1] == "error"
    pairs = [pair.split("=", 1) for pair in match[2].split(",")]
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}

    def unescaped(text: str) -> str:
        return re.sub("%(0D|0A|3A|2C|25)", lambda found: escapes[found[0]], text)

    return {key: unescaped(value) for key, value in pairs}, unescaped(match[3])


@every_attack
def test_github(attack: str) -> None:
    (line,) = written(GithubReporter(), attacked(attack)).splitlines()
    properties, message = runner(line)
    assert list(properties) == ["title", "file", "line", "col", "endLine", "endColumn"]
    assert properties["file"] == visible(f"{attack}.py")
    assert message.split("\n")[0] == visible(attack)


@every_attack
def test_azure(attack: str) -> None:
    (line,) = written(AzureReporter(), attacked(attack)).splitlines()
    match = re.fullmatch(r"##vso\[task\.logissue ([^]]*)\](.*)", line)
    assert match is not None
    assert [pair.split("=")[0] for pair in match[1].rstrip(";").split(";")] == [
        "type", "sourcepath", "linenumber", "columnnumber", "code",
    ]  # fmt: skip
    assert match[2].replace("%0A", "\n").replace("%AZP25", "%").split("\n")[0] == visible(attack)


@every_attack
def test_concise(attack: str) -> None:
    lines = written(ConciseReporter(), attacked(attack)).split("\n")[:-1]
    assert len(lines) == 5, "a finding, a suppressed one, and the summary"
    assert lines[0].endswith(f"{visible(attack)}.py:1:1: ASL101 [*] {visible(attack)}")


def jsonl(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@every_attack
@pytest.mark.parametrize(
    ("name", "read", "count"),
    [("json", json.loads, 2), ("jsonl", jsonl, 2), ("gitlab", json.loads, 1), ("rdjsonl", jsonl, 1)],
)
def test_lists(name: str, read: Callable[[str], list[Any]], count: int, attack: str) -> None:
    text = written(REPORTERS[name], attacked(attack))
    assert text.isascii()
    found = read(text)
    assert len(found) == count
    if name.startswith("json"):
        assert found[0]["message"] == attack
        assert found[0]["filename"] == f"/p/{attack}.py"
    elif name == "gitlab":
        check(found, GITLAB)
    else:
        check(found[0], RDJSONL)


@every_attack
def test_rdjson(attack: str) -> None:
    check(json.loads(written(RdjsonReporter(), attacked(attack))), RDJSON)


@every_attack
def test_sarif(attack: str) -> None:
    run = check_upload(written(SarifReporter(), attacked(attack)))
    assert len(run["results"]) == 2


@every_attack
def test_junit(attack: str) -> None:
    root = ET.fromstring(written(JunitReporter(), attacked(attack)))
    assert [each.tag for each in root.iter() if each.tag not in ("testsuites", "testsuite", "testcase")] == [
        "failure", "skipped", "error",
    ]  # fmt: skip


@every_attack
def test_markdown(attack: str) -> None:
    text = written(MarkdownReporter(), attacked(attack))
    page = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    tags = set(re.findall(r"<(/?\w+)", page))
    known = {"h3", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "a"}
    assert {tag.lstrip("/") for tag in tags} <= {*known, "br"}
    assert page.count("<tr>") == 3
    links = re.findall(r'<a href="([^"]*)"', page)
    assert len(links) == 2
    assert all(link.startswith("https://github.com/asyncsql-lint/") for link in links)
    words = re.sub(r"<code>.*?</code>", "", page)
    assert not re.search(r"[@#~!$](?:octocat|1|label)|www\.evil", words)
    assert "://evil" not in re.sub(r"<code>.*?</code>", "", text)


@every_attack
def test_html(attack: str) -> None:
    page = parse(attacked(attack))
    assert len(page.all("article")) == 2
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert page.all("script")[0].text == parse(attacked("x")).all("script")[0].text
