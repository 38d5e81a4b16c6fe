"""Which functions can have to do with a database at all: the others are not analysed.

By words: a function that mentions neither a name of the libraries, nor a model, a relationship, a session's method,
nor (transitively) the name of a function or class that does, can do nothing of interest unless it is given a session
or an ORM object. Too many are kept this way, never too few: names that containers share (`get`, `add`) count only
together with others.
"""

from __future__ import annotations

from collections.abc import Iterable

from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.syntax import facts as f

TRIGGERS = frozenset(
    """
    AsyncSession async_sessionmaker create_async_engine AsyncEngine AsyncConnection async_scoped_session sessionmaker
    create_engine scoped_session Session Engine Connection execute scalars scalar scalar_one scalar_one_or_none commit
    rollback flush refresh run_sync stream_scalars begin_nested expire_all expunge merge awaitable_attrs sync_session
    sync_engine selectinload joinedload subqueryload async_session sqlmodel sqlalchemy listens_for create_all drop_all
    async_engine_from_config get_one add_all
    """.split()
)
"""Words of SQLAlchemy and SQLModel that few others use."""

COMMON = frozenset(
    """
    get add update pop keys values items append run close delete create main __init__ __call__ __aenter__ __aexit__
    __enter__ __exit__ __str__ __repr__ __iter__ __aiter__ __getattr__ __eq__ __hash__ setup start stop init name id
    send list find save load read write open process handle execute_ process_ wrapper decorator inner call data value
    count filter all first one copy set remove clear insert index sort extend join split format encode decode
    """.split()
)
"""Names that say nothing by themselves."""


class Relevance:
    """Answers whether a function can matter."""

    def __init__(self, index: ProjectIndex, models: Models) -> None:
        self._words = _relevant_words(index, models)

    def of(self, function: FunctionInfo) -> bool:
        """Whether a function mentions anything that can matter."""
        return self.of_node(function.node)

    def of_node(self, node: f.Function) -> bool:
        """The same for a function's facts. Lambdas have no words of their own and always count."""
        return not node.words or not self._words.isdisjoint(node.words) or not self._words.isdisjoint(signature(node))


def signature(node: f.Function) -> frozenset[str]:
    """The names in the annotations, defaults and decorators of a function."""
    return _words_of(*(p.annotation for p in node.params), *(p.default for p in node.params), *node.decorators, node.returns)


def _relevant_words(index: ProjectIndex, models: Models) -> frozenset[str]:
    """Triggers, models, relationships, what is made of them at the top of modules, and all that leads there."""
    words = set(TRIGGERS)
    holders: list[tuple[str, frozenset[str]]] = []
    for info in index.classes():
        if models.is_mapped(info):
            words.add(info.name)
            words.update(r.name for r in models.relationships(info))
    for module in index.modules.values():
        holders += _definitions(module)
    words -= COMMON
    waiting: dict[str, list[str]] = {}
    queue: list[str] = []
    for name, mentioned in holders:
        if words.isdisjoint(mentioned):
            for word in mentioned:
                waiting.setdefault(word, []).append(name)
        elif name not in words and name not in COMMON:
            words.add(name)
            queue.append(name)
    while queue:
        for name in waiting.pop(queue.pop(), ()):
            if name not in words and name not in COMMON:
                words.add(name)
                queue.append(name)
    return frozenset(words)


def _definitions(module: ModuleInfo) -> Iterable[tuple[str, frozenset[str]]]:
    """The names that a module defines, each with the words of its definition; imports under another name, too."""
    stack = [(name, b) for name, bindings in module.bindings.items() for b in bindings]
    while stack:
        name, binding = stack.pop()
        match binding:
            case FunctionInfo():
                yield name, binding.node.words | signature(binding.node)
            case ClassInfo():
                members = [(n, b) for n, bs in binding.members.items() for b in bs]
                stack += members
                yield name, frozenset(n for n, _ in members if n not in COMMON) | _bases(binding)
                init = [b for b in binding.members.get("__init__", ()) if isinstance(b, FunctionInfo)]
                for function in init:
                    yield name, function.node.words | signature(function.node)
            case f.ImportFrom() if binding.asname:
                yield binding.asname, frozenset({binding.name})
            case f.ImportName() | f.ImportFrom():
                continue
            case _:
                yield name, _words_of(binding.value, binding.annotation)


def _bases(info: ClassInfo) -> frozenset[str]:
    return _words_of(*info.node.bases)


def _words_of(*expressions: f.Expr | None) -> frozenset[str]:
    out: set[str] = set()
    stack: list[object] = list(expressions)
    while stack:
        one = stack.pop()
        if isinstance(one, f.Name):
            out.add(one.id)
        elif isinstance(one, f.Attr):
            out.add(one.name)
            stack.append(one.value)
        elif isinstance(one, f.Node):
            stack += [getattr(one, name) for name in one.__struct_fields__]
        elif isinstance(one, tuple):
            stack += one
    return frozenset(out)
