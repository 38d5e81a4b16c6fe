"""Findings as SARIF results: the message links to the places of the trace, which is a code flow, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from asyncsql_lint.diagnostics import Diagnostic, Fix, Position, Related, Span, TextEdit
from asyncsql_lint.reporters.base import TakenBack
from asyncsql_lint.reporters.jsontext import Json
from asyncsql_lint.reporters.sarif_places import SarifPlaces, region
from asyncsql_lint.reporters.sarif_rules import LEVELS
from asyncsql_lint.reporters.story import way
from asyncsql_lint.reporters.visible import visible

MOST_PLACES = 1_000
"""Related places, and places of a code flow, that GitHub takes of one result."""

OWN_FINGERPRINT = "asyncsqlLint/v1"
LINE_FINGERPRINT = "primaryLocationLineHash"
"""The only one that GitHub looks at."""

_PLACEHOLDER = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class SarifResults:
    """Makes results; `indices` are the places of the rules in the log, by code."""

    places: SarifPlaces
    indices: Mapping[str, int]

    def result(self, diagnostic: Diagnostic, fingerprint: str) -> dict[str, Json]:
        """One finding."""
        if len(diagnostic.related) >= MOST_PLACES:
            diagnostic = replace(diagnostic, related=diagnostic.related[: MOST_PLACES - 1])
        result: dict[str, Json] = {
            "ruleId": diagnostic.code,
            "ruleIndex": self.indices[diagnostic.code],
            "level": LEVELS[diagnostic.severity],
            "message": {"text": message(diagnostic)},
            "locations": [self._location(diagnostic)],
            "partialFingerprints": self._fingerprints(diagnostic.span, fingerprint),
        }
        if diagnostic.related:
            steps: list[Json] = [{"location": self._step(place)} for place in way(diagnostic)]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
            result["relatedLocations"] = [
                {"id": number, **self._step(place)} for number, place in enumerate(diagnostic.related, start=1)
            ]
        if diagnostic.fix is not None and diagnostic.fix.edits:
            result["fixes"] = [self._fix(diagnostic.fix)]
        result["properties"] = {
            key: value
            for key, value in (
                ("confidence", diagnostic.confidence.label),
                ("raises", diagnostic.raises),
                ("symbol", diagnostic.symbol),
            )
            if value
        }
        return result

    def suppressed(self, taken: TakenBack, fingerprint: str) -> dict[str, Json]:
        """One finding that a comment takes back."""
        place = Position(taken.line, 0)
        suppression: dict[str, Json] = {
            "kind": "inSource",
            "location": {"physicalLocation": self.places.physical(Span(taken.diagnostic.span.path, place, place))},
        }
        if taken.reason:
            suppression["justification"] = taken.reason
        return {**self.result(taken.diagnostic, fingerprint), "suppressions": [suppression]}

    def notification(self, text: str, level: str, place: Json = None, code: str = "") -> Json:
        """Something to tell about the run; `place` is where it happened, `code` the rule that reports it."""
        return {
            "level": level,
            "message": {"text": plain(text)},
            **({"locations": [{"physicalLocation": place}]} if place is not None else {}),
            **({"associatedRule": {"id": code, "index": self.indices[code]}} if code else {}),
        }

    def _location(self, diagnostic: Diagnostic) -> Json:
        location: dict[str, Json] = {"physicalLocation": self.places.physical(diagnostic.span)}
        if diagnostic.context:
            location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.context, "kind": "function"}]
        return location

    def _step(self, place: Related) -> dict[str, Json]:
        return {"physicalLocation": self.places.physical(place.span), "message": {"text": plain(place.message)}}

    def _fingerprints(self, span: Span, own: str) -> Json:
        line_hash = self.places.line_hash(span)
        return {OWN_FINGERPRINT: own} if line_hash is None else {LINE_FINGERPRINT: line_hash, OWN_FINGERPRINT: own}

    def _fix(self, fix: Fix) -> Json:
        changes = [
            {
                "artifactLocation": self.places.artifact(path),
                "replacements": [_replacement(edit) for edit in fix.edits if edit.span.path == path],
            }
            for path in dict.fromkeys(edit.span.path for edit in fix.edits)
        ]
        description: Json = {"text": plain(fix.message)}
        return {"description": description, "artifactChanges": changes}


def message(diagnostic: Diagnostic) -> str:
    """What is wrong, which is the title that GitHub shows, then the story with links, what is raised, and the help."""
    sentences = [plain(diagnostic.message), *_links(diagnostic.related)]
    if diagnostic.raises:
        sentences.append(f"Raises {plain(diagnostic.raises)}")
    if diagnostic.fix is not None:
        sentences.append(plain(diagnostic.fix.message))
    return ". ".join(sentence.rstrip(".") for sentence in sentences) + "."


def plain(text: str) -> str:
    """Somebody's text, so that no part of it is a link, or a placeholder that SARIF fills in."""
    return _PLACEHOLDER.sub(r"{{\1}}", visible(text)).replace("](", "] (")


def _links(related: Sequence[Related]) -> Iterator[str]:
    if related:
        yield ", ".join(f"[{_link_text(place.message)}]({number})" for number, place in enumerate(related, start=1))


def _link_text(text: str) -> str:
    return re.sub(r"[][\\]", r"\\\g<0>", plain(text))


def _replacement(edit: TextEdit) -> Json:
    replacement: dict[str, Json] = {"deletedRegion": region(edit.span)}
    if edit.content:
        replacement["insertedContent"] = {"text": edit.content}
    return replacement
