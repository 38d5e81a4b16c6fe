"""`python -m asyncsql_lint`.

Python puts the current folder first on its path, and that may be a stranger's. Nothing is imported before it is gone
from there but what Python has loaded by itself already; `from __future__` would be an import, too.
"""

import os
import sys

try:
    here = os.getcwd()
except OSError:  # the folder is gone, and all that could have been imported from it
    here = ""
if sys.path and sys.path[0] in ("", here):
    del sys.path[0]

from asyncsql_lint.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
