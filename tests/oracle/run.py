"""Runs programs in this process, several times each: all ways through their branches, with rows that differ or not."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gc
import itertools
import logging
import os
import re
import sys
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import close_all_sessions
from sqlalchemy.orm import registry

from tests.oracle import world
from tests.oracle.databases import Database
from tests.oracle.watch import FILE, Place, Watch, cancel_others, watching

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


class Broken(Exception):
    """A program whose modules cannot be imported."""


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
        with _quiet(), watching() as watches, _imported(texts, package, self._database.url, watches) as modules:
            metadata = _metadata(modules)
            try:
                sa.orm.configure_mappers()
                self._database.create(metadata)
            except Exception as error:
                raise Broken(f"{type(error).__name__}: {error}") from error
            try:
                return tuple(self._runs(texts, modules, watches))
            finally:
                self._database.drop(metadata)
                gc.collect()  # what failed left coroutines behind that nobody awaits: here nobody is warned of them

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
    try:
        await asyncio.wait_for(modules["main"].main(), SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever it raises is what we want to know
        return _raised(error)
    finally:
        await cancel_others()
        with contextlib.suppress(Exception):
            await close_all_sessions()
            await modules["database"].engine.dispose()
    return None


def _raised(error: BaseException) -> Raised:
    steps = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    places = tuple((name.removeprefix(FILE), line) for name, line in reversed(steps) if name.startswith(FILE))
    kind = "MissingGreenlet" if "MissingGreenlet" in str(error) else type(error).__name__
    raised = Raised(kind, str(error), places)
    while error is not None:
        traceback.clear_frames(error.__traceback__)  # they hold what the collector would complain of later
        error = error.__context__
    return raised


# -- modules that are not on the disk


@contextlib.contextmanager
def _imported(
    texts: Mapping[str, str], package: str, url: str, watches: list[Watch]
) -> Iterator[dict[str, types.ModuleType]]:
    """The modules of a program, while this is entered, with calls that tell the last of `watches` of every line."""
    before = {name: os.environ.get(name) for name in ("DATABASE_URL", "ONE_ROW", "FLAG_1", "FLAG_2", "FLAG_3")}
    os.environ["DATABASE_URL"] = url
    sys.modules["world"] = world
    modules: dict[str, types.ModuleType] = {}
    root = types.ModuleType(package)
    root.__path__ = []
    sys.modules[package] = root
    try:
        for name, text in texts.items():
            module = types.ModuleType(f"{package}.{name}")
            module.__package__ = package
            module.__dict__["__begin__"] = lambda module, line: watches[-1].begin(module, line)
            module.__dict__["__end__"] = lambda module, line: watches[-1].end(module, line)
            sys.modules[module.__name__] = modules[name] = module
            try:
                exec(instrumented(text, name), module.__dict__)  # noqa: S102 - our own text
            except Exception as error:
                raise Broken(f"{name}: {type(error).__name__}: {error}") from error
        yield modules
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] in {package, "world"}]:
            del sys.modules[name]
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        _forget(modules)


def _metadata(modules: Mapping[str, types.ModuleType]) -> sa.MetaData:
    models = modules["models"]
    base: Any = getattr(models, "Base", None) or getattr(models, "SQLModel", None)
    if base is None or not hasattr(modules["database"], "engine"):
        raise Broken("no models, or no engine")
    found: sa.MetaData = base.metadata
    return found


def _forget(modules: Mapping[str, types.ModuleType]) -> None:
    """Let the mapped classes go: all programs on SQLModel share one registry."""
    models = modules.get("models")
    base: Any = getattr(models, "Base", None) or getattr(models, "SQLModel", None)
    if base is None:
        return
    own: registry = getattr(base, "registry", None) or base._sa_registry  # noqa: SLF001
    own.dispose(cascade=True)
    base.metadata.clear()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message="Instance .* is detached, dynamic relationship")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def instrumented(text: str, module: str) -> types.CodeType:
    """The code of a module in which every statement of a function tells that it begins, and that it has passed."""
    tree = ast.fix_missing_locations(_Telling(module).visit(ast.parse(text)))
    return compile(tree, f"{FILE}{module}", "exec", dont_inherit=True)


class _Telling(ast.NodeTransformer):
    """Puts `__begin__(module, line)` before and `__end__(module, line)` behind statements of functions."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._inside = 0

    def visit(self, node: ast.AST) -> Any:  # noqa: ANN401
        """Change the statements below `node`."""
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        self._inside += inside
        self.generic_visit(node)
        self._inside -= inside
        if not self._inside or not isinstance(node, ast.stmt) or isinstance(node, ast.Try):
            return node
        return self._told(node)

    def _told(self, node: ast.stmt) -> list[ast.stmt]:
        begin, end = self._call("__begin__", node), self._call("__end__", node)
        if isinstance(node, ast.Return) and node.value is not None:
            kept = ast.Assign([ast.Name("__value__", ast.Store())], node.value)
            back = ast.Return(ast.Name("__value__", ast.Load()))
            return [begin, *(ast.copy_location(new, node) for new in (kept, end, back))]
        if isinstance(node, ast.Return | ast.Break | ast.Continue):
            return [begin, end, node]
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [end, *body]  # type: ignore[attr-defined]
            if hasattr(node, "orelse"):
                node.orelse = [end, *node.orelse]
            return [begin, node]
        return [begin, node, end]

    def _call(self, name: str, node: ast.stmt) -> ast.stmt:
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(self._module), ast.Constant(node.lineno)], [])
        return ast.copy_location(ast.Expr(call), node)
