"""Fixes applied in rounds, held against a linter that is a table of words."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst
import pytest

from asyncsql_lint.diagnostics import (
    Applicability,
    Confidence,
    Diagnostic,
    Fix,
    Position,
    Severity,
    Span,
    TextEdit,
)
from asyncsql_lint.diagnostics.repair import InsertAwait
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits.lines import Lines
from asyncsql_lint.edits.repairs import Editor
from asyncsql_lint.engine.fix import FixResult, apply_fixes, compatible
from asyncsql_lint.syntax.locate import locate

A, B = "/p/a.py", "/p/b.py"


@dataclass(frozen=True)
class Word:
    """A rule that reports a word, and whose fix writes `becomes` for it, or puts `top` on top of the file.

    Where the file holds the word `behind`, the rule does not see its own. `symbol` is the object at hand.
    """

    code: str
    word: str
    becomes: str | None = None
    top: str = ""
    safe: bool = True
    display: bool = False
    behind: str = ""
    symbol: str = ""


class Words:
    """The linter: its rules, and how often it has run."""

    def __init__(self, texts: Mapping[str, str], *rules: Word) -> None:
        self.texts = dict(texts)
        self.rules = rules
        self.runs = 0

    def __call__(self, changed: Mapping[str, str]) -> list[Diagnostic]:
        self.runs += 1
        texts = {**self.texts, **changed}
        return [d for path in sorted(texts) for d in self._lint(path, texts[path])]

    def _lint(self, path: str, text: str) -> list[Diagnostic]:
        lines = Lines(text)
        hits = [(m, rule) for rule in self.rules for m in re.finditer(rf"\b{rule.word}\b", text)]
        hits = [(m, rule) for m, rule in hits if not rule.behind or rule.behind not in text]
        found = []
        for match, rule in sorted(hits, key=lambda hit: hit[0].start()):
            span = Span(path, lines.position(match.start()), lines.position(match.end()))
            found.append(diagnostic(rule, span))
        return found

    def fix(self, *, unsafe: bool = False, rounds: int = 10) -> FixResult:
        return apply_fixes(self.texts, self({}), self, unsafe=unsafe, rounds=rounds)


def diagnostic(rule: Word, span: Span) -> Diagnostic:
    edits: list[TextEdit] = []
    if rule.becomes is not None:
        edits.append(TextEdit(span, rule.becomes))
    if rule.top:
        edits.append(TextEdit(Span(span.path, Position(1, 0), Position(1, 0)), rule.top))
    kind = Applicability.SAFE if rule.safe else Applicability.UNSAFE
    fix = Fix("mend", Applicability.DISPLAY if rule.display else kind, tuple(edits)) if edits else None
    return Diagnostic(
        rule.code, rule.code.lower(), "wrong", Severity.ERROR, Confidence.PROVED, span, fix=fix, symbol=rule.symbol
    )


def test_fixes_in_several_files_are_applied_and_counted() -> None:
    linter = Words(
        {A: "bad = 1\r\nx = bad\r\n", B: "bad\nugly\n"}, Word("T1", "bad", "good"), Word("T2", "ugly", "fair")
    )
    result = linter.fix()
    assert result.texts == {A: "good = 1\r\nx = good\r\n", B: "good\nfair\n"}
    assert result.applied == {A: {"T1": 2}, B: {"T1": 1, "T2": 1}}
    assert result.messages == ()
    assert result.diagnostics == ()


def test_nothing_to_fix_runs_nothing() -> None:
    linter = Words({A: "x = 1\n"}, Word("T1", "bad", "good"))
    assert linter.fix() == FixResult({}, {}, (), ())
    assert linter.runs == 1


@pytest.mark.parametrize(("unsafe", "expected"), [(False, {}), (True, {A: "good\n"})])
def test_unsafe_fixes_need_leave(unsafe: bool, expected: dict[str, str]) -> None:
    assert Words({A: "bad\n"}, Word("T1", "bad", "good", safe=False)).fix(unsafe=unsafe).texts == expected


def test_fixes_for_display_are_never_applied() -> None:
    assert Words({A: "bad\n"}, Word("T1", "bad", "good", display=True)).fix(unsafe=True).texts == {}


def test_one_insertion_is_shared_by_many_fixes() -> None:
    linter = Words({A: "pass\nbad\nbad\n"}, Word("T1", "bad", "good", top="import x\n"))
    result = linter.fix()
    assert result.texts == {A: "import x\npass\ngood\ngood\n"}
    assert result.applied == {A: {"T1": 2}}


def test_of_two_fixes_that_touch_the_second_waits_for_the_next_round() -> None:
    rules = (Word("T1", "bad", "good", top="import x\n"), Word("T2", "ugly", "fair", top="import y\n"))
    linter = Words({A: "pass\nbad\nugly\n"}, *rules)
    assert [d.code for d in compatible(linter({}), linter.texts)] == ["T1"]
    assert linter.fix().texts == {A: "import y\nimport x\npass\ngood\nfair\n"}


def test_an_unbalanced_insertion_is_not_shared() -> None:
    at, end = Position(1, 0), Position(1, 3)
    opening = TextEdit(Span(A, at, at), "(await ")
    one, other = (
        Diagnostic(
            "T1", "t1", "", Severity.ERROR, Confidence.PROVED, Span(A, at, end),
            fix=Fix("", Applicability.SAFE, (opening, TextEdit(Span(A, Position(1, c), Position(1, c)), ")"))),
        )
        for c in (3, 7)
    )  # fmt: skip
    assert compatible([one, other], {A: "a.b.c.d"}) == [one]
    assert compatible([one, one], {A: "a.b.c.d"}) == [one, one]


def test_files_that_may_not_be_changed_are_left_alone() -> None:
    linter = Words({A: "bad\n", B: "bad\n"}, Word("T1", "bad", "good"))
    result = apply_fixes({A: "bad\n"}, linter({}), linter)
    assert result.texts == {A: "good\n"}


def test_a_fix_that_breaks_the_file_is_dropped_alone() -> None:
    text = "bad\nugly\nbad\nbad\n"
    linter = Words({A: text}, Word("T1", "bad", "good"), Word("T2", "ugly", "(("))
    result = linter.fix()
    assert result.texts == {A: "good\nugly\ngood\ngood\n"}
    assert result.messages == (f"{A}:2: the fix of T2 (t2) was undone: {A} would no longer parse",)
    assert [d.code for d in result.diagnostics] == ["T2"]


def test_a_fix_that_leaves_its_finding_is_undone() -> None:
    linter = Words({A: "bad\nugly\nbad\n"}, Word("T1", "bad", "good"), Word("T2", "ugly", "ugly + 1"))
    result = linter.fix()
    assert result.texts == {A: "good\nugly\ngood\n"}
    assert result.messages == (f"{A}:2: the fix of T2 (t2) was undone: its finding was still there",)


def test_an_unsafe_fix_that_leads_to_a_finding_is_undone() -> None:
    rules = (Word("T1", "bad", "good"), Word("T2", "ugly", "worse", safe=False), Word("T3", "worse"))
    result = Words({A: "bad\nugly\nbad\n"}, *rules).fix(unsafe=True)
    assert result.texts == {A: "good\nugly\ngood\n"}
    assert result.messages == (f"{A}:2: the fix of T2 (t2) was undone: it led to T3 at {A}:2",)


def test_what_a_safe_fix_brings_to_light_was_there() -> None:
    rules = (Word("T1", "bad", "hidden"), Word("T3", "hidden"), Word("T2", "ugly", "fair", safe=False))
    result = Words({A: "bad\nugly\n"}, *rules).fix(unsafe=True)
    assert result.texts == {A: "hidden\nfair\n"}
    assert result.messages == ()
    assert [d.code for d in result.diagnostics] == ["T3"]


@pytest.mark.parametrize("safe", [True, False])
def test_what_comes_to_light_is_mended_in_the_next_round(safe: bool) -> None:
    rules = (Word("T1", "bad", "good", safe=safe), Word("T2", "ugly", "fair", safe=safe, behind="bad"))
    result = Words({A: "bad\nugly\n"}, *rules).fix(unsafe=True)
    assert result.texts == {A: "good\nfair\n"}
    assert result.messages == ()


def test_two_rules_that_quarrel_come_to_an_end() -> None:
    linter = Words({A: "bad\n"}, Word("T1", "bad", "good"), Word("T2", "good", "bad"))
    result = linter.fix()
    assert result.texts == {}
    assert result.messages == (f"{A}:1: the fix of T1 (t1) was undone: it led to T2 at {A}:1",)


def test_rounds_are_bounded() -> None:
    rules = [Word("T0", "w0", "good"), *(Word(f"T{n}", f"w{n}", "good", behind=f"w{n - 1}") for n in range(1, 5))]
    linter = Words({A: "w0\nw1\nw2\nw3\nw4\n"}, *rules)
    result = linter.fix(rounds=3)
    assert result.texts == {A: "good\ngood\ngood\nw3\nw4\n"}
    assert result.messages == ("after 3 rounds of fixes there is more to fix: run it again",)
    assert linter.fix(rounds=5).messages == ()


def test_a_bad_one_among_many_is_found_by_halving() -> None:
    text = "".join(f"w{n}\n" for n in range(64))
    rules = [Word(f"T{n}", f"w{n}", "((" if n == 41 else "good") for n in range(64)]
    linter = Words({A: text}, *rules)
    result = linter.fix()
    assert result.texts == {A: "good\n" * 41 + "w41\n" + "good\n" * 22}
    assert linter.runs < 20


def test_two_findings_of_one_rule_at_one_place_are_told_apart_by_their_object() -> None:
    one = Word("T1", "bad", top="one\n", behind="one", symbol="A.one")
    two = Word("T1", "bad", top="two\n", behind="two", symbol="A.two")
    result = Words({A: "pass\nbad\n"}, one, two).fix()
    assert result.texts == {A: "two\none\npass\nbad\n"}
    assert result.messages == ()


def test_no_query_is_changed_for_what_a_safe_fix_mends_on_the_way() -> None:
    rules = (Word("T1", "bad", "good"), Word("T2", "ugly", "fair", safe=False, behind="good"))
    result = Words({A: "bad\nugly\n"}, *rules).fix(unsafe=True)
    assert result.texts == {A: "good\nugly\n"}
    assert result.applied == {A: {"T1": 1}}
    assert result.messages == ()


def test_who_is_at_fault_is_read_from_what_was_written() -> None:
    bad = range(0, 256, 8)
    rules = [Word(f"T{n}", f"w{n}", f"bad{n}" if n in bad else "good", safe=False) for n in range(256)]
    linter = Words({A: "".join(f"w{n}\n" for n in range(256))}, *rules, *(Word("T", f"bad{n}") for n in bad))
    result = linter.fix(unsafe=True)
    assert result.texts == {A: "".join(f"w{n}\n" if n in bad else "good\n" for n in range(256))}
    assert len(result.messages) == len(bad)
    assert linter.runs <= 5


def test_thousands_of_fixes_take_no_longer_than_their_number() -> None:
    linter = Words({A: "bad; ugly\n" * 5_000}, Word("T1", "bad", "good"), Word("T2", "ugly", "fair", safe=False))
    began = time.process_time()
    result = linter.fix(unsafe=True)
    assert result.texts == {A: "good; fair\n" * 5_000}
    assert time.process_time() - began < 30, "each compared with each other takes minutes"


class MissingAwaits:
    """A linter with the program's own edits: every `session` call outside of an `await`."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, changed: Mapping[str, str]) -> list[Diagnostic]:
        located = locate(A, changed.get(A, self.text))
        assert located is not None
        editor = Editor(lambda path: located, _NoNames())
        awaited = {id(n.expression) for n in located.nodes if isinstance(n, cst.Await)}
        found = []
        for number, node in enumerate(located.nodes):
            if not isinstance(node, cst.Call) or id(node) in awaited:
                continue
            if not located.module.code_for_node(node.func).startswith(
                "session."
            ) or ")" in located.module.code_for_node(node.func):
                continue
            edits = editor.edits_for(InsertAwait(Site(A, number)))
            fix = Fix("await it", Applicability.SAFE, edits) if edits is not None else None
            span = located.span(number)
            found.append(Diagnostic("ASL101", "missing-await", "", Severity.ERROR, Confidence.PROVED, span, fix=fix))
        return found


class _NoNames:
    def meaning(self, path: str, dotted: str) -> str | None:
        return None

    def importable(self, path: str, module: str, name: str) -> str | None:
        return None


def test_the_programs_own_edits() -> None:
    text = (
        "async def f(session, q):\n"
        "    x = session.execute(session.get(q)).all(); session.commit()\n"
        "    return await session.scalars(q).all(), (lambda: session.get(1))\n"
    )
    result = apply_fixes({A: text}, MissingAwaits(text)({}), MissingAwaits(text))
    assert result.texts == {
        A: "async def f(session, q):\n"
        "    x = (await session.execute(await session.get(q))).all(); await session.commit()\n"
        "    return (await session.scalars(q)).all(), (lambda: session.get(1))\n"
    }
    assert result.applied == {A: {"ASL101": 4}}
    assert result.messages == ()
    assert len(result.diagnostics) == 1
