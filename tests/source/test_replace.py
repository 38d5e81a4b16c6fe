"""A file that is put in the place of another, or where none was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.replace import replace_file


def left(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_new_files_have(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        replace_file(str(tmp_path / "a"), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444])
def test_an_old_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    replace_file(str(tmp_path / "a"), b"new")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode
    assert left(tmp_path) == ["a"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    replace_file(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    replace_file(str(tmp_path / ("x" * 255)), b"new")
    assert left(tmp_path) == ["x" * 255]


@pytest.mark.parametrize("error", [SourceError("it was changed"), KeyboardInterrupt()])
def test_a_last_look_can_call_it_off(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def look() -> None:
        raise error

    with pytest.raises(type(error)):
        replace_file(str(tmp_path / "a"), b"new", look)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert left(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["nowhere/a", "folder"])
def test_what_cannot_be_written_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"."):
        replace_file(str(tmp_path / name), b"new")
    assert left(tmp_path) == ["folder"]
