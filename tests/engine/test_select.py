"""Which rules count for which file: the longer selector wins, of equal ones the one that ignores."""

from __future__ import annotations

import pytest

from asyncsql_lint.config.model import Patterns, PerFileIgnore, Selection, Settings
from asyncsql_lint.errors import ConfigError
from tests.engine.catalogue import CATALOGUE

DEFAULT = "101 102 301 305 900 901 902"

SELECTIONS = [
    ([], DEFAULT),
    ([Selection()], DEFAULT),
    ([Selection(select=("ASL3",))], "301 305 900"),
    ([Selection(select=("ASL",))], "101 102 301 305 601 900 901 902"),
    ([Selection(select=("ALL",))], "101 102 301 305 601 900 901 902"),
    ([Selection(select=())], "900"),
    ([Selection(select=("missing-await",))], "101 900"),
    ([Selection(select=("asl101",))], "101 900"),
    ([Selection(select=("ASL3",), ignore=("ASL301",))], "305 900"),
    ([Selection(select=("ASL301",), ignore=("ASL3",))], "301 900"),
    ([Selection(select=("ASL301",), ignore=("lazy-relationship-access",))], "900"),
    ([Selection(select=("ALL",), ignore=("ASL",))], ""),
    ([Selection(ignore=("ALL",))], ""),
    ([Selection(ignore=("ALL",), extend_select=("ASL1",))], "101 102"),
    ([Selection(ignore=("ASL900",))], "101 102 301 305 901 902"),
    ([Selection(extend_select=("ASL601",))], "101 102 301 305 601 900 901 902"),
    ([Selection(extend_ignore=("ASL3",))], "101 102 900 901 902"),
    ([Selection(select=("ASL1",)), Selection(extend_select=("ASL301",))], "101 102 301 900"),
    ([Selection(ignore=("ASL301",)), Selection(select=("ASL3",))], "301 305 900"),
    ([Selection(select=("ASL301",)), Selection(ignore=("ASL3",))], "900"),
]


@pytest.mark.parametrize(("selections", "expected"), SELECTIONS)
def test_selection(selections: list[Selection], expected: str) -> None:
    enabled = CATALOGUE.enabled(Settings(selections=tuple(selections)), "/p/a.py")
    assert " ".join(sorted(code.removeprefix("ASL") for code in enabled)) == expected


PER_FILE = [
    ("tests/*", False, "/p/tests/a.py", ""),
    ("tests/*", False, "/p/app/a.py", "301"),
    ("tests/*", False, "/q/tests/a.py", "301"),
    ("tests", False, "/p/tests/deep/a.py", ""),
    ("a.py", False, "/p/app/a.py", ""),
    ("app/*", True, "/p/app/a.py", "301"),
    ("app/*", True, "/p/tests/a.py", ""),
]


@pytest.mark.parametrize(("pattern", "inverted", "path", "expected"), PER_FILE)
def test_per_file(pattern: str, inverted: bool, path: str, expected: str) -> None:
    entry = PerFileIgnore(Patterns("/p", (pattern,)), ("ASL3",), inverted)
    enabled = CATALOGUE.enabled(Settings(per_file_ignores=(entry,)), path)
    assert ("301" if "ASL301" in enabled else "") == expected
    assert "ASL101" in enabled


def test_fixable() -> None:
    assert CATALOGUE.fixable(Settings()) == CATALOGUE.codes
    assert CATALOGUE.fixable(Settings(fixable=("ASL1",), unfixable=("ASL101",))) == {"ASL102"}


UNKNOWN = [
    ("ASL999", "unknown rule `ASL999`"),
    ("mising-await", 'unknown rule `mising-await`, did you mean "missing-await"?'),
    ("ASL10l", 'did you mean "ASL10'),
    ("E501", "unknown rule `E501`"),
    ("", "unknown rule ``"),
]


@pytest.mark.parametrize(("selector", "words"), UNKNOWN)
def test_unknown_selector_names_file_and_key(selector: str, words: str) -> None:
    for settings in (
        Settings("/p/x.toml", selections=(Selection(ignore=(selector,)),)),
        Settings("/p/x.toml", per_file_ignores=(PerFileIgnore(Patterns("/p", ("*",)), (selector,)),)),
        Settings("/p/x.toml", unfixable=(selector,)),
    ):
        with pytest.raises(ConfigError) as caught:
            CATALOGUE.check(settings)
        assert str(caught.value).startswith('/p/x.toml: "')
        assert words in str(caught.value)
