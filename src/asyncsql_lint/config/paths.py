"""Patterns of files: compiled once, asked for each path below their base."""

from __future__ import annotations

import os
from functools import cache

import pathspec

from asyncsql_lint.config.model import Patterns


def absolute(path: str, base: str) -> str:
    """`path`, relative to the folder `base`, as absolute path with `/` and without `..`."""
    found = os.path.abspath(os.path.join(base, path))
    return found if os.sep == "/" else found.replace(os.sep, "/")


def below(path: str, base: str) -> str | None:
    """The part of `path` below the folder `base`; None when it is not below it."""
    prefix = base if base.endswith("/") else base + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None


@cache
def compiled(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    """`patterns` ready to match. Raises `ValueError` when one of them has no meaning."""
    return pathspec.GitIgnoreSpec.from_lines(patterns)


def matches(patterns: Patterns, path: str) -> bool:
    """Whether `patterns` match `path`, or a folder above it below their base."""
    relative = below(path, patterns.base)
    return relative is not None and compiled(patterns.lines).match_file(relative)
