"""`python -m asyncsql_lint`."""

from __future__ import annotations

import os
import sys

if sys.path and sys.path[0] in ("", os.getcwd()):
    # `python -m` looks for modules in the current folder first: a `click.py` of the checked project must not run.
    del sys.path[0]

from asyncsql_lint.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
