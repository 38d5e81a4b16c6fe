"""SARIF as the schema, GitHub's code scanning and editors want it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Confidence, Diagnostic, Position, Related, Severity, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.line_hash import line_hashes
from asyncsql_lint.reporters.sarif import SarifReporter
from asyncsql_lint.rules import RULES
from asyncsql_lint.source.discovery import PathProblem
from asyncsql_lint.wording import AGAIN
from tests.reporters.github_rules import check_upload
from tests.reporters.sheets import SOURCES, at, awaited, lazy, several, sheet, simple, written

API = "/p/app/api.py"


def run(sheet: Sheet, reporter: SarifReporter | None = None) -> dict[str, Any]:
    return check_upload(written(reporter or SarifReporter(), sheet))


def result(diagnostic: Diagnostic, **sources: str) -> dict[str, Any]:
    texts = {f"/p/{name}.py": text for name, text in sources.items()} or None
    (found,) = run(sheet(diagnostic, sources=texts))["results"]
    return found  # type: ignore[no-any-return]


def place(diagnostic: Diagnostic, **sources: str) -> tuple[str, dict[str, int]]:
    physical = result(diagnostic, **sources)["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]


def test_nothing() -> None:
    clean = run(sheet())
    assert clean["results"] == []
    assert clean["invocations"] == [{"executionSuccessful": True}]
    assert [rule["id"] for rule in clean["tool"]["driver"]["rules"]] == [rule.meta.code for rule in RULES]


def test_a_finding() -> None:
    found = result(lazy())
    region = {"startLine": 7, "startColumn": 35, "endLine": 7, "endColumn": 46}
    artifact = {"uri": "app/api.py", "uriBaseId": "%SRCROOT%"}
    assert (found["ruleId"], found["level"]) == ("ASL301", "error")
    assert found["message"]["text"] == (
        "`Order.lines` is read, and its query did not load it. "
        '[declared here, with lazy="select"](1), [queried here, without an option for it](2), [it comes from here](3). '
        "Raises MissingGreenlet (xd2s). Load `Order.lines` in the query."
    )
    assert found["locations"] == [
        {
            "physicalLocation": {"artifactLocation": artifact, "region": region},
            "logicalLocations": [{"fullyQualifiedName": "app.api.names", "kind": "function"}],
        }
    ]
    assert found["properties"] == {
        "confidence": "proved",
        "raises": "MissingGreenlet (xd2s)",
        "symbol": "Order.lines",
    }
    assert found["partialFingerprints"]["primaryLocationLineHash"] == line_hashes(SOURCES[API].encode())[6]


def test_the_way_leads_from_the_model_over_the_query_to_the_read() -> None:
    found = result(replace(lazy(), related=(*lazy().related, Related(at(API, "return"), AGAIN))))
    steps = [step["location"] for step in found["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [step["physicalLocation"]["artifactLocation"]["uri"] for step in steps] == [
        "app/models.py", "app/repo.py", "app/api.py", "app/api.py", "app/api.py",
    ]  # fmt: skip
    assert [step["message"]["text"].split(",")[0] for step in steps] == [
        "declared here", "queried here", "it comes from here", "`Order.lines` is read", AGAIN,
    ]  # fmt: skip


def test_a_fix_in_another_file() -> None:
    (fix,) = result(lazy())["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app/repo.py"
    assert change["replacements"][0] == {
        "deletedRegion": {"startLine": 5, "startColumn": 26, "endLine": 5, "endColumn": 26},
        "insertedContent": {"text": ".options(selectinload(Order.lines))"},
    }


def test_a_rule() -> None:
    rules = run(sheet(lazy()))["tool"]["driver"]["rules"]
    rule = next(rule for rule in rules if rule["id"] == "ASL301")
    assert rule["shortDescription"]["text"] == "Reports reads of relationships that the query did not load."
    assert "## Use instead" in rule["help"]["markdown"]
    assert rule["properties"]["tags"] == ["asyncio", "sqlalchemy", "loading-and-expiry"]
    assert rule["helpUri"].endswith("/docs/rules/lazy-relationship-access.md")


@pytest.mark.parametrize(
    ("confidences", "precision"),
    [
        ([Confidence.PROVED, Confidence.PROVED], "very-high"),
        ([Confidence.PROVED, Confidence.INFERRED], "high"),
        ([Confidence.GUESSED, Confidence.PROVED], "medium"),
        ([], "high"),
    ],
)
def test_a_rule_is_as_precise_as_its_least_sure_finding(confidences: list[Confidence], precision: str) -> None:
    found = [replace(each, confidence=sure) for each, sure in zip(several(2), confidences, strict=False)]
    rules = run(sheet(*found))["tool"]["driver"]["rules"]
    assert next(rule["properties"]["precision"] for rule in rules if rule["id"] == "ASL101") == precision


@pytest.mark.parametrize(
    ("severity", "level"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")]
)
def test_levels(severity: Severity, level: str) -> None:
    assert result(several(1, severity)[0])["level"] == level


def span(*numbers: int, path: str = "/p/a.py") -> Span:
    return Span(path, Position(*numbers[:2]), Position(*numbers[2:]))


REGIONS = [
    ("one line", "f(x)\n", (1, 0, 1, 4), (1, 1, 1, 5)),
    ("characters, not bytes or units", "'🎉注', f(x)\n", (1, 6, 1, 10), (1, 7, 1, 11)),
    ("several lines: the first", "f(\n  a,\n)\n", (1, 0, 3, 1), (1, 1, 1, 3)),
    ("a point: the character behind it", "f(x)\n", (1, 2, 1, 2), (1, 3, 1, 4)),
    ("a point at the end of a line", "f(x\n", (1, 3, 1, 3), (1, 4, 1, 4)),
    ("a point at the end of the file", "f(x\n", (2, 0, 2, 0), (2, 1, 2, 1)),
    ("beyond the end of the file", "f(x)", (9, 0, 9, 0), (9, 1, 9, 1)),
]


@pytest.mark.parametrize(("source", "where", "expected"), [case[1:] for case in REGIONS], ids=[c[0] for c in REGIONS])
def test_region(source: str, where: tuple[int, ...], expected: tuple[int, ...]) -> None:
    _, region = place(simple(span(*where)), a=source)
    assert tuple(region.values()) == expected


def test_all_lines_of_a_place_are_its_context() -> None:
    found = result(simple(span(1, 0, 3, 1)), a="f(\n  a,\n)\n")
    context = found["locations"][0]["physicalLocation"]["contextRegion"]
    assert context == {"startLine": 1, "startColumn": 1, "endLine": 3, "endColumn": 2}


URIS = [
    ("/p/app/a b.py", "app/a%20b.py"),
    ("/p/注文.py", "%E6%B3%A8%E6%96%87.py"),
    ("/p/a:b#c?d%.py", "a%3Ab%23c%3Fd%25.py"),
    ("/p/\udce4.py", "%E4.py"),
    ("/elsewhere/a b.py", "file:///elsewhere/a%20b.py"),
    ("C:/else where/a.py", "file:///C:/else%20where/a.py"),
]


@pytest.mark.parametrize(("path", "uri"), URIS)
def test_uri(path: str, uri: str) -> None:
    assert place(simple(span(1, 0, 1, 1, path=path)))[0] == uri


def test_a_file_whose_bytes_are_not_known_has_no_hash() -> None:
    assert list(result(simple(span(1, 0, 1, 1, path="/p/x.py")))["partialFingerprints"]) == ["asyncsqlLint/v1"]


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    text = {"/p/a.py": "bad()\nbad()\n"}
    found = run(sheet(simple(span(1, 0, 1, 5)), simple(span(2, 0, 2, 5)), sources=text))["results"]
    assert len({each["partialFingerprints"]["asyncsqlLint/v1"] for each in found}) == 2


def test_what_could_not_be_looked_into() -> None:
    broken = replace(simple(span(3, 1, 3, 1), "the file does not parse"), code="ASL900", name="syntax-error")
    problem = PathProblem("/p/gone.py", "no such file or folder")
    (invocation,) = run(replace(sheet(broken), problems=(problem,)))["invocations"]
    gone, unparsable = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert gone["message"]["text"] == "no such file or folder"
    assert gone["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "gone.py", "uriBaseId": "%SRCROOT%"}
    }
    assert unparsable["associatedRule"]["id"] == "ASL900"
    assert unparsable["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_a_run_that_leaves_out_what_remains_has_not_failed() -> None:
    (invocation,) = run(replace(sheet(), hides_rest=True))["invocations"]
    assert invocation == {"executionSuccessful": True}


def test_a_file_that_does_not_parse_fails_no_run() -> None:
    broken = replace(simple(span(3, 1, 3, 1)), code="ASL900", name="syntax-error")
    assert run(sheet(broken))["invocations"][0]["executionSuccessful"] is True


def test_suppressed() -> None:
    shown = run(replace(sheet(lazy()), taken_back=(TakenBack(awaited(at(API, "names")), 4, "known"),)))["results"]
    assert [len(each["suppressions"]) for each in shown] == [0, 1], "all results say it as soon as one does"
    (suppression,) = shown[1]["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "known")
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 4
    assert "suppressions" not in run(sheet(lazy()))["results"][0]


def test_a_part_of_a_repository_has_a_category_of_its_own() -> None:
    assert run(sheet())["automationDetails"] == {"id": "asyncsql-lint/"}
    assert run(replace(sheet(), part="services/a"))["automationDetails"] == {"id": "asyncsql-lint/services/a/"}


def test_more_results_than_github_takes() -> None:
    found = [*several(3, Severity.WARNING), *several(2), *several(2, Severity.INFO)]
    shown = run(sheet(*found), SarifReporter(most_results=4))
    assert [each["level"] for each in shown["results"]] == ["warning", "warning", "error", "error"]
    (notification,) = shown["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("4 of 7 findings are written, the most severe")


def test_a_file_that_is_larger_than_github_takes() -> None:
    half = len(gzip.compress(written(SarifReporter(), sheet(*several(200))).encode()))
    shown = run(sheet(*several(400)), SarifReporter(most_bytes=half + 300))
    assert len(shown["results"]) == 200
    assert len(shown["invocations"][0]["toolExecutionNotifications"]) == 1


def test_a_trace_that_is_longer_than_github_takes() -> None:
    steps = tuple(Related(at(API, "names"), f"step {number}") for number in range(1500))
    assert len(result(replace(lazy(), related=steps))["relatedLocations"]) == 999


WORDS = [
    ("a link", "see [this](https://evil.example)", "see [this] (https://evil.example)."),
    ("a related place that is none", "[x](1)", "[x] (1)."),
    ("a placeholder", "{0} and {x}", "{{0}} and {x}."),
    ("brackets alone", "Mapped[list[Line]]", "Mapped[list[Line]]."),
    ("a sentence", "It is bad.", "It is bad."),
]


@pytest.mark.parametrize(("text", "shown"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_nothing_but_our_own_links_is_one(text: str, shown: str) -> None:
    assert result(simple(at(API, "names"), text))["message"]["text"] == shown


def test_brackets_in_the_text_of_a_link() -> None:
    found = result(replace(lazy(), related=(Related(at(API, "names"), r"a \ list[Line] here](2) [x"),)))
    assert r"[a \\ list\[Line\] here\] (2) \[x](1)" in found["message"]["text"]


def test_it_is_the_same_each_time() -> None:
    text = written(SarifReporter(), sheet(lazy()))
    assert text == written(SarifReporter(), sheet(lazy()))
    assert json.loads(text)["$schema"].endswith("sarif-schema-2.1.0.json")
    assert not re.search(r"\d{4}-\d\d-\d\dT", text), "no time"
