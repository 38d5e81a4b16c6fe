"""The tree that a configuration file belongs to: beyond it, a file that came with somebody's code may not have written.

Who checks a stranger's code runs with the stranger's configuration. It may say what is checked, and how; where files
are written it may say only for the tree that it came with. What the command line names is the user's own word.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from asyncsql_lint.errors import ConfigError

REPOSITORY = ".git"
MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", REPOSITORY)
"""What makes a folder the root of a project."""


def check_in_tree(path: str, source: str, key: str) -> None:
    """Raise `ConfigError` when `path` (absolute), which `key` of the file `source` names, leads out of its tree.

    The tree is the repository around `source`, else the project, else its folder. Symbolic links are followed.
    """
    root = _root(os.path.realpath(os.path.dirname(source)))
    target = os.path.realpath(path)
    prefix = root.rstrip(os.sep) + os.sep
    if not target.startswith(prefix):
        raise ConfigError(f'{source}: "{key}" leads to {target}, outside of {root}; only --{key} may name such a file')
    if REPOSITORY in os.path.normcase(target.removeprefix(prefix)).split(os.sep):
        raise ConfigError(f'{source}: "{key}" leads to {target}, which is git\'s own')


def _root(folder: str) -> str:
    """The nearest repository from `folder` upwards, else the nearest project, else `folder` itself."""
    above = tuple(_narrow(folder))
    for markers in ((REPOSITORY,), MARKERS):
        for candidate in above:
            if any(os.path.lexists(os.path.join(candidate, marker)) for marker in markers):
                return candidate
    return folder


def _narrow(folder: str) -> Iterator[str]:
    """`folder` and those above it, up to the home folder and without it: a tree does not reach so far."""
    home = os.path.realpath(os.path.expanduser("~"))
    while not f"{home}{os.sep}".startswith(folder.rstrip(os.sep) + os.sep):
        yield folder
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
