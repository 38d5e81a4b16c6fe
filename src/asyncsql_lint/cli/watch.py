"""`--watch`: check, wait for a change, check again, and tell what the change has made of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TextIO

from asyncsql_lint.cli.difference import Difference, difference
from asyncsql_lint.cli.exit_codes import ExitCode
from asyncsql_lint.cli.lookout import Lookout
from asyncsql_lint.cli.output import emit, say
from asyncsql_lint.cli.watched import Area, folders_above
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.errors import AsyncsqlLintError
from asyncsql_lint.reporters.base import Reporter, Sheet
from asyncsql_lint.reporters.concise import concise_line
from asyncsql_lint.reporters.fingerprint import fingerprints
from asyncsql_lint.reporters.summary import counted


@dataclass(frozen=True, slots=True)
class Look:
    """What one check came to: the findings, and the files that were read."""

    sheet: Sheet
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """Checks again and again. `area` tells where changes matter; `check` checks, and may raise `AsyncsqlLintError`."""

    area: Callable[[], Area]
    check: Callable[[], Look]
    reporter: Reporter

    def run(self) -> ExitCode:
        """Go on until Ctrl-C, or until nobody reads any more. Raises `AsyncsqlLintError` when it cannot even begin."""
        lookout = Lookout()
        lookout.look_at(self.area())
        look = self.check()
        if look.sheet.problems and not look.files:
            return ExitCode.FAILED
        is_read = emit(lambda out: self.reporter.write(look.sheet, out))
        known, holding = _by_fingerprint(look.sheet), folders_above(look.files)
        if not look.sheet.is_quiet:
            say("Watching for changes; Ctrl-C ends it.")
        while is_read:
            lookout.wait(holding)
            try:
                lookout.look_at(self.area())
                look = self.check()
            except AsyncsqlLintError as error:  # a configuration that is being written is mended sooner or later
                say(f"error: {error}")
                continue
            now = _by_fingerprint(look.sheet)
            is_read = self._tell(look.sheet, difference(known, now))
            known, holding = now, folders_above(look.files)
        return ExitCode.CLEAN

    def _tell(self, sheet: Sheet, change: Difference) -> bool:
        """Write what has come and gone, and how much there is now; tells whether anybody still reads it."""

        def write(out: TextIO) -> None:
            if change.appeared:
                out.write("Appeared:\n")
                only = replace(sheet, diagnostics=change.appeared, taken_back=(), remarks=(), is_quiet=True)
                self.reporter.write(only, out)
            if change.gone:
                out.write("Gone:\n")
                out.writelines(concise_line(sheet, finding) + "\n" for finding in change.gone)
            if not sheet.is_quiet:
                out.write(summary(sheet, change) + "\n")

        return emit(write)


def summary(sheet: Sheet, change: Difference) -> str:
    """How many findings there are now, and how many came and went."""
    found = counted(Counter(finding.severity for finding in sheet.diagnostics)) or "nothing"
    counts = ((change.appeared, "appeared"), (change.gone, "gone"))
    return f"Found {found}: {', '.join(f'{len(these)} {word}' for these, word in counts if these) or 'as before'}."


def _by_fingerprint(sheet: Sheet) -> dict[str, Diagnostic]:
    return dict(zip(fingerprints(sheet, sheet.diagnostics), sheet.diagnostics, strict=True))
