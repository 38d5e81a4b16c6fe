"""The database: what is put comes back, whatever happened to the file in between; nothing of it ever raises."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncsql_lint.cache import folder as cache_folder
from asyncsql_lint.cache.disk import DiskStore
from asyncsql_lint.cache.keys import digest
from asyncsql_lint.cache.packing import packed, unpacked

ONE, TWO = digest("one"), digest("two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".asyncsql_lint_cache"


@pytest.fixture
def store(folder: Path) -> DiskStore:
    return DiskStore(str(folder))


def database(folder: Path) -> Path:
    return next(folder.glob("*.sqlite"))


def test_what_is_put_comes_back(store: DiskStore, folder: Path) -> None:
    assert store.get([ONE]) == {}
    store.put({ONE: b"1", TWO: b"2"})
    store.put({ONE: b"new"})
    assert store.get([ONE, TWO, digest("three")]) == {ONE: b"new", TWO: b"2"}
    assert DiskStore(str(folder)).get([TWO]) == {TWO: b"2"}


def test_more_keys_than_one_question_takes(store: DiskStore) -> None:
    entries = {digest(str(number)): b"%d" % number for number in range(1234)}
    store.put(entries)
    assert store.get(list(entries)) == entries


def test_nothing_is_made_for_nothing(store: DiskStore, folder: Path) -> None:
    store.put({})
    store.get([ONE])
    assert not folder.exists()


def test_the_folder_is_known_as_a_cache(store: DiskStore, folder: Path) -> None:
    store.put({ONE: b"1"})
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (folder / ".gitignore").read_text().splitlines()[-1] == "*"


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 500)


def _overwrite_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = os.urandom(4096)
    path.write_bytes(data)


def _other_table(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE entry (key, value)")
    other.close()


def _a_view(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE VIEW entry AS SELECT x'00' AS key, x'00' AS value")
    other.close()


def _a_trigger(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END")
    other.close()


def _another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    other.close()


SPOILED = [
    _truncate,
    _empty,
    _garbage,
    _overwrite_the_middle,
    _other_table,
    _a_view,
    _a_trigger,
    _another_program,
    Path.unlink,
]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_spoiled_database_is_replaced(store: DiskStore, folder: Path, spoil: Callable[[Path], None]) -> None:
    big = os.urandom(20_000)
    store.put({ONE: big})
    spoil(database(folder))
    assert store.get([ONE]) in ({}, {ONE: big})
    store.put({TWO: b"2"})
    assert store.get([TWO]) == {TWO: b"2"}


def test_a_fallen_bit_is_noticed(store: DiskStore, folder: Path) -> None:
    store.put({ONE: b"some bytes that are there once"})
    path = database(folder)
    path.write_bytes(path.read_bytes().replace(b"there once", b"there ONCE"))
    assert store.get([ONE]) == {}


def test_a_value_that_is_no_bytes(store: DiskStore, folder: Path) -> None:
    store.put({ONE: b"1"})
    with sqlite3.connect(database(folder)) as other:
        other.execute("UPDATE entry SET value = 'text'")
    other.close()
    assert store.get([ONE]) == {}


def test_old_entries_make_room(folder: Path) -> None:
    store = DiskStore(str(folder), limit=10_000)
    keys = [digest(str(number)) for number in range(30)]
    for key in keys:
        store.put({key: bytes(1000)})
    kept = store.get(keys)
    assert keys[-1] in kept
    assert keys[0] not in kept
    assert 5 < len(kept) <= 10


def test_locked_by_another_process(store: DiskStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsql_lint.cache.disk._PATIENCE", 0.05)
    store.put({ONE: b"1"})
    other = sqlite3.connect(database(folder), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert store.get([ONE]) == {}
    store.put({TWO: b"2"})
    other.execute("ROLLBACK")
    other.close()
    assert store.get([ONE, TWO]) == {ONE: b"1"}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = DiskStore(str(tmp_path / "file" / "cache"))
    store.put({ONE: b"1"})
    assert store.get([ONE]) == {}


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path, folder: Path) -> None:
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    DiskStore(str(folder)).put({ONE: b"1"})
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("exists", [True, False])
def test_a_database_that_is_a_link_is_not_followed(tmp_path: Path, folder: Path, exists: bool) -> None:
    precious = tmp_path / "precious"
    if exists:
        precious.write_text("precious")
    store = DiskStore(str(folder))
    store.put({ONE: b"1"})
    path = database(folder)
    path.unlink()
    path.symlink_to(precious)
    assert store.get([ONE]) == {}
    store.put({TWO: b"2"})
    assert store.get([TWO]) == {TWO: b"2"}
    assert precious.exists() is exists
    assert not path.is_symlink()


@pytest.mark.parametrize("name", ["CACHEDIR.TAG", ".gitignore"])
def test_files_beside_it_that_are_links_are_not_followed(tmp_path: Path, folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / name).symlink_to(tmp_path / "made")
    DiskStore(str(folder)).put({ONE: b"1"})
    assert not (tmp_path / "made").exists()


FILL = """
import resource, sys
from asyncsql_lint.cache.disk import DiskStore
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
DiskStore(sys.argv[1]).put({bytes(16): bytes(200_000)})
print("went on")
"""


def test_a_full_disk(store: DiskStore, folder: Path) -> None:
    store.put({ONE: b"1"})
    done = subprocess.run([sys.executable, "-c", FILL, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout == "went on\n"
    assert store.get([ONE, bytes(16)]) == {ONE: b"1"}
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


WRITE = """
import sys
from asyncsql_lint.cache.disk import DiskStore
from asyncsql_lint.cache.keys import digest
store = DiskStore(sys.argv[1])
for number in range(int(sys.argv[3])):
    store.put({digest(sys.argv[2], str(number)): bytes(2000)})
    print(number, flush=True)
"""


def _writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITE, str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_killed_in_the_middle(store: DiskStore, folder: Path) -> None:
    for _ in range(3):
        writer = _writer(folder, "killed", 1_000_000)
        assert writer.stdout is not None
        for _ in range(20):
            writer.stdout.readline()
        time.sleep(0.003)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert store.get([digest("killed", "0")]) == {digest("killed", "0"): bytes(2000)}
    store.put({ONE: b"1"})
    assert store.get([ONE]) == {ONE: b"1"}


def test_several_at_once(store: DiskStore, folder: Path) -> None:
    writers = [_writer(folder, str(number), 20) for number in range(4)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    keys = [digest(str(writer), str(number)) for writer in range(4) for number in range(20)]
    assert len(store.get(keys)) == 80


def test_clear_removes_only_a_cache(store: DiskStore, folder: Path, tmp_path: Path) -> None:
    store.put({ONE: b"1"})
    assert cache_folder.clear(str(folder))
    assert not folder.exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    assert not cache_folder.clear(str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize("data", [b"", b"x", b"\x78\x01", packed(bytes(100))[:-3]])
def test_unpacking_what_is_broken(data: bytes) -> None:
    assert unpacked(data) == b""


def test_unpacking_what_is_far_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsql_lint.cache.packing.MOST", 1000)
    assert unpacked(packed(bytes(1000))) == bytes(1000)
    assert unpacked(packed(bytes(1001))) == b""
