"""Which files: what the user named, and the projects around it, which the analysis needs as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.model import Patterns, Settings
from asyncsql_lint.config.paths import below, compiled, matches
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import Entry, FileSystem, Kind
from asyncsql_lint.source.ignored import IgnoreFile, ignore_file_in, ignore_files_above, is_ignored, seen_from
from asyncsql_lint.source.imports import Reach
from asyncsql_lint.source.roots import Tree, outermost_package, project_root

_NOT_PYTHON = (".pyi", ".ipynb")
"""Stubs hold no code that runs, and notebooks are left alone, also when they are named."""


@dataclass(frozen=True, slots=True)
class PathProblem:
    """A path that could not be looked into, and why; the rest was checked."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, all absolute and sorted: `files` of the projects at `roots`, of which `given` are to be reported.

    `named` are those given by their own name rather than through a folder. `problems` lie in what was given.
    """

    files: tuple[str, ...]
    given: frozenset[str]
    named: frozenset[str]
    roots: tuple[str, ...]
    problems: tuple[PathProblem, ...]


def discover(paths: Sequence[str], files: FileSystem, configuration: Configuration) -> Discovery:
    """Look for Python files at `paths` (absolute) and in the projects around them. Raises `ConfigError`."""
    search = _Search(files, configuration)
    for path in sorted(set(paths), key=lambda p: (p.count("/"), p)):
        search.add(path)
    return search.result()


@dataclass(slots=True)
class _Walk:
    """What one walk met."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    problems: set[PathProblem] = field(default_factory=set)


class _Search:
    """The state of one `discover`."""

    def __init__(self, files: FileSystem, configuration: Configuration) -> None:
        self._disk = files
        self._configuration = configuration
        self._projects: dict[str, _Walk] = {}
        self._loose: set[str] = set()
        self._files: set[str] = set()
        self._given: set[str] = set()
        self._named: set[str] = set()
        self._real: set[str] = set()
        self._problems: set[PathProblem] = set()

    def add(self, path: str) -> None:
        """Take in what the user named."""
        try:
            kind = self._disk.kind(path)
            real = self._disk.real(path)
        except SourceError as error:
            self._problems.add(PathProblem(path, f"cannot be read: {error}"))
            return
        if kind is Kind.MISSING or kind is Kind.OTHER:
            what = "no such file or folder" if kind is Kind.MISSING else "neither a file nor a folder"
            self._problems.add(PathProblem(path, what))
        elif real not in self._real and not self._is_force_excluded(path, kind):
            self._real.add(real)
            self._add_folder(path) if kind is Kind.FOLDER else self._add_file(path)

    def result(self) -> Discovery:
        """All that was found."""
        return Discovery(
            files=tuple(sorted(self._files)),
            given=frozenset(self._given),
            named=frozenset(self._named),
            roots=tuple(sorted({*self._projects, *self._loose})),
            problems=tuple(sorted(self._problems, key=lambda problem: problem.path)),
        )

    def _add_file(self, path: str) -> None:
        if path.endswith(_NOT_PYTHON):
            return
        root = project_root(path.rpartition("/")[0], self._disk)
        if root is not None:
            self._project(root)
        else:
            self._add_loose(path)
        self._files.add(path)
        self._given.add(path)
        self._named.add(path)

    def _add_folder(self, path: str) -> None:
        root = project_root(path, self._disk) or path
        project = self._project(root)
        if path in project.folders:
            inside = {f for f in project.files if below(f, path) is not None}
            problems = {p for p in project.problems if p.path == path or below(p.path, path) is not None}
        else:  # the project leaves this folder out; the user does not
            walk = self._walk(path)
            inside, problems = walk.files, walk.problems
        self._files |= inside
        self._given |= inside
        self._problems |= problems

    def _add_loose(self, path: str) -> None:
        """Take in what belongs to a file outside of any project: its package, and what it imports from beside it.

        The folder is not its project: who lints a script in `/tmp` does not mean all that lies there.
        """
        folder = path.rpartition("/")[0]
        package = outermost_package(folder, self._disk)
        base = folder if package is None else package.rpartition("/")[0]
        begin = {path} if package is None else {path, *self._walk(package).files}
        self._files |= Reach(base or "/", self._disk, lambda found: self._walk(found).files).of(begin)
        self._loose.add(base or "/")

    def _project(self, root: str) -> _Walk:
        if root not in self._projects:
            self._projects[root] = self._walk(root)
            self._files |= self._projects[root].files
        return self._projects[root]

    def _is_force_excluded(self, path: str, kind: Kind) -> bool:
        folder = path if kind is Kind.FOLDER else path.rpartition("/")[0]
        settings = self._configuration.of_folder(folder)
        root = project_root(folder, self._disk) or folder
        return settings.force_exclude and any(
            matches(Patterns(patterns.base or root, patterns.lines), path) for patterns in settings.exclude
        )

    def _walk(self, root: str) -> _Walk:
        """Go through `root`. Links to folders are not followed, so that no loop can hold the walk."""
        walk = _Walk()
        links: list[str] = []
        pending: list[tuple[str, tuple[IgnoreFile, ...]]] = [(root, ignore_files_above(root, self._disk))]
        excludes: dict[Settings, tuple[Patterns, ...]] = {}
        while pending:
            folder, chain = pending.pop()
            walk.folders.add(folder)
            try:
                entries = self._disk.entries(folder)
            except SourceError as error:
                walk.problems.add(PathProblem(folder, f"this folder cannot be read: {error}"))
                continue
            settings = self._configuration.of_folder(folder)
            if settings not in excludes:
                excludes[settings] = tuple(seen_from(patterns, root) for patterns in settings.exclude)
            if any(entry.name == ".gitignore" for entry in entries) and (
                here := ignore_file_in(folder, root, self._disk)
            ):
                chain = (*chain, here)
            for entry in _worth_a_look(entries):
                path = f"{folder.rstrip('/')}/{entry.name}"
                is_folder = entry.kind is Kind.FOLDER
                if _is_excluded(excludes[settings], path, is_folder):
                    continue
                if settings.respect_gitignore and is_ignored(chain, path, is_folder):
                    continue
                if is_folder:
                    pending.append((path, chain))
                elif entry.is_link:
                    links.append(path)
                else:
                    walk.files.add(path)
        self._add_links(walk, root, links)
        return walk

    def _add_links(self, walk: _Walk, root: str, links: Sequence[str]) -> None:
        """Linked files count once: not at all when the walk met what they point to, or when they lead out of the tree.

        A stranger's tree can hold links to whatever the user may read; lines of that would stand in reports.
        """
        if not links:
            return
        real_root = self._disk.real(root)
        tree = Tree(root, self._disk)
        known = {real_root + path[len(root) :] for path in walk.files}
        for path in sorted(links):
            real = self._disk.real(path)
            if real not in known and tree.holds(path):
                known.add(real)
                walk.files.add(path)


def _worth_a_look(entries: Iterable[Entry]) -> Iterable[Entry]:
    for entry in entries:
        is_folder = entry.kind is Kind.FOLDER and not entry.is_link
        if is_folder or (entry.kind is Kind.FILE and entry.name.endswith(".py")):
            yield entry


def _is_excluded(excludes: Iterable[Patterns], path: str, is_folder: bool) -> bool:
    for patterns in excludes:
        relative = below(path, patterns.base)
        if relative is not None and compiled(patterns.lines).match_file(relative + "/" * is_folder):
            return True
    return False
