"""Lints many programs at once, without a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.diagnostics import Applicability, Diagnostic
from asyncsql_lint.linter import Linter
from asyncsql_lint.source.filesystem import Entry, Kind
from tests.oracle.watch import Place

ROOT = "/oracle"
WORLD = (Path(__file__).parent / "world.py").read_bytes()
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `more` are the lines of its story. `is_fixable` tells that `--fix --unsafe-fixes` would mend it."""

    place: Place
    code: str
    message: str
    more: frozenset[Place]
    is_fixable: bool


class Files:
    """A file system with a package for each program, numbered."""

    def __init__(self, programs: Sequence[Texts]) -> None:
        self._files = {f"{ROOT}/world.py": WORLD}
        self._folders: dict[str, list[Entry]] = {ROOT: [Entry("world.py", Kind.FILE)]}
        for number, texts in enumerate(programs):
            package = f"p{number:05}"
            self._folders[ROOT].append(Entry(package, Kind.FOLDER))
            self._folders[f"{ROOT}/{package}"] = [
                Entry(f"{name}.py", Kind.FILE) for name in sorted([*texts, "__init__"])
            ]
            self._files[f"{ROOT}/{package}/__init__.py"] = b""
            for name, text in texts.items():
                self._files[f"{ROOT}/{package}/{name}.py"] = text.encode()

    def kind(self, path: str) -> Kind:
        """What stands at `path`."""
        if path in self._files:
            return Kind.FILE
        return Kind.FOLDER if path in self._folders or ROOT.startswith(path) else Kind.MISSING

    def entries(self, path: str) -> list[Entry]:
        """The names in a folder."""
        return self._folders.get(path, [])

    def read(self, path: str) -> bytes:
        """The text of a file."""
        return self._files[path]

    def real(self, path: str) -> str:
        """There are no links."""
        return path


def lint(programs: Sequence[Texts]) -> list[list[Finding]]:
    """What is reported of each program."""
    linter = Linter(Configuration(isolated=True), Files(programs))
    report = linter.check([ROOT])
    assert not report.problems, report.problems
    out: list[list[Finding]] = [[] for _ in programs]
    for diagnostic in report.diagnostics:
        number, _ = _place(diagnostic.span.path, 0)
        out[number].append(_finding(diagnostic))
    return out


def fixed(programs: Sequence[Texts]) -> list[tuple[dict[str, str], list[Finding]]]:
    """Each program with all its fixes applied, and what is still reported of it."""
    linter = Linter(Configuration(isolated=True), Files(programs))
    result = linter.fix([ROOT], unsafe=True)
    out = [(dict(texts), list[Finding]()) for texts in programs]
    for path in result.changed:
        number, (module, _) = _place(path, 0)
        out[number][0][module] = result.report.sources[path].text
    for diagnostic in result.report.diagnostics:
        out[_place(diagnostic.span.path, 0)[0]][1].append(_finding(diagnostic))
    return out


def _finding(diagnostic: Diagnostic) -> Finding:
    fix = diagnostic.fix
    fixable = fix is not None and bool(fix.edits) and fix.applicability is not Applicability.DISPLAY
    more = frozenset(_place(one.span.path, one.span.start.line)[1] for one in diagnostic.related)
    place = _place(diagnostic.span.path, diagnostic.span.start.line)[1]
    return Finding(place, diagnostic.code, diagnostic.message, more, fixable)


def _place(path: str, line: int) -> tuple[int, Place]:
    package, _, module = path.removeprefix(f"{ROOT}/").rpartition("/")
    return int(package[1:] or -1), (module.removesuffix(".py"), line)
