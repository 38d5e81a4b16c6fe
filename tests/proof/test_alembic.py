"""The `env.py` of Alembic's async template: as it comes it runs and is silent; spoiled it fails where it is reported.

https://alembic.sqlalchemy.org/en/latest/cookbook.html#using-asyncio-with-alembic
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.linter import lint
from tests.support.postgres import Server

pytestmark = pytest.mark.postgres

DROPPED = "never awaited"
SPOILED = [
    ("async with connectable.connect()", "with connectable.connect()", "ASL103", "Traceback"),
    ("await connection.run_sync(do_run_migrations)", "connection.run_sync(do_run_migrations)", "ASL101", DROPPED),
    ("await connectable.dispose()", "connectable.dispose()", "ASL101", DROPPED),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Path:
    """A folder as `alembic init -t async migrations` makes it, for a database of its own."""
    folder = tmp_path_factory.mktemp("alembic")
    run(folder, "init", "-t", "async", "migrations")
    settings = folder / "alembic.ini"
    address = postgres.create_database("alembic").url("asyncpg").replace("%", "%%")
    lines = settings.read_text(encoding="utf-8").splitlines()
    kept = [f"sqlalchemy.url = {address}" if line.startswith("sqlalchemy.url") else line for line in lines]
    settings.write_text("\n".join(kept), encoding="utf-8")
    run(folder, "revision", "-m", "first")
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return shutil.copytree(template, tmp_path / "project")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Alembic's command in a folder."""
    command = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_template_runs_and_is_silent(project: Path) -> None:
    done = run(project, "upgrade", "head")

    assert done.returncode == 0, done.stderr
    assert DROPPED not in done.stderr
    assert not lint(project, "--isolated")


@pytest.mark.parametrize(("text", "spoiled", "code", "said"), SPOILED, ids=lambda one: str(one)[:24])
def test_what_is_spoiled_is_reported(text: str, spoiled: str, code: str, said: str, project: Path) -> None:
    script = project / "migrations" / "env.py"
    before = script.read_text(encoding="utf-8")
    row = before[: before.index(text)].count("\n") + 1
    script.write_text(before.replace(text, spoiled), encoding="utf-8")

    assert said in run(project, "upgrade", "head").stderr
    assert [(found.row, found.code) for found in lint(project, "--isolated")] == [(row, code)]
