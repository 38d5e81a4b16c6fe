"""The configuration as a JSON schema (draft-07), for editors and for validate-pyproject.

`schema.json` beside this module is what `schema()` gives, for those who want a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.config.library_versions import LIBRARIES
from asyncsql_lint.config.model import Settings
from asyncsql_lint.diagnostics import Confidence, Severity

Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json]"

ID = "https://raw.githubusercontent.com/asyncsql-lint/asyncsql-lint/main/src/asyncsql_lint/config/schema.json"

_TEXT: dict[str, Json] = {"type": "string"}
_LIST: dict[str, Json] = {"type": "array", "items": _TEXT}
_NAME: dict[str, Json] = {"type": "string", "minLength": 1}
_YES_OR_NO: dict[str, Json] = {"type": "boolean"}
_CLAUSE = r"\s*(==|!=|>=|<=|>|<)?\s*[0-9]{1,9}(\.[0-9]{1,9})*\s*"
_VERSION = f"^{_CLAUSE}(,{_CLAUSE})*$"
_DEFAULTS = Settings()


def schema() -> dict[str, Json]:
    """The schema of the table `[tool.asyncsql-lint]`, and of a file `asyncsql-lint.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID,
        "title": "asyncsql-lint",
        "description": "What to check for failures of async SQLAlchemy and SQLModel code, and what to report.",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"description": text, **kind} for key, (text, kind) in sorted(_KEYS.items())},
    }


def tool_schema(name: str) -> dict[str, Json]:  # noqa: ARG001 -- as validate-pyproject calls it
    """The table `[tool.asyncsql-lint]`: what to check, and what to report."""
    return schema()


def _choice(level: type[IntEnum], default: IntEnum) -> dict[str, Json]:
    return {"enum": [one.name.lower() for one in sorted(level, reverse=True)], "default": default.name.lower()}


_SELECTORS = "codes (ASL301), their beginnings (ASL3), names (missing-await), or ALL"

_KEYS: dict[str, tuple[str, dict[str, Json]]] = {
    "baseline": ("The file with the findings that are known, relative to this one.", _NAME),
    "exclude": ("Patterns of what is left out, as in .gitignore, in place of the default ones.", _LIST),
    "extend": ("A file whose keys count where this one says nothing, relative to this one.", _TEXT),
    "extend-exclude": ("Patterns of what is left out besides, as in .gitignore.", _LIST),
    "extend-ignore": (f"Rules that are not checked, besides the other ones: {_SELECTORS}.", _LIST),
    "extend-select": (f"Rules that are checked besides the other ones: {_SELECTORS}.", _LIST),
    "fail-on": ("How bad a finding must be for the exit code 1.", _choice(Severity, _DEFAULTS.fail_on)),
    "fixable": (f"Rules whose fixes may be applied: {_SELECTORS}.", {**_LIST, "default": list(_DEFAULTS.fixable)}),
    "force-exclude": (
        "Whether files that are left out are so also when they are given by name.",
        {**_YES_OR_NO, "default": _DEFAULTS.force_exclude},
    ),
    "ignore": (f"Rules that are not checked: {_SELECTORS}.", _LIST),
    "library-versions": (
        "The versions of libraries that count, in place of those that lock files and requirements say.",
        {"type": "object", "properties": dict.fromkeys(LIBRARIES, _NAME), "additionalProperties": False},
    ),
    "min-confidence": (
        "How sure the analysis must be of a finding.",
        _choice(Confidence, _DEFAULTS.min_confidence),
    ),
    "output-format": (
        "How findings are written.",
        {"enum": [each.value for each in OutputFormat], "default": _DEFAULTS.output_format.value},
    ),
    "per-file-ignores": (
        f"Rules that are not checked in the files of a pattern; in all others, if it begins with `!`: {_SELECTORS}.",
        {"type": "object", "additionalProperties": _LIST},
    ),
    "required-version": (
        "The version of asyncsql-lint that must be used: 0.1.0, or >=0.1, <0.3.",
        {"type": "string", "pattern": _VERSION},
    ),
    "respect-gitignore": (
        "Whether what .gitignore names is left out.",
        {**_YES_OR_NO, "default": _DEFAULTS.respect_gitignore},
    ),
    "select": (f"Rules that are checked, in place of those that are on by default: {_SELECTORS}.", _LIST),
    "src": ("Folders where imports begin, relative to this file; found by itself in most projects.", _LIST),
    "unfixable": (f"Rules whose fixes may not be applied: {_SELECTORS}.", _LIST),
}
