"""Which fixture of pytest a parameter names: that of the class, of the module, of the nearest `conftest.py`.

It is the test that decides: a fixture that asks for another gets the one that is nearest to the test. Only one that
asks for its own name gets the next one outside of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.index.modules import is_test_file
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.libraries import pytest_fixtures as table
from asyncsql_lint.syntax import facts as f

_FARTHEST = 12
"""Modules that import one another's fixtures with a star or name them as plugins."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A fixture: `name` is what its decorator calls it, empty when it goes by the name that it is bound to.

    `is_own` tells that each test gets one of its own, `is_used` that all get it, asked for or not.
    """

    function: FunctionInfo
    name: str
    is_own: bool
    is_used: bool


class Fixtures:
    """The fixtures of a project."""

    def __init__(self, index: ProjectIndex) -> None:
        self._index = index
        self._fixtures: dict[FunctionInfo, Fixture | None] = {}
        self._tables: dict[ModuleInfo, dict[str, list[Fixture]]] = {}
        self._around: dict[ModuleInfo, list[ModuleInfo]] = {}
        self._seen: dict[tuple[ModuleInfo, ClassInfo | None], list[dict[str, list[Fixture]]]] = {}
        self._used: dict[tuple[ModuleInfo, ClassInfo | None], list[str]] = {}

    def of(self, info: FunctionInfo) -> Fixture | None:
        """The fixture that a function is, if it is one."""
        if info not in self._fixtures:
            found = (self._declared(info, d) for d in info.node.decorators)
            self._fixtures[info] = next((one for one in found if one is not None), None)
        return self._fixtures[info]

    def is_test(self, info: FunctionInfo) -> bool:
        """Whether pytest takes a function for a test, and gives it fixtures."""
        path, owner = info.module.path, info.owner
        if not info.name.startswith(table.TESTS) or not (is_test_file(path) or path.endswith("_test.py")):
            return False
        if owner is None:
            return info.qualname == info.name
        return owner.name.startswith(table.TEST_CLASSES) and not self._index.externals(owner) & table.UNITTEST

    def find(self, name: str, test: FunctionInfo, asking: FunctionInfo) -> Fixture | None:
        """The fixture that `asking`, for the sake of `test`, gets for the parameter `name`; None when nobody knows."""
        around = [visible[name] for visible in self._visible(test) if name in visible]
        own = next((n for n, found in enumerate(around) if any(one.function is asking for one in found)), -1)
        outside = around[own + 1 :]
        return outside[0][0] if outside and len(outside[0]) == 1 else None

    def used(self, test: FunctionInfo) -> list[Fixture]:
        """The fixtures that a test gets without asking: those of `autouse`, outermost first, and of `usefixtures`."""
        key = (test.module, test.owner)
        if key not in self._used:
            tables = reversed(self._visible(test))
            self._used[key] = [n for t in tables for n, found in t.items() if any(one.is_used for one in found)]
        names = dict.fromkeys([*self._used[key], *self._marked(test)])
        found = (self.find(name, test, test) for name in names)
        return [one for one in found if one is not None]

    def given(self, test: FunctionInfo) -> frozenset[str] | None:
        """The parameters of a test that others than fixtures give; None when that cannot be told."""
        names: set[str] = set()
        for module in self._modules(test.module):
            if table.GENERATES in module.bindings:
                return None
        for call in self._marks(test, table.PARAMETRIZE):
            told = _names(call.args[0]) if call.args else None
            if told is None:
                return None
            if not any(k.name == "indirect" for k in call.keywords):
                names |= told
        patches = sum(self._patches(d, test.module) for d in test.node.decorators)
        own = [p.name for p in test.node.params if test.owner is None or p is not test.node.params[0]]
        return frozenset(names | set(own[:patches]) | {p.name for p in test.node.params if p.default is not None})

    # -- where fixtures are

    def _visible(self, test: FunctionInfo) -> list[dict[str, list[Fixture]]]:
        """The fixtures that a test can have, by name: the nearest first."""
        key = (test.module, test.owner)
        if key not in self._seen:
            own = [self._of_class(test.owner)] if test.owner is not None else []
            self._seen[key] = [*own, *map(self._of_module, self._modules(test.module))]
        return self._seen[key]

    def _modules(self, module: ModuleInfo) -> list[ModuleInfo]:
        """A module of tests, the `conftest.py` beside and above it, and what they name as plugins."""
        if module not in self._around:
            self._around[module] = self._find_modules(module)
        return self._around[module]

    def _find_modules(self, module: ModuleInfo) -> list[ModuleInfo]:
        folder = module.path.rpartition("/")[0]
        chain = [module]
        while folder:
            found = self._index.modules.get(f"{folder}/{table.SHARED}")
            if found is not None and found is not module:
                chain.append(found)
            folder = folder.rpartition("/")[0]
        plugins = [plugin for one in chain for plugin in self._plugins(one)]
        return list(dict.fromkeys([*chain, *plugins]))

    def _plugins(self, module: ModuleInfo) -> Iterator[ModuleInfo]:
        for binding in module.bindings.get(table.PLUGINS, ()):
            if isinstance(binding, Target) and binding.value is not None:
                for name in sorted(_names(binding.value) or ()):
                    found = self._index.module(module, name)
                    if found is not None:
                        yield found

    def _of_class(self, info: ClassInfo) -> dict[str, list[Fixture]]:
        out: dict[str, list[Fixture]] = {}
        for owner in reversed(self._index.mro(info)):
            out |= self._sorted((name, b) for name, bs in owner.members.items() for b in bs)
        return out

    def _of_module(self, module: ModuleInfo, far: int = 0) -> dict[str, list[Fixture]]:
        """The fixtures that a module has: its own, and those that it imports."""
        found = self._tables.get(module)
        if found is None:
            self._tables[module] = {}  # modules that import each other end here
            out: dict[str, list[Fixture]] = {}
            for other in self._index.starred(module) if far < _FARTHEST else ():
                out |= self._of_module(other, far + 1)
            meant = ((name, d) for name in module.bindings for d in self._index.lookup(module, name))
            found = self._tables[module] = out | self._sorted(meant)
        return found

    def _sorted(self, definitions: Iterable[tuple[str, object]]) -> dict[str, list[Fixture]]:
        """The fixtures among some definitions, by the names that they go by."""
        out: dict[str, list[Fixture]] = {}
        for name, info in dict.fromkeys(definitions):
            fixture = self.of(info) if isinstance(info, FunctionInfo) else None
            if fixture is not None:
                out.setdefault(fixture.name or name, []).append(fixture)
        return out

    # -- what decorators say

    def _declared(self, info: FunctionInfo, decorator: f.Expr) -> Fixture | None:
        call = decorator if isinstance(decorator, f.Call) else None
        if not self._is(decorator if call is None else call.func, info.module, table.DECORATORS):
            return None
        told = {k.name: k.value for k in call.keywords} if call is not None else {}
        name, scope, used = told.get("name"), told.get("scope"), told.get("autouse")
        is_own = scope is None or (isinstance(scope, f.Const) and scope.value == table.SCOPE)
        own = name.value if isinstance(name, f.Const) and isinstance(name.value, str) else ""
        return Fixture(info, own, is_own, isinstance(used, f.Const) and used.value is True)

    def _is(self, expression: f.Expr, module: ModuleInfo, names: frozenset[str]) -> bool:
        return any(isinstance(d, ExternalName) and d.name in names for d in self._index.resolve(module, expression))

    def _patches(self, decorator: f.Expr, module: ModuleInfo) -> bool:
        """Whether a decorator gives its function a mock."""
        if not isinstance(decorator, f.Call) or not self._is(decorator.func, module, table.PATCHES):
            return False
        places = 3 if isinstance(decorator.func, f.Attr) and decorator.func.name == "object" else 2
        return len(decorator.args) < places and not any(k.name == "new" for k in decorator.keywords)

    def _marked(self, test: FunctionInfo) -> list[str]:
        """The names in `@pytest.mark.usefixtures("a", "b")`."""
        calls = self._marks(test, table.USE)
        return [a.value for c in calls for a in c.args if isinstance(a, f.Const) and isinstance(a.value, str)]

    def _marks(self, test: FunctionInfo, name: str) -> Iterator[f.Call]:
        """The calls of a mark that count for a test: on itself, on its classes, and in the `pytestmark` around it."""
        module = test.module
        owners = self._index.mro(test.owner) if test.owner is not None else ()
        marks = [*test.node.decorators, *(d for owner in owners for d in owner.node.decorators)]
        tables = (module.bindings, *(owner.members for owner in owners))
        for binding in (b for one in tables for b in one.get(table.MARKS, ())):
            value = binding.value if isinstance(binding, Target) else None
            marks += value.items if isinstance(value, f.Sequence) else [value] if value is not None else []
        for mark in marks:
            if isinstance(mark, f.Call) and self._is(mark.func, module, frozenset({name})):
                yield mark


def _names(expression: f.Expr) -> set[str] | None:
    """The names in `"a, b"` or `["a", "b"]`; None when they cannot be read."""
    items = expression.items if isinstance(expression, f.Sequence) else (expression,)
    names: set[str] = set()
    for item in items:
        if not isinstance(item, f.Const) or not isinstance(item.value, str):
            return None
        names |= {part.strip() for part in item.value.split(",")}
    return names
