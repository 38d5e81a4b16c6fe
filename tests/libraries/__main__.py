"""Ask the installed libraries, and print what has drifted; see the package."""

from __future__ import annotations

import contextlib
import io
import platform
from collections import defaultdict
from importlib.metadata import version

import pytest

from tests.libraries.tables import TESTS, tables

LIBRARIES = ("sqlalchemy", "sqlmodel", "fastapi", "starlette", "pydantic", "asyncpg")


class Drift:
    """What the tests say, by the function of the test; `count` is how many ran."""

    def __init__(self) -> None:
        self.count = 0
        self.by_test: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reason of each failure."""
        self.count += report.when == "call"
        if report.failed:
            self.by_test[report.location[2].partition("[")[0]].append(f"{report.location[2]}\n{_reason(report)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of tests that cannot be imported, such as for a name that the library no longer has."""
        if report.failed:
            self.by_test[report.nodeid].append(f"{report.nodeid}\n{_reason(report)}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    rows = [row for row in report.longreprtext.splitlines() if row.startswith("E ")]
    return "\n".join(f"      {row[1:].strip()}" for row in rows)


def main() -> int:
    """Print each table with its standing; 1 when something has drifted or is held by no test."""
    print(", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)]))
    drift = Drift()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "-p", "no:cacheprovider", str(TESTS)], plugins=[drift])
    unheld = 0
    for table in tables():
        drifted = table.held_by & drift.by_test.keys()
        standing = "DRIFTED" if drifted else "holds" if table.held_by else "HELD BY NO TEST"
        unheld += not table.held_by
        print(f"  {table.module}.{table.name}: {standing}")
    for failures in drift.by_test.values():
        print("\n".join(["", *failures]))
    failed = sum(len(failures) for failures in drift.by_test.values())
    print(f"\n{drift.count} checks, {failed} of them failed, {unheld} tables that no test holds.")
    return int(bool(failed or unheld or not drift.count))


if __name__ == "__main__":
    raise SystemExit(main())
