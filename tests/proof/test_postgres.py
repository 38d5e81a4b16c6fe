"""The embedded server leaves nothing behind, however its tests end."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.linter import ROOT
from tests.support.postgres import DATABASE_URL_VARIABLE, Server, conninfo
from tests.support.postgres_wheel import Account, server_account

GONE_SECONDS = 20.0


def accounts() -> list[Account | None]:
    """The users to start the server as: this one, and when that is root an ordinary one who can run this Python."""
    ordinary = server_account()
    if ordinary is None or not _can_run_python(ordinary):
        return [None]
    return [None, ordinary]


def _can_run_python(account: Account) -> bool:
    try:
        done = subprocess.run(
            [sys.executable, "-c", "import psycopg, sqlalchemy, tests.support.postgres"],
            cwd=ROOT,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Child:
    """A process of its own that has started a server."""

    process: subprocess.Popen[str]
    folder: Path
    processes: list[int]


def start_child(account: Account | None) -> Child:
    """Start `postgres_child` and wait until its server answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres_child"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != DATABASE_URL_VARIABLE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    return Child(process, Path(answer["folder"]), answer["processes"])


def finish(child: Child) -> None:
    """Let the child come to its end."""
    child.process.communicate("done\n", timeout=GONE_SECONDS)


def end_by(number: signal.Signals) -> Callable[[Child], None]:
    """A signal to the child and to whatever else is in its process group, as a terminal sends Ctrl-C."""

    def end(child: Child) -> None:
        os.killpg(child.process.pid, number)
        child.process.communicate(timeout=GONE_SECONDS)

    return end


ENDS = {
    "done": finish,
    "Ctrl-C": end_by(signal.SIGINT),
    "SIGTERM": end_by(signal.SIGTERM),
    "SIGKILL": end_by(signal.SIGKILL),
}


@pytest.mark.postgres
@pytest.mark.parametrize("account", accounts(), ids=lambda account: "ordinary" if account else "this-user")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_nothing_is_left(end: Callable[[Child], None], account: Account | None) -> None:
    users = pwd.getpwall()
    parents = _modes(Path(tempfile.gettempdir()))
    child = start_child(account)
    assert stat.S_IMODE(child.folder.stat().st_mode) == stat.S_IRWXU
    assert all(map(_is_alive, child.processes))

    end(child)

    assert _wait_until(lambda: not any(map(_is_alive, child.processes))), "a process is left"
    assert _wait_until(lambda: not child.folder.exists()), f"{child.folder} is left"
    assert pwd.getpwall() == users
    assert _modes(Path(tempfile.gettempdir())) == parents


@pytest.mark.postgres
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_sync_drivers_reach_a_database(postgres: Server, driver: str) -> None:
    database = postgres.create_database(f"sync_{driver}")
    engine = create_engine(database.url(driver))

    with engine.connect() as connection:
        name = connection.scalar(text("select current_database()"))
    engine.dispose()

    assert name == database.address.database


@pytest.mark.postgres
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_async_drivers_reach_a_database(postgres: Server, driver: str) -> None:
    database = postgres.create_database(f"async_{driver}")

    async def name() -> object:
        engine = create_async_engine(database.url(driver))
        async with engine.connect() as connection:
            found: object = await connection.scalar(text("select current_database()"))
        await engine.dispose()
        return found

    assert asyncio.run(name()) == database.address.database


@pytest.mark.postgres
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_databases_on_another_server_are_dropped(postgres: Server, number: signal.Signals) -> None:
    environment = os.environ | {DATABASE_URL_VARIABLE: conninfo(postgres.address)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres_child"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    assert answer["folder"] == ""
    assert _has_database(postgres, answer["database"])

    process.send_signal(number)
    process.communicate(timeout=GONE_SECONDS)

    assert _wait_until(lambda: not _has_database(postgres, answer["database"]))
    assert _wait_until(lambda: not any(map(_is_alive, answer["processes"])))


def _has_database(server: Server, name: str) -> bool:
    with psycopg.connect(conninfo(server.address), autocommit=True) as connection:
        row = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
    return row is not None


def _wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + GONE_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) not in ("", "Z")


def _state(pid: int) -> str:
    """The letter that the system gives for what the process does."""
    if not Path("/proc/self/stat").exists():
        command = ["ps", "-o", "stat=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()[:1]
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _modes(folder: Path) -> list[tuple[str, int]]:
    return [(str(path), path.stat().st_mode) for path in (folder, *folder.parents)]
