"""The progress bar: on a terminal only, and only for who has waited."""

from __future__ import annotations

import io

import pytest

from asyncsql_lint.cli import progress
from asyncsql_lint.cli.progress import ProgressBar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


CASES = [
    ("terminal, long run", Terminal(), True, 0.0, True),
    ("terminal, short run", Terminal(), True, 60.0, False),
    ("quiet", Terminal(), False, 0.0, False),
    ("no terminal", io.StringIO(), True, 0.0, False),
]


@pytest.mark.parametrize(
    ("out", "enabled", "patience", "is_drawn"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_bar(monkeypatch: pytest.MonkeyPatch, out: io.StringIO, enabled: bool, patience: float, is_drawn: bool) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "PATIENCE", patience)
    bar = ProgressBar(out, enabled)
    bar(1, 2)
    bar(2, 2)
    bar.close()
    assert ("Checking" in out.getvalue()) is is_drawn
