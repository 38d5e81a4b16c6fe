"""Good cases spoiled as a person would: an `await` forgotten, one too many, a loader option lost."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.case_files import CaseText, read_cases

IN_MEMORY = frozenset(
    {
        *("add", "add_all", "all", "expunge", "first", "mappings", "one", "one_or_none", "partitions"),
        *("scalar_one", "scalar_one_or_none", "scalars", "unique"),
    }
)
"""Methods that people await although nothing of them is awaited."""

LOADERS = frozenset({"immediateload", "joinedload", "selectinload", "subqueryload"})
KEYWORDS = frozenset({"expire_on_commit=False", "pool_pre_ping=True"})


@dataclass(frozen=True, slots=True)
class Cut:
    """What stands between two offsets is replaced by `content`."""

    start: int
    end: int
    content: str = ""


@dataclass(frozen=True, slots=True)
class Spoil:
    """One way to spoil a case."""

    kind: str
    case: CaseText
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class CaseModule:
    """A module of cases as text: where each of them stands, and how the good ones can be spoiled."""

    path: Path
    text: str
    places: dict[str, tuple[int, int]]
    spoils: dict[str, list[Spoil]]

    def with_only(self, chosen: dict[str, Spoil]) -> tuple[str, dict[str, str]]:
        """The module with no cases but the spoiled ones, and their texts in it, by their names."""
        parts: list[str] = []
        texts: dict[str, str] = {}
        last = 0
        for name, (start, end) in self.places.items():
            parts.append(self.text[last:start])
            last = end
            if name in chosen:
                texts[name] = self._cut(chosen[name].cuts, start, end)
                parts.append(texts[name])
        return "".join((*parts, self.text[last:])), texts

    def original(self, name: str) -> str:
        """The text of a case as it stands."""
        start, end = self.places[name]
        return self.text[start:end]

    def _cut(self, cuts: Iterable[Cut], start: int, end: int) -> str:
        parts: list[str] = []
        for each in sorted(cuts, key=lambda one: one.start):
            parts += (self.text[start : each.start], each.content)
            start = each.end
        return "".join((*parts, self.text[start:end]))


def case_module(path: Path) -> CaseModule:
    """Read a module of cases."""
    text = path.read_text(encoding="utf-8")
    cases = {case.name: case for case in read_cases(path)}
    found = CaseModule(path, text, {}, {})
    reader = _Reader(text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.AsyncFunctionDef) and (case := cases.get(node.name)) is not None:
            found.places[case.name] = reader.lines_of(node)
            if case.is_good:
                found.spoils[case.name] = [Spoil(kind, case, cuts) for kind, cuts in reader.spoils(node)]
    return found


def batches(modules: Iterable[CaseModule]) -> Iterator[list[tuple[CaseModule, dict[str, Spoil]]]]:
    """Every spoil once, no two of one case at the same time."""
    every = list(modules)
    most = max(len(spoils) for module in every for spoils in module.spoils.values())
    for number in range(most):
        batch: dict[int, dict[str, Spoil]] = defaultdict(dict)
        for place, module in enumerate(every):
            for name, spoils in module.spoils.items():
                if number < len(spoils):
                    batch[place][name] = spoils[number]
        yield [(every[place], chosen) for place, chosen in batch.items()]


class _Reader:
    """Finds what can be spoiled in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def lines_of(self, node: ast.AsyncFunctionDef) -> tuple[int, int]:
        """The offsets of the lines of a function with its decorators."""
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        return self._starts[first - 1], self._starts[node.end_lineno or node.lineno]

    def spoils(self, case: ast.AsyncFunctionDef) -> Iterator[tuple[str, tuple[Cut, ...]]]:
        """Every way to spoil one thing in the body of a case."""
        for statement in case.body:
            yield from self._inside(statement, case, may_await=True)

    def _inside(self, node: ast.AST, around: ast.AST, *, may_await: bool) -> Iterator[tuple[str, tuple[Cut, ...]]]:
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp)):
            may_await = isinstance(node, ast.AsyncFunctionDef)
        found = self._spoils(node, around)
        yield from (spoil for spoil in found if may_await or not spoil[0].startswith("with "))
        for child in ast.iter_child_nodes(node):
            yield from self._inside(child, node, may_await=may_await)

    def _spoils(self, node: ast.AST, around: ast.AST) -> Iterator[tuple[str, tuple[Cut, ...]]]:
        match node:
            case ast.Await() if not isinstance(around, ast.Return):  # whoever gets a coroutine may await it
                yield "without await", self._without_await(node, around)
            case ast.AsyncWith() | ast.AsyncFor():
                yield "without async", (self._word("async", self._start(node)),)
            case ast.comprehension(is_async=1):
                yield "without async", (self._word("async", self._text.rindex("async", 0, self._start(node.target))),)
            case ast.With() | ast.For():
                yield "with async", (Cut(self._start(node), self._start(node), "async "),)
            case ast.keyword(arg="options"):
                yield "without options", (self._without_argument(node, around),)
            case ast.keyword() if self._text[self._start(node) : self._end(node)] in KEYWORDS:
                yield "without keyword", (self._without_argument(node, around),)
            case ast.Call(func=ast.Attribute()):
                yield from self._spoils_of_call(node, node.func, around)

    def _spoils_of_call(
        self, node: ast.Call, func: ast.Attribute, around: ast.AST
    ) -> Iterator[tuple[str, tuple[Cut, ...]]]:
        link = Cut(self._behind(func.value), self._end(node))
        is_last = not isinstance(around, ast.Attribute)
        if func.attr == "options":
            yield "without options", (link,)
        elif func.attr == "unique" and not isinstance(around, ast.Expr):
            yield "without unique", (link,)
        elif func.attr in LOADERS and is_last and isinstance(func.value, ast.Call):
            yield "without a part of options", (link,)
        if func.attr in IN_MEMORY and is_last and not isinstance(around, ast.Await):
            yield "with await", (Cut(self._start(node), self._start(node), "await "),)

    def _without_await(self, node: ast.Await, around: ast.AST) -> tuple[Cut, ...]:
        start, end = self._start(node), self._end(node)
        word = self._word("await", start)
        is_read = isinstance(around, (ast.Attribute, ast.Subscript)) or (
            isinstance(around, ast.Call) and around.func is node
        )
        if is_read and self._text[start - 1] == "(":
            return Cut(start - 1, word.end), Cut(end, end + 1)
        return (word,)

    def _without_argument(self, node: ast.keyword, call: ast.AST) -> Cut:
        assert isinstance(call, ast.Call)
        before = [argument for argument in (*call.args, *call.keywords) if self._end(argument) < self._start(node)]
        if before:
            return Cut(max(self._behind(argument) for argument in before), self._behind(node))
        return Cut(self._start(node), self._behind(node))

    def _word(self, word: str, start: int) -> Cut:
        """The cut of a word with the space behind it."""
        found = re.compile(rf"{word}\s*").match(self._text, start)
        assert found is not None, self._text[start : start + 20]
        return Cut(start, found.end())

    def _behind(self, node: ast.AST) -> int:
        """The end of a node with the parentheses that are around it alone."""
        start, end = self._start(node), self._end(node)
        while self._text[start - 1] == "(" and self._text[end] == ")" and self._text[start - 2] in " (=":
            start, end = start - 1, end + 1
        return end

    def _start(self, node: ast.AST) -> int:
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]  # all that is asked for has a place

    def _end(self, node: ast.AST) -> int:
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())
