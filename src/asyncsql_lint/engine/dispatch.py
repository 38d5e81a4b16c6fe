"""Events to rules: each rule hears those that it listens to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asyncsql_lint.flow.events import Event
from asyncsql_lint.rule import Finding, Rule


def check(events: Iterable[Event], rules: Iterable[type[Rule[Any]]]) -> list[Finding]:
    """What the rules find in the events."""
    made: list[Rule[Any]] = [rule() for rule in rules]
    return [f for event in events for rule in made if isinstance(event, rule.listens_to) for f in rule.check(event)]
