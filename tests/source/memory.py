"""A file system in memory, where folders can be forbidden and links can go round."""

from __future__ import annotations

from dataclasses import dataclass, field

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import Entry, Kind


@dataclass
class Memory:
    """`files` by absolute path; `forbidden` paths cannot be read; `links` lead from one path to another."""

    files: dict[str, bytes] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()
    links: dict[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def kind(self, path: str) -> Kind:
        path = self.real(path)
        if path in self.files:
            return Kind.FILE
        if path in self.others:
            return Kind.OTHER
        if path in self.forbidden:
            return Kind.FOLDER
        names = (*self.files, *self.links, *self.forbidden, *self.others)
        return Kind.FOLDER if any(name.startswith(path + "/") for name in names) else Kind.MISSING

    def entries(self, path: str) -> list[Entry]:
        path = self.real(path)
        if path in self.forbidden:
            raise SourceError("permission denied")
        names = (*self.files, *self.links, *self.forbidden, *self.others)
        inside = sorted({name[len(path) + 1 :].split("/")[0] for name in names if name.startswith(path + "/")})
        return [Entry(name, self.kind(f"{path}/{name}"), f"{path}/{name}" in self.links) for name in inside]

    def read(self, path: str) -> bytes:
        path = self.real(path)
        if path in self.forbidden or path not in self.files:
            raise SourceError("permission denied")
        return self.files[path]

    def real(self, path: str) -> str:
        for _ in range(20):
            link = next((link for link in self.links if path == link or path.startswith(link + "/")), None)
            if link is None:
                break
            path = self.links[link] + path[len(link) :]
        return path


def memory(*paths: str) -> Memory:
    """Empty files at `paths`."""
    return Memory(dict.fromkeys(paths, b""))
