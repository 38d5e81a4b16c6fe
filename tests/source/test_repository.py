"""Where paths in reports for machines start."""

from __future__ import annotations

from typing import NoReturn

import pytest

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.repository import Repository
from tests.source.memory import Memory

DISK = Memory(
    {
        "/r/.git/HEAD": b"",
        "/r/app/api.py": b"",
        "/r/sub/.git": b"gitdir: ../.git/modules/sub",
        "/r/sub/api.py": b"",
        "/lone/api.py": b"",
    },
    links={"/link": "/r/app", "/r/linked.py": "/lone/api.py"},
)

CASES = [
    ("below the working directory", "/r", "/r/app/api.py", "app/api.py"),
    ("from below the root", "/r/app", "/r/app/api.py", "app/api.py"),
    ("a submodule is a repository of its own", "/r/sub", "/r/sub/api.py", "api.py"),
    ("outside of the repository", "/r", "/lone/api.py", "/lone/api.py"),
    ("no repository: from the working directory", "/lone", "/lone/api.py", "api.py"),
    ("through a link", "/r", "/link/api.py", "app/api.py"),
    ("in a linked working directory", "/link", "/link/api.py", "app/api.py"),
    ("a link that leads out", "/r", "/r/linked.py", "/lone/api.py"),
    ("a file that is not there yet", "/r", "/r/app/new.py", "app/new.py"),
    ("a neighbour whose name begins alike", "/r/app", "/r/sub/api.py", "sub/api.py"),
    ("the root", "/r/app", "/r", ""),
    ("in the root of the disk", "/", "/lone/api.py", "lone/api.py"),
]


@pytest.mark.parametrize(("folder", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_path(folder: str, path: str, expected: str) -> None:
    assert Repository(folder, DISK).path(path) == expected


def test_a_folder_that_nobody_may_look_into_is_no_repository() -> None:
    class Closed(Memory):
        def kind(self, path: str) -> NoReturn:
            raise SourceError("permission denied")

    assert Repository("/r/app", Closed()).root == "/r/app"
