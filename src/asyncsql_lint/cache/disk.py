"""A store in an SQLite database.

What cannot be read is not there, and what cannot be written is not kept. A database that is not ours, of another shape
or broken is thrown away. Several processes may use one database: SQLite keeps them apart, and
who finds it locked does without. Nothing depends on a clock.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import islice

from asyncsql_lint.cache.folder import prepare

LIMIT = 256 * 1024 * 1024
"""Bytes that the database may hold; beyond, the oldest entries go until three quarters are left."""

_FORMAT = 1
"""The format of the database, and part of its name: versions of this program that differ in it do not meet."""

_PATIENCE = 2.0
"""Seconds to wait for another process that writes."""

_BATCH = 500
_CHECK = 8

_SCHEMA = "CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL)"
_OURS = frozenset({("table", "entry", _SCHEMA)})


class DiskStore:
    """A database in `folder`, which is made when there is something to keep. Each call opens and closes it.

    `limit` is `LIMIT`, or what a test sets.
    """

    def __init__(self, folder: str, limit: int = LIMIT) -> None:
        self._folder = folder
        self._path = os.path.join(folder, f"v{_FORMAT}.sqlite")
        self._limit = limit

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """The entries that are there and whole, of those asked for."""
        if not keys or os.path.islink(self._path) or not os.path.isfile(self._path):
            return {}
        try:
            with self._opened("ro") as database:
                return dict(_read(database, keys)) if _is_ours(database) else {}
        except sqlite3.Error:
            return {}

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep `entries`, and let go of old ones where there is no room."""
        if not entries or not prepare(self._folder):
            return
        try:
            self._write(entries)
        except sqlite3.OperationalError:
            return  # locked, read-only or full: the next run may have more luck
        except sqlite3.DatabaseError:
            self._discard()
            with suppress(sqlite3.Error):
                self._write(entries)

    def _write(self, entries: Mapping[bytes, bytes]) -> None:
        if os.path.islink(self._path):  # it would lead the writing elsewhere
            self._discard()
        rows = [(key, _checksum(value) + value) for key, value in entries.items()]
        with self._opened("rwc") as database, database:
            database.execute("BEGIN IMMEDIATE")
            if not _is_ours(database):
                if not _is_new(database):
                    raise sqlite3.DatabaseError("not a database of ours")
                database.execute(_SCHEMA)
            database.executemany("INSERT OR REPLACE INTO entry (key, value) VALUES (?, ?)", rows)
            self._make_room(database)

    def _make_room(self, database: sqlite3.Connection) -> None:
        """Drop the oldest entries when there are too many bytes."""
        (total,) = database.execute("SELECT coalesce(sum(length(value)), 0) FROM entry").fetchone()
        if total <= self._limit:
            return
        spare = total - self._limit * 3 // 4
        last = 0
        for number, size in database.execute("SELECT id, length(value) FROM entry ORDER BY id"):
            last = number
            spare -= size
            if spare <= 0:
                break
        database.execute("DELETE FROM entry WHERE id <= ?", (last,))

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        location = "file:" + "".join(f"%{byte:02x}" for byte in os.fsencode(self._path)) + f"?mode={mode}"
        database = sqlite3.connect(location, uri=True, timeout=_PATIENCE, isolation_level=None)
        try:
            database.execute("PRAGMA trusted_schema = OFF")  # what a stranger's schema calls is not called
            yield database
        finally:
            database.close()

    def _discard(self) -> None:
        """Remove the database, or the link in its place."""
        for leftover in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(self._path + leftover)


def _is_ours(database: sqlite3.Connection) -> bool:
    """Whether the database holds our table and nothing besides: no view, no trigger."""
    rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return frozenset(rows) == _OURS


def _is_new(database: sqlite3.Connection) -> bool:
    return not list(database.execute("SELECT name FROM sqlite_master"))


def _read(database: sqlite3.Connection, keys: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    asked = iter(keys)
    while batch := list(islice(asked, _BATCH)):
        marks = ",".join("?" * len(batch))
        for key, value in database.execute(f"SELECT key, value FROM entry WHERE key IN ({marks})", batch):  # noqa: S608 -- question marks only
            if isinstance(value, bytes) and value[:_CHECK] == _checksum(value[_CHECK:]):
                yield key, value[_CHECK:]


def _checksum(value: bytes) -> bytes:
    """SQLite does not notice a bit that has fallen over; we do."""
    return blake2b(value, digest_size=_CHECK).digest()
