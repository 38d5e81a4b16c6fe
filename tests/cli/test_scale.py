"""Projects that are large in one way, and files that change while they are read: an answer, no traceback, no hang."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.flow.machine import MAX_OBJECTS
from asyncsql_lint.flow.state import State
from asyncsql_lint.index.column_types import ColumnType, ColumnTypes
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.index.models import Attribute, Models
from asyncsql_lint.syntax import facts

HEAD = """\
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


"""
BAD = "async def last(session: AsyncSession) -> None:\n    session.commit()\n"
"""What must be found, whatever stands around it."""


def _tiny_files(count: int) -> Iterator[tuple[str, str]]:
    for number in range(count):
        yield f"p{number // 100}/m{number}.py", f"from p{(number + 1) // 100}.m{number + 1} import x\n"


def _lines(count: int) -> Iterator[tuple[str, str]]:
    body = (
        "async def f{0}(session: AsyncSession, x: int):\n    item = await session.get(Item, x)\n    return item.id\n\n"
    )
    yield "a.py", HEAD + "".join(body.format(number) for number in range(count // 4))


def _web(count: int) -> Iterator[tuple[str, str]]:
    out = [HEAD]
    for number in range(count):
        bases = ", ".join(f"C{other}" for other in range(number - 1, max(number - 4, -1), -1)) or "Base"
        out.append(f"class C{number}({bases}):\n    __tablename__ = 't{number}'\n")
        out.append(f"    c{number}: Mapped[int] = mapped_column(primary_key=True)\n")
        out.append(f"    r{number}: Mapped['C{number * 7 % count}'] = relationship()\n\n")
        out.append(f"    async def m{number}(self, session: AsyncSession):\n        return self.c{number}\n\n")
    yield "a.py", "".join(out)


def _ring(count: int) -> Iterator[tuple[str, str]]:
    body = "async def f{0}(session: AsyncSession, x: int):\n    return await f{1}(session, x + 1)\n\n"
    yield "a.py", HEAD + "".join(body.format(number, (number + 1) % count) for number in range(count))


def _statements(count: int) -> Iterator[tuple[str, str]]:
    body = "".join(f"    x{number} = x + {number}\n" for number in range(count))
    yield "a.py", f"{HEAD}async def f(session: AsyncSession, x: int):\n{body}    await session.commit()\n\n"


def _ifs(count: int) -> Iterator[tuple[str, str]]:
    body = "".join(f"    {' ' * number}if x > {number}:\n" for number in range(count))
    yield "a.py", f"{HEAD}async def f(session: AsyncSession, x: int):\n{body}    {' ' * count}await session.commit()\n"


def _gets(count: int) -> Iterator[tuple[str, str]]:
    body = "".join(f"    item{number} = await session.get(Item, {number})\n" for number in range(count))
    yield "a.py", f"{HEAD}async def f(session: AsyncSession):\n{body}    await session.commit()\n"


PROJECTS = [
    (_tiny_files, 3_000),
    (_lines, 10_000),
    (_web, 600),
    (_ring, 500),
    (_statements, 3_000),
    (_ifs, 90),
    (_ifs, 500),
    (_gets, 2_000),
]


@pytest.mark.parametrize(("write", "count"), PROJECTS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_large_project(tmp_path: Path, write: Callable[[int], Iterator[tuple[str, str]]], count: int) -> None:
    for name, text in (*write(count), ("last.py", HEAD + BAD)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = _lint(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    found = [line for line in done.stdout.splitlines() if "ASL900" not in line]
    assert len(found) == 1
    assert found[0].startswith("last.py:15:5: ASL101")


def test_what_is_inherited_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in _web(30):
        (tmp_path / name).write_text(text)
    read: Counter[int] = Counter()
    real = Models._column  # noqa: SLF001 -- nobody sees from without how often it is read

    def counting(self: Models, name: str, call: facts.Call, *rest: object) -> object:
        read[call.at] += 1
        return real(self, name, call, *rest)

    monkeypatch.setattr(Models, "_column", counting)
    assert main(["--isolated", "--no-cache", "-q", str(tmp_path)]) == 0
    assert len(read) == 31
    assert max(read.values()) <= 2, "as an attribute, and as what may be a foreign key"


def test_not_all_that_is_inherited_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a web of `count` classes, each has as many attributes as there are classes before it."""
    count = 60
    for name, text in _web(count):
        (tmp_path / name).write_text(text)
    looked_at = 0
    collect, column_type = Models._collect, ColumnTypes.of  # noqa: SLF001 -- nobody sees it from without

    def collecting(self: Models, info: ClassInfo) -> dict[str, Attribute]:
        nonlocal looked_at
        found = collect(self, info)
        looked_at += len(found)
        return found

    def asking(self: ColumnTypes, model: ClassInfo, column: Attribute) -> ColumnType | None:
        nonlocal looked_at
        looked_at += 1
        return column_type(self, model, column)

    monkeypatch.setattr(Models, "_collect", collecting)
    monkeypatch.setattr(ColumnTypes, "of", asking)
    assert main(["--isolated", "--no-cache", "-q", str(tmp_path)]) == 0
    assert looked_at < 5 * count


def test_what_a_statement_looks_at_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in _gets(MAX_OBJECTS * 2):
        (tmp_path / name).write_text(text)
    heaps: list[int] = []
    copy = State.copy

    def copying(self: State) -> State:
        heaps.append(len(self.heap))
        return copy(self)

    monkeypatch.setattr(State, "copy", copying)
    assert main(["--isolated", "--no-cache", "-q", str(tmp_path)]) == 0
    assert len(heaps) > MAX_OBJECTS * 2
    assert MAX_OBJECTS < max(heaps) < MAX_OBJECTS + 10


def test_of_the_newest_objects_all_is_known_still(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((name, text),) = _gets(MAX_OBJECTS * 2)
    text = text.replace("id: Mapped[int]", "parts: Mapped[list['Item']] = relationship()\n    id: Mapped[int]", 1)
    last = MAX_OBJECTS * 2 - 1
    first_and_last = f"    print(item0.parts)\n    print(item{last}.parts)\n    await session.commit()\n"
    (tmp_path / name).write_text(text.replace("    await session.commit()\n", first_and_last))
    assert main(["--isolated", "--no-cache", "-v", "-o", "concise", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "`Item.parts` is read" in out
    assert out.count("ASL301") == 1, "of the oldest, nothing is known, and nothing said"
    assert "bound reached: objects" in err


def test_files_that_change_while_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "last.py").write_text(HEAD + BAD)
    is_over = threading.Event()

    def churn() -> None:
        turn = 0
        while not is_over.is_set():
            turn += 1
            path = tmp_path / f"m{turn % 50}.py"
            path.unlink(missing_ok=True)
            if turn % 3:
                path.write_text(HEAD if turn % 2 else "def (:\n")
            (tmp_path / "pyproject.toml").write_text("[tool.asyncsql-lint]\n" if turn % 2 else "")

    other = threading.Thread(target=churn)
    other.start()
    try:
        results = [_lint(tmp_path) for _ in range(5)]
    finally:
        is_over.set()
        other.join()
    for done in results:  # a source may be gone before it is read
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
        assert "has a bug" not in done.stderr
        assert all("cannot be read: no such file" in line for line in done.stderr.splitlines()), done.stderr
        assert "last.py:15:5: ASL101" in done.stdout


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asyncsql_lint", "-o", "concise", "-q"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
