"""The hash of a line is that of GitHub's upload action, whose own code gave the values here (version 4.36.2)."""

from __future__ import annotations

import pytest

from asyncsql_lint.reporters.line_hash import line_hashes

END = "c129715d7a2bc9a3:1"
"""The hash of what follows the last line end."""

HASHES = [
    ("empty", b"", END),
    ("one line", b"session.commit()", "59dea3a0c59cfdaf:1"),
    ("line ends", b"a\nb\r\nc\rd\n\r\n\r\r",
     "7d47056be9e09577:1 e93356411f4e3fc0:1 dc457422739628cc:1 887d17d4c4f7b2a3:1 4e5d562094661a0d:1 "
     f"5b5d4caf73a13177:1 3c5bef55b72b93c9:1 {END}"),
    ("blanks", b"  if x :\n\ty  =\t1\n \n", f"6172d2b81c0b3d09:1 3176f2d2e61059a2:1 3c5bef55b72b93c9:1 {END}"),
    ("equal lines", b"await session.commit()\n" * 8,
     "390dd5d2e1aaf8d6:1 390dd5d2e1aaf8d6:2 390dd5d2e1aaf8d6:3 390dd5d2e1aaf8d6:4 56184c91eefe2493:1 "
     f"193d8e8fd07af7e7:1 68ee187b34942fdb:1 a771bc15a3d0416f:1 {END}"),
    ("longer than the window", b"x = '" + b"abc" * 100 + b"'\ny = 1\n", f"9192632cd4e4cb11:1 17ab1ef2caecdd1c:1 {END}"),
    ("CR, blanks, LF", b"a\r \nb\r\t\nc",
     "c52f781a43dbc195:1 73409ca04f7d2c2e:1 b0367d257df6d03c:1 1c206f60a702cfe8:1 188ff2f224477a1e:1"),
    ("two units of UTF-16", "name = '🎉注文 é'\nb\n".encode(), f"2dd624cf21f3dd92:1 ade70578248be16f:1 {END}"),
    ("byte order mark", b"\xef\xbb\xbfx = 1\ny = 2\n", f"50bb8dd4ca5b0b5c:1 ab1f8ed3e7dc41c1:1 {END}"),
    ("not UTF-8", b"# coding: latin-1\nx = '\xe4\xf6'\ny = '\xe2\x82'\n",
     f"4e19a80b453d2ab6:1 6468466090165ae9:1 b8b22e8a641b144a:1 {END}"),
    ("what else ends lines elsewhere", "a\n\x0cb\x0b\x85\u2028c\n".encode(),
     f"95885d5dbcd0f895:1 9ea2a27226d04b2e:1 {END}"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "hashes"), [case[1:] for case in HASHES], ids=[case[0] for case in HASHES])
def test_hashes(data: bytes, hashes: str) -> None:
    assert line_hashes(data) == hashes.split()
