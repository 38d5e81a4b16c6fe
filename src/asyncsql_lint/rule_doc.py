"""A rule's docstring as data: the page that `--explain`, the documentation and SARIF show."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

HEADINGS = (
    "What it does",
    "What happens",
    "Example",
    "Use instead",
    "Fix safety",
    "What it cannot see",
    "When not to use it",
    "References",
)
"""The sections that a page may have, in this order; the first four must be there."""


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """A page: one line that says what the rule reports, and its sections by heading."""

    summary: str
    sections: tuple[tuple[str, str], ...]

    def section(self, heading: str) -> str:
        """The text under `heading`, or an empty string."""
        return dict(self.sections).get(heading, "")

    def example(self, heading: str) -> str:
        """The Python block under `heading`, without its fences; empty when there is none."""
        found = re.search(r"```python\n(.*?)```", self.section(heading), re.DOTALL)
        return found[1] if found else ""


def parse_rule_doc(docstring: str) -> RuleDoc:
    """Split `docstring` at its `## ` headings. The text before the first heading is the summary."""
    parts = re.split(r"^## (.+)$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    pairs = tuple((parts[i].strip(), parts[i + 1].strip()) for i in range(1, len(parts) - 1, 2))
    return RuleDoc(" ".join(parts[0].split()), pairs)
