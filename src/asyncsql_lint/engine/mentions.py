"""Which files a place hangs on: those that define what the function around it names.

A finding is made in one file and often caused in another: a factory, a dependency, a response model, a column. Who
changes that file wants to hear of it, so each finding knows the files whose definitions stand behind it. By words, as
in `flow.relevance`: what a function cannot name it cannot use.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.relevance import signature, words_of
from asyncsql_lint.index.definitions import Binding, ClassInfo, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.index.project import Definition, ProjectIndex


class Mentions:
    """Answers for the places of one project."""

    def __init__(self, index: ProjectIndex) -> None:
        self._index = index
        self._functions: dict[ModuleInfo, list[FunctionInfo]] = {}
        self._known: dict[FunctionInfo | ModuleInfo, frozenset[str]] = {}

    def files(self, sites: Iterable[Site]) -> tuple[str, ...]:
        """The files of the project that some places hang on, sorted."""
        return tuple(sorted(frozenset().union(*map(self._files, sites))))

    def _files(self, site: Site) -> frozenset[str]:
        module = self._index.modules.get(site.path)
        if module is None:
            return frozenset()
        function = self._around(module, site.node)
        key = module if function is None else function
        if key not in self._known:
            search = _Search(self._index)
            search.function(function) if function is not None else search.words(module, module.facts.words)
            self._known[key] = frozenset(search.found)
        return self._known[key]

    def _around(self, module: ModuleInfo, node: int) -> FunctionInfo | None:
        """The function at the top of a module or class that holds a node, or stands last before it."""
        if module not in self._functions:
            found = (b for bindings in module.bindings.values() for b in bindings)
            self._functions[module] = sorted(_functions(found), key=lambda one: one.node.at)
        functions = self._functions[module]
        after = bisect_right(functions, node, key=lambda one: one.node.at)
        return functions[after - 1] if after else None


def _functions(bindings: Iterable[Binding]) -> Iterator[FunctionInfo]:
    for binding in bindings:
        if isinstance(binding, FunctionInfo):
            yield binding
        elif isinstance(binding, ClassInfo):
            yield from _functions(b for found in binding.members.values() for b in found)


class _Search:
    """Goes from names to definitions, and on to what those are made of; `found` are their files.

    What a function calls it is only known to be there: what that names is its own matter. What gives a function its
    parameters is gone into, as are the values of names, and classes with their bases and attributes.
    """

    def __init__(self, index: ProjectIndex) -> None:
        self._index = index
        self._seen: set[tuple[Definition, frozenset[str], bool]] = set()
        self.found: set[str] = set()

    def function(self, function: FunctionInfo) -> None:
        """What a function names, and for a method what its class does."""
        around = [function]
        if function.owner is not None:
            around += _functions(b for found in function.owner.members.values() for b in found)
            self._definition(function.owner, frozenset(), goes_in=False)
        for each in around:
            self.words(each.module, words_of(*signature(each.node)), goes_in=True)
            self.words(each.module, each.node.words)

    def words(self, module: ModuleInfo, words: frozenset[str], *, goes_in: bool = False) -> None:
        """What `words` mean in `module`; functions among it are gone into where `goes_in` says so."""
        for word in words:
            for definition in self._index.lookup(module, word):
                self._definition(definition, words, goes_in=goes_in)

    def _definition(self, definition: Definition, words: frozenset[str], *, goes_in: bool) -> None:
        match definition:
            case FunctionInfo(module=module):
                self.found.add(module.path)
                if goes_in and self._is_new(definition, goes_in=True):
                    self.words(module, words_of(*signature(definition.node)), goes_in=True)
                    self.words(module, definition.node.words)
            case ClassInfo(module=module):
                self.found.add(module.path)
                if self._is_new(definition, goes_in=False):
                    self.words(module, words_of(*definition.node.bases) | _attributes(definition))
            case (ModuleInfo() as module, Target() as target):
                self.found.add(module.path)
                if self._is_new(definition, goes_in=goes_in):
                    self.words(module, words_of(target.value, target.annotation), goes_in=goes_in)
            case ModuleInfo():
                self.found.add(definition.path)
                read = words.intersection(definition.bindings)  # `db.maker`: it stands among the words
                if self._is_new(definition, read, goes_in=goes_in):
                    self.words(definition, read, goes_in=goes_in)
            case _:
                pass

    def _is_new(self, definition: Definition, words: frozenset[str] = frozenset(), *, goes_in: bool) -> bool:
        key = definition, words, goes_in
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _attributes(info: ClassInfo) -> frozenset[str]:
    """The words of what the body of a class assigns."""
    targets = [b for bindings in info.members.values() for b in bindings if isinstance(b, Target)]
    return words_of(*(t.value for t in targets), *(t.annotation for t in targets))
