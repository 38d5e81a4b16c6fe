"""Bytes to text: as Python decodes them, and a finding with a place where it cannot."""

from __future__ import annotations

import pytest

from asyncsql_lint.source.files import SourceFile, SourceProblem
from asyncsql_lint.source.read import decode

PATH = "/p/a.py"

TEXTS = [
    ("utf-8", "x = 'ä'\n".encode(), SourceFile(PATH, "x = 'ä'\n")),
    ("empty", b"", SourceFile(PATH, "")),
    ("byte order mark", b"\xef\xbb\xbfx = 1\n", SourceFile(PATH, "x = 1\n", "utf-8", True)),
    ("mark and cookie", b"\xef\xbb\xbf# coding: utf-8\n", SourceFile(PATH, "# coding: utf-8\n", "utf-8", True)),
    ("crlf is kept", b"x = 1\r\ny = 2\r\n", SourceFile(PATH, "x = 1\r\ny = 2\r\n")),
    ("cr is kept", b"x = 1\ry = 2\r", SourceFile(PATH, "x = 1\ry = 2\r")),
    ("cookie", b"# coding: latin-1\n# \xe4\n", SourceFile(PATH, "# coding: latin-1\n# ä\n", "iso-8859-1")),
    ("emacs cookie", b"# -*- coding: cp1252 -*-\n# \x80", SourceFile(PATH, "# -*- coding: cp1252 -*-\n# €", "cp1252")),
    ("cookie in line 2", b"#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\n# \xc1",
     SourceFile(PATH, "#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\n# а", "koi8-r")),
    ("cookie after code is none", "x = 1\n# coding: latin-1\n# ä".encode(),
     SourceFile(PATH, "x = 1\n# coding: latin-1\n# ä")),
    ("cookie in line 3 is none", "#\n#\n# coding: latin-1\n# ä".encode(),
     SourceFile(PATH, "#\n#\n# coding: latin-1\n# ä")),
    ("cookie after cr", b"#!\r# coding: latin-1\r# \xe4", SourceFile(PATH, "#!\r# coding: latin-1\r# ä", "iso-8859-1")),
]  # fmt: skip

PROBLEMS = [
    ("not utf-8", b"x = 1\ny = '\xe4'\n", 2, 5, "not valid UTF-8: byte 0xe4"),
    ("cut character", "x = 'ä".encode()[:-1], 1, 5, "not valid UTF-8"),
    ("nul byte", b"x = 1\r\n\0\n", 2, 0, "NUL byte"),
    ("utf-16", "x = 1\n".encode("utf-16"), 1, 3, "looks like UTF-16"),
    ("unknown encoding", b"#!/bin/python\n# coding: klingon\n", 2, 0, "unknown encoding `klingon`"),
    ("no text codec", b"# coding: hex\n", 1, 0, "unknown encoding `hex`"),
    ("mark against cookie", b"\xef\xbb\xbf# coding: latin-1\n", 1, 0, "declares the encoding `latin-1`"),
    ("wrong for its cookie", b"# coding: ascii\n\n# \xe4", 3, 2, "not valid ASCII"),
    ("lone surrogates", b"# coding: utf-7\nx = '+2AA-'\n", 1, 0, "cannot be decoded as `utf-7`"),
]


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_text(data: bytes, expected: SourceFile) -> None:
    assert decode(PATH, data) == expected


@pytest.mark.parametrize(
    ("data", "line", "column", "words"), [case[1:] for case in PROBLEMS], ids=[case[0] for case in PROBLEMS]
)
def test_no_text(data: bytes, line: int, column: int, words: str) -> None:
    found = decode(PATH, data)
    assert isinstance(found, SourceProblem)
    assert (found.path, found.line, found.column) == (PATH, line, column)
    assert words in found.message


@pytest.mark.parametrize("data", [case[1] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_what_was_read_can_be_written_back(data: bytes) -> None:
    found = decode(PATH, data)
    assert isinstance(found, SourceFile)
    assert (b"\xef\xbb\xbf" if found.bom else b"") + found.text.encode(found.encoding) == data
