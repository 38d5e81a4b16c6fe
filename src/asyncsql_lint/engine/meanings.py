"""What names mean in a file, as the edits ask it of the index."""

from __future__ import annotations

from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, ModuleInfo
from asyncsql_lint.index.project import Definition, ProjectIndex
from asyncsql_lint.libraries.names import canonical
from asyncsql_lint.syntax import facts as f

MOST_MODULES = 200
"""Modules that are looked through for a circle of imports; beyond, none is seen."""


class Meanings:
    """Answers about names, for `edits`."""

    def __init__(self, index: ProjectIndex) -> None:
        self._index = index

    def meaning(self, path: str, dotted: str) -> str | None:
        """The full name of what `dotted` means at the top level of the file, or None."""
        module = self._index.modules.get(path)
        if module is None:
            return None
        first, *rest = dotted.split(".")
        found = self._index.lookup(module, first)
        for name in rest:
            found = tuple(d for one in found for d in self._index.attribute(one, name))
        return full_name(found[0]) if len(found) == 1 else None

    def importable(self, path: str, module: str, name: str) -> str | None:
        """The full name of what `from module import name` imports into the file; None if it would close a circle."""
        importer = self._index.modules.get(path)
        if importer is None:
            return None
        level = len(module) - len(module.lstrip("."))
        node = f.ImportFrom(0, module[level:], level, name, None)
        found = self._index.imported(importer, node)
        if len(found) != 1 or isinstance(found[0], ExternalName):
            is_external = level == 0 and bool(found) and isinstance(found[0], ExternalName)
            return canonical(f"{module}.{name}") if is_external else None
        owner = getattr(found[0], "module", None)
        if isinstance(owner, ModuleInfo) and self._imports(owner, importer, set()):
            return None
        return full_name(found[0])

    def _imports(self, module: ModuleInfo, wanted: ModuleInfo, seen: set[str]) -> bool:
        """Whether importing `module` imports `wanted`, directly or not."""
        if module is wanted:
            return True
        if module.path in seen or len(seen) > MOST_MODULES:
            return False
        seen.add(module.path)
        for bindings in module.bindings.values():
            for binding in bindings:
                if isinstance(binding, f.ImportFrom):
                    for found in self._index.imported(module, binding):
                        owner = found if isinstance(found, ModuleInfo) else getattr(found, "module", None)
                        if isinstance(owner, ModuleInfo) and self._imports(owner, wanted, seen):
                            return True
        return False


def full_name(definition: Definition) -> str | None:
    """`app.models.Order` for a class, a function or a module of the project; the canonical name for a library's."""
    match definition:
        case ClassInfo() | FunctionInfo():
            return f"{definition.module.name}.{definition.qualname}"
        case ModuleInfo():
            return definition.name
        case ExternalName():
            return definition.name
        case _:
            return None
