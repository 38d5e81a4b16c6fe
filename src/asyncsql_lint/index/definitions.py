"""What a project defines: modules, classes, functions. Compared by identity; each exists once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import blocks


@dataclass(eq=False, slots=True)
class ModuleInfo:
    """A module: where it lies, what it is called from its root, its facts and the statements that bind each name."""

    path: str
    name: str
    facts: f.ModuleFacts
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[f.ImportFrom] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class ClassInfo:
    """A class: `members` are the statements in its body that bind each name, `owner` the class around it."""

    module: ModuleInfo
    node: f.Class
    qualname: str
    members: dict[str, list[Binding]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.node.name

    def __repr__(self) -> str:
        return f"<class {self.qualname}>"


@dataclass(eq=False, slots=True)
class FunctionInfo:
    """A function or method; `owner` is the class that it is written in."""

    module: ModuleInfo
    node: f.Function
    qualname: str
    owner: ClassInfo | None = None

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.node.name

    def __repr__(self) -> str:
        return f"<function {self.qualname}>"


@dataclass(frozen=True, slots=True)
class Target:
    """A name bound by `value`, or by unpacking it (`unpacked`), iterating over it (`iterated`) or entering it."""

    value: f.Expr | None
    annotation: f.Expr | None
    how: str
    site: int


Binding: TypeAlias = "ClassInfo | FunctionInfo | f.ImportName | f.ImportFrom | Target"


@dataclass(frozen=True, slots=True)
class ExternalName:
    """A name that no file of the project defines, such as `sqlalchemy.orm.relationship`."""

    name: str


def collect(
    body: tuple[f.Stmt, ...], module: ModuleInfo, prefix: str, owner: ClassInfo | None
) -> tuple[dict[str, list[Binding]], list[f.ImportFrom]]:
    """The bindings of each name in a module's or class's body, also in blocks; and its `import *`."""
    table: dict[str, list[Binding]] = {}
    stars: list[f.ImportFrom] = []
    _collect(body, module, prefix, owner, table, stars)
    return table, stars


def _collect(
    body: tuple[f.Stmt, ...],
    module: ModuleInfo,
    prefix: str,
    owner: ClassInfo | None,
    table: dict[str, list[Binding]],
    stars: list[f.ImportFrom],
) -> None:
    for statement in body:
        for name, binding in _bindings(statement, module, prefix, owner, stars):
            table.setdefault(name, []).append(binding)
        for block in blocks(statement):
            _collect(block, module, prefix, owner, table, stars)


def _bindings(
    statement: f.Stmt, module: ModuleInfo, prefix: str, owner: ClassInfo | None, stars: list[f.ImportFrom]
) -> list[tuple[str, Binding]]:
    match statement:
        case f.Function():
            return [(statement.name, FunctionInfo(module, statement, prefix + statement.name, owner))]
        case f.Class():
            info = ClassInfo(module, statement, prefix + statement.name)
            info.members, _ = collect(statement.body, module, f"{info.qualname}.", info)
            return [(statement.name, info)]
        case f.ImportName():
            return [(statement.asname or statement.module.partition(".")[0], statement)]
        case f.ImportFrom():
            if statement.name == "*":
                stars.append(statement)
                return []
            return [(statement.asname or statement.name, statement)]
        case f.Assign():
            return [
                pair for target in statement.targets for pair in _targets(target, statement.value, None, statement.at)
            ]
        case f.AnnAssign():
            return _targets(statement.target, statement.value, statement.annotation, statement.at)
        case f.With():
            return [
                pair
                for item in statement.items
                if item.target is not None
                for pair in _targets(item.target, item.context, None, item.at, "entered")
            ]
        case f.For():
            return _targets(statement.target, statement.iter, None, statement.at, "iterated")
        case _:
            return []


def _targets(
    target: f.Expr, value: f.Expr | None, annotation: f.Expr | None, site: int, how: str = "assigned"
) -> list[tuple[str, Binding]]:
    if isinstance(target, f.Name):
        return [(target.id, Target(value, annotation, how, site))]
    if isinstance(target, f.Sequence):
        return [pair for item in target.items for pair in _targets(item, value, None, site, "unpacked")]
    return []
