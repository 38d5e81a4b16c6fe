"""The JSON schema: a valid one, and of one mind with what the program takes."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import pytest
from jsonschema import Draft7Validator
from validate_pyproject.api import Validator
from validate_pyproject.errors import ValidationError
from validate_pyproject.plugins import PluginWrapper

from asyncsql_lint.config.keys import Place, config_of, known_keys
from asyncsql_lint.config.load import check_version
from asyncsql_lint.config.model import Settings
from asyncsql_lint.config.schema import schema, tool_schema
from asyncsql_lint.errors import ConfigError
from tests.support import schema as stored
from tests.support.linter import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROPERTIES: dict[str, dict[str, Any]] = schema()["properties"]  # type: ignore[assignment]  # JSON is what it is

VALUES: list[object] = [
    True, False, 0, 1, 2.0, "", "a", "ALL", "ASL3", "error", "warning", "info", "proved", "inferred", "guessed", "json",
    "text", "concise", "Error", "klingon", "0.1", ">=0.1, <99", "== 0.1.0", "~=0.1", ">=0.1,", "1.", [], ["a"],
    ["ALL", "a/*"], [1], ["a", None], [[]], {}, {"a": ["ASL1"]}, {"!a": []}, {"a": "ASL1"}, {"a": [1]},
    {"sqlalchemy": "2.0"},
    {"fastapi": ">=0.1"}, {"sqlalchemy": 2.0}, {"django": "5"}, {"sqlmodel": ""}, {"sqlmodel": "new"},
]  # fmt: skip

CONTENT = {
    ("library-versions", str({"sqlmodel": "new"})),  # what a version is, would take a schema of a page
}
"""What the schema lets pass and the program does not: the one speaks of shapes, the other knows what they mean."""


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(schema())


def test_it_has_every_key() -> None:
    assert sorted(PROPERTIES) == list(known_keys())
    assert all(each["description"].endswith(".") for each in PROPERTIES.values())


@pytest.mark.parametrize("key", [*known_keys(), "selct", "fail_on"])
def test_it_takes_what_the_program_takes(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsql_lint.config.load.__version__", "0.1.0")
    validator = Draft7Validator(schema())
    for value in VALUES:
        try:
            check_version({key: value} if key == "required-version" else {}, Place("a.toml", "/p"))
            config_of({key: value}, Place("a.toml", "/p"))
            is_taken = key != "extend" or isinstance(value, str)
        except ConfigError:
            is_taken = False
        expected = is_taken or (key, str(value)) in CONTENT
        assert validator.is_valid({key: value}) is expected, (key, value)


def test_its_defaults_are_those_of_the_program() -> None:
    settings = Settings()
    for key, each in PROPERTIES.items():
        if "default" in each:
            told = config_of({key: each["default"]}, Place("a.toml", "/p"))
            assert getattr(told, key.replace("-", "_")) == getattr(settings, key.replace("-", "_"))


def test_the_file_is_fresh() -> None:
    assert stored.FILE.read_text(encoding="utf-8") == stored.text(), "run: python -m tests.support.schema"


def test_validate_pyproject_finds_and_uses_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["entry-points"]["validate_pyproject.tool_schema"]["asyncsql-lint"].partition(":")
    assert getattr(import_module(module), function) is tool_schema
    validate = Validator(plugins=[PluginWrapper("asyncsql-lint", tool_schema)])
    good = {"select": ["ALL"], "fail-on": "error", "per-file-ignores": {"tests/*": ["ASL3"]}}
    assert validate({"tool": {"asyncsql-lint": good}})
    for bad in ({"selct": []}, {"select": "ALL"}, {"fail-on": "never"}):
        with pytest.raises(ValidationError, match=r"tool\.asyncsql-lint"):
            validate({"tool": {"asyncsql-lint": bad}})
