"""ASL900, syntax-error."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Severity
from asyncsql_lint.flow.events import Unparsable
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class SyntaxErrorRule(Rule[Unparsable]):
    """Reports files that cannot be analysed.

    ## What it does
    Names each file that does not parse, is not text in its declared encoding, or would take the parser down with it
    (brackets nested thousands deep, literals of a hundred thousand elements), and says why. All other files are
    checked all the same.

    ## What happens
    Python itself refuses such a file, or nobody has written it by hand.

    ## Example
    An unclosed bracket.

    ## Use instead
    Exclude generated files and templates with `extend-exclude`.

    ## Fix safety
    There is no fix.
    """

    meta = RuleMeta(code="ASL900", name="syntax-error", severity=Severity.ERROR)
    listens_to = Unparsable

    def check(self, event: Unparsable) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        yield self.found(event, event.reason, symbol="syntax")
