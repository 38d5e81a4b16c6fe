"""Whoever searches for an error finds the rule: rules tell of the errors that the programs raised, in their words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from asyncsql_lint.rule import Rule
from asyncsql_lint.rules import RULES
from tests.conformance.errors import claimed, errors_of, pattern
from tests.conformance.programs import Checked

NO_WORDS = re.compile(r"AttributeError: \w+$")
"""The whole message is the name of an attribute, and no search would find anything."""
TELLING = [rule for rule in RULES if rule.meta.errors]
BY_CODE = {rule.meta.code: rule for rule in RULES}


@pytest.mark.parametrize("rule", TELLING, ids=lambda rule: rule.meta.code)
def test_an_error_was_seen_where_its_rule_reports(rule: type[Rule[Any]], checked: tuple[Checked, ...]) -> None:
    seen = [
        message
        for each in checked
        if rule.meta.code in {code for _, code in each.found}
        for message in each.program.raises
    ]
    unseen = [
        error
        for error in rule.meta.errors
        if not any(pattern(error).match(message) for message in seen) and error.partition(":")[0] not in claimed(rule)
    ]

    assert not unseen, f"no program that {rule.meta.code} reports says so, and no case of it claims such an error"


def test_every_error_leads_to_a_rule(checked: tuple[Checked, ...]) -> None:
    lost = [
        f"{each.program.id}, reported as {codes_of(each)}: {message}"
        for each in checked
        if each.program.is_bad and each.found
        for message in each.program.raises
        if not NO_WORDS.match(message) and not any(leads(message, code) for code in codes_of(each))
    ]

    assert not lost, "\n".join(["add them to `meta.errors` of the rule:", *lost])


def codes_of(checked: Checked) -> list[str]:
    return sorted({code for _, code in checked.found})


def leads(message: str, code: str) -> bool:
    return any(pattern(error).match(message) for error in errors_of(BY_CODE[code]))
