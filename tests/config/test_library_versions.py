"""What requirements say of a library's release, and what they leave open."""

from __future__ import annotations

import pytest

from asyncsql_lint.config.library_versions import UNKNOWN, VersionRange, joined, range_of, release, series

# A requirement, and whether it means 2.0.30 or later, 2.1 or later, 3 or later: yes, no, or nobody knows.
REQUIREMENTS = [
    ("==2.0.57", "yes no no"),
    ("===2.0.57", "yes no no"),
    ("=2.0.57", "yes no no"),
    ("2.0.57", "yes no no"),
    ("v2.1", "yes yes no"),
    ("==2.0", "no no no"),
    ("==2.0.*", "? no no"),
    ("== 2.*", "? ? no"),
    (">=2.0", "? ? ?"),
    (">=2.0.30", "yes ? ?"),
    (">=2.1", "yes yes ?"),
    (">=2.0,<2.1", "? no no"),
    (">= 2.0.40 , < 3", "yes ? no"),
    (">=2.1,!=2.1.3", "yes yes ?"),
    ("<2.1", "? no no"),
    ("<=2.0.30", "? no no"),
    ("<=2.0.29", "no no no"),
    (">2.0.40,<=2.1", "yes ? no"),
    ("~=2.0.40", "yes no no"),
    ("~=2.0", "? ? no"),
    ("^2.0.36", "yes ? no"),
    ("^2.1", "yes yes no"),
    ("~2.0.36", "yes no no"),
    ("~2.0", "? no no"),
    ("~2", "? ? no"),
    (">=2.1.0b1", "yes yes ?"),
    ("==2.1.0rc1", "yes yes no"),
    ("==2.0.57+local.1", "yes no no"),
    ("==2.0.57.post1", "yes no no"),
]


@pytest.mark.parametrize(("specifier", "answers"), REQUIREMENTS, ids=[case[0] for case in REQUIREMENTS])
def test_requirement(specifier: str, answers: str) -> None:
    found = range_of(specifier, "requirements.txt")
    assert found is not None
    asked = (found.at_least(2, 0, 30), found.at_least(2, 1), found.at_least(3))
    assert " ".join({True: "yes", False: "no", None: "?"}[answer] for answer in asked) == answers


@pytest.mark.parametrize("specifier", ["", "*", "latest", ">=", "1!2.0", ">=3,<2", "^2 || ^3", "==2.0.x", "9" * 5000])
def test_what_says_nothing(specifier: str) -> None:
    assert range_of(specifier, "requirements.txt") is None


def test_before_one_the_caret_keeps_more() -> None:
    found = range_of("^0.109.1", "")
    assert found is not None
    assert (found.at_least(0, 109), found.at_least(0, 110)) == (True, False)


@pytest.mark.parametrize(
    ("text", "expected"), [("2.0", "? no"), ("2", "? ?"), ("2.0.57", "yes no"), (">=2.1", "yes yes")]
)
def test_a_bare_version_in_the_configuration_is_a_series(text: str, expected: str) -> None:
    found = series(text, "library-versions")
    assert found is not None
    assert found.text == text
    asked = (found.at_least(2, 0, 30), found.at_least(2, 1))
    assert " ".join({True: "yes", False: "no", None: "?"}[answer] for answer in asked) == expected


def test_how_a_version_is_told() -> None:
    assert str(release("2.0.57", "uv.lock")) == "2.0.57 (uv.lock)"
    assert str(range_of(">= 2.0, < 2.1", "pyproject.toml")) == ">=2.0,<2.1 (pyproject.toml)"
    assert str(UNKNOWN) == "unknown"


def test_of_several_none_is_preferred() -> None:
    first, second = release("2.0.57", "uv.lock"), release("2.1.9", "poetry.lock")
    assert first is not None
    assert second is not None
    both = joined([first, second, first])
    assert both is not None
    assert (both.at_least(2, 0, 57), both.at_least(2, 1), both.at_least(2, 2)) == (True, None, False)
    assert str(both) == "2.0.57 or 2.1.9 (poetry.lock, uv.lock)"
    assert joined([first]) == first
    assert joined([]) is None
    assert joined([first, VersionRange((2,), None, ">=2")]) == VersionRange((2,), None, "2.0.57 or >=2", ", uv.lock")
