"""JUnit's XML: a suite for each file with findings, and in it a failed test for each of them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TextIO
from xml.etree import ElementTree as ET

from asyncsql_lint.diagnostics import Diagnostic, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.story import details
from asyncsql_lint.reporters.visible import visible

NAME = "asyncsql-lint"
PACKAGE = "org.asyncsql-lint"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JunitReporter:
    """What is suppressed is skipped, and what could not be looked into is an error; a clean run has one test."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the whole document."""
        suites = ET.Element("testsuites", {"name": NAME})
        found = [*((d, None) for d in sheet.diagnostics), *((taken.diagnostic, taken) for taken in sheet.taken_back)]
        for path, group in groupby(sorted(found, key=_place), key=lambda each: each[0].span.path):
            suite = _suite(suites, sheet.machine_path(path))
            for diagnostic, taken in group:
                _test(suite, sheet, diagnostic, taken)
        for problem in sheet.problems:
            path = sheet.machine_path(problem.path)
            case = _case(_suite(suites, path), path, "unreadable")
            ET.SubElement(case, "error", {"message": _xml(problem.message)})
        if not len(suites):
            _case(_suite(suites, NAME), NAME, "clean")
        _count(suites)
        ET.indent(suites)
        # What an output's encoding may not hold is written by its number.
        text = ET.tostring(suites, encoding="us-ascii", xml_declaration=False).decode()
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _place(found: tuple[Diagnostic, TakenBack | None]) -> Span:
    return found[0].span


def _suite(suites: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(suites, "testsuite", {"name": _xml(name), "package": PACKAGE})


def _case(suite: ET.Element, path: str, code: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"name": f"{PACKAGE}.{code}", "classname": _xml(path.removesuffix(".py"))})


def _test(suite: ET.Element, sheet: Sheet, diagnostic: Diagnostic, taken: TakenBack | None) -> None:
    """The test that `diagnostic` fails, or that is skipped because a comment takes it back."""
    path, start = sheet.machine_path(diagnostic.span.path), diagnostic.span.start
    case = _case(suite, path, diagnostic.code)
    case.set("line", str(start.line))
    case.set("column", str(start.column + 1))
    if taken is not None:
        reason = f": {taken.reason}" if taken.reason else ""
        ET.SubElement(case, "skipped", {"message": _xml(f"suppressed on line {taken.line}{reason}")})
        return
    failure = ET.SubElement(case, "failure", {"message": _xml(diagnostic.message), "type": diagnostic.severity.label})
    place = f"{path}:{start.line}:{start.column + 1}: {diagnostic.code} {diagnostic.message}"
    failure.text = "\n".join([_xml(place), *map(_xml, details(diagnostic, sheet.machine_path))])


def _count(suites: ET.Element) -> None:
    """Say how many tests there are, in each suite and in all."""
    for element in (*suites, suites):
        element.set("tests", str(len(list(element.iter("testcase")))))
        element.set("failures", str(len(list(element.iter("failure")))))
        element.set("errors", str(len(list(element.iter("error")))))
        element.set("skipped", str(len(list(element.iter("skipped")))))


def _xml(text: str) -> str:
    """Somebody's text, in one line, without the characters that XML does not know even by their numbers."""
    return _NOT_XML.sub("\ufffd", visible(text))
