"""ASL902, unknown-rule."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Severity
from asyncsql_lint.flow.events import RuleUnknown
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class UnknownRule(Rule[RuleUnknown]):
    """Reports comments of ours that name no rule.

    ## What it does
    Finds names in `# asl: ignore[...]` and its kin that are neither a code, nor the beginning of one, nor a rule's name.
    In `# noqa` an unknown code may belong to another tool. In the configuration an unknown rule is an error: nothing is
    checked then.

    ## What happens
    The comment takes nothing back.

    ## Example
    `return order.lines  # asl: ignore[lazy-relation]`

    ## Use instead
    `return order.lines  # asl: ignore[lazy-relationship-access]`

    ## Fix safety
    There is no fix: the message says what may be meant.
    """

    meta = RuleMeta(code="ASL902", name="unknown-rule", severity=Severity.WARNING)
    listens_to = RuleUnknown

    def check(self, event: RuleUnknown) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(event, event.problem[0].upper() + event.problem[1:], symbol="comment")
