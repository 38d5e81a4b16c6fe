"""What holds for every edit: other bytes stay, whatever the line ends, the indentation and the alphabet."""

from __future__ import annotations

import pytest

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.diagnostics.repair import AddLoaderOptions, AddUnique, InsertAwait, Repair
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits.diff import unified_diff
from asyncsql_lint.edits.lines import Lines
from asyncsql_lint.edits.patch import Patch, joined
from tests.edits.chains import chains
from tests.edits.support import PATH, edits, located, repaired, site

SOURCE = """\
# -*- coding: utf-8 -*-
'''Doc é\f \u2028 with odd separators'''
from sqlalchemy import select
from app.models import Order

class Répertoire:
    async def load(self, session):
        x = 'ñ🙂'; result = session.execute(select(Order))   # 🙂
        y = (
            'ñ',  result
            .scalars()  # ñ
            .all(),
        )
        return y
"""
FORMS = {
    "as it is": SOURCE,
    "CRLF": SOURCE.replace("\n", "\r\n"),
    "tabs": SOURCE.replace("    ", "\t"),
    "no last line end": SOURCE.rstrip("\n"),
    "CRLF and tabs": SOURCE.replace("    ", "\t").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["await", "unique", "options"])
def test_every_other_byte_stays(form: str, kind: str) -> None:
    text = FORMS[form]
    found = located(text)
    assert found.module.code == text
    repair: Repair
    if kind == "await":
        repair = InsertAwait(site(found, "session.execute("))
        expected = text.replace("session.execute", "await session.execute")
    elif kind == "unique":
        repair = AddUnique(site(found, "result.scalars()  # ñ.all("), is_call=True)
        gap = text[text.index("# ñ") + 3 : text.index(".all()")]
        expected = text.replace(".all()", f".unique(){gap}.all()")
    else:
        repair = AddLoaderOptions(site(found, "select("), chains("lines"), is_get=False)
        end = "\r\n" if "\r" in text else "\n"
        expected = text.replace("select(Order)", "select(Order).options(selectinload(Order.lines))")
        expected = expected.replace("import select", f"import select{end}from sqlalchemy.orm import selectinload")
    assert repaired(found, repair) == expected


@pytest.mark.parametrize("form", FORMS)
def test_no_node_is_out_of_its_depth(form: str) -> None:
    """Whatever node a repair is aimed at, it is refused or its result parses."""
    found = located(FORMS[form])
    for number in range(len(found.nodes)):
        at = Site(PATH, number)
        for repair in (
            InsertAwait(at),
            AddUnique(at, is_call=True),
            AddUnique(at, is_call=False),
            AddLoaderOptions(at, chains("lines.product customer"), is_get=False),
            AddLoaderOptions(at, chains("lines"), is_get=True),
        ):
            made = edits(found, repair)
            if made is not None and not isinstance(repair, AddUnique):
                repaired(found, repair)


def test_a_site_outside_of_the_file_is_refused() -> None:
    found = located(SOURCE)
    assert edits(found, InsertAwait(Site(PATH, 10_000))) is None
    assert edits(found, InsertAwait(Site("/elsewhere.py", 0))) is None


def _edit(start: tuple[int, int], end: tuple[int, int], content: str) -> TextEdit:
    return TextEdit(Span(PATH, Position(*start), Position(*end)), content)


def test_lines_end_where_python_says() -> None:
    lines = Lines("a\r\nbé\rc\x0cd\u2028e\nf")
    assert [lines.offset(Position(n, 0)) for n in range(1, 5)] == [0, 3, 6, 12]
    assert lines.position(11) == Position(3, 5)
    for wrong in (Position(0, 0), Position(5, 0), Position(4, 2), Position(1, -1)):
        with pytest.raises(ValueError, match="outside"):
            lines.offset(wrong)


def test_a_patch_says_where_things_stand() -> None:
    edits = [_edit((2, 2), (2, 2), "!!"), _edit((1, 0), (1, 1), "xyz\n")]
    patch = Patch("ab\ncdef\n", edits)
    assert patch.text == "xyz\nb\ncd!!ef\n"
    assert patch.moved(Position(1, 0)) == (Position(1, 0), Position(2, 0))
    assert patch.moved(Position(1, 2)) == (Position(2, 1), Position(2, 1))
    assert patch.moved(Position(2, 0)) == (Position(3, 0), Position(3, 0))
    assert patch.moved(Position(2, 2)) == (Position(3, 2), Position(3, 4))
    assert patch.moved(Position(2, 3)) == (Position(3, 5), Position(3, 5))
    assert list(patch.written()) == [
        (Position(1, 0), Position(2, 0), edits[1]),
        (Position(3, 2), Position(3, 4), edits[0]),
    ]


def test_a_patch_refuses_edits_that_overlap() -> None:
    with pytest.raises(ValueError, match="overlap"):
        Patch("abcdef", [_edit((1, 0), (1, 3), ""), _edit((1, 2), (1, 4), "")])


def test_edits_that_touch_become_one() -> None:
    assert joined([_edit((1, 3), (1, 3), "y"), _edit((1, 1), (1, 3), ""), _edit((1, 3), (1, 3), "z")]) == (
        _edit((1, 1), (1, 3), "yz"),
    )


def test_diffs_keep_carriage_returns() -> None:
    assert unified_diff("a.py", "x\r\ny\r\n", "x\r\nz\r\n") == (
        "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n x\r\n-y\r\n+z\r\n"
    )
    assert unified_diff("a.py", "x", "y") == (
        "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n"
    )
    assert unified_diff("a.py", "x\x0c\u2028\n", "x\x0c\u2028\n") == ""
