"""ASL901, unused-suppression."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.flow.events import SuppressionUnused
from asyncsql_lint.rule import Finding, Rule, RuleMeta


class UnusedSuppression(Rule[SuppressionUnused]):
    """Reports suppression comments that take nothing back.

    ## What it does
    Finds codes in `# noqa: ASL301`, `# asl: ignore[...]`, `# asl: file-ignore[...]` and `# asl: disable[...]` of rules that
    report nothing there, and `# asl: enable[...]` that ends no block. Judged are only rules that are on in this run; a bare
    `# noqa` and the codes of other tools are never touched.

    ## What happens
    The comment hides the next mistake of that kind on its line.

    ## Example
    `await session.commit()  # noqa: ASL101`, where nothing is reported.

    ## Use instead
    `await session.commit()`

    ## Fix safety
    Safe: the code is cut out, and the comment with it when nothing else is in it. With a `disable` goes the `enable` that
    ended its block.

    ## What it cannot see
    Comments that a newer or older version needs.
    """

    meta = RuleMeta(code="ASL901", name="unused-suppression", severity=Severity.WARNING, fix=Applicability.SAFE)
    listens_to = SuppressionUnused

    def check(self, event: SuppressionUnused) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""
        is_all = event.what == event.comment
        what = f"This `{event.comment}`" if is_all else f"`{event.what}` in this `{event.comment}`"
        why = "ends no block" if event.comment == "enable" else "takes nothing back"
        yield self.found(event, f"{what} {why}", repair_title="Remove it", symbol=event.what)
