"""Whether PostgreSQL makes of a program what SQLite makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from tests.oracle.databases import Postgres
from tests.oracle.run import Run, Runner
from tests.support.postgres import running_server


@contextlib.contextmanager
def postgres_runner() -> Iterator[Runner]:
    """A runner on the embedded server, and afterwards nothing of it."""
    with running_server() as server:
        database = server.create_database("oracle")
        runner = Runner(Postgres(database.url("psycopg"), database.url("asyncpg")))
        try:
            yield runner
        finally:
            runner.close()


def differences(one: Sequence[Run], other: Sequence[Run]) -> list[str]:
    """What differs between the runs of one program on two databases, in words."""
    return [
        f"flags {left.flags}: {_outcome(left)} and {_outcome(right)}"
        for left, right in zip(one, other, strict=True)
        if _outcome(left) != _outcome(right) and not (left.watch.is_shared or right.watch.is_shared)
    ]


def _outcome(run: Run) -> str:
    """How a run ended. What tasks on one session come to is for each driver to say, and is not compared."""
    if run.raised is None:
        return "passes"
    return f"{run.raised.kind} at {run.raised.places[:1]}"
