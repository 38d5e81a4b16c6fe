"""Parsing in several processes at once.

LibCST's parser holds the interpreter's lock, so threads gain nothing. Each worker is this Python with the same
`sys.path`, and talks over its standard input and output. It ends when its input does, so that none is left over however
this process ends. A file that kills its worker costs only itself.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import IO

from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.messages import receive, send
from asyncsql_lint.syntax.wire import encode

BOOT = """\
import sys
sys.path[:] = sys.argv[1:]
from asyncsql_lint.syntax.lean import install
install()
from asyncsql_lint.syntax.worker import serve
serve()
"""
"""Nothing is imported before `sys.path` is that of this process: the current folder may be a stranger's."""


def parse_all(texts: Iterable[str], jobs: int) -> Generator[bytes, None, None]:
    """What each of `texts` came to, in their order, as `wire.encode` writes it, with the work of `jobs` processes.

    Raises `OSError` when a process cannot be started.
    """
    workers: list[_Worker] = []
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def ask(text: str) -> bytes:
        worker = idle.get()
        try:
            return worker.parse(text)
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(jobs)
    try:
        for _ in range(jobs):
            workers.append(_Worker())
            idle.put(workers[-1])
        yield from pool.map(ask, texts)
    finally:
        for worker in workers:
            worker.stop()
        pool.shutdown(cancel_futures=True)


class _Worker:
    """One process, and another one after it has died."""

    def __init__(self) -> None:
        self._process = _start()

    def parse(self, text: str) -> bytes:
        """What `text` came to. Raises `OSError` when there is no process to ask."""
        try:
            send(_pipe(self._process.stdin), text.encode("utf-8"))
            answer = receive(_pipe(self._process.stdout))
        except (OSError, ValueError):  # the pipe is broken, or closed by `stop`
            answer = None
        if answer is not None:
            return answer
        self.stop()
        reason = f"the parser died of it (exit status {self._process.returncode})"
        self._process = _start()
        return encode(ParseFailure(reason, 1, 0))

    def stop(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                _pipe(stream).close()
        self._process.wait()


def _start() -> subprocess.Popen[bytes]:
    """A process that waits for texts. Raises `OSError` when there is none to be had."""
    process = subprocess.Popen(  # noqa: S603 -- this Python with code of ours
        [sys.executable, "-c", BOOT, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us to answer
    )
    if receive(_pipe(process.stdout)) is None:
        process.kill()
        process.wait()
        raise OSError("the parser's process does not start")
    return process


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A stream that `Popen` was asked for."""
    assert stream is not None, "Popen was asked for a pipe"  # noqa: S101 -- for the type checker
    return stream
