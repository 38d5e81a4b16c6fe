"""Programs as trees: one node a line, with the names that it binds; what is taken away takes its users with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

WORD = re.compile(r"[A-Za-z_]\w*")
INDENT = "    "

Path: TypeAlias = tuple[int, ...]
"""Where a node stands: the module's number, then the number of a child on each level."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line that the line can do without: an option, a keyword."""

    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A line, with the lines below it if it is a header, and the clauses (`else:`, `except ...:`) that follow it.

    `binds` are the names that nobody knows without this line; `kind` says what the line does, where the comparison has
    to know, and `group` is shared by lines that do one thing together. `plain` is a simpler line that does much the
    same, `parked` a line in whose place this one stands for a while.
    """

    line: tuple[str | Part, ...]
    binds: frozenset[str] = frozenset()
    body: tuple[Node, ...] = ()
    clauses: tuple[Node, ...] = ()
    kind: str = ""
    group: int = 0
    plain: str = ""
    parked: Node | None = None

    @property
    def text(self) -> str:
        """The line as it is printed; a comma before a bracket is what a list of keywords or options leaves behind."""
        text = "".join(piece if isinstance(piece, str) else piece.text for piece in self.line)
        return text.replace(", )", ")").replace(", ]", "]")

    @property
    def is_header(self) -> bool:
        """Whether the line is nothing without others below it."""
        return self.text.endswith(":")

    @property
    def children(self) -> tuple[Node, ...]:
        """All that hangs on it, in the order of their numbers in a path."""
        return self.body + self.clauses

    def with_children(self, made: Callable[[Node], tuple[Node, ...]]) -> Node:
        """The same node with other nodes in the place of each child."""
        body = tuple(new for child in self.body for new in made(child))
        clauses = tuple(new for child in self.clauses for new in made(child))
        return replace(self, body=body, clauses=clauses)


def line(*pieces: str | Part, binds: str = "", kind: str = "", group: int = 0, plain: str = "") -> Node:
    """A line that binds the names in `binds`, which are separated by spaces."""
    return Node(pieces, frozenset(binds.split()), kind=kind, group=group, plain=plain)


def block(header: Node, *body: Node, clauses: tuple[Node, ...] = ()) -> Node:
    """A header with the lines below it."""
    return replace(header, body=body, clauses=clauses)


@dataclass(frozen=True, slots=True)
class Module:
    """One file of a program, without its imports."""

    name: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A package. `names` are all names that its grammar made up; `library` says where each other name comes from."""

    modules: tuple[Module, ...]
    names: frozenset[str]
    library: dict[str, str] = field(hash=False)

    def at(self, path: Path) -> Node:
        """The node at `path`."""
        found = self.modules[path[0]].nodes[path[1]]
        for number in path[2:]:
            found = found.children[number]
        return found

    def walk(self) -> Iterator[tuple[Path, Node]]:
        """Every node with its path, in the order of lines."""
        for number, module in enumerate(self.modules):
            yield from _walk(module.nodes, (number,))

    @property
    def size(self) -> int:
        """How much there is to read."""
        return sum(10 + len(node.text) for _, node in self.walk())


def _walk(nodes: tuple[Node, ...], path: Path) -> Iterator[tuple[Path, Node]]:
    for number, node in enumerate(nodes):
        here = (*path, number)
        yield here, node
        yield from _walk(node.children, here)


def changed(program: Program, changes: dict[Path, tuple[Node, ...]]) -> Program:
    """`program` with other nodes, or none, in the place of those at some paths, and without what needs the lost."""
    modules = tuple(
        replace(module, nodes=_rebuilt(module.nodes, (number,), 0, changes))
        for number, module in enumerate(program.modules)
    )
    return pruned(replace(program, modules=modules))


def park(node: Node) -> Node:
    """A line that does nothing, in the place of `node`."""
    return Node(("pass",), parked=node)


def unparked(program: Program) -> Program:
    """`program` with the lines that were parked back in their places."""
    parked = {path: (node.parked,) for path, node in program.walk() if node.parked is not None}
    return changed(program, parked)


def _rebuilt(
    nodes: tuple[Node, ...], above: Path, first: int, changes: dict[Path, tuple[Node, ...]]
) -> tuple[Node, ...]:
    out: list[Node] = []
    for number, node in enumerate(nodes, first):
        path = (*above, number)
        if path in changes:
            out += changes[path]
            continue
        body = _rebuilt(node.body, path, 0, changes)
        out.append(replace(node, body=body, clauses=_rebuilt(node.clauses, path, len(node.body), changes)))
    return tuple(out)


def pruned(program: Program) -> Program:
    """Without what uses a name that no line binds any more, statements that nobody runs, and empty blocks."""
    while True:
        bound = frozenset(name for _, node in program.walk() for name in node.binds)
        used = {word for _, node in program.walk() if node.kind != "statement" for word in WORD.findall(node.text)}
        idle = {name for _, node in program.walk() if node.kind == "statement" for name in node.binds - used}
        lost = (program.names - bound) | idle

        def kept(node: Node, lost: frozenset[str] = lost) -> tuple[Node, ...]:
            pieces = tuple(p for p in node.line if isinstance(p, str) or not lost.intersection(WORD.findall(p.text)))
            made = replace(node, line=pieces).with_children(kept)
            is_bare = (made.is_header and not made.body) or (made.text.startswith("@") and not made.clauses)
            if is_bare or lost.intersection(WORD.findall(made.text)):
                return ()
            if made.text == "try:" and not made.clauses:
                return made.body
            return (made,)

        modules = tuple(
            replace(module, nodes=tuple(new for node in module.nodes for new in kept(node)))
            for module in program.modules
        )
        if modules == program.modules:
            return program
        program = replace(program, modules=modules)


@dataclass(frozen=True, slots=True)
class Printed:
    """A program as files: the text of each module, and the node of each line."""

    texts: dict[str, str]
    paths: dict[tuple[str, int], Path]

    def node(self, program: Program, place: tuple[str, int]) -> Node | None:
        """The node on a line, None where an import or nothing stands."""
        path = self.paths.get(place)
        return None if path is None else program.at(path)


def printed(program: Program) -> Printed:
    """The files of a program; each imports what it uses."""
    homes = {name: module.name for module in program.modules for node in module.nodes for name in _bound_outside(node)}
    texts: dict[str, str] = {}
    paths: dict[tuple[str, int], Path] = {}
    for number, module in enumerate(program.modules):
        rows = [*_imports(module, homes, program.library), ""]
        for path, node, depth in _indented(module.nodes, (number,), 0, 0):
            if depth == 0 and node.children and rows[-1]:
                rows.append("")
            rows.append(INDENT * depth + node.text)
            paths[module.name, len(rows)] = path
        texts[module.name] = "\n".join(rows) + "\n"
    return Printed(texts, paths)


def _indented(nodes: tuple[Node, ...], above: Path, first: int, depth: int) -> Iterator[tuple[Path, Node, int]]:
    for number, node in enumerate(nodes, first):
        path = (*above, number)
        yield path, node, depth
        yield from _indented(node.body, path, 0, depth + 1)
        yield from _indented(node.clauses, path, len(node.body), depth)


def _bound_outside(node: Node) -> frozenset[str]:
    """The names that a line at the top of a module gives to others: its own, or those that its `return` stands for."""
    match = re.match(r"(?:async )?(?:def|class) (\w+)|(\w+)\b.* = ", node.text)
    return frozenset() if match is None else frozenset({match[1] or match[2]})


def _imports(module: Module, homes: dict[str, str], library: dict[str, str]) -> list[str]:
    used = {word for _, node in _walk(module.nodes, ()) for word in WORD.findall(node.text)}
    wanted: dict[str, set[str]] = {}
    for name in used:
        if homes.get(name, module.name) != module.name:
            wanted.setdefault(f".{homes[name]}", set()).add(name)
        elif name in library and name not in homes:
            wanted.setdefault(library[name], set()).add(name)
    plain = [f"import {name}" for name in sorted(wanted.pop("", ()))]
    return [*plain, *(f"from {source} import {', '.join(sorted(names))}" for source, names in sorted(wanted.items()))]
