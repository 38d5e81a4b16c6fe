"""The project index: what a name means in a module, what a class inherits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from asyncsql_lint.index.definitions import (
    Binding,
    ClassInfo,
    ExternalName,
    FunctionInfo,
    ModuleInfo,
    Target,
    collect,
)
from asyncsql_lint.index.modules import ModuleMap
from asyncsql_lint.libraries.names import canonical
from asyncsql_lint.syntax import facts as f

Definition: TypeAlias = "ClassInfo | FunctionInfo | ModuleInfo | ExternalName | tuple[ModuleInfo, Target]"

_DEPTH = 40
"""How many imports or base classes are followed before a chain counts as endless."""


class ProjectIndex:
    """Answers what names and classes of the project mean. Built from all modules' facts, read-only afterwards."""

    def __init__(self, facts: Mapping[str, f.ModuleFacts], roots: Iterable[str]) -> None:
        self._map = ModuleMap(facts, roots)
        self.modules: dict[str, ModuleInfo] = {}
        for path in sorted(facts):
            module = ModuleInfo(path, self._map.name_of(path), facts[path])
            module.bindings, module.stars = collect(facts[path].body, module, "", None)
            self.modules[path] = module
        self._names: dict[tuple[ModuleInfo, str], tuple[Definition, ...]] = {}
        self._bases: dict[ClassInfo, tuple[tuple[Definition, f.Expr], ...]] = {}
        self._mro: dict[ClassInfo, tuple[ClassInfo, ...]] = {}
        self._externals: dict[ClassInfo, frozenset[str]] = {}
        self._subclasses: dict[ClassInfo, list[ClassInfo]] | None = None

    # -- names

    def lookup(self, module: ModuleInfo, name: str) -> tuple[Definition, ...]:
        """What `name` means at the top of `module`: all definitions, through imports; empty when unknown."""
        key = (module, name)
        found = self._names.get(key)
        if found is None:
            self._names[key] = ()  # an import cycle ends here
            found = self._lookup(module, name)
            self._names[key] = found
        return found

    def _lookup(self, module: ModuleInfo, name: str) -> tuple[Definition, ...]:
        out: list[Definition] = []
        for binding in module.bindings.get(name, ()):
            out += self._definitions(module, binding)
        if out:
            return tuple(dict.fromkeys(out))
        for star in module.stars:
            path = self._map.resolve(module.path, star.module, star.level)
            if path is None:
                if star.level == 0 and canonical(f"{star.module}.{name}") != f"{star.module}.{name}":
                    return (ExternalName(canonical(f"{star.module}.{name}")),)
            elif path in self.modules and (found := self.lookup(self.modules[path], name)):
                return found
        return ()

    def _definitions(self, module: ModuleInfo, binding: Binding) -> tuple[Definition, ...]:
        match binding:
            case ClassInfo() | FunctionInfo():
                return (binding,)
            case Target():
                return ((module, binding),)
            case f.ImportName():
                return self._module(module, binding)
            case f.ImportFrom():
                return self.imported(module, binding)

    def _module(self, module: ModuleInfo, node: f.ImportName) -> tuple[Definition, ...]:
        name = node.module if node.asname else node.module.partition(".")[0]
        path = self._map.resolve(module.path, name, 0)
        if path is None:
            return (ExternalName(canonical(name)),)
        return (self.modules[path],) if path in self.modules else (ExternalName(path),)

    def imported(self, module: ModuleInfo, node: f.ImportFrom) -> tuple[Definition, ...]:
        """What `from x import y`, written in `module`, binds."""
        path = self._map.resolve(module.path, node.module, node.level)
        if path is None:
            return (ExternalName(canonical(f"{node.module}.{node.name}")),) if node.level == 0 else ()
        if path in self.modules and path != module.path:
            found = self.lookup(self.modules[path], node.name)
            if found:
                return found
        sub = self._map.submodule(path, node.name)
        if sub is None:
            return ()
        return (self.modules[sub],) if sub in self.modules else (ExternalName(sub),)

    def imported_module(self, module: ModuleInfo, node: f.ImportName) -> tuple[Definition, ...]:
        """What `import x`, written in a function of `module`, binds."""
        return self._module(module, node)

    def module(self, importer: ModuleInfo, name: str) -> ModuleInfo | None:
        """The module of the project that the dotted `name` means in a module."""
        path = self._map.resolve(importer.path, name, 0)
        return self.modules.get(path) if path is not None else None

    def starred(self, module: ModuleInfo) -> Iterable[ModuleInfo]:
        """The modules of the project from which a module imports everything."""
        paths = (self._map.resolve(module.path, star.module, star.level) for star in module.stars)
        return [self.modules[path] for path in paths if path in self.modules]

    def attribute(self, definition: Definition, name: str) -> tuple[Definition, ...]:
        """What `definition.name` means for modules, classes and libraries."""
        match definition:
            case ModuleInfo():
                found = self.lookup(definition, name)
                if found:
                    return found
                sub = self._map.submodule(definition.path, name)
                return (self.modules[sub],) if sub is not None and sub in self.modules else ()
            case ClassInfo():
                owner, bindings = self.member(definition, name)
                return tuple(d for b in bindings for d in self._definitions(owner.module, b)) if owner else ()
            case ExternalName() if definition.name.startswith("/"):
                sub = self._map.submodule(definition.name, name)
                return (self.modules[sub],) if sub in self.modules else ((ExternalName(sub),) if sub else ())
            case ExternalName():
                return (ExternalName(canonical(f"{definition.name}.{name}")),)
            case _:
                return ()

    def resolve(self, module: ModuleInfo, expression: f.Expr, scope: ClassInfo | None = None) -> tuple[Definition, ...]:
        """What a dotted name means at the top of `module`, or in the body of the class `scope`."""
        match expression:
            case f.Name():
                if scope is not None and expression.id in scope.members:
                    return tuple(d for b in scope.members[expression.id] for d in self._definitions(module, b))
                return self.lookup(module, expression.id)
            case f.Attr():
                found = self.resolve(module, expression.value, scope)
                return tuple(d for one in found for d in self.attribute(one, expression.name))
            case f.Sub():
                return self.resolve(module, expression.value, scope)
            case _:
                return ()

    def class_named(self, module: ModuleInfo, name: str) -> ClassInfo | None:
        """The class called `name` as `relationship("name")` in `module` finds it: here, imported, or unique by name."""
        last = name.rpartition(".")[2]
        for definition in self.lookup(module, last):
            if isinstance(definition, ClassInfo):
                return definition
        candidates = self.classes_by_name().get(last, [])
        return self._nearest(module, candidates)

    def _nearest(self, module: ModuleInfo, candidates: list[ClassInfo]) -> ClassInfo | None:
        """Of several classes of one name, the only one whose file shares the longest path with `module`."""
        if len(candidates) <= 1:
            return candidates[0] if candidates else None

        def shared(one: ClassInfo) -> int:
            mine, other = module.path.split("/"), one.module.path.split("/")
            return next((i for i, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), len(mine))

        scores = sorted(((shared(c), i) for i, c in enumerate(candidates)), reverse=True)
        return candidates[scores[0][1]] if scores[0][0] > scores[1][0] else None

    def classes_by_name(self) -> dict[str, list[ClassInfo]]:
        """Every class of the project by its own name."""
        if not hasattr(self, "_by_name"):
            table: dict[str, list[ClassInfo]] = {}
            for info in self.classes():
                table.setdefault(info.name, []).append(info)
            self._by_name = table
        return self._by_name

    def classes(self) -> Iterable[ClassInfo]:
        """Every class at the top of a module or in another class."""
        for module in self.modules.values():
            stack = [b for bs in module.bindings.values() for b in bs]
            while stack:
                binding = stack.pop()
                if isinstance(binding, ClassInfo):
                    yield binding
                    stack += [b for bs in binding.members.values() for b in bs]

    # -- classes

    def bases(self, info: ClassInfo) -> tuple[tuple[Definition, f.Expr], ...]:
        """The bases of a class with the expressions that name them (`Repo[User]`)."""
        found = self._bases.get(info)
        if found is None:
            found = tuple(
                (definition, expression)
                for expression in info.node.bases
                for definition in self.resolve(info.module, expression)[:1]
                if definition is not info
            )
            self._bases[info] = found
        return found

    def parents(self, info: ClassInfo) -> list[ClassInfo]:
        """The classes of the project that `info` names as its bases."""
        return [parent for definition, _ in self.bases(info) for parent in self._parents(definition)]

    def mro(self, info: ClassInfo) -> tuple[ClassInfo, ...]:
        """The classes of the project that `info` inherits from, itself first, in the order of attribute look-up."""
        found = self._mro.get(info)
        if found is None:
            self._mro[info] = (info,)  # a class that inherits from itself ends here
            found = self._linear(info)
            self._mro[info] = found
        return found

    def _linear(self, info: ClassInfo) -> tuple[ClassInfo, ...]:
        """Depth first, and of what comes twice the last: Python's order for all but contrived hierarchies."""
        chain = [c for parent in self.parents(info) for c in self.mro(parent) if c is not info]
        last = {c: i for i, c in enumerate(chain)}
        return (info, *(c for i, c in enumerate(chain) if last[c] == i))

    def _parents(self, definition: Definition) -> list[ClassInfo]:
        """The classes that a base stands for: `declarative_base(cls=PreBase)` makes one that inherits from PreBase."""
        found = self._class_of(definition)
        if found is not None:
            return [found]
        call = definition[1].value if isinstance(definition, tuple) else None
        if not isinstance(definition, tuple) or not isinstance(call, f.Call):
            return []
        if "sqlalchemy.declarative_base()" not in self._external(definition):
            return []
        given = next((k.value for k in call.keywords if k.name == "cls"), None)
        parts = given.items if isinstance(given, f.Sequence) else (given,) if given is not None else ()
        resolved = [d for part in parts for d in self.resolve(definition[0], part)[:1]]
        return [parent for d in resolved if (parent := self._class_of(d)) is not None]

    def _class_of(self, definition: Definition, depth: int = 0) -> ClassInfo | None:
        """The class behind a definition; `Alias = Class` is followed."""
        if isinstance(definition, ClassInfo):
            return definition
        if isinstance(definition, tuple) and depth < _DEPTH:
            module, target = definition
            if target.value is not None and target.how == "assigned":
                for found in self.resolve(module, target.value):
                    if found != definition and (info := self._class_of(found, depth + 1)) is not None:
                        return info
        return None

    def externals(self, info: ClassInfo) -> frozenset[str]:
        """The canonical names of the library classes that `info` inherits from, directly or not.

        A base made by a call of a library (`declarative_base()`) stands as that call's name with `()`.
        """
        found = self._externals.get(info)
        if found is None:
            self._externals[info] = frozenset()  # a class that inherits from itself ends here
            own = frozenset(name for definition, _ in self.bases(info) for name in self._external(definition))
            found = own.union(*(self.externals(parent) for parent in self.parents(info)))
            self._externals[info] = found
        return found

    def _external(self, definition: Definition, depth: int = 0) -> tuple[str, ...]:
        if isinstance(definition, ExternalName):
            return (definition.name,)
        if not isinstance(definition, tuple) or depth > _DEPTH:
            return ()
        module, target = definition
        value = target.value
        if isinstance(value, f.Call):
            return tuple(f"{n}()" for d in self.resolve(module, value.func) for n in self._callable_name(d))
        if value is None:
            return ()
        return tuple(n for d in self.resolve(module, value) if d != definition for n in self._external(d, depth + 1))

    def _callable_name(self, definition: Definition) -> tuple[str, ...]:
        """`registry().generate_base` and `declarative_base` by name."""
        if isinstance(definition, ExternalName):
            return (definition.name,)
        return ()

    def member(self, info: ClassInfo, name: str) -> tuple[ClassInfo | None, list[Binding]]:
        """The class in the order of look-up that defines `name`, and how."""
        for owner in self.mro(info):
            bindings = owner.members.get(name)
            if bindings:
                return owner, bindings
        return None, []

    def method(self, info: ClassInfo, name: str) -> FunctionInfo | None:
        """The method `name` of a class, its own or inherited; of a property the getter."""
        _, bindings = self.member(info, name)
        for binding in reversed(bindings):
            if isinstance(binding, FunctionInfo) and not _adds_to_property(binding):
                return binding
        return None

    def inherits(self, info: ClassInfo, name: str) -> bool:
        """Whether `info` inherits from the library class with the canonical name `name`."""
        return name in self.externals(info)

    def is_closed(self, info: ClassInfo) -> bool:
        """Whether every base of a class is known, so that what it does not inherit it does not have."""
        return all(len(self.bases(c)) == len(c.node.bases) for c in self.mro(info))

    def is_subclass(self, info: ClassInfo, other: ClassInfo) -> bool:
        """Whether `info` is `other` or inherits from it."""
        return other in self.mro(info)

    def subclasses(self, info: ClassInfo) -> list[ClassInfo]:
        """The classes that inherit from `info`, in the order of the project's files."""
        if self._subclasses is None:
            table: dict[ClassInfo, list[ClassInfo]] = {}
            for one in self.classes():
                for parent in self.mro(one)[1:]:
                    table.setdefault(parent, []).append(one)
            self._subclasses = table
        return self._subclasses.get(info, [])


def _adds_to_property(function: FunctionInfo) -> bool:
    """Whether a function is the setter or deleter of the property of its name: `@name.setter`."""
    return any(
        isinstance(decorator, f.Attr)
        and decorator.name in {"setter", "deleter"}
        and isinstance(decorator.value, f.Name)
        and decorator.value.id == function.name
        for decorator in function.node.decorators
    )
