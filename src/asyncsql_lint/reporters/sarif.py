"""SARIF 2.1.0, with all that GitHub's code scanning, GitLab and editors make use of, and within GitHub's limits."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import TextIO

from asyncsql_lint import __version__
from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.errors import HOME
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.fingerprint import fingerprints
from asyncsql_lint.reporters.jsontext import Json, json_text
from asyncsql_lint.reporters.sarif_places import ROOT, SarifPlaces
from asyncsql_lint.reporters.sarif_results import SarifResults
from asyncsql_lint.reporters.sarif_rules import rule_object
from asyncsql_lint.rule import SYNTAX_ERROR

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NAME = "asyncsql-lint"

MOST_RESULTS = 25_000
MOST_BYTES = 10_000_000
"""GitHub refuses a file that is larger than this when it is compressed."""


class SarifReporter:
    """One run with one result a finding. Of more than GitHub takes, the least severe are left out, and it says so."""

    def __init__(self, *, most_results: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        self._most_results = most_results
        self._most_bytes = most_bytes

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the log."""
        log = _Log(sheet)
        count = self._most_results
        text = log.text(count)
        while count and _is_larger(text, self._most_bytes):
            count = min(count, len(log.results)) // 2
            text = log.text(count)
        out.write(text + "\n")


def _is_larger(text: str, most: int) -> bool:
    return len(text) > most and len(gzip.compress(text.encode())) > most


class _Log:
    """All that the log of a sheet is made of."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._places = SarifPlaces(sheet)
        indices = {rule.meta.code: index for index, rule in enumerate(sheet.rules)}
        self._made = SarifResults(self._places, indices)
        self.results = list(self._results())

    def text(self, count: int) -> str:
        """The log with at most `count` results: the most severe, in their order."""
        levels = {"error": 0, "warning": 1, "note": 2}
        chosen = sorted(range(len(self.results)), key=lambda n: levels[str(self.results[n]["level"])])[:count]
        run: Json = {
            "tool": {"driver": self._driver()},
            "automationDetails": {"id": f"{NAME}/{self._sheet.part}/" if self._sheet.part else f"{NAME}/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
            "invocations": [self._invocation(len(chosen))],
            "results": [self.results[number] for number in sorted(chosen)],
        }
        return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)

    def _results(self) -> Iterator[dict[str, Json]]:
        sheet, made = self._sheet, self._made
        # As soon as one result tells of its suppression, all have to.
        rest: dict[str, Json] = {"suppressions": []} if sheet.taken_back else {}
        for diagnostic, mark in zip(sheet.diagnostics, fingerprints(sheet, sheet.diagnostics), strict=True):
            yield {**made.result(diagnostic, mark), **rest}
        hidden = tuple(taken.diagnostic for taken in sheet.taken_back)
        for taken, mark in zip(sheet.taken_back, fingerprints(sheet, hidden), strict=True):
            yield made.suppressed(taken, mark)

    def _driver(self) -> Json:
        least: dict[str, Confidence] = {}
        for diagnostic in self._sheet.diagnostics:
            least[diagnostic.code] = min(diagnostic.confidence, least.get(diagnostic.code, diagnostic.confidence))
        return {
            "name": NAME,
            "version": __version__,
            "semanticVersion": __version__,
            "informationUri": HOME,
            "rules": [rule_object(rule, least.get(rule.meta.code, Confidence.INFERRED)) for rule in self._sheet.rules],
        }

    def _invocation(self, count: int) -> Json:
        """Whether everything could be looked into; what could not, and files that do not parse, are told."""
        told: list[Json] = [
            self._made.notification(problem.message, "error", {"artifactLocation": self._places.artifact(problem.path)})
            for problem in self._sheet.problems
        ]
        told += [
            self._made.notification(found.message, "error", self._places.physical(found.span), SYNTAX_ERROR)
            for found in self._sheet.diagnostics
            if found.code == SYNTAX_ERROR
        ]
        if count < len(self.results):
            text = f"{count} of {len(self.results)} findings are written, the most severe: GitHub takes no more."
            told.append(self._made.notification(text, "warning"))
        invocation: dict[str, Json] = {"executionSuccessful": not self._sheet.problems}
        if told:
            invocation["toolExecutionNotifications"] = told
        return invocation
