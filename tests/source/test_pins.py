"""Versions that a project has settled on."""

from __future__ import annotations

import pytest

from asyncsql_lint.source.pins import before_utc, is_below
from tests.source.memory import Memory

OLD = {
    "uv.lock": '[[package]]\nname = "sqlmodel"\nversion = "0.0.22"\n',
    "poetry.lock": '[[package]]\nname = "sqlmodel"\nversion = "0.0.8"\ndescription = ""\n',
    "Pipfile.lock": '{"default": {"sqlmodel": {"hashes": [], "index": "pypi", "version": "==0.0.24"}}}',
    "requirements.txt": "fastapi\nsqlmodel==0.0.18 \\\n    --hash=sha256:0\n",
    "pyproject.toml": '[project]\ndependencies = [\n    "sqlmodel>=0.0.14,<0.0.15",\n]\n',
    "Pipfile": '[packages]\nsqlmodel = "==0.0.6"\n',
}
NEW = {
    "uv.lock": '[[package]]\nname = "sqlmodel"\nversion = "0.0.45"\n',
    "requirements.txt": "sqlmodel>=0.0.24\n",
    "pyproject.toml": '[project]\ndependencies = [\n    "sqlmodel",\n    "asyncpg<0.30",\n]\n',
}
BELOW = ["==0.0.18", "<0.0.45", "<=0.0.44", ">=0.0.14,<0.0.15", "^0.0.8", "~0.0.8", "0.0.8"]
OPEN = ["", ">=0.0.24", "~=0.0.8", "==0.0.45", "<0.1", ">=0.0.8,<1.0.0", "*", "!=0.0.30"]


def on_disk(texts: dict[str, str]) -> Memory:
    """A file system with these files."""
    return Memory({path: text.encode() for path, text in texts.items()})


@pytest.mark.parametrize(("name", "text"), OLD.items())
def test_an_old_version_is_found(name: str, text: str) -> None:
    files = on_disk({f"/shop/{name}": text})

    assert before_utc(["/shop/app/models"], files) == {"/shop/app/models"}


@pytest.mark.parametrize(("name", "text"), NEW.items())
def test_a_new_or_open_version_is_not(name: str, text: str) -> None:
    assert not before_utc(["/shop/app"], on_disk({f"/shop/{name}": text}))


def test_a_lock_tells_more_than_a_requirement() -> None:
    files = on_disk({"/shop/uv.lock": OLD["uv.lock"], "/shop/pyproject.toml": NEW["pyproject.toml"]})

    assert before_utc(["/shop/app"], files) == {"/shop/app"}


def test_the_nearest_folder_counts() -> None:
    files = on_disk({"/shop/uv.lock": OLD["uv.lock"], "/shop/api/uv.lock": NEW["uv.lock"]})

    assert before_utc(["/shop/api/app", "/shop/job"], files) == {"/shop/job"}


def test_nothing_is_said() -> None:
    assert not before_utc(["/shop/app"], on_disk({"/shop/uv.lock": '[[package]]\nname = "sqlalchemy"\n'}))


@pytest.mark.parametrize("specifier", BELOW)
def test_specifiers_that_stay_below(specifier: str) -> None:
    assert is_below(specifier)


@pytest.mark.parametrize("specifier", OPEN)
def test_specifiers_that_do_not(specifier: str) -> None:
    assert not is_below(specifier)
