"""The errors that rules tell of, so that a search finds the rule, were seen."""

from __future__ import annotations

from typing import Any

import pytest

from asyncsql_lint.rule import Rule
from asyncsql_lint.rules import RULES
from tests.conformance.checks import Checked
from tests.conformance.errors import claimed, pattern

TELLING = [rule for rule in RULES if rule.meta.errors]


@pytest.mark.parametrize("rule", TELLING, ids=lambda rule: rule.meta.code)
def test_an_error_was_seen_where_its_rule_reports(rule: type[Rule[Any]], checked: tuple[Checked, ...]) -> None:
    seen = [message for each in checked if rule.meta.code in each.codes for message in each.program.raises]
    unseen = [
        error
        for error in rule.meta.errors
        if not any(pattern(error).match(message) for message in seen) and not error.startswith(tuple(claimed(rule)))
    ]

    assert not unseen, f"no program that {rule.meta.code} reports says so, and no case of it claims such an error"
