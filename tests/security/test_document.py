"""SECURITY.md names tests that there are."""

from __future__ import annotations

import re

import pytest

from tests.support.linter import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", TEXT)))
PROMISES = re.findall(r"^\*\*(.+?)\*\*(.*?)(?=\n\n)", TEXT.partition("## Limits")[0], re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", NAMED)
def test_the_test_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    assert (ROOT / path).exists()
    assert not function or f"\ndef {function}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_promise_has_one() -> None:
    assert len(PROMISES) == 8
    assert [promise for promise, text in PROMISES if "\nTried by `tests/" not in text] == []


def test_the_tests_of_this_folder_are_named() -> None:
    own = {f"tests/security/{path.name}" for path in (ROOT / "tests/security").glob("test_*.py")}
    named = {name.partition("::")[0] for name in NAMED}
    assert own - named == {"tests/security/test_document.py"}
