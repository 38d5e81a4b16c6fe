"""Which functions can have to do with a database at all: the others are not analysed for themselves.

By words: a function matters when it mentions a name of the libraries or a model, or something of the project that
matters: what a name at the top of its module means, a method of a class that it names or belongs to, or an attribute
that few classes and modules have. A function that does not may still be given a session or an ORM object; it is then
analysed with that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from asyncsql_lint.index.definitions import Binding, ClassInfo, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.project import Definition, ProjectIndex
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

TRIGGERS = frozenset(
    """
    AsyncSession async_sessionmaker create_async_engine AsyncEngine AsyncConnection async_scoped_session sessionmaker
    create_engine scoped_session execute scalars scalar scalar_one scalar_one_or_none commit rollback run_sync
    stream_scalars begin_nested expire_all expunge awaitable_attrs sync_session sync_engine selectinload joinedload
    subqueryload async_session sqlmodel sqlalchemy listens_for listen create_all drop_all async_engine_from_config
    get_one add_all
    """.split()
)
"""Words of SQLAlchemy and SQLModel that few others use."""

COMMON = frozenset(
    """
    get add update pop keys values items append run close delete create main setup start stop init send list find
    save load read write open process handle wrapper decorator inner call data value count filter all first one copy
    set remove clear insert index sort extend join split format encode decode name id type execute
    """.split()
)
"""Names of methods that say nothing about whose they are."""

PROPERTIES = frozenset({"property", "cached_property", "hybrid_property", "computed_field"})
"""Decorators under which a method runs when an attribute is read."""

FEW = 6
"""A method's name leads to its definitions when there are no more of them than this."""

_Key: TypeAlias = "FunctionInfo | ClassInfo | tuple[str, str]"


class Relevance:
    """Answers whether a function can matter."""

    def __init__(self, index: ProjectIndex, models: Models) -> None:
        self._index = index
        self._models = models
        self._named: dict[str, list[_Key]] = {}
        self._functions: set[str] = set()
        self._callers: dict[_Key, list[_Key]] = {}
        self._found: set[_Key] = set()
        for module in index.modules.values():
            self._name(module.bindings)
        for module in index.modules.values():
            self._define(module, module.bindings, None)
        self._spread()

    def of(self, function: FunctionInfo) -> bool:
        """Whether a function mentions anything that can matter. Nested functions and lambdas always do."""
        return function in self._found or function not in self._callers

    def _name(self, bindings: dict[str, list[Binding]]) -> None:
        for name, found in bindings.items():
            for binding in found:
                if isinstance(binding, FunctionInfo):
                    self._functions.add(name)
                if isinstance(binding, (FunctionInfo, ClassInfo)) and name not in COMMON:
                    self._named.setdefault(name, []).append(binding)
                if isinstance(binding, ClassInfo):
                    self._name(binding.members)

    def _define(self, module: ModuleInfo, bindings: dict[str, list[Binding]], owner: ClassInfo | None) -> None:
        """Note what each definition mentions; what mentions a trigger matters at once."""
        for name, found in bindings.items():
            for binding in found:
                match binding:
                    case FunctionInfo(node=node):
                        outside = words_of(*signature(node))
                        self._mention(binding, module, node.words | outside, node.attributes, node.called)
                        if owner is not None:
                            self._use(binding, owner, node.attributes)
                            self._used(binding, name, owner)
                    case ClassInfo():
                        self._mention(binding, module, words_of(*binding.node.bases))
                        if self._models.is_mapped(binding):
                            self._found.add(binding)
                        self._define(module, binding.members, binding)
                    case Target():
                        key = (module.path, name)
                        mentioned = words_of(binding.value, binding.annotation)
                        self._mention(key, module, mentioned, mentioned, mentioned)
                        if owner is not None:
                            self._callers.setdefault(key, []).append(owner)
                    case _:
                        pass

    def _mention(
        self,
        key: _Key,
        module: ModuleInfo,
        words: frozenset[str],
        attributes: frozenset[str] = frozenset(),
        called: frozenset[str] = frozenset(),
    ) -> None:
        """Note what `key` leads to: what its words mean in the module, and what is called as its attributes are."""
        self._callers.setdefault(key, [])
        if not TRIGGERS.isdisjoint(words):
            self._found.add(key)
            return
        for word in words:
            if word not in module.bindings and not module.stars:
                continue
            for definition in self._index.lookup(module, word):
                self._lead(key, definition, word, attributes)
        for name in called:
            named = self._named.get(name, ())
            if len(named) <= FEW:
                for other in named:
                    self._callers.setdefault(other, []).append(key)

    def _lead(self, key: _Key, definition: Definition, name: str, attributes: frozenset[str]) -> None:
        """Note that `key` leads to what a name means, and to what it takes of that."""
        match definition:
            case FunctionInfo():
                self._callers.setdefault(definition, []).append(key)
            case ClassInfo():
                self._callers.setdefault(definition, []).append(key)
                self._use(key, definition, attributes)
            case (ModuleInfo() as module, Target()):
                self._callers.setdefault((module.path, name), []).append(key)
            case _:
                pass

    def _use(self, key: _Key, info: ClassInfo, attributes: frozenset[str]) -> None:
        """Note which methods of a class are mentioned where the class is."""
        called = attributes & self._functions
        for one in self._index.mro(info) if called else ():
            for name in called & one.members.keys():
                for member in one.members[name]:
                    if isinstance(member, FunctionInfo):
                        self._callers.setdefault(member, []).append(key)

    def _used(self, method: FunctionInfo, name: str, owner: ClassInfo) -> None:
        """Note what a class does by being used: methods that Python calls, and properties."""
        if name.startswith("__") or (method.node.decorators and words_of(*method.node.decorators) & PROPERTIES):
            self._callers.setdefault(method, []).append(owner)

    def _spread(self) -> None:
        """All that leads to what matters, matters."""
        queue = list(self._found)
        while queue:
            for caller in self._callers.get(queue.pop(), ()):
                if caller not in self._found:
                    self._found.add(caller)
                    queue.append(caller)


def signature(node: f.Function) -> Iterator[f.Expr | None]:
    """The expressions in the annotations, defaults and decorators of a function."""
    for param in node.params:
        yield param.annotation
        yield param.default
    yield from node.decorators
    yield node.returns


def words_of(*expressions: f.Expr | None) -> frozenset[str]:
    """The names and attributes in some expressions."""
    nodes = [node for expression in expressions if expression is not None for node in inside(expression)]
    names = {node.id for node in nodes if isinstance(node, f.Name)}
    return frozenset(names | {node.name for node in nodes if isinstance(node, f.Attr)})
