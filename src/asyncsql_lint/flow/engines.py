"""Engines: how they are made, what their drivers take, and which one a file's sessions belong to.

https://docs.sqlalchemy.org/en/20/core/engines.html
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.values import Arguments, DictValue, Engine, External
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.index.modules import is_test
from asyncsql_lint.libraries import asyncpg
from asyncsql_lint.libraries.drivers import split

MAKERS = frozenset(
    {"create_async_engine", "async_engine_from_config", "AsyncEngine", "create_engine", "engine_from_config"}
)
"""Words without which no function makes an engine."""

_UNPOOLED = frozenset({"sqlalchemy.NullPool", "sqlalchemy.pool.NullPool"})
_POOLED = frozenset({"sqlalchemy.AsyncAdaptedQueuePool", "sqlalchemy.pool.AsyncAdaptedQueuePool"})

_FIRST_NUMBER = -1_000_000_000


class Engines:
    """Every async engine that was made so far, and the one that the sessions near a file are of."""

    def __init__(self) -> None:
        self._made: dict[Site, dict[str, Engine]] = {}
        self._near: dict[str, Engine | None] = {}
        self._numbers: dict[Site, int] = {}
        self._makers: dict[Site, FunctionInfo | None] = {}
        self.dependencies: set[FunctionInfo] = set()
        self.expiring: dict[Site, str] = {}
        self.unpinged: dict[Site, str] = {}
        self.complete = False
        self._sync: set[str] = set()

    def number(self, site: Site) -> int:
        """A number for the engine made at a place, beside those of objects."""
        return self._numbers.setdefault(site, _FIRST_NUMBER - len(self._numbers))

    def note(self, engine: Engine, function: FunctionInfo | None) -> None:
        """A function made an engine; the same call may make several, of other URLs."""
        if not engine.is_async:
            if not _is_aside(engine.site.path):
                self._sync.add(engine.site.path)
            return
        self._makers[engine.site] = function
        known = self._made.setdefault(engine.site, {})
        if engine.driver not in known:
            known[engine.driver] = engine
            self._near.clear()

    def made_in(self) -> dict[Site, tuple[Engine, FunctionInfo | None]]:
        """The engines by their places, each with the function that makes it."""
        return {site: (next(iter(known.values())), self._makers[site]) for site, known in self._made.items()}

    def near(self, path: str) -> Engine | None:
        """The engine of the sessions in a file, when all that are made near it are of one driver."""
        if not self.complete:
            return None
        folder = path.rpartition("/")[0]
        if _is_aside(path):
            return self._nearest(folder, aside=True)
        if folder not in self._near:
            self._near[folder] = self._nearest(folder, aside=False)
        return self._near[folder]

    def of_all(self, path: str) -> Engine | None:
        """The engine of all that writes the models of a file; None where sync engines may write them, too."""
        folder = path.rpartition("/")[0]
        while folder:
            here = f"{folder}/"
            if any(one.startswith(here) for one in self._sync):
                return None
            if any(site.path.startswith(here) for site in self._made):
                return self.near(path)
            folder = folder.rpartition("/")[0]
        return None

    def _nearest(self, folder: str, *, aside: bool) -> Engine | None:
        while folder:
            here = f"{folder}/"
            made = self._made.items()
            found = [known for s, known in made if s.path.startswith(here) and (aside or not _is_aside(s.path))]
            if found:
                return _only(found)
            folder = folder.rpartition("/")[0]
        return None


def _is_aside(path: str) -> bool:
    """Whether a file has engines of its own: a test, or the script of migrations."""
    return is_test(path) or path.rpartition("/")[2] == "env.py"


def _only(made: list[dict[str, Engine]]) -> Engine | None:
    """The engine that stands for several, if they are of one driver."""
    drivers: dict[str, Engine] = {}
    for known in made:
        named = {driver: engine for driver, engine in known.items() if driver}
        drivers |= named or known
    if len(drivers) != 1 or "" in drivers:
        return None
    engine = next(iter(drivers.values()))
    return engine if len(made) == 1 else replace(engine, pooled=None)


def pooled(arguments: Arguments) -> bool | None:
    """Whether an engine made with these arguments keeps its connections; None when nobody knows."""
    given = arguments.keyword("poolclass")
    if given is None:
        return None if arguments.open or arguments.keyword("pool") is not None else True
    if isinstance(given, External) and given.name in _UNPOOLED:
        return False
    return True if isinstance(given, External) and given.name in _POOLED else None


def is_unpinged(driver: str, arguments: Arguments) -> bool:
    """Whether an engine has a pool whose connections are handed out without a look at whether they are alive."""
    if driver.startswith("sqlite") or pooled(arguments) is not True:
        return False
    return not arguments.open and arguments.keyword("pool_pre_ping") is None


# -- arguments that the driver does not know


def unknown_arguments(driver: str, url: str, arguments: Arguments) -> list[tuple[str, str, str]]:
    """What asyncpg does not take: the argument, where it is given, and what to write instead."""
    own = arguments.keyword("async_creator") or arguments.keyword("creator")
    if split(driver) != ("postgresql", "asyncpg") or own is not None:
        return []
    known = asyncpg.CONNECT | asyncpg.DIALECT
    out = [(name, "in the URL", _remedy(name)) for name in query_names(url) if name not in known]
    given = arguments.keyword("connect_args")
    if isinstance(given, DictValue):
        out += [(name, "in `connect_args`", _remedy(name)) for name, _ in given.items if name not in known]
    if arguments.keyword("plugins") is not None:
        return out
    for name, _ in arguments.keywords:
        if name not in asyncpg.ENGINE:
            remedy = f'write `connect_args={{"{name}": ...}}`' if name in known else "leave it out"
            out.append((name, "of the engine", remedy))
    return out


def _remedy(name: str) -> str:
    return asyncpg.REMEDIES.get(name, 'give what asyncpg calls it in `connect_args`, or in its `"server_settings"`')


def query_names(url: str) -> list[str]:
    """The names in the query of a URL, as far as it is written down."""
    query = url.partition("?")[2]
    return [name for name, _ in parse_qsl(query, keep_blank_values=True)]
