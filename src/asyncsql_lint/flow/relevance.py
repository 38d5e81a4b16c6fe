"""Which functions can have to do with a database at all: the others are not analysed for themselves.

By words: a function matters when it mentions a name of the libraries or a model, or something of the project that
matters: what a name at the top of its module means, or a method that few classes have. A function that does not may
still be given a session or an ORM object; it is then analysed with that.
"""

from __future__ import annotations

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

FEW = 6
"""A method's name leads to its definitions when there are no more of them than this."""

_Key: TypeAlias = "FunctionInfo | ClassInfo | tuple[str, str]"


class Relevance:
    """Answers whether a function can matter."""

    def __init__(self, index: ProjectIndex, models: Models) -> None:
        self._index = index
        self._models = models
        self._by_name: dict[str, list[_Key]] = {}
        self._callers: dict[_Key, list[_Key]] = {}
        self._found: set[_Key] = set()
        modules = list(index.modules.values())
        for module in modules:
            self._name(module.bindings)
        for module in modules:
            self._define(module, module.bindings, None)
        self._spread()

    def of(self, function: FunctionInfo) -> bool:
        """Whether a function mentions anything that can matter. Nested functions and lambdas always do."""
        return function in self._found or function not in self._callers

    def _name(self, bindings: dict[str, list[Binding]]) -> None:
        for name, found in bindings.items():
            for binding in found:
                if isinstance(binding, (FunctionInfo, ClassInfo)) and name not in COMMON:
                    self._by_name.setdefault(name, []).append(binding)
                if isinstance(binding, ClassInfo):
                    self._name(binding.members)

    def _define(self, module: ModuleInfo, bindings: dict[str, list[Binding]], owner: ClassInfo | None) -> None:
        """Note what each definition mentions; what mentions a trigger matters at once."""
        for name, found in bindings.items():
            for binding in found:
                match binding:
                    case FunctionInfo():
                        self._mention(binding, module, binding.node.words | signature(binding.node))
                        if owner is not None:
                            self._callers.setdefault(binding, []).append(owner)
                    case ClassInfo():
                        self._mention(binding, module, words_of(*binding.node.bases))
                        if self._models.is_mapped(binding):
                            self._found.add(binding)
                        self._define(module, binding.members, binding)
                    case Target():
                        key = (module.path, name)
                        self._mention(key, module, words_of(binding.value, binding.annotation))
                        if owner is not None:
                            self._callers.setdefault(key, []).append(owner)
                    case _:
                        pass

    def _mention(self, key: _Key, module: ModuleInfo, words: frozenset[str]) -> None:
        self._callers.setdefault(key, [])
        if not TRIGGERS.isdisjoint(words):
            self._found.add(key)
            return
        for word in words:
            for other in self._meant(module, word):
                self._callers.setdefault(other, []).append(key)

    def _meant(self, module: ModuleInfo, word: str) -> list[_Key]:
        """What a word in a module may lead to."""
        if word in module.bindings:
            found = [k for d in self._index.lookup(module, word) for k in _key(d, word)]
            if found:
                return found
        named = self._by_name.get(word, [])
        return named if len(named) <= FEW else []

    def _spread(self) -> None:
        """All that leads to what matters, matters."""
        queue = list(self._found)
        while queue:
            for caller in self._callers.get(queue.pop(), ()):
                if caller not in self._found:
                    self._found.add(caller)
                    queue.append(caller)


def _key(definition: Definition, name: str) -> list[_Key]:
    match definition:
        case FunctionInfo() | ClassInfo():
            return [definition]
        case (ModuleInfo() as module, Target()):
            return [(module.path, name)]
        case _:
            return []


def signature(node: f.Function) -> frozenset[str]:
    """The names in the annotations, defaults and decorators of a function."""
    params = node.params
    return words_of(*(p.annotation for p in params), *(p.default for p in params), *node.decorators, node.returns)


def words_of(*expressions: f.Expr | None) -> frozenset[str]:
    """The names and attributes in some expressions."""
    nodes = [node for expression in expressions if expression is not None for node in inside(expression)]
    names = {node.id for node in nodes if isinstance(node, f.Name)}
    return frozenset(names | {node.name for node in nodes if isinstance(node, f.Attr)})
