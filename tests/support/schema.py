"""The JSON schema as a file; `python -m tests.support.schema` writes it, and a test holds that it is fresh."""

from __future__ import annotations

import json

from asyncsql_lint.config.schema import schema
from tests.support.linter import ROOT

FILE = ROOT / "src" / "asyncsql_lint" / "config" / "schema.json"


def text() -> str:
    """What the file should hold."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
