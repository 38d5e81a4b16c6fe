"""Programs that fail, mended by the linter, and run again."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.oracle.campaign import Case
from tests.oracle.errors import JUDGED
from tests.oracle.imported import Broken
from tests.oracle.lint import fixed
from tests.oracle.run import Run, Runner
from tests.oracle.tree import printed, unparked


@dataclass(slots=True)
class Mending:
    """How many programs were mended, and what those say that fail nevertheless, by seed.

    `left` counts programs of which something is still reported: a fix that was undone says so.
    """

    mended: int = 0
    left: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)

    def add(self, case: Case, runner: Runner) -> None:
        """Take a case; when nothing fails in it, mend it with all lines back in it that have a fix."""
        whole = unparked(case.program)
        if not case.truth.is_clean or whole == case.program:
            return
        before = printed(whole).texts
        ((texts, left),) = fixed([before])
        if any(finding.code in JUDGED for finding in left):
            self.left += 1
            return
        self.mended += 1
        try:
            said = _complaint(runner.run(texts))
        except Broken as error:
            said = f"cannot be imported: {error}"
        if said:
            self.failed.append((case.seed, f"{said}\n{_changes(before, texts)}"))


def _complaint(runs: Sequence[Run]) -> str:
    """How the program fails whatever the rows are: no option of `get()` changes an object that is there already."""
    for one, other in pairwise(runs):
        if one.flags == other.flags and one.raised is not None and other.raised is not None:
            return f"{one.raised.kind}: {one.raised.message[:100]}"
    return ""


def _changes(before: dict[str, str], texts: dict[str, str]) -> str:
    rows: list[str] = []
    for name, text in before.items():
        new = texts[name]
        if new != text:
            rows += difflib.unified_diff(text.splitlines(), new.splitlines(), name, name, n=0, lineterm="")
    return "\n".join(f"    {row}" for row in rows)
