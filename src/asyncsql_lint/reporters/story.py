"""What led to a finding, as places in their order and as lines of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from asyncsql_lint.diagnostics import Diagnostic, Related
from asyncsql_lint.reporters.visible import visible
from asyncsql_lint.wording import AGAIN

_BACKTICKED = re.compile(r"`([^`]*)`")


def way(diagnostic: Diagnostic) -> tuple[Related, ...]:
    """The places from the first cause to the reported one, which has the finding's message, and what comes after."""
    before = [place for place in diagnostic.related if place.message != AGAIN]
    after = [place for place in diagnostic.related if place.message == AGAIN]
    return (*before, Related(diagnostic.span, diagnostic.message), *after)


def details(diagnostic: Diagnostic, path_of: Callable[[str], str]) -> Iterator[str]:
    """Lines that explain the message, harmless wherever they are shown; `path_of` gives the path of a file as shown."""
    for number, place in enumerate(diagnostic.related, start=1):
        where = f"{path_of(place.span.path)}:{place.span.start.line}"
        yield f"{number}. {visible(place.message)} ({visible(where)})"
    if diagnostic.raises:
        yield f"raises: {visible(diagnostic.raises)}"
    if diagnostic.fix is not None:
        yield f"help: {visible(diagnostic.fix.message)}"


def backticked(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `text` that are not empty, each with whether it stands between backticks: then it is code."""
    for index, part in enumerate(_BACKTICKED.split(text)):
        if part:
            yield part, index % 2 == 1
