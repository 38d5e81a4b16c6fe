"""What the analysis knows of a line, for `--why`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.flow.interpreter import Interpreter
from asyncsql_lint.syntax.locate import Located


def explain(
    why: tuple[str, int],
    machine: Interpreter,
    diagnostics: Sequence[Diagnostic],
    located: Callable[[str], Located | None],
) -> tuple[str, ...]:
    """Sentences about the line `why`: what is reported there, and what was known of the values read there."""
    path, line = why
    out = [
        f"{found.code} {found.name}: {found.message} ({found.confidence.label})"
        for found in diagnostics
        if found.span.path == path and found.span.start.line == line
    ]
    file = located(path)
    if file is None:
        return (*out, "The file does not parse: nothing is known of it.")
    for site, words in sorted(machine.notes.items()):
        if site.path == path and file.whole(site.node).start.line == line:
            out += sorted(words)
    if not out:
        out.append("Nothing on this line has to do with a session, a query or an ORM object, as far as can be seen.")
    return tuple(out)
