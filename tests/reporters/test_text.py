"""The report for people, as it looks."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from textwrap import dedent

import pytest
from rich.cells import cell_len

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Position, Related, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.text import TextReporter
from tests.reporters.sheets import at, awaited, lazy, sheet, simple


def written(sheet: Sheet, width: int = 100, *, colour: bool = False, wrap: bool = False) -> str:
    out = io.StringIO()
    TextReporter(width=width, colour=colour, wrap=wrap).write(sheet, out)
    return out.getvalue()


def block(source: str, *spans: tuple[int, int, int, int], width: int = 60) -> str:
    """The frame of a finding in `source`; further spans are its trace."""
    places = [Span("/p/a.py", Position(a, b), Position(c, d)) for a, b, c, d in spans]
    found = replace(simple(places[0]), related=tuple(Related(place, "here") for place in places[1:]))
    text = written(sheet(found, sources={"/p/a.py": source}), width)
    return re.split(r"\n +(?:= )", text.split("\n", 2)[2])[0]


def test_everything() -> None:
    expected = """\
        ASL301 lazy-relationship-access `Order.lines` is read, and its query did not load it
         --> app/api.py:7:35
          |
        5 |     order = await get(session, id)
          |                   ---------------- 3. it comes from here
        6 |
        7 |     return [line.name for line in order.lines]
          |                                   ^^^^^^^^^^^
          |
         ::: app/models.py:2:5
          |
        2 |     lines: Mapped[list["Line"]] = relationship()
          |     ----- 1. declared here, with lazy="select"
          |
         ::: app/repo.py:5:13
          |
        5 |     query = select(Order).where(Order.id == id)
          |             ------------- 2. queried here, without an option for it
          |
          = raises: MissingGreenlet (xd2s)
          = confidence: proved
        help: Load `Order.lines` in the query (unsafe: --fix --unsafe-fixes)
         --> app/repo.py
          |
        1   from sqlalchemy import select
        2 + from sqlalchemy.orm import selectinload
        3
        4
        5   async def get(session, id):
        5 -     query = select(Order).where(Order.id == id)
        6 +     query = select(Order).options(selectinload(Order.lines)).where(Order.id == id)
        7       return await session.scalar(query)
          |

        Found 1 error.
        No fixes available (1 hidden fix with --unsafe-fixes).
        """
    assert written(sheet(lazy())) == dedent(expected)


def test_unsafe_fixes_asked_for() -> None:
    text = written(sheet(lazy(), unsafe=True))
    assert text.startswith("ASL301 lazy-relationship-access [*] `Order.lines`")
    assert "help: Load `Order.lines` in the query\n" in text
    assert text.endswith("Found 1 error.\n[*] 1 fixable with --fix.\n")


def test_a_fix_for_people() -> None:
    found = awaited(at("/p/app/repo.py", "session.scalar"), Applicability.DISPLAY)
    text = written(sheet(found))
    assert "help: Await it (not applied by --fix: a person has to decide)" in text
    assert "[*]" not in text


FRAMES = [
    ("one line", "f(x)\n", [(1, 0, 1, 4)], "  |\n1 | f(x)\n  | ^^^^\n  |"),
    ("a point", "f(x)\n", [(1, 2, 1, 2)], "  |\n1 | f(x)\n  |   ^\n  |"),
    ("end of the file", "f(\n", [(2, 0, 2, 0)], "  |\n1 | f(\n2 |\n  | ^\n  |"),
    ("several lines", "f(\n  a,\n\n  b\n)\n", [(1, 0, 5, 1)],
     "  |\n1 | f(\n  | ^^\n2 |   a,\n  |   ^^\n3 |\n4 |   b\n  |   ^\n5 | )\n  |"),
    ("context without blank lines at its ends", "a\n\nf(x)\n\nb\n", [(3, 0, 3, 4)],
     "  |\n1 | a\n2 |\n3 | f(x)\n  | ^^^^\n4 |\n5 | b\n  |"),
    ("blank context", "\n\nf(x)\n\n\n", [(3, 0, 3, 4)], "  |\n3 | f(x)\n  | ^^^^\n  |"),
    ("a step of the trace far away", "y\n" + "z\n" * 8 + "f(x)\n", [(10, 0, 10, 4), (1, 0, 1, 1)],
     "   |\n 1 | y\n   | - here\n...\n 8 | z\n 9 | z\n10 | f(x)\n   | ^^^^\n   |"),
    ("two on one line", "f(x, y)\n", [(1, 2, 1, 3), (1, 5, 1, 6)],
     "  |\n1 | f(x, y)\n  |   ^\n  |      - here\n  |"),
    ("tabs", "\tf(\tx)\n", [(1, 4, 1, 5)], "  |\n1 |     f(  x)\n  |         ^\n  |"),
    ("wide characters", "'注文' + '🎉', x\n", [(1, 12, 1, 13)], "  |\n1 | '注文' + '🎉', x\n  |                ^\n  |"),
    ("combining characters", "e\u0301 = x\n", [(1, 5, 1, 6)], "  |\n1 | e\u0301 = x\n  |     ^\n  |"),
    ("escape sequences", "'\x1b[31m', x\n", [(1, 9, 1, 10)], "  |\n1 | '␛[31m', x\n  |          ^\n  |"),
    ("bidirectional controls", "'\u202e', x\n", [(1, 5, 1, 6)], "  |\n1 | '<U+202E>', x\n  |             ^\n  |"),
    ("markup", "'[bold]x[/bold] :smile:'\n", [(1, 0, 1, 24)],
     "  |\n1 | '[bold]x[/bold] :smile:'\n  | ^^^^^^^^^^^^^^^^^^^^^^^^\n  |"),
    ("beyond the end of the line", "f(x)\n", [(1, 9, 1, 12)], "  |\n1 | f(x)\n  |     ^\n  |"),
    ("form feed is no line end", "\f\nf(x)\n", [(2, 0, 2, 1)], "  |\n2 | f(x)\n  | ^\n  |"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "spans", "expected"), [case[1:] for case in FRAMES], ids=[c[0] for c in FRAMES])
def test_frame(source: str, spans: list[tuple[int, int, int, int]], expected: str) -> None:
    assert block(source, *spans) == expected


@pytest.mark.parametrize("before", [0, 10, 50, 700, 100_000])
@pytest.mark.parametrize("after", [0, 10, 700, 100_000])
@pytest.mark.parametrize("filling", ["a", "é", "注", "\t", "\u202e"])
def test_long_lines_are_cut_around_the_place(before: int, after: int, filling: str) -> None:
    source = f"'{filling * before}' + order.lines + '{filling * after}'\n"
    column = source.index("order")
    code, carets = block(source, (1, column, 1, column + 11), width=60).split("\n")[1:3]
    assert cell_len(code) <= 60
    assert cell_len(carets) <= 60
    start = cell_len(code[: code.index("order.lines")])
    assert carets == "  |" + " " * (start - 3) + "^" * 11
    assert ("..." in code[:7]) is ((start > 60 - 20 and before >= 50) or "..." in code[:7])


def test_a_label_without_room_goes_below() -> None:
    found = replace(
        simple(at("/p/app/api.py", "names")), related=(Related(at("/p/app/api.py", "order.lines"), "so " * 30),)
    )
    lines = written(sheet(found), width=60).split("\n")
    assert all(len(line) <= 60 for line in lines[1:-2])
    assert sum(line.count("so") for line in lines) == 30


def test_message_wraps_on_a_terminal_only() -> None:
    found = simple(at("/p/app/api.py", "names"), "word " * 40)
    assert max(map(len, written(sheet(found), 60, wrap=True).split("\n"))) <= 60
    assert written(sheet(found), 60).split("\n")[0].count("word") == 40


def test_a_file_whose_text_is_not_known() -> None:
    found = simple(Span("/p/x.py", Position(3, 1), Position(3, 1)), "the file contains a NUL byte")
    text = written(sheet(found))
    assert text.startswith(
        "ASL101 missing-await the file contains a NUL byte\n --> x.py:3:2\n  = confidence: inferred\n"
    )


HOSTILE = ["\x1b[31m", "\x07", "\u202e", "\u2066", "\x9b31m", "\r", "\x00", "\u2028", "\udc80", "[red]", "\U000e0041"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_somebody_else_steers_the_terminal(text: str) -> None:
    span = Span(f"/p/{text}.py", Position(1, 0), Position(1, 1))
    found = replace(awaited(span), message=text, raises=text, related=(Related(span, text), Related(span, text)))
    whole = Sheet((found,), lambda path: f"x{text}", "/p", taken_back=(TakenBack(found, 1, text),))
    shown = written(whole).encode("utf-8", "backslashreplace").decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066\ud800-\udfff\U000e0041]", shown)
    if text == "[red]":
        assert shown.count("[red]") >= 5


def test_colours_are_off_unless_wanted() -> None:
    assert "\x1b" not in written(sheet(lazy()))
    assert "\x1b[1;31mASL301" in written(sheet(lazy()), colour=True)


def diagnostic_without_color(found: Diagnostic) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", written(sheet(found), colour=True))


def test_colours_change_nothing_else() -> None:
    assert diagnostic_without_color(lazy()) == written(sheet(lazy()))


def test_suppressed() -> None:
    text = written(replace(sheet(), taken_back=(TakenBack(simple(at("/p/app/api.py", "names")), 4, "known"),)))
    assert "  = note: suppressed on line 4: known\n" in text
    assert text.endswith("All checks passed!\n1 finding suppressed by comments.\n")
