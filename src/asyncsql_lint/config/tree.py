"""The tree that a configuration file belongs to: beyond it, a file that came with somebody's code may not have written.

Who checks a stranger's code runs with the stranger's configuration. It may say what is checked, and how; where files
are written it may say only for the tree that it came with. What the command line names is the user's own word.
"""

from __future__ import annotations

import os

from asyncsql_lint.errors import ConfigError

_REPOSITORY = ".git"


def check_in_tree(path: str, source: str, key: str) -> None:
    """Raise `ConfigError` when `path` (absolute), which `key` of the file `source` names, leads out of its tree.

    The tree is the repository around `source`, else its folder. Symbolic links are followed to where they lead.
    """
    root = _root(os.path.realpath(os.path.dirname(source)))
    target = os.path.realpath(path)
    prefix = root.rstrip(os.sep) + os.sep
    if not target.startswith(prefix):
        raise ConfigError(f'{source}: "{key}" leads to {target}, outside of {root}; only --{key} may name such a file')
    if _REPOSITORY in os.path.normcase(target.removeprefix(prefix)).split(os.sep):
        raise ConfigError(f'{source}: "{key}" leads to {target}, which is git\'s own')


def _root(folder: str) -> str:
    """The nearest folder with a repository from `folder` upwards, but never the home folder or one above it."""
    home = os.path.realpath(os.path.expanduser("~"))
    above = folder
    while not f"{home}{os.sep}".startswith(above.rstrip(os.sep) + os.sep):
        if os.path.lexists(os.path.join(above, _REPOSITORY)):
            return above
        above = os.path.dirname(above)
        if above == os.path.dirname(above):
            break
    return folder
