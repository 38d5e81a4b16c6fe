"""How a class or function of another module is written at one place of a file; what must be imported for it."""

from __future__ import annotations

from collections import defaultdict
from typing import cast

import libcst as cst

from asyncsql_lint.edits.bindings import Binding, Bindings, Imported
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.names import Names


class Speller:
    """Spells names for the code at the node `at`, and notes in `wanted` which of them are yet to be imported."""

    __slots__ = ("_bindings", "_names", "at", "document", "wanted")

    def __init__(self, document: Document, bindings: Bindings, names: Names, at: cst.CSTNode) -> None:
        self.document = document
        self.at = at
        self.wanted: dict[str, set[str]] = defaultdict(set)
        self._names = names
        self._bindings = bindings

    def meaning(self, written: str) -> str | None:
        """The full name of a dotted name as it is written at the top level of the file."""
        return self._names.meaning(self.document.path, written)

    def bindings(self, name: str) -> list[Binding]:
        """What `name` may refer to here."""
        return self._bindings.visible(name, self.at)

    def library(self, module: str, name: str) -> str:
        """The text for `name` of an installed library's `module`."""
        written = self._written(module, name)
        if written is not None:
            return written
        self._must_be_free(module, name)
        self.wanted[module].add(name)
        return name

    def owner(self, module: str, name: str) -> str:
        """The text for the class `name` of the project's `module`."""
        written = self._written(module, name)
        if written is not None:
            return written
        if self._typing_only(module, name):
            raise Unwritable(f"{name} is imported for type checkers alone, most likely because of a circle of imports")
        self._must_be_free(module, name)
        self.wanted[self._importable_from(module, name)].add(name)
        return name

    def _written(self, module: str, name: str) -> str | None:
        """How the file can write it with what it has: by its own name, else through a module."""
        imports = [b for b in self._bindings.imports(self.at) if b.imported is not None and not b.imported.typing_only]
        usable = [b for b in imports if self._is_alone(b)]
        for read in (self._directly, self._through):
            for binding in usable:
                written = read(cast("Imported", binding.imported), module, name)
                if written is not None:
                    return written
        return self._defined_here(module, name)

    def _directly(self, imported: Imported, module: str, name: str) -> str | None:
        """The name that an import of the thing itself has bound."""
        full = f"{module}.{name}"
        if imported.target == full or (imported.name is not None and self.meaning(imported.bound) == full):
            return imported.bound
        return None

    def _through(self, imported: Imported, module: str, name: str) -> str | None:
        """The dotted name, when an import gives a module that has it."""
        inside = f"{imported.bound}.{name}"
        return inside if imported.target == module or self.meaning(inside) == f"{module}.{name}" else None

    def _defined_here(self, module: str, name: str) -> str | None:
        for binding in self.bindings(name):
            if not isinstance(binding.node, cst.ClassDef) or self.meaning(name) != f"{module}.{name}":
                continue
            if self._is_alone(binding) and self._bindings.before(binding, self.at):
                return name
        return None

    def _is_alone(self, binding: Binding) -> bool:
        """Whether nothing else may be meant by the name of `binding`; `import a.b` and `import a.c` go together."""
        return all(_agree(binding, other) for other in self.bindings(binding.name))

    def _typing_only(self, module: str, name: str) -> bool:
        full = f"{module}.{name}"
        return any(
            b.imported is not None and (b.imported.target == full or self.meaning(b.imported.bound) == full)
            for b in self.bindings(name)
        )

    def _must_be_free(self, module: str, name: str) -> None:
        for binding in self.bindings(name):
            imported = binding.imported
            if imported is None or not imported.typing_only or imported.target != f"{module}.{name}":
                raise Unwritable(f"{name} means something else here")

    def _importable_from(self, module: str, name: str) -> str:
        """The module to import `name` from: one that the file imports from already, else its own."""
        full, path = f"{module}.{name}", self.document.path
        for binding in self._bindings.imports(self.at):
            imported = binding.imported
            if imported is None or imported.name is None or imported.typing_only:
                continue
            if imported.module == module or self._names.importable(path, imported.module, name) == full:
                break
        else:
            imported = Imported(module, name, name, False)
        if self._names.importable(path, imported.module, name) != full:
            raise Unwritable(f"{name} cannot be imported here")
        return imported.module


def _agree(one: Binding, other: Binding) -> bool:
    if one.node is other.node:
        return True
    if one.imported is None or other.imported is None:
        return False
    if one.imported.target == other.imported.target:
        return True
    return _is_plain(one.imported) and _is_plain(other.imported)


def _is_plain(imported: Imported) -> bool:
    """`import a.b` without `as`, which binds `a` as `import a.c` does."""
    return imported.name is None and imported.bound == imported.module
