"""What every test may ask for. Only tests that ask for the server start it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.fixture_project import FixtureProject, open_fixture_project
from tests.support.postgres import Server, running_server

os.environ.pop("PYTEST_ADDOPTS", None)  # meant for this run: those that tests start would clear its --basetemp


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of this run."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def fixture_project(postgres: Server) -> Iterator[FixtureProject]:
    """The project in tests/fixtures, ready to be run."""
    with open_fixture_project(postgres) as project:
        yield project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the server, so that `-m "not postgres"` leaves it out."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)
