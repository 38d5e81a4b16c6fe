"""The project in tests/fixtures, importable, on a database of its own with fresh rows."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import psycopg

from tests.support.postgres import APPLICATION_NAME, Database, Server

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CASES = FIXTURES / "cases"
STATEMENT_LIMIT = "10s"


@dataclass(frozen=True, slots=True)
class FixtureProject:
    """The project, its database, and a connection of the tests' own beside those of the project."""

    database: Database
    reset_statements: str
    connection: psycopg.Connection[tuple[object, ...]]

    def reset(self) -> None:
        """End what the last case left open and bring every table back to its first rows."""
        self.connection.execute(self.reset_statements)

    def first_value(self, query: str) -> object:
        """The first value that `query` gives: what is really in the database."""
        row = self.connection.execute(query).fetchone()
        return None if row is None else row[0]


@contextlib.contextmanager
def open_fixture_project(server: Server) -> Iterator[FixtureProject]:
    """Make the tables and let the project's own modules find them."""
    database = server.create_database("shop")
    os.environ["SHOP_DATABASE_URL"] = database.url("asyncpg")
    os.environ["SHOP_SYNC_DATABASE_URL"] = database.url("psycopg2")
    os.environ["SHOP_PSYCOPG_DATABASE_URL"] = database.url("psycopg")
    if str(FIXTURES) not in sys.path:
        sys.path.insert(0, str(FIXTURES))
    with database.connect() as connection:
        connection.execute(f"alter database {database.address.database} set statement_timeout = '{STATEMENT_LIMIT}'")
        statements = _reset_statements(connection, _create_tables())
        yield FixtureProject(database, statements, connection)


def load(module: str) -> ModuleType:
    """A module of the fixture project, by its name there."""
    return importlib.import_module(module)


def _create_tables() -> list[str]:
    """Make the tables of both packages; their names, those that refer to others first."""
    models, board = load("shop.models"), load("board.models")
    engine = load("shop.database").sync_engine
    names: list[str] = []
    for metadata in (
        models.Base.metadata,
        models.LedgerBase.metadata,
        models.LogBase.metadata,
        board.SQLModel.metadata,
    ):
        metadata.create_all(engine)
        names += [table.name for table in reversed(metadata.sorted_tables)]
    engine.dispose()
    return names


def _reset_statements(connection: psycopg.Connection[tuple[object, ...]], tables: list[str]) -> str:
    """One batch: no connections but the tests' own, no rows, the first rows, keys that go on after them."""
    sequences = connection.execute(
        "select pg_get_serial_sequence(quote_ident(table_name), column_name) from information_schema.columns"
        " where table_schema = 'public' and column_default like 'nextval%'"
    ).fetchall()
    return "\n".join(
        (
            "select pg_terminate_backend(pid) from pg_stat_activity"
            f" where datname = current_database() and application_name <> '{APPLICATION_NAME}';",
            *(f"delete from {table};" for table in tables),
            (FIXTURES / "rows.sql").read_text(encoding="utf-8"),
            *(f"select setval('{name}', 100);" for (name,) in sequences),
        )
    )
