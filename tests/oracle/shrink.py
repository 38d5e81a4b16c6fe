"""Programs on which run and linter differ, made as small as they can be while they differ in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.oracle.campaign import Case, Score, examined
from tests.oracle.compare import Judgement, Verdict
from tests.oracle.run import Runner
from tests.oracle.tree import WORD, Part, Path, Program, changed, printed

TESTS = 600
"""How many smaller programs are tried at most."""


def shrunk(case: Case, judgement: Judgement, runner: Runner) -> tuple[Case, Judgement]:
    """The smallest case found that has a judgement of the same verdict, rule and error."""
    score = Score()
    best = (case, judgement)
    left = TESTS
    known: set[str] = set()

    def holds(program: Program) -> bool:
        nonlocal best, left
        text = str(printed(program).texts)
        if text in known:
            return False
        known.add(text)
        left -= 1
        if left < 0:
            return False
        for tried in examined([(case.seed, program)], runner, score):
            for found in tried.judgements:
                if _alike(found, judgement):
                    best = (tried, found)
                    return True
        return False

    while _smaller(lambda: best, holds):
        pass
    return best


def _alike(one: Judgement, other: Judgement) -> bool:
    """Whether two judgements tell of the same: of errors the kind, of findings the rule."""
    if (one.verdict, one.rule) != (other.verdict, other.rule):
        return False
    return one.verdict is Verdict.FALSE or one.words.partition(":")[0] == other.words.partition(":")[0]


def _smaller(now: Callable[[], tuple[Case, Judgement]], holds: Callable[[Program], bool]) -> bool:
    """One pass over all that can be taken away; tells whether something went."""
    went = False
    for ways in (_without_kinds, _without_idle, _without_chunks, _unwrapped, _without_parts, _plainer):
        again = True
        while again:
            again = False
            case, judgement = now()
            culprit = case.files.paths.get(judgement.place, ())
            for candidate in ways(case.program, culprit):
                if candidate.size < case.program.size and holds(candidate):
                    went = again = True
                    break
    return went


def _without_kinds(program: Program, culprit: Path) -> Iterator[Program]:
    """Without all lines of one kind but the one that it is about."""
    inside = [(path, node) for path, node in program.walk() if _is_code(program, path) and not node.is_header]
    for kinds in ({"read", "serialise"}, {"write"}, {"session"}, {"tasks"}, {"statement"}, {""}):
        paths = {path for path, node in inside if node.kind in kinds} - {culprit}
        if len(paths) > 1:
            yield changed(program, dict.fromkeys(paths, ()))


def _is_code(program: Program, path: Path) -> bool:
    """Whether a line stands in a module with functions."""
    return program.modules[path[0]].name in {"helpers", "main"}


def _without_idle(program: Program, culprit: Path) -> Iterator[Program]:
    """Without the attributes of models, and the fields of responses, that no function names."""
    words = {w for path, node in program.walk() if _is_code(program, path) for w in WORD.findall(node.text)}
    idle = {path for path, node in program.walk() if not _is_code(program, path) and len(path) > 2}
    kept = {path for path in idle if words.intersection(WORD.findall(program.at(path).text)[:1])}
    plain = {
        path for path in idle if re.match(r"(id|shard|name|__tablename__|model_config|pass)\b", program.at(path).text)
    }
    more = idle - kept - plain - {culprit[:size] for size in range(2, len(culprit) + 1)}
    if more:
        yield changed(program, dict.fromkeys({p for p in more if p[:-1] not in more}, ()))
        keys = {path for path in more if "_id" in program.at(path).text.partition(":")[0]}
        yield changed(program, dict.fromkeys({p for p in more - keys if p[:-1] not in more}, ()))


def _without_chunks(program: Program, culprit: Path) -> Iterator[Program]:
    """Without one or several lines that stand together, long runs of lines first."""
    groups: dict[Path, list[Path]] = {}
    for path, _ in program.walk():
        if _is_code(program, path) or len(path) == 2:
            groups.setdefault(path[:-1], []).append(path)
    size = max((len(group) for group in groups.values()), default=0)
    while size:
        for group in groups.values():
            for start in range(0, len(group) if size <= len(group) else 0, size):
                yield changed(program, dict.fromkeys(group[start : start + size], ()))
        size //= 2


def _unwrapped(program: Program, culprit: Path) -> Iterator[Program]:
    """With the lines of a block in the place of the block."""
    for path, node in program.walk():
        if node.body and not node.text.startswith(("class", "def", "async def")):
            yield changed(program, {path: node.body})
            if node.clauses:
                yield changed(program, {path: node.body + node.clauses[0].body})


def _without_parts(program: Program, culprit: Path) -> Iterator[Program]:
    """Without one part of a line."""
    for path, node in program.walk():
        for number, piece in enumerate(node.line):
            if isinstance(piece, Part):
                made = replace(node, line=node.line[:number] + node.line[number + 1 :])
                yield changed(program, {path: (made,)})


def _plainer(program: Program, culprit: Path) -> Iterator[Program]:
    """With the simplest form of a line."""
    for path, node in program.walk():
        if node.plain:
            yield changed(program, {path: (replace(node, line=(node.plain,), plain=""),)})
