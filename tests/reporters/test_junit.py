"""JUnit's XML, held against the rules of the schema that Jenkins publishes (junit-10.xsd), in our own words."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from asyncsql_lint.diagnostics import Position, Severity, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.junit import JunitReporter
from asyncsql_lint.source.discovery import PathProblem
from tests.reporters.sheets import at, awaited, lazy, sheet, simple, written

COUNTS = {"tests", "failures", "errors"}
ELEMENTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    # children, attributes that must be there, attributes that may be
    "testsuites": ({"testsuite"}, set(), {"name", "skipped", *COUNTS}),
    "testsuite": ({"testcase"}, {"name", *COUNTS}, {"skipped", "package"}),
    "testcase": ({"failure", "error", "skipped"}, {"name"}, {"classname", "line", "column"}),
    "failure": (set(), set(), {"type", "message"}),
    "error": (set(), set(), {"type", "message"}),
    "skipped": (set(), set(), {"type", "message"}),
}
"""`line` and `column` of a test, and `skipped` of all suites, are not in the schema; other linters write them, too."""


def report(sheet: Sheet) -> ET.Element:
    text = written(JunitReporter(), sheet)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert text.isascii()
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        children, needed, allowed = ELEMENTS[element.tag]
        assert {child.tag for child in element} <= children
        assert needed <= set(element.attrib) <= needed | allowed
        if element.tag in ("testsuites", "testsuite"):
            assert element.attrib["tests"] == str(len([*element.iter("testcase")]))
            assert element.attrib["failures"] == str(len([*element.iter("failure")]))
            assert element.attrib["errors"] == str(len([*element.iter("error")]))
            assert element.attrib["skipped"] == str(len([*element.iter("skipped")]))
    return root


def test_a_clean_run_has_one_test_that_passes() -> None:
    root = report(sheet())
    (case,) = root.iter("testcase")
    assert (case.attrib["name"], len(case), root.attrib["failures"]) == ("org.asyncsql-lint.clean", 0, "0")


def test_a_finding() -> None:
    (suite,) = report(sheet(lazy()))
    assert (suite.attrib["name"], suite.attrib["package"]) == ("app/api.py", "org.asyncsql-lint")
    (case,) = suite
    assert case.attrib == {"name": "org.asyncsql-lint.ASL301", "classname": "app/api", "line": "7", "column": "35"}
    (failure,) = case
    assert failure.attrib == {"message": "`Order.lines` is read, and its query did not load it", "type": "error"}
    assert failure.text == (
        "app/api.py:7:35: ASL301 `Order.lines` is read, and its query did not load it\n"
        '1. declared here, with lazy="select" (app/models.py:2)\n'
        "2. queried here, without an option for it (app/repo.py:5)\n"
        "3. it comes from here (app/api.py:5)\n"
        "raises: MissingGreenlet (xd2s)\n"
        "help: Load `Order.lines` in the query"
    )


def test_a_suite_for_each_file() -> None:
    other = simple(at("/p/app/repo.py", "query"), severity=Severity.WARNING)
    suites = report(sheet(lazy(), awaited(at("/p/app/api.py", "return")), other))
    assert [(suite.attrib["name"], suite.attrib["tests"]) for suite in suites] == [
        ("app/api.py", "2"),
        ("app/repo.py", "1"),
    ]


def test_suppressed_is_skipped() -> None:
    (suite,) = report(replace(sheet(), taken_back=(TakenBack(lazy(), 6, "known"),)))
    assert suite.attrib["skipped"] == "1"
    assert suite[0][0].attrib == {"message": "suppressed on line 6: known"}


def test_what_could_not_be_looked_into_is_an_error() -> None:
    (suite,) = report(replace(sheet(), problems=(PathProblem("/p/gone.py", "no such file or folder"),)))
    assert (suite.attrib["name"], suite.attrib["errors"], suite.attrib["failures"]) == ("gone.py", "1", "0")
    assert suite[0][0].attrib == {"message": "no such file or folder"}


def test_characters_that_xml_does_not_know() -> None:
    text = "a\x00\x08\x1b\ufffe\uffff\udc80<&>\"'é注🎉b"
    (suite,) = report(sheet(simple(Span("/p/a\x00\ufffe.py", Position(1, 0), Position(1, 1)), text)))
    assert suite.attrib["name"] == "a␀\ufffd.py"
    assert suite[0][0].attrib["message"] == "a␀␈␛\ufffd\ufffd<U+DC80><&>\"'é注🎉b"
