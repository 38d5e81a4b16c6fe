"""Where the programs run: a file of SQLite, or a database of the embedded PostgreSQL, with the same rows."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from tests.oracle.world import DISTINCT, ROWS, SPAN


class Database(Protocol):
    """What a run needs of a database."""

    url: str
    """For an async engine."""

    def create(self, metadata: sa.MetaData) -> None:
        """Make the tables and fill them."""

    def reset(self) -> None:
        """Bring the rows back as they were after `create`."""

    def drop(self, metadata: sa.MetaData) -> None:
        """Take the tables away."""


class SQLite:
    """A file, copied from a filled one before each run."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "oracle.db")
        self._filled = os.path.join(folder, "filled.db")
        self.url = f"sqlite+aiosqlite:///{self._path}?timeout=0.05"  # only the program itself can hold a lock

    def create(self, metadata: sa.MetaData) -> None:
        """Make and fill the file that is copied."""
        Path(self._filled).unlink(missing_ok=True)
        engine = sa.create_engine(f"sqlite:///{self._filled}", poolclass=sa.NullPool)
        with engine.begin() as connection:
            metadata.create_all(connection)
            fill(connection, metadata)

    def reset(self) -> None:
        """Copy it."""
        shutil.copyfile(self._filled, self._path)

    def drop(self, metadata: sa.MetaData) -> None:
        """Nothing: the next program makes another file."""


class Postgres:
    """A database of PostgreSQL; `sync_url` and `url` lead to it."""

    def __init__(self, sync_url: str, url: str) -> None:
        self.url = url
        self._engine = sa.create_engine(sync_url, poolclass=sa.NullPool)
        self._metadata = sa.MetaData()

    def create(self, metadata: sa.MetaData) -> None:
        """Make the tables; `reset` fills them."""
        self._metadata = metadata
        with self._engine.begin() as connection:
            metadata.create_all(connection)

    def reset(self) -> None:
        """Fill the tables again, with no other connection left that could hold a lock."""
        names = ", ".join(f'"{table.name}"' for table in self._metadata.tables.values())
        with self._engine.begin() as connection:
            connection.exec_driver_sql(OTHERS_END)
            connection.exec_driver_sql(f"truncate {names} cascade")
            connection.exec_driver_sql("set local session_replication_role = replica")  # rows wait for each other
            fill(connection, self._metadata)
            for table in self._metadata.tables.values():
                if "id" in table.c:
                    connection.exec_driver_sql(f"select setval('{table.name}_id_seq', {SPAN * (DISTINCT + 3)})")

    def drop(self, metadata: sa.MetaData) -> None:
        """Take the tables away."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(OTHERS_END)
            connection.exec_driver_sql("drop schema public cascade; create schema public")


OTHERS_END = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
)


def fill(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Put in the rows: for each key of `world.fresh` a few, which belong together and to no others."""
    for table in metadata.sorted_tables:
        connection.execute(table.insert(), list(rows_of(table)))


def rows_of(table: sa.Table) -> Iterator[dict[str, object]]:
    """The rows of a table: every foreign key is set, and the first rows have several behind each relationship.

    The last key has one row in each table, and all of them belong to each other.
    """
    for shard in range(SPAN, SPAN * (DISTINCT + 3), SPAN):
        count = ROWS if shard < SPAN * (DISTINCT + 2) else 1
        for number in range(count):
            if "id" in table.c:
                yield {c.name: _value(c, shard, number, count) for c in table.c if c.server_default is None}
                continue
            left, right = (column.name for column in table.c)
            for other in sorted({number, (number + 1) % count}):
                yield {left: shard + number, right: shard + other}


def _value(column: sa.Column[object], shard: int, number: int, count: int) -> object:
    if column.primary_key:
        return shard + number
    for key in column.foreign_keys:
        if key.column.table is column.table:
            return shard + (number + 1) % count
        return shard + (number if column.unique or _is_unique(column) else number % 2)
    if isinstance(column.type, sa.Integer):
        return shard
    return None if isinstance(column.type, sa.DateTime) else f"{column.name} {number}"


def _is_unique(column: sa.Column[object]) -> bool:
    """Whether a unique constraint or index has this column alone: PostgreSQL tells it like that."""
    alone = [column.name]
    constraints = [c for c in column.table.constraints if isinstance(c, sa.UniqueConstraint)]
    return any(list(c.columns.keys()) == alone for c in constraints) or any(
        index.unique and list(index.columns.keys()) == alone for index in column.table.indexes
    )


def memory_folder() -> str:
    """A fresh folder, in memory where the system has such a place."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.mkdtemp(prefix="asl-oracle-", dir=place)
