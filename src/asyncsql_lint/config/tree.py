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
CONFIGURATIONS = ("asyncsql-lint.toml", ".asyncsql-lint.toml")
"""What does so where nothing else does."""

_MOST_LINKS = 40
"""Links on the way to one file: beyond, systems give up."""


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


def link_out(path: str) -> str | None:
    """Where `path` leads, when a link in a tree leads it out of that tree, or into what is git's own; else None.

    Who checks a stranger's tree names places in it, and the stranger knows which. Links outside of any tree are the
    user's own.
    """
    target = os.path.realpath(path)
    for link in _links(os.path.join(os.getcwd(), path)):
        tree = _marked(os.path.dirname(link))
        if tree is not None and not _is_in_tree(target, tree):
            return target
    return None


def _links(path: str) -> Iterator[str]:
    """The links on the way to `path` (absolute), each by its real folder and its own name.

    `..` is followed as the system does it: from where a link leads.
    """
    drive, rest = os.path.splitdrive(path)
    done, parts = drive + os.sep, rest.split(os.sep)
    followed = 0
    while parts and followed < _MOST_LINKS:
        here = os.path.normpath(os.path.join(done, parts.pop(0)))
        if not os.path.islink(here):
            done = here
            continue
        yield here
        followed += 1
        drive, rest = os.path.splitdrive(os.path.join(done, os.readlink(here)))
        done, parts = drive + os.sep, [*rest.split(os.sep), *parts]


def _is_in_tree(target: str, tree: str) -> bool:
    prefix = tree.rstrip(os.sep) + os.sep
    return target.startswith(prefix) and REPOSITORY not in os.path.normcase(target.removeprefix(prefix)).split(os.sep)


def _root(folder: str) -> str:
    """The nearest repository from `folder` upwards, else the nearest project, else `folder` itself."""
    return _marked(folder) or folder


def _marked(folder: str) -> str | None:
    """The nearest repository from `folder` upwards, else the nearest project; None when it is in neither."""
    above = tuple(_narrow(folder))
    for markers in ((REPOSITORY,), MARKERS):
        for candidate in above:
            if any(os.path.lexists(os.path.join(candidate, marker)) for marker in markers):
                return candidate
    return None


def _narrow(folder: str) -> Iterator[str]:
    """`folder` and those above it, up to the home folder and without it: a tree does not reach so far."""
    home = os.path.realpath(os.path.expanduser("~"))
    while not f"{home}{os.sep}".startswith(folder.rstrip(os.sep) + os.sep):
        yield folder
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
