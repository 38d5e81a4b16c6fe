"""What GitHub's code scanning demands of a SARIF file beyond the schema: its required properties and its limits."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.reporters.schemas import SARIF, check

Object = dict[str, Any]


def check_upload(text: str) -> Object:
    """The one run of the log in `text`, which GitHub would take, and make full use of."""
    log = json.loads(text)
    check(log, SARIF)
    assert len(gzip.compress(text.encode())) <= 10_000_000
    assert len(log["runs"]) <= 20
    (run,) = log["runs"]
    assert [*_faults(run)] == []
    return run  # type: ignore[no-any-return]


def _faults(run: Object) -> Iterator[str]:
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    if run["columnKind"] != "unicodeCodePoints":
        yield "columns are counted otherwise than we do"
    if not re.fullmatch(r"asyncsql-lint/([^/]+/)*", run["automationDetails"]["id"]):
        yield "the category does not end with a slash"
    if len(results) > 25_000 or len(rules) > 25_000:
        yield "too many results or rules"
    if len({result["partialFingerprints"]["asyncsqlLint/v1"] for result in _counted(results)}) < len(_counted(results)):
        yield "two results have one fingerprint"
    for rule in rules:
        yield from (f"{rule['id']}: {fault}" for fault in _rule_faults(rule))
    for result in results:
        yield from (f"{result['message']['text'][:40]}: {fault}" for fault in _result_faults(result, rules))


def _counted(results: list[Object]) -> list[Object]:
    return [result for result in results if not result.get("suppressions")]


def _rule_faults(rule: Object) -> Iterator[str]:
    for key in ("shortDescription", "fullDescription"):
        if not 0 < len(rule[key]["text"]) <= 1024:
            yield f"the length of {key}"
    if not rule["help"]["text"] or not rule["help"]["markdown"].startswith("# "):
        yield "no help"
    if len(rule["name"]) > 255:
        yield "the length of its name"
    if rule["defaultConfiguration"]["level"] not in ("note", "warning", "error"):
        yield "its level"
    properties = rule["properties"]
    if properties["precision"] not in ("very-high", "high", "medium", "low"):
        yield "its precision"
    if properties["problem.severity"] not in ("error", "warning", "recommendation"):
        yield "its severity"
    if len(properties["tags"]) > 10:
        yield "more tags than are shown"


def _result_faults(result: Object, rules: list[Object]) -> Iterator[str]:
    if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "the index of its rule"
    if len(result["locations"]) != 1:
        yield "locations that nobody looks at"
    related = result.get("relatedLocations", [])
    flow = [step["location"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]] if related else []
    if len(related) > 1000 or len(flow) > 10_000:
        yield "too many locations"
    if related and len(flow) != len(related) + 1:
        yield "the code flow does not hold the trace and the reported place"
    links = re.findall(r"\[(?:\\.|[^]\\])*\]\((\d+)\)", result["message"]["text"])
    if links != [str(location["id"]) for location in related]:
        yield "the message does not link to the related places"
    if not re.fullmatch(r"[0-9a-f]{1,16}:\d+", result["partialFingerprints"].get("primaryLocationLineHash", "0:1")):
        yield "the hash of its line"
    for location in (*result["locations"], *related, *flow):
        place = location["physicalLocation"]
        yield from _place_faults(place)


def _place_faults(place: Object) -> Iterator[str]:
    artifact, region = place["artifactLocation"], place["region"]
    if ("uriBaseId" in artifact) is artifact["uri"].startswith("file://"):
        yield "a relative path without its base, or the reverse"
    if artifact["uri"].startswith(("/", "./")):
        yield "a path that is not relative to the repository"
    if region["startLine"] != region["endLine"]:
        yield "a region of several lines, which a pull request seldom shows"
    if region["endColumn"] < region["startColumn"]:
        yield "a region that ends before it begins"
