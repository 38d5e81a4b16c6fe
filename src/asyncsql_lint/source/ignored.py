"""What a walk leaves out: the patterns of the configuration and of `.gitignore` files, as seen from the walk's root."""

from __future__ import annotations

from dataclasses import dataclass

import pathspec

from asyncsql_lint.config.model import Patterns
from asyncsql_lint.config.paths import below, compiled
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one `.gitignore`, which count below its folder `base`."""

    base: str
    spec: pathspec.GitIgnoreSpec

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True when `path` is ignored, False when it is taken back in by `!`, None when nothing is said of it."""
        relative = below(path, self.base)
        return None if relative is None else self.spec.check_file(relative + "/" * is_folder).include


def is_ignored(chain: tuple[IgnoreFile, ...], path: str, is_folder: bool) -> bool:
    """Whether `path` is ignored by `chain`, outermost file first: as in git, the innermost that speaks decides."""
    for ignore_file in reversed(chain):
        verdict = ignore_file.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def seen_from(patterns: Patterns, root: str) -> Patterns:
    """`patterns` without those that match `root` itself: who names a folder wants it, whatever excludes it.

    Patterns without a base (the defaults) count from `root` on.
    """
    if not patterns.base:
        return Patterns(root, patterns.lines)
    inside = below(root, patterns.base)
    if inside is None:
        return patterns
    lines = tuple(p for p in patterns.lines if p.startswith("!") or not compiled((p,)).match_file(inside + "/"))
    return Patterns(patterns.base, lines)


def ignore_files_above(root: str, files: FileSystem) -> tuple[IgnoreFile, ...]:
    """The ignore files of the repository around `root`, outermost first; none when `root` is in no repository."""
    found: list[IgnoreFile] = []
    folder = root
    while folder and not _exists(f"{folder}/.git", files):
        folder = folder.rpartition("/")[0]
        if folder and (here := ignore_file_in(folder, root, files)):
            found.append(here)
    if not folder:
        return ()
    if exclude := _read(f"{folder}/.git/info/exclude", folder, root, files):
        found.append(exclude)
    return tuple(reversed(found))


def ignore_file_in(folder: str, root: str, files: FileSystem) -> IgnoreFile | None:
    """The `.gitignore` of `folder`, for a walk from `root`; None when there is none."""
    return _read(f"{folder}/.gitignore", folder, root, files)


def _read(path: str, base: str, root: str, files: FileSystem) -> IgnoreFile | None:
    if not _exists(path, files):
        return None
    try:
        text = files.read(path).decode("utf-8", "surrogateescape")
    except SourceError:  # git, too, goes on without an ignore file that it cannot read
        return None
    patterns = Patterns(base, tuple(line for line in text.splitlines() if _is_pattern(line)))
    return IgnoreFile(base, compiled(seen_from(patterns, root).lines))


def _is_pattern(line: str) -> bool:
    """Whether `line` has a meaning; git passes over a line that has none."""
    try:
        return bool(pathspec.GitIgnoreSpec.from_lines([line]).patterns)
    except ValueError:
        return False


def _exists(path: str, files: FileSystem) -> bool:
    try:
        return files.kind(path) is not Kind.MISSING
    except SourceError:
        return False
