"""The step of the GitHub Action that runs asyncsql-lint: from inputs, given in the environment, to a command.

It runs in the environment where asyncsql-lint is installed, and needs nothing else.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

WRONG_INPUT = 2


class InputError(Exception):
    """An input that cannot be carried out, in words."""


def command(inputs: Mapping[str, str]) -> list[str]:
    """The options and paths that `inputs` (by the names of their variables) ask for. Raises `InputError`."""
    try:
        options = shlex.split(inputs.get("LINT_ARGS", ""))
    except ValueError as error:
        raise InputError(f"The input args cannot be taken apart: {error}.") from error
    sarif = inputs.get("LINT_SARIF", "")
    if len(sarif.splitlines()) > 1:
        raise InputError("The input sarif must name one file.")
    outputs = ["--output-format", "github:-", *(["--output-format", f"sarif:{sarif}"] if sarif else [])]
    paths = [line.strip() for line in inputs.get("LINT_PATHS", "").splitlines() if line.strip()]
    return [*outputs, *options, "--", *(paths or ["."])]


def main() -> int:
    """Run asyncsql-lint as the environment says; returns its exit code."""
    try:
        arguments = command(os.environ)
    except InputError as error:
        sys.stdout.write(f"::error title=asyncsql-lint::{error}\n")
        return WRONG_INPUT
    program = Path(sys.executable).with_name("asyncsql-lint")
    code = subprocess.run([str(program), *arguments], check=False).returncode
    sarif = os.environ.get("LINT_SARIF", "")
    if sarif and Path(sarif).is_file() and "GITHUB_OUTPUT" in os.environ:
        with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
            outputs.write(f"sarif={sarif}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
