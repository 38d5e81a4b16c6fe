"""Files and folders that are not as they should be, given to the real program: each costs only itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GOOD = "x = 1\n"
BAD = """\
from sqlalchemy.ext.asyncio import AsyncSession


async def save(session: AsyncSession) -> None:
    session.commit()
"""


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


FILES = [
    ("not utf-8", b"x = '\xe4'\n", "not valid UTF-8"),
    ("nul", b"x = 1\0\n", "NUL byte"),
    ("utf-16", BAD.encode("utf-16"), "UTF-16"),
    ("unknown encoding", b"# coding: klingon\n", "unknown encoding"),
    ("syntax error", b"def f(:\n", ""),
    ("unclosed", b"x = (\n", ""),
    ("tabs and spaces", b"if x:\n\ty\n        z\n", ""),
    ("nested brackets", b"x = " + b"(" * 10_000 + b")" * 10_000, "nested brackets"),
    ("long sum", b"x = " + b"1 + " * 20_000 + b"1", "chains"),
    ("deep indentation", b"".join(b" " * n + b"if x:\n" for n in range(200)) + b" " * 200 + b"y\n", ""),
]

HARMLESS = [
    ("empty", b""),
    ("byte order mark", b"\xef\xbb\xbf" + GOOD.encode()),
    ("crlf", b"x = 1\r\ny = 2\r\n"),
    ("cr", b"x = 1\ry = 2\r"),
    ("no line end", b"x = 1"),
    ("latin-1", b"# coding: latin-1\nx = '\xe4'\n"),
    ("long line", b"x = '" + b"a" * 1_000_000 + b"'\n"),
    ("newer syntax", b"type A[T] = list[T]\nmatch a:\n    case [*b]: pass\nx = f'{a['b']}'\n"),
    (
        "recursion",
        b"def f(): return g()\ndef g(): return f()\nclass A(B): ...\nclass B(A): ...\nimport a\nfrom a import *\n",
    ),
]


@pytest.mark.parametrize(("data", "words"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_that_cannot_be_analysed_is_a_finding(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    (tmp_path / "b.py").write_text(BAD)
    result = lint(tmp_path, "-o", "json")
    assert result.returncode == 1, result.stderr
    found = {Path(each["filename"]).name: each for each in json.loads(result.stdout)}
    assert found["a.py"]["code"] == "ASL900"
    assert words in found["a.py"]["message"]
    assert found["b.py"]["code"] == "ASL101", "the others are checked all the same"
    assert result.stderr == ""


@pytest.mark.parametrize("data", [case[1] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_an_odd_file_is_checked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.py").write_bytes(data)
    (tmp_path / "b.py").write_text(BAD)
    result = lint(tmp_path, "-o", "concise", "-q")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("b.py:5:5: ASL101")
    assert result.stdout.count("\n") == 1


def test_the_text_report_of_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\n\xff\n")
    (tmp_path / "b.py").write_bytes(b"x = (\n\x1b[31m\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "a.py:2:1" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stdout.endswith("Found 2 errors.\n")


def test_stubs_notebooks_and_modules_of_one_name(tmp_path: Path) -> None:
    files = {"a.py": BAD, "a.pyi": "def (", "n.ipynb": "{", "one/m.py": BAD, "two/m.py": BAD, "two/m/__init__.py": BAD}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    result = lint(tmp_path, "-o", "concise", "-q")
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "a.py",
        "one/m.py",
        "two/m.py",
        "two/m/__init__.py",
    ]


def test_a_reader_who_has_seen_enough(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD + "    session.commit()\n" * 3_000)
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated", "-o", "concise"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"a.py:5:5: ASL101")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"m{number}.py").write_text("x = f(1)\n" * 5_000)
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.strip()) == (b"", b"")
