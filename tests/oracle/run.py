"""Runs programs in this process, several times each: all ways through their branches, with rows that differ or not."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import logging
import os
import re
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import close_all_sessions

from tests.oracle import world
from tests.oracle.databases import Database
from tests.oracle.ears import watching
from tests.oracle.imported import Broken, imported, metadata_of
from tests.oracle.watch import FILE, Place, Watch

SECONDS = 2.0
"""More than any program takes, unless it waits for itself."""

FLAG = re.compile(r"flag\((\d)\)")
PATTERNS = ("01", "10", "0010", "0111")
"""Flags that are asked several times in one run do not always say the same."""


@dataclass(frozen=True, slots=True)
class Raised:
    """How a run ended: the error, and the lines of the program that it came through, innermost first."""

    kind: str
    message: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `flags` is what each flag said; `differ` tells that no two queries asked for the same row."""

    flags: tuple[str, ...]
    differ: bool
    raised: Raised | None
    watch: Watch


class Runner:
    """Runs programs on `database`, all on one event loop: a driver may still have something to say after a run."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._count = 0
        self._loop = asyncio.new_event_loop()
        gc.freeze()  # the collections after each program need not look at what was there before
        self._loop.set_exception_handler(lambda *_: None)  # what tasks raise that nobody awaits is no news

    def close(self) -> None:
        """Let the loop go."""
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def run(self, texts: Mapping[str, str]) -> tuple[Run, ...]:
        """Every run of the program with these modules. Raises `Broken`."""
        self._count += 1
        package = f"oracle_{self._count}"
        with _quiet(), watching() as watches, imported(texts, package, self._database.url, watches) as modules:
            metadata = metadata_of(modules)
            try:
                sa.orm.configure_mappers()
                self._database.create(metadata)
            except Exception as error:
                raise Broken(f"{type(error).__name__}: {error}") from error
            try:
                return tuple(self._runs(texts, modules, watches))
            finally:
                self._database.drop(metadata)

    def _runs(
        self, texts: Mapping[str, str], modules: Mapping[str, types.ModuleType], watches: list[Watch]
    ) -> Iterator[Run]:
        flags = sorted({int(number) for text in texts.values() for number in FLAG.findall(text)})
        again = False
        for way in itertools.product("01", repeat=len(flags)):
            for differ in (True, False):
                yield self._run(modules, watches, dict(zip(flags, way, strict=True)), differ=differ)
                again = again or any(world._calls.get(flag, 0) > 1 for flag in flags)  # noqa: SLF001
        for number in range(len(PATTERNS) if again else 0):
            way = tuple(PATTERNS[(number + place) % len(PATTERNS)] for place in range(len(flags)))
            for differ in (True, False):
                yield self._run(modules, watches, dict(zip(flags, way, strict=True)), differ=differ)

    def _run(
        self, modules: Mapping[str, types.ModuleType], watches: list[Watch], flags: dict[int, str], *, differ: bool
    ) -> Run:
        self._database.reset()
        for flag, pattern in flags.items():
            os.environ[f"FLAG_{flag}"] = pattern
        os.environ["ONE_ROW"] = "" if differ else "1"
        world._calls.clear()  # noqa: SLF001
        watches[:] = [Watch()]
        raised = self._loop.run_until_complete(_finished(modules))
        return Run(tuple(flags.values()), differ, raised, watches[-1])


async def _finished(modules: Mapping[str, types.ModuleType]) -> Raised | None:
    """How `main()` ended."""
    main = asyncio.ensure_future(modules["main"].main())
    await asyncio.wait({main}, timeout=SECONDS)
    raised: Raised | None = None
    if not main.done() or main.cancelled():
        raised = Raised("TimeoutError", f"not done in {SECONDS} s", ())
    elif (error := main.exception()) is not None:
        raised = _raised(error)
    # What tasks that were cut off leave behind may never be done: none of this is waited for without end.
    await _cancel_others()
    for cleanup in (close_all_sessions(), modules["database"].engine.dispose()):
        await asyncio.wait({asyncio.ensure_future(cleanup)}, timeout=SECONDS)
    return raised


def _raised(error: BaseException) -> Raised:
    steps = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    places = tuple((name.removeprefix(FILE), line) for name, line in reversed(steps) if name.startswith(FILE))
    kind = "MissingGreenlet" if "MissingGreenlet" in str(error) else type(error).__name__
    raised = Raised(kind, str(error), places)
    while error is not None:
        traceback.clear_frames(error.__traceback__)  # they hold what the collector would complain of later
        error = error.__context__
    return raised


async def _cancel_others() -> None:
    """End the tasks that a program left behind."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=SECONDS)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of programs; a detached dynamic collection, which only warns, is an error.

    What fails leaves coroutines behind that nobody awaits: they are collected here, where nobody is warned of them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message="Instance .* is detached, dynamic relationship")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            gc.collect()
            logging.disable(logging.NOTSET)
            if was_enabled:
                gc.enable()
