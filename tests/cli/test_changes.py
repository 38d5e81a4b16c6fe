"""What `--fix`, `--diff`, `--add-noqa` and their like do to files: the real program, in its own process or in this."""

from __future__ import annotations

import errno
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.linter import FixReport, Linter

Run = Callable[..., SimpleNamespace]

HEAD = "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
SAVE = f"{HEAD}async def save(session: AsyncSession) -> None:\n    session.commit()\n"
SAVED = SAVE.replace("session.commit", "await session.commit")
MODELS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()
    tags: Mapped[list["Tag"]] = relationship()


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
REPOSITORY = """\
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Order


async def orders(session: AsyncSession) -> list[Order]:
    return list(await session.scalars(select(Order)))
"""
API = """\
from sqlalchemy.ext.asyncio import AsyncSession

from repository import orders


async def lines(session: AsyncSession) -> list[object]:
    return [order.lines for order in await orders(session)]


async def tags(session: AsyncSession) -> list[object]:
    return [order.tags for order in await orders(session)]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project; the current folder."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(folder: Path) -> Path:
    """A project with a safe and two unsafe fixes, and something that only a person can mend."""
    files = {"models.py": MODELS, "repository.py": REPOSITORY, "api.py": API, "save.py": SAVE}
    files["person.py"] = "from sqlalchemy.ext.asyncio import create_async_engine\n\ncreate_async_engine('sqlite://')\n"
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def lint(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with arguments and, when given, standard input; it reports concisely unless told otherwise."""
    monkeypatch.setenv("ASYNCSQL_LINT_OUTPUT_FORMAT", "concise")

    def call(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["--no-cache", *arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(code=int(code), out=captured.out, err=captured.err)

    return call


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.py")}


# -- fixing


def test_several_sites_of_one_query_get_one_option_list(shop: Path, lint: Run) -> None:
    result = lint("--fix", "--unsafe-fixes", "api.py")
    assert (result.code, result.out) == (0, "Fixed 2 errors.\n")
    assert (shop / "repository.py").read_text() == REPOSITORY.replace(
        "AsyncSession\n\n", "AsyncSession\nfrom sqlalchemy.orm import selectinload\n\n", 1
    ).replace("select(Order)", "select(Order).options(selectinload(Order.lines), selectinload(Order.tags))")


def test_fix_only(shop: Path, lint: Run) -> None:
    result = lint("--fix-only")
    assert (result.code, result.out, result.err) == (0, "Fixed 1 error.\n", "")
    assert texts(shop)["save.py"] == SAVED
    again = lint("--fix-only")
    assert (again.code, again.out, again.err) == (0, "", "")
    assert lint("--fix-only", "-o", "json").out == "[]\n"


FIX_EXITS = [
    ("what remains is not reported", ["--fix-only"], 0),
    ("it is without it", ["--fix"], 1),
    ("told that something was fixed", ["--fix-only", "--exit-non-zero-on-fix"], 1),
    ("nothing was fixed", ["--fix-only", "--exit-non-zero-on-fix", "person.py"], 0),
    ("nothing is fixable", ["--fix-only", "--exit-non-zero-on-fix", "--unfixable", "ALL"], 0),
    ("one rule is", ["--fix-only", "--exit-non-zero-on-fix", "--fixable", "missing-await", "--unfixable", "ALL"], 1),
    ("a job that could not be done", ["--fix-only", "nowhere.py"], 2),
    ("a diff", ["--fix-only", "--diff"], 1),
    ("a diff of nothing", ["--fix-only", "--diff", "person.py"], 0),
    ("a diff, and it is fine", ["--diff", "--exit-zero"], 0),
    ("comments", ["--add-noqa"], 0),
    ("comments, as a diff", ["--add-noqa", "--diff"], 1),
    ("comments about nothing", ["--add-ignore", "models.py", "--report-only-given"], 0),
    ("comments of both kinds", ["--add-noqa", "--add-ignore"], 2),
    ("comments and fixes", ["--add-noqa", "--fix"], 2),
    ("comments and fixes only", ["--add-ignore", "--fix-only"], 2),
    ("comments, without minding them", ["--add-noqa", "--ignore-noqa"], 2),
    ("a reason that is a comment", ["--add-noqa=see #12"], 2),
    ("a reason of two lines", ["--add-ignore=one\ntwo"], 2),
    ("a path is no reason", ["--add-noqa", "nowhere.py"], 2),
]


@pytest.mark.parametrize(("arguments", "code"), [case[1:] for case in FIX_EXITS], ids=[case[0] for case in FIX_EXITS])
def test_exit_code(shop: Path, lint: Run, arguments: list[str], code: int) -> None:
    before = texts(shop)
    result = lint(*arguments)
    assert result.code == code
    assert "Traceback" not in result.err
    if code == 2 or "--diff" in arguments:
        assert texts(shop) == before


def test_show_fixes(shop: Path, lint: Run) -> None:
    shown = "- repository.py:\n    2 x ASL301 (lazy-relationship-access)\n- save.py:\n    1 x ASL101 (missing-await)\n"
    assert lint("--diff", "--show-fixes", "--unsafe-fixes").err == f"Would fix 3 errors:\n{shown}"
    assert lint("--fix", "--show-fixes", "--unsafe-fixes", "-o", "json").err == f"Fixed 3 errors:\n{shown}"
    assert lint("--fix", "--show-fixes", "--unsafe-fixes").err == ""


def test_unfixable_of_the_command_line_adds_to_that_of_the_file(shop: Path, lint: Run) -> None:
    (shop / "asyncsql-lint.toml").write_text('unfixable = ["ASL301"]\n')
    assert lint("--diff", "--unsafe-fixes", "--unfixable", "ASL101").out == ""
    assert "+    await session.commit()" in lint("--diff", "--unsafe-fixes").out
    assert "selectinload" not in lint("--diff", "--unsafe-fixes").out
    assert "selectinload" in lint("--diff", "--unsafe-fixes", "--fixable", "ASL301").out


def test_unused_suppressions_are_removed(folder: Path, lint: Run) -> None:
    text = f"{SAVED}\n\n# asl: disable[ASL301] -- old\nx = 1  # noqa: E501, ASL101\n# asl: enable[ASL301]\n"
    (folder / "a.py").write_text(text)
    assert lint().code == 1
    assert lint("--fix").out == "Fixed 3 errors.\n"
    assert (folder / "a.py").read_text() == f"{SAVED}\n\nx = 1  # noqa: E501\n"


FORMS = {
    "CRLF": SAVE.replace("\n", "\r\n").encode(),
    "CR": SAVE.replace("\n", "\r").encode(),
    "BOM": b"\xef\xbb\xbf" + SAVE.encode(),
    "BOM and CRLF": b"\xef\xbb\xbf" + SAVE.replace("\n", "\r\n").encode(),
    "latin-1": f"# coding: latin-1\n# é\n{SAVE}".encode("latin-1"),
    "no line end": SAVE.rstrip("\n").encode(),
    "tabs": SAVE.replace("    ", "\t").encode(),
    "form feeds": SAVE.replace("\n\n\n", "\n\f\n\f\n").encode(),
    "a backslash": SAVE.replace("session.commit()", "session \\\n        .commit()").encode(),
    "a semicolon": SAVE.replace("session.commit()", "x = 1; session.commit(); y = 2").encode(),
    "one line": SAVE.replace("None:\n    ", "None: ").encode(),
    "mixed line ends": SAVE.replace("\n\n\n", "\r\n\n\r").encode(),
    "letters of more than one unit": f"{SAVE}    x = '𝛼é'; session.rollback()\n".encode(),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("way", ["file", "standard input"])
def test_every_other_byte_stays(folder: Path, lint: Run, data: bytes, way: str) -> None:
    expected = data.replace(b"session.", b"await session.").replace(b"session \\", b"await session \\")
    (folder / "a.py").write_bytes(data)
    if way == "file":
        assert lint("--fix").code == 0
        assert (folder / "a.py").read_bytes() == expected
        assert lint("--fix").out == "All checks passed!\n"
    else:
        command = [sys.executable, "-m", "asyncsql_lint", "--isolated", "--fix", "-q", "-"]
        done = subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("option", ["--add-noqa", "--add-ignore=it is known"])
def test_comments_keep_every_other_byte(folder: Path, lint: Run, data: bytes, option: str) -> None:
    (folder / "a.py").write_bytes(data)
    result = lint(option)
    assert (result.code, result.out) == (0, "All checks passed!\n")
    written = (folder / "a.py").read_bytes()
    comment = b"# noqa: ASL101" if option == "--add-noqa" else b"# asl: ignore[ASL101] -- it is known"
    assert written.replace(b"  " + comment, b"") == data
    assert written != data
    again = lint(option)
    assert (again.code, again.out, again.err) == (0, "All checks passed!\n", "")
    assert (folder / "a.py").read_bytes() == written


def test_standard_input_that_is_no_text_comes_back_as_it_was(folder: Path) -> None:
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated", "--fix", "-q", "-o", "concise", "-"]
    done = subprocess.run(command, cwd=folder, input=b"\xff\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"\xff\n")
    assert done.stderr.startswith(b"<stdin>:1:1: ASL900")


def test_comments_are_told(shop: Path, lint: Run) -> None:
    assert lint("--add-noqa", "--diff").err == "Would write comments about 4 findings in 3 files.\n"
    assert lint("--add-noqa=adopted in May", "-q").err == ""
    assert (shop / "save.py").read_text().endswith("    session.commit()  # noqa: ASL101 -- adopted in May\n")
    shown = lint("--show-suppressed").out
    assert "save.py:5:5: ASL101" in shown
    assert "(suppressed on line 5, adopted in May)" in shown


def test_comments_on_standard_input(folder: Path, lint: Run) -> None:
    result = lint("-", "--add-noqa", stdin=SAVE.encode())
    assert result.code == 0
    assert result.out == SAVE.replace("commit()", "commit()  # noqa: ASL101")


# -- files that are not as they should be


def _replace(path: Path) -> None:
    path.write_text("x = 1\n")


def _remove(path: Path) -> None:
    path.unlink()


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_elsewhere(path: Path) -> None:
    outside = path.parent.parent / f"{path.parent.name}-outside.py"
    path.rename(outside)
    path.symlink_to(outside)


MEANWHILE = [
    (_replace, "not changed, because it was written to in the meantime"),
    (_remove, "not changed: no such file or directory"),
    (_make_folder, "not changed, because it cannot be written to"),
    (_link_elsewhere, "outside of what is checked"),
]


@pytest.mark.parametrize(("change", "words"), MEANWHILE, ids=[each[0].__name__[1:] for each in MEANWHILE])
def test_a_file_that_changes_between_read_and_write(
    folder: Path, lint: Run, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], words: str
) -> None:
    for name in ("a.py", "b.py"):
        (folder / name).write_text(SAVE)
    real = Linter.write

    def late(self: Linter, fixed: FixReport) -> FixReport:
        change(folder / "a.py")
        return real(self, fixed)

    monkeypatch.setattr(Linter, "write", late)
    result = lint("--fix", "--show-fixes")
    assert result.code == 2
    assert result.err.startswith(f"error: {folder / 'a.py'}: ")
    assert words in result.err
    assert result.err.endswith("Fixed 1 error:\n- b.py:\n    1 x ASL101 (missing-await)\n")
    assert result.out.startswith("a.py:5:5: ASL101"), "what was not fixed is still reported"
    assert (folder / "b.py").read_text() == SAVED, "the others are fixed all the same"
    assert sorted(p.name for p in folder.iterdir()) in (["a.py", "b.py", "pyproject.toml"], ["b.py", "pyproject.toml"])


def test_a_disk_that_is_full(folder: Path) -> None:
    """No file may grow over 64 kB: the system's own refusal in the middle of a write."""
    big, small = SAVE + "# more\n" * 20_000, SAVE
    (folder / "big.py").write_text(big)
    (folder / "small.py").write_text(small)
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated", "--no-cache", "--fix", "-q", "-o", "concise"]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536)),
    )
    assert done.returncode == 2
    assert done.stderr == f"error: {folder / 'big.py'}: not changed: file too large\n"
    assert done.stdout.startswith("big.py:5:5: ASL101")
    assert (folder / "big.py").read_text() == big
    assert (folder / "small.py").read_text() == SAVED
    assert sorted(path.name for path in folder.iterdir()) == ["big.py", "pyproject.toml", "small.py"]


def test_no_space_at_the_very_end(folder: Path, lint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (folder / "a.py").write_text(SAVE)
    monkeypatch.setattr(os, "fsync", full)
    result = lint("--fix")
    assert result.code == 2
    assert result.err == f"error: {folder / 'a.py'}: not changed: no space left on device\n"
    assert (folder / "a.py").read_text() == SAVE
    assert sorted(path.name for path in folder.iterdir()) == ["a.py", "pyproject.toml"]


def test_links_do_not_lead_out_of_the_project(folder: Path, lint: Run) -> None:
    outside = folder.parent / f"{folder.name}-outside.py"
    outside.write_text(SAVE)
    (folder / "link.py").symlink_to(outside)
    (folder / "a.py").write_text(SAVE)
    assert lint("--fix").code == 0, "it is passed over"
    assert (folder / "a.py").read_text() == SAVED
    result = lint("--fix", "link.py")
    assert result.code == 2
    assert f"it leads to {outside}, outside of what is checked" in result.err
    assert outside.read_text() == SAVE


LONG = {
    "in one function": SAVE + "    session.commit()\n" * 1_999,
    "in many": HEAD + "".join(f"async def f{n}(s: AsyncSession) -> None:\n    s.commit()\n\n\n" for n in range(2_000)),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_thousands_of_fixes_in_one_file(folder: Path, lint: Run, text: str) -> None:
    (folder / "a.py").write_text(text)
    began = time.process_time()
    assert lint("--fix").out == "Fixed 2000 errors.\n"
    assert time.process_time() - began < 60, "a step for each pair of findings takes minutes"
    assert (folder / "a.py").read_text() == text.replace(" s.", " await s.").replace(" session.c", " await session.c")


def test_thousands_of_comments_in_one_file(folder: Path, lint: Run) -> None:
    (folder / "a.py").write_text(LONG["in one function"])
    began = time.process_time()
    assert lint("--add-noqa").out == "All checks passed!\n"
    assert time.process_time() - began < 60, "a step for each pair of findings takes minutes"
    assert (folder / "a.py").read_text() == LONG["in one function"].replace("t()\n", "t()  # noqa: ASL101\n")
