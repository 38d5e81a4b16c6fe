"""Which versions of its libraries a project is taken to use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asyncsql_lint.config.library_versions import LIBRARIES
from asyncsql_lint.config.load import Configuration, inline_config
from asyncsql_lint.linter import Linter
from asyncsql_lint.source.project_versions import ProjectVersions
from tests.source.memory import Memory

UV = """\
version = 1

[[package]]
name = "greenlet"
version = "3.1.0"

[[package]]
name = "sqlalchemy"
version = "2.0.51"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "greenlet" },
]

[package.optional-dependencies]
asyncio = [
    { name = "greenlet" },
]

[[package]]
name = "fastapi"
version = "0.110.3"
dependencies = [{ name = "sqlalchemy" }]
"""
POETRY = """\
[[package]]
name = "SQLAlchemy"
version = "2.0.23"
description = "Database Abstraction Library"
optional = false

[package.dependencies]
greenlet = {version = "!=0.4.17"}

[metadata]
lock-version = "2.0"
"""
PROJECT = """\
[project]
name = "x"
dependencies = ["sqlalchemy[asyncio] >= 2.0.41 ; python_version > '3.9'", "fastapi~=0.115.2"]

[project.optional-dependencies]
old = ["sqlalchemy<2"]
board = ["SQLModel==0.0.24"]
"""
POETRY_PROJECT = """\
[tool.poetry.dependencies]
python = "^3.11"
sqlalchemy = { extras = ["asyncio"], version = "^2.0.36" }
fastapi = "*"
sqlmodel = { git = "https://example.org/sqlmodel.git" }

[tool.poetry.group.dev.dependencies]
fastapi = "^0.109.1"
"""
REQUIREMENTS = """\
# what we use
-r base.txt
--index-url https://example.org/simple
sqlalchemy-utils==0.41.1
SQLAlchemy[asyncio] == 2.0.41 \\
    --hash=sha256:0123
fastapi>=0.111.0,<0.112 ; python_version < "3.13"  # not yet
sqlmodel @ https://example.org/sqlmodel.whl
"""

CASES = [
    ("nothing", {}, ""),
    ("uv.lock", {"/p/uv.lock": UV}, "sqlalchemy 2.0.51 (uv.lock), fastapi 0.110.3 (uv.lock)"),
    ("poetry.lock", {"/p/poetry.lock": POETRY}, "sqlalchemy 2.0.23 (poetry.lock)"),
    ("pdm.lock", {"/p/pdm.lock": POETRY}, "sqlalchemy 2.0.23 (pdm.lock)"),
    ("windows line ends", {"/p/uv.lock": UV.replace("\n", "\r\n")},
     "sqlalchemy 2.0.51 (uv.lock), fastapi 0.110.3 (uv.lock)"),
    ("pylock.toml", {"/p/pylock.toml": UV.replace("[[package]]", "[[packages]]")},
     "sqlalchemy 2.0.51 (pylock.toml), fastapi 0.110.3 (pylock.toml)"),
    ("pyproject.toml", {"/p/pyproject.toml": PROJECT},
     "sqlalchemy >=2.0.41 (pyproject.toml), sqlmodel ==0.0.24 (pyproject.toml), fastapi ~=0.115.2 (pyproject.toml)"),
    ("Poetry's pyproject.toml", {"/p/pyproject.toml": POETRY_PROJECT},
     "sqlalchemy ^2.0.36 (pyproject.toml), fastapi ^0.109.1 (pyproject.toml)"),
    ("dependency groups", {"/p/pyproject.toml": '[dependency-groups]\ndev = [{include-group = "x"}, "fastapi<1"]\n'},
     "fastapi <1 (pyproject.toml)"),
    ("requirements.txt", {"/p/requirements.txt": REQUIREMENTS},
     "sqlalchemy ==2.0.41 (requirements.txt), fastapi >=0.111.0,<0.112 (requirements.txt)"),
    ("requirements folder", {"/p/requirements/base.txt": "sqlalchemy==2.0.9\n", "/p/requirements/x.md": "fastapi==1"},
     "sqlalchemy ==2.0.9 (requirements/base.txt)"),
    ("two requirements files", {"/p/requirements.txt": "sqlalchemy==2.0.9\n", "/p/requirements-dev.txt": "sqlalchemy"},
     "sqlalchemy ==2.0.9 (requirements.txt)"),
    ("a lock before a requirement", {"/p/pyproject.toml": PROJECT, "/p/poetry.lock": POETRY, "/p/uv.lock": UV},
     "sqlalchemy 2.0.51 (uv.lock), sqlmodel ==0.0.24 (pyproject.toml), fastapi ~=0.115.2 (pyproject.toml)"),
    ("the workspace's lock", {"/w/uv.lock": UV, "/w/p/pyproject.toml": "[project]\ndependencies = ['sqlalchemy>=2']"},
     "sqlalchemy 2.0.51 (uv.lock), fastapi 0.110.3 (uv.lock)"),
    ("a lock further up of something else", {"/w/uv.lock": UV, "/w/p/requirements.txt": "sqlalchemy>=2.1\n"},
     "sqlalchemy >=2.1 (requirements.txt), fastapi 0.110.3 (uv.lock)"),
    ("the nearest lock", {"/w/uv.lock": UV, "/w/p/poetry.lock": POETRY},
     "sqlalchemy 2.0.23 (poetry.lock), fastapi 0.110.3 (uv.lock)"),
    ("the repository ends", {"/w/uv.lock": UV, "/w/p/.git/HEAD": ""}, ""),
    ("broken TOML", {"/p/pyproject.toml": "sqlalchemy = [", "/p/uv.lock": UV.replace('"2', "2")},
     "fastapi 0.110.3 (uv.lock)"),
    ("other types", {"/p/pyproject.toml": "[project]\ndependencies = {sqlalchemy = 2}\n[tool]\npoetry = 3\n",
                     "/p/uv.lock": UV.replace('"2.0.51"', "2").replace('"0.110.3"', '"x"')}, ""),
    ("deep nesting", {"/p/pyproject.toml": "sqlalchemy = " + "[" * 100_000}, ""),
    ("not text", {"/p/requirements.txt": "\udcff\udcfe\nsqlalchemy==2.0.9\n"}, "sqlalchemy ==2.0.9 (requirements.txt)"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_versions(files: dict[str, str], expected: str) -> None:
    contents = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
    folder = "/w/p/src" if any(path.startswith("/w/") for path in files) else "/p/src"
    known = ProjectVersions(Memory(contents)).of_folder(folder)
    said = ((library, getattr(known, library)) for library in LIBRARIES)
    assert ", ".join(f"{library} {each}" for library, each in said if each.text) == expected


def test_what_cannot_be_read_says_nothing() -> None:
    files = Memory({"/p/uv.lock": UV.encode(), "/p/a.py": b""}, forbidden=frozenset({"/p/uv.lock"}))
    assert ProjectVersions(files).of_folder("/p").sqlalchemy.text == ""
    assert ProjectVersions(Memory(forbidden=frozenset({"/p"}))).of_folder("/p").sqlalchemy.text == ""


ENGINE = """\
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql://localhost/app")
"""

MESSAGES = [
    ("sqlalchemy==2.0.57", (), ["on SQLAlchemy ==2.0.57 (requirements.txt)"]),
    ("sqlalchemy==2.1.9", (), []),
    ("sqlalchemy>=2", (), ["on SQLAlchemy 2.0 (and psycopg from 2.1 on)"]),
    ("", (), ["on SQLAlchemy 2.0 (and psycopg from 2.1 on)"]),
    ("sqlalchemy==2.0.57", ('library-versions = {sqlalchemy = "2.1"}',), []),
    ("sqlalchemy==2.1.9", ('library-versions = {sqlalchemy = "2.0"}',), ["on SQLAlchemy 2.0 (library-versions)"]),
]


@pytest.mark.parametrize(("requirement", "config", "expected"), MESSAGES)
def test_a_rule_goes_by_the_version(
    tmp_path: Path, requirement: str, config: tuple[str, ...], expected: list[str]
) -> None:
    folder = os.path.realpath(tmp_path)
    Path(folder, ".git").mkdir()
    Path(folder, "requirements.txt").write_text(requirement)
    Path(folder, "a.py").write_text(ENGINE)
    linter = Linter(Configuration(inline_config(config, folder), isolated=True))
    report = linter.check([folder])
    assert [d.message for d in report.diagnostics] == [
        f"`postgresql://` means psycopg2, a sync driver, {words}" for words in expected
    ]


BACKGROUND = """\
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://localhost/app"))
app = FastAPI()


async def get_session():
    async with maker() as session:
        yield session


async def record(session: AsyncSession) -> None:
    await session.execute(text("select 1"))


@app.get("/")
async def read(background: BackgroundTasks, session: AsyncSession = Depends(get_session)) -> None:
    background.add_task(record, session)
"""

REQUESTS = [
    ("fastapi==0.110.3", "inferred", ["on FastAPI ==0.110.3 (requirements.txt) closes it before that"]),
    ("fastapi==0.105.0", "guessed", []),
    ("fastapi==0.118.0", "guessed", []),
    ("fastapi>=0.115", "inferred", []),
    ("", "inferred", []),
    ("", "guessed", ["on FastAPI 0.106 to 0.117 closes it before that"]),
]


@pytest.mark.parametrize(("requirement", "confidence", "expected"), REQUESTS)
def test_background_tasks_hang_on_fastapi(
    tmp_path: Path, requirement: str, confidence: str, expected: list[str]
) -> None:
    folder = os.path.realpath(tmp_path)
    Path(folder, ".git").mkdir()
    Path(folder, "requirements.txt").write_text(requirement)
    Path(folder, "a.py").write_text(BACKGROUND)
    linter = Linter(Configuration(inline_config([f'min-confidence = "{confidence}"'], folder), isolated=True))
    found = [d.message for d in linter.check([folder]).diagnostics]
    start = "`add_task()` keeps the session for a background task, but the end of the endpoint, "
    assert found == [start + words for words in expected]


DATACLASS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship


class Base(MappedAsDataclass, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship(default_factory=list)


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))


async def add(session: AsyncSession) -> int:
    author = Author(name="Ann")
    session.add(author)
    await session.flush()
    return len(author.books)
"""


@pytest.mark.parametrize(("requirement", "expected"), [("sqlalchemy==2.1.9", 1), ("sqlalchemy==2.0.57", 0), ("", 0)])
def test_dataclass_defaults_hang_on_sqlalchemy(tmp_path: Path, requirement: str, expected: int) -> None:
    folder = os.path.realpath(tmp_path)
    Path(folder, ".git").mkdir()
    Path(folder, "requirements.txt").write_text(requirement)
    Path(folder, "a.py").write_text(DATACLASS)
    found = Linter(Configuration(isolated=True)).check([folder]).diagnostics
    assert [d.code for d in found] == ["ASL301"] * expected


def test_each_project_of_a_repository_has_its_own(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    for name, version in (("old", "2.0.57"), ("new", "2.1.9")):
        Path(root, name).mkdir()
        Path(root, name, "requirements.txt").write_text(f"sqlalchemy=={version}\n")
        Path(root, name, "a.py").write_text(ENGINE)
    report = Linter(Configuration(isolated=True)).check([root])
    assert [os.path.relpath(d.span.path, root) for d in report.diagnostics] == ["old/a.py"]


DRIVERS = [
    ("requirements", {"/p/requirements.txt": "asyncpg==0.29  # not aiomysql\nAioSQLite>=0.20\n"}, "aiosqlite asyncpg"),
    ("requirements folder", {"/p/requirements/base.txt": "psycopg[binary]>=3\n"}, "psycopg"),
    ("a binary wheel", {"/p/requirements.txt": "psycopg2-binary\n"}, "psycopg2"),
    ("pyproject", {"/p/pyproject.toml": "[project]\ndependencies = ['aioodbc>=0.5', 'fastapi']"}, "aioodbc"),
    ("poetry", {"/p/pyproject.toml": '[tool.poetry.dependencies]\nasyncmy = "^0.2"'}, "asyncmy"),
    ("extra", {"/p/pyproject.toml": "[project]\ndependencies = ['sqlalchemy[postgresql-asyncpg]']"}, "asyncpg"),
    ("further up", {"/w/requirements.txt": "asyncpg", "/w/p/requirements.txt": "fastapi"}, "asyncpg"),
    ("the nearest", {"/w/requirements.txt": "asyncpg", "/w/p/requirements.txt": "aiomysql"}, "aiomysql"),
    ("others", {"/p/requirements.txt": "asyncpg-stubs\nmy-asyncpgs\n"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), [case[1:] for case in DRIVERS], ids=[case[0] for case in DRIVERS])
def test_drivers(files: dict[str, str], expected: str) -> None:
    folder = "/w/p" if any(path.startswith("/w/") for path in files) else "/p"
    known = ProjectVersions(Memory({path: text.encode() for path, text in files.items()})).of_folder(folder)
    assert " ".join(known.drivers) == expected


SWALLOWED = """\
import os
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

maker = async_sessionmaker(create_async_engine(os.environ["URL"]))


async def close(session: AsyncSession) -> None:
    try:
        await session.execute(text("update pod set open = false"))
    except DBAPIError:
        pass
    await session.execute(text("update hall set open = false"))
"""

SAYS = [
    ("nothing", {}, 0),
    ("a requirement", {"requirements.txt": "asyncpg"}, 1),
    ("another requirement", {"requirements.txt": "aiomysql"}, 0),
    ("several requirements", {"requirements.txt": "asyncpg\naiomysql"}, 0),
    ("a URL", {"settings.py": "URL = f'postgresql+asyncpg://{HOST}/app'"}, 1),
    ("another URL", {"settings.py": "URL = f'mssql+aioodbc://{HOST}/app'", "requirements.txt": "asyncpg"}, 0),
    ("a URL in tests", {"tests/conftest.py": "URL = 'sqlite+aiosqlite://'", "requirements.txt": "asyncpg"}, 1),
    ("a driver's name", {"settings.py": "scheme = 'postgresql+asyncpg'"}, 1),
    ("a driver", {"health.py": "import asyncpg"}, 1),
    ("a dialect", {"models.py": "from sqlalchemy.dialects.postgresql import JSONB"}, 1),
    ("a dialect by name", {"models.py": "from sqlalchemy.dialects import mysql"}, 0),
]


@pytest.mark.parametrize(("files", "expected"), [case[1:] for case in SAYS], ids=[case[0] for case in SAYS])
def test_a_failed_statement_ends_the_transaction_of_postgresql_only(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    folder = os.path.realpath(tmp_path)
    for path, text in {".git/HEAD": "", "app.py": SWALLOWED, **files}.items():
        Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, path).write_text(text)
    linter = Linter(Configuration(isolated=True))
    report = linter.check([folder])
    assert [d.code for d in report.diagnostics].count("ASL507") == expected
