"""The process between the tests and the server: it starts the server, waits, and cleans up.

The tests hold one end of its standard input. When that pipe closes, for whatever reason (the tests are done,
interrupted, or killed with SIGKILL), the keeper stops the server and removes its folder. On another's server it
drops the databases that the tests made.

Its first line of input is the request (JSON), its one line of output the answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from tests.support.postgres_wheel import (
    Account,
    NoPostgresError,
    installation,
    private_copy,
    private_folder,
    server_account,
)

START_SECONDS = 60.0
STOP_SECONDS = 10.0
SETTINGS = {
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "wal_level": "minimal",
}


def main() -> None:
    """Serve one request until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    request = json.loads(sys.stdin.readline())
    if request["kind"] == "janitor":
        _answer({"pid": os.getpid()})
        _wait_for_the_end()
        drop_databases(request["conninfo"], request["prefix"])
        return
    try:
        with cluster() as answer:
            _answer(answer)
            _wait_for_the_end()
    except NoPostgresError as error:
        _answer({"error": str(error)})


@contextlib.contextmanager
def cluster() -> Iterator[dict[str, str | int]]:
    """A running server in a fresh folder; both are gone afterwards."""
    account = server_account()
    folder = private_folder(account)
    try:
        source = installation()
        install = source if account is None else private_copy(source, folder)
        _initdb(install, folder, account)
        process = _start(install, folder, account)
        try:
            _wait_until_ready(process, folder)
            yield {"folder": str(folder), "postmaster": process.pid, "pid": os.getpid()}
        finally:
            _stop(process)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        shutil.rmtree(folder)


def drop_databases(conninfo: str, prefix: str) -> None:
    """Drop every database of the server whose name begins with `prefix`."""
    import psycopg  # noqa: PLC0415 - the embedded server needs none, and starts sooner without
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(conninfo, autocommit=True) as connection:
        query = "select datname from pg_database where starts_with(datname, %s)"
        for (name,) in connection.execute(query, (prefix,)).fetchall():
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _initdb(install: Path, folder: Path, account: Account | None) -> None:
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    try:
        with (folder / "log").open("wb") as log:
            code = _run(install / "bin" / "initdb", folder, account, log, *options).wait()
    except OSError as error:
        raise NoPostgresError(
            f"cannot run initdb as {account}: {error}; use ASYNCSQL_LINT_TEST_DATABASE_URL"
        ) from error
    if code:
        raise NoPostgresError(f"initdb failed: {(folder / 'log').read_text()[-2000:]}")


def _start(install: Path, folder: Path, account: Account | None) -> subprocess.Popen[bytes]:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("ab") as log:
        return _run(install / "bin" / "postgres", folder, account, log, "-k", str(folder), "-F", "-N", "100", *settings)


def _run(program: Path, folder: Path, account: Account | None, log: BinaryIO, *options: str) -> subprocess.Popen[bytes]:
    """Start a program of the server under `account`, on the data in `folder`, with nothing of our environment."""
    return subprocess.Popen(
        [program, "-D", folder / "data", *options],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """The last line of the server's pid file says when it takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if (folder / "data" / "postmaster.pid").read_text().rstrip().endswith("ready"):
                return
        time.sleep(0.01)
    raise NoPostgresError(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def _wait_for_the_end() -> None:
    sys.stdin.read()


def _answer(answer: dict[str, str | int]) -> None:
    print(json.dumps(answer), flush=True)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
