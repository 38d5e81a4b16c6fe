"""Files and folders that are not as they should be, given to the real program: each costs only itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
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
    ("bytes beside text", b"x = 'a' b'b'\n", "Cannot concatenate string and bytes"),
    ("tabs and spaces", b"if x:\n\ty\n        z\n", ""),
    ("nested brackets", b"x = " + b"(" * 10_000 + b")" * 10_000, "nested brackets"),
    ("long sum", b"x = " + b"1 + " * 20_000 + b"1", "chains"),
    ("nested calls", b"x = " + b"f(" * 5_000 + b")" * 5_000, "nested brackets"),
    ("unclosed brackets", b"x = " + b"[" * 5_000, "nested brackets"),
    ("long chain of attributes", b"x = a" + b".b" * 20_000, "chains"),
    ("long chain of comparisons", b"x = a" + b" < a" * 20_000, "chains"),
    ("long line of code", b"x = [" + b"f(a.b), " * 125_000 + b"]\n", "memory"),
    ("many branches", b"if x:\n    y\n" + b"elif x:\n    y\n" * 5_000, "branches"),
    ("wrongly declared", b"# coding: ascii\nx = '\xe4'\n", "ASCII"),
    ("a codec for bytes", b"# coding: hex\nx = 1\n", "hex"),
    ("BOM and cookie disagree", b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", ""),
    ("deep indentation", b"".join(b" " * n + b"if x:\n" for n in range(200)) + b" " * 200 + b"y\n", ""),
]

HARMLESS = [
    ("empty", b""),
    ("byte order mark", b"\xef\xbb\xbf" + GOOD.encode()),
    ("crlf", b"x = 1\r\ny = 2\r\n"),
    ("cr", b"x = 1\ry = 2\r"),
    ("no line end", b"x = 1"),
    ("latin-1", b"# coding: latin-1\nx = '\xe4'\n"),
    ("cp1251", "# -*- coding: cp1251 -*-\nx = 'я'\n".encode("cp1251")),
    ("byte order mark only", b"\xef\xbb\xbf"),
    ("form feed", b"x = 1\n\x0c\ny = 2\n"),
    ("comments only", b"# nothing\n" * 1_000),
    ("long literal", b"x = [" + b"1, " * 100_000 + b"]\n"),
    ("long dictionary", b"x = {" + b"'a': (1, 'b'), " * 30_000 + b"}\n"),
    ("long string", b'x = """' + b"(((\n" * 100_000 + b'"""\n'),
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


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.py", "no such file or folder"),
        ("nowhere/", "no such file or folder"),
        ("b.py/c.py", "no such file or folder"),
        ("pipe", "neither a file nor a folder"),
        ("circle", "cannot be read: too many levels of symbolic links"),
        ("x" * 300, "cannot be read: file name too long"),
    ],
    ids=lambda value: value[:10],
)
def test_a_path_that_leads_to_no_file(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "b.py").write_text(BAD)
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe")
    result = lint(tmp_path, "-o", "concise", "-q", path, "b.py")
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path / path}: {message}\n"
    assert result.stdout.startswith("b.py:5:5: ASL101"), "the others are checked all the same"


AS_NOBODY = """
import os, sys
import asyncsql_lint.cli.session, asyncsql_lint.engine.fix, asyncsql_lint.engine.run
import asyncsql_lint.reporters.text, rich.console
from asyncsql_lint.cli.main import main
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""
"""The program, under a user whom permissions bind."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can enter, too."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_without_permission(open_folder: Path) -> None:
    (open_folder / "b.py").write_text(BAD)
    (open_folder / "locked.py").write_text(BAD)
    (open_folder / "closed").mkdir()
    (open_folder / "closed" / "c.py").write_text(BAD)
    (open_folder / "locked.py").chmod(0)
    (open_folder / "closed").chmod(0)
    command = [sys.executable, "-c", AS_NOBODY, "--isolated", "-o", "concise", "-q"]
    result = subprocess.run(command, cwd=open_folder, capture_output=True, text=True, timeout=120, check=False)
    (open_folder / "closed").chmod(0o755)
    assert result.returncode == 2
    assert sorted(result.stderr.splitlines()) == [
        f"error: {open_folder / 'closed'}: this folder cannot be read: permission denied",
        f"error: {open_folder / 'locked.py'}: cannot be read: permission denied",
    ]
    assert result.stdout.startswith("b.py:5:5: ASL101")
    assert result.stdout.count("\n") == 1


def test_a_fix_without_permission_to_write(open_folder: Path) -> None:
    (open_folder / "b.py").write_text(BAD)
    (open_folder / "b.py").chmod(0o444)
    open_folder.chmod(0o555)
    command = [sys.executable, "-c", AS_NOBODY, "--isolated", "-o", "concise", "-q", "--fix"]
    result = subprocess.run(command, cwd=open_folder, capture_output=True, text=True, timeout=120, check=False)
    open_folder.chmod(0o755)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {open_folder / 'b.py'}: ")
    assert "Traceback" not in result.stderr
    assert (open_folder / "b.py").read_text() == BAD


GONE = """
import os, sys, tempfile
folder = tempfile.mkdtemp()
os.chdir(folder)
os.rmdir(folder)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.mark.parametrize("arguments", [[], ["/"], ["-q", "-"]], ids=" ".join)
def test_a_current_folder_that_is_gone(arguments: list[str]) -> None:
    command = [sys.executable, "-c", GONE, "-m", "asyncsql_lint", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, input="", timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "error: the current folder is gone, or cannot be read\n"


def test_a_script_beside_much_else(tmp_path: Path) -> None:
    """It is read with what it imports, and with nothing that only lies in its folder."""
    models = "from sqlalchemy.orm import *\n\n\nclass Base(DeclarativeBase): ...\n\n\nclass Post(Base):\n"
    models += "    __tablename__ = 'p'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    models += "    tags: Mapped[list['Post']] = relationship()\n"
    script = "from sqlalchemy import select\nfrom models import Post\n\n\nasync def f(session):\n"
    script += "    post = await session.scalar(select(Post))\n    print(post.tags)\n"
    (tmp_path / "models.py").write_text(models)
    (tmp_path / "script.py").write_text(script)
    for number in range(50):
        (tmp_path / f"other{number}.py").write_text(BAD)
        (tmp_path / f"folder{number}").mkdir()
        (tmp_path / f"folder{number}/a.py").write_text(BAD)
    result = lint(tmp_path, "-v", "-o", "concise", "--min-confidence", "guessed", "script.py")
    assert result.stdout.startswith("script.py:7:11: ASL301"), result.stdout
    assert "checked 1 of 2 files read" in result.stderr


def test_links_that_lead_back(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "b.py").write_text(BAD)
    (tmp_path / "app" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "app" / "again.py").symlink_to(tmp_path / "app" / "b.py")
    (tmp_path / "app" / "broken.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "app" / "self.py").symlink_to(tmp_path / "app" / "self.py")
    result = lint(tmp_path, "-o", "concise", "-q")
    assert result.returncode in (1, 2), "links to nothing may be told"
    assert "Traceback" not in result.stderr
    assert result.stdout.count("ASL101") == 1, "a file counts once"


CIRCLES = {
    "calls.py": """\
from sqlalchemy.ext.asyncio import AsyncSession


async def down(session: AsyncSession, n: int) -> int:
    return await up(session, n - 1)


async def up(session: AsyncSession, n: int) -> int:
    session.commit()
    return await down(session, n + 1)
""",
    "one.py": "from two import *\nfrom two import Two\n\n\nclass One(Two):\n    pass\n",
    "two.py": "from one import *\nfrom one import One\n\n\nclass Two(One):\n    other = One\n",
    "own.py": "class Own(Own):\n    pass\n\n\nx = x\nf = lambda: f()\nf()\n",
    "models.py": """\
from sqlalchemy.orm import DeclarativeBase, relationship


class Base(DeclarativeBase, Base):
    pass


class A(B):
    b = relationship("B", lazy="joined")


class B(A):
    a = relationship(lambda: A, lazy="joined")
""",
}


def test_recursion_in_calls_imports_and_base_classes(tmp_path: Path) -> None:
    for name, text in CIRCLES.items():
        (tmp_path / name).write_text(text)
    result = lint(tmp_path, "-o", "concise", "-q")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("calls.py:9:5: ASL101")
    assert result.stdout.count("\n") == 1


def test_long_chains_of_files(tmp_path: Path) -> None:
    """2,000 modules, each of which imports, inherits from and calls the one before."""
    (tmp_path / "m0.py").write_text(f"class C0: ...\n\n\n{BAD}")
    for number in range(1, 2_000):
        before = f"m{number - 1}"
        (tmp_path / f"m{number}.py").write_text(
            f"from {before} import *\nfrom {before} import C{number - 1}, save as f{number}\n\n\n"
            f"class C{number}(C{number - 1}): ...\n\n\n"
            f"async def save(session):\n    await f{number}(session)\n"
        )
    result = lint(tmp_path, "-o", "concise", "-q")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("m0.py:8:5: ASL101")


def test_a_package_without_an_init_file(tmp_path: Path) -> None:
    files = {
        "app/models.py": "from sqlalchemy.ext.asyncio import AsyncSession as S\n",
        "app/sub/api.py": "from app.models import S\n\n\nasync def f(s: S) -> None:\n    s.commit()\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    result = lint(tmp_path, "-o", "concise", "-q")
    assert result.stdout.startswith("app/sub/api.py:5:5: ASL101")


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
        (tmp_path / f"m{number}.py").write_text(f"x = f({number})\n" * 8_000)
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 -- a background job ignores it
    ) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.strip()) == (b"", b"")
