"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.source.write import write_atomically


def _file(path: Path, text: str, encoding: str = "utf-8", *, bom: bool = False) -> SourceFile:
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode(encoding))
    return SourceFile(str(path), text, encoding, bom)


def _left(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize(
    ("encoding", "bom"), [("utf-8", False), ("utf-8", True), ("iso-8859-1", False), ("cp1252", False)]
)
def test_encoding_mark_and_line_ends_are_kept(tmp_path: Path, encoding: str, bom: bool) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "# é\r\nx = 1\n", encoding, bom=bom)
    write_atomically(file, "# é\r\ny = 1\n", [str(tmp_path)])
    assert path.read_bytes() == (b"\xef\xbb\xbf" if bom else b"") + "# é\r\ny = 1\n".encode(encoding)
    assert _left(tmp_path) == ["a.py"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_mode_and_owner_are_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x")
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 12345, 12346)
    before = path.stat()
    write_atomically(file, "y", [str(tmp_path)])
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == mode
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_single_file_may_be_the_root(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    write_atomically(_file(path, "x"), "y", [str(path)])
    assert path.read_text() == "y"


def test_a_link_inside_of_the_tree_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.py", tmp_path / "link.py"
    _file(target, "x")
    link.symlink_to(target)
    write_atomically(SourceFile(str(link), "x"), "y", [str(tmp_path)])
    assert link.is_symlink()
    assert target.read_text() == "y"


@pytest.mark.parametrize("kind", ["file", "folder", "neighbour"])
def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path, kind: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "root-outside"
    root.mkdir()
    outside.mkdir()
    target = outside / "a.py"
    file = _file(target, "x")
    if kind == "file":
        (root / "a.py").symlink_to(target)
        file = SourceFile(str(root / "a.py"), "x")
    elif kind == "folder":
        (root / "sub").symlink_to(outside)
        file = SourceFile(str(root / "sub" / "a.py"), "x")
    with pytest.raises(SourceError, match="outside of what is checked"):
        write_atomically(file, "y", [str(root)])
    assert target.read_text() == "x"


def test_a_file_that_was_changed_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x")
    for other in (b"z", b"x\n", b"\xff"):
        path.write_bytes(other)
        with pytest.raises(SourceError, match="in the meantime"):
            write_atomically(file, "y", [str(tmp_path)])
        assert path.read_bytes() == other
    assert _left(tmp_path) == ["a.py"]


def test_a_file_that_has_gone_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x")
    path.unlink()
    with pytest.raises(SourceError, match=r"a\.py: not changed"):
        write_atomically(file, "y", [str(tmp_path)])
    assert _left(tmp_path) == []


def test_text_that_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x", "iso-8859-1")
    with pytest.raises(SourceError, match="not changed"):
        write_atomically(file, "🙂", [str(tmp_path)])
    assert path.read_text() == "x"


def test_an_encoding_that_writes_in_several_ways_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"+AGE-")
    with pytest.raises(SourceError, match="cannot be written back"):
        write_atomically(SourceFile(str(path), "a", "utf-7"), "b", [str(tmp_path)])
    assert path.read_bytes() == b"+AGE-"


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write to anything
    with pytest.raises(SourceError, match="cannot be written to"):
        write_atomically(file, "y", [str(tmp_path)])
    assert path.read_text() == "x"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written to"):
        write_atomically(SourceFile(str(tmp_path), "x"), "y", [str(tmp_path)])


def test_nothing_is_left_behind_when_the_replacement_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    file = _file(path, "x")

    def fail(*_: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SourceError, match="no space"):
        write_atomically(file, "y", [str(tmp_path)])
    assert path.read_text() == "x"
    assert _left(tmp_path) == ["a.py"]
