"""Things that do not go together: drivers and engines, engines and sessions, DDL and async connections, listeners."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import engines
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    Const,
    DictValue,
    Engine,
    External,
    Factory,
    FunctionValue,
    Primitive,
    Ref,
    Value,
)
from asyncsql_lint.libraries.drivers import (
    ASYNC_DRIVERS,
    DIALECTS,
    DRIVERS,
    POOLS,
    SIZES,
    SYNC_DEFAULTS,
    SYNC_DRIVERS,
    UNSIZED,
    split,
)
from asyncsql_lint.libraries.engine_arguments import MOCK, Refused


def url_of(value: Value | None) -> str:
    """The beginning of a URL, as far as it is written down."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Primitive) and value.kind in {"plain", "url"}:
        return url_of(value.of)
    return ""


def drivername(value: Value | None) -> str:
    """`postgresql+asyncpg` of a URL, or an empty string."""
    head, found, _ = url_of(value).partition("://")
    return head if found else ""


def url_method(url: Primitive, name: str, arguments: Arguments) -> Value:
    """A method of a URL: most give another one."""
    match name:
        case "set":
            driver = url_of(arguments.keyword("drivername"))
            changed = Primitive("url", Const(f"{driver}://")) if driver else url
            return with_query(changed, arguments.keyword("query"))
        case "update_query_dict":
            return with_query(url, arguments.get(0, "query_parameters"))
        case "render_as_string":
            return Primitive("plain", url.of)
        case "update_query_string" | "update_query_pairs" | "difference_update_query":
            return without_query(url)
        case _:
            return UNKNOWN


def with_query(url: Primitive, query: Value | None) -> Primitive:
    """A URL with these names in its query."""
    if not isinstance(query, DictValue):
        return url if query is None else without_query(url)
    return Primitive("url", Const(f"{url_of(without_query(url))}?{'&'.join(f'{name}=' for name, _ in query.items)}"))


def without_query(url: Primitive) -> Primitive:
    """A URL of whose query nothing is known."""
    return Primitive("url", Const(url_of(url).partition("?")[0]))


def async_engine(driver: str, arguments: Arguments, site: Site, m: Machine) -> None:
    """`create_async_engine(url, ...)`: the driver has to be async, and so has the pool."""
    dialect, name = split(driver)
    if dialect == "postgres" or dialect in DRIVERS:
        named = DIALECTS.get(dialect, "postgresql+asyncpg")
        _tell(m, site, "driver", f"`{driver}://`", "is no dialect that SQLAlchemy knows", f"write `{named}://`")
    elif name in {"async", "asyncio"}:
        _tell(m, site, "driver", f"`{driver}://`", f"names no driver: there is no `{name}`", _async_url(dialect))
    elif name in SYNC_DRIVERS:
        _tell(
            m,
            site,
            "driver",
            f"`{driver}://`",
            f"uses `{name}`, a sync driver, for an async engine",
            _async_url(dialect),
        )
    elif not name and dialect in SYNC_DEFAULTS:
        default = SYNC_DEFAULTS[dialect]
        _tell(
            m,
            site,
            "driver",
            f"`{dialect}://`",
            f"means the sync driver `{default}`, for an async engine",
            _async_url(dialect),
        )
    elif not name and dialect == "postgresql":
        _default_postgresql(site, m)
    pool = arguments.keyword("poolclass")
    if isinstance(pool, External) and pool.name in UNSIZED:
        _sized(pool.name.rpartition(".")[2], arguments, site, m)
    if isinstance(pool, External) and pool.name in POOLS:
        last = pool.name.rpartition(".")[2]
        _tell(
            m,
            site,
            "pool",
            f"`{last}`",
            "cannot be used by an async engine",
            "leave `poolclass` out, or use `AsyncAdaptedQueuePool` or `NullPool`",
        )


def _sized(pool: str, arguments: Arguments, site: Site, m: Machine) -> None:
    """`poolclass=NullPool, pool_size=5`: fact 2d-create_pool_from-NullPool-args."""
    for name, value in arguments.keywords:
        if name in SIZES and value != Const(None):
            problem = f"has no size, and does not take `{name}`"
            _tell(m, site, "pool", f"`{pool}`", problem, f"leave `{name}` out")
            return


def _default_postgresql(site: Site, m: Machine) -> None:
    """`postgresql://`: its default driver is psycopg2 up to SQLAlchemy 2.0; from 2.1 on psycopg, which is async too.

    Facts 2d-create_async_engine(postgresql://), x-default-async-driver.
    """
    known = m.versions(site).sqlalchemy
    is_new = known.at_least(2, 1)
    if is_new:
        return
    where = "2.0 (and psycopg from 2.1 on)" if is_new is None else str(known)
    problem = f"means psycopg2, a sync driver, on SQLAlchemy {where}"
    remedy = _async_url("postgresql")
    _tell(m, site, "driver", "`postgresql://`", problem, remedy, certain=is_new is False)


def driver_arguments(driver: str, arguments: Arguments, site: Site, m: Machine) -> None:
    """`create_async_engine(url, ...)`: what its driver does not know."""
    url = arguments.get(0, "url")
    for name, where, remedy in engines.unknown_arguments(driver, url_of(url), arguments):
        keyword = "connect_args" if "connect_args" in where else name
        problem = f"{where} is no argument of asyncpg"
        raises = f"TypeError: connect() got an unexpected keyword argument '{name}'"
        if where == "of the engine":
            problem = "is no argument of `create_async_engine()` with asyncpg"
            raises = f"TypeError: Invalid argument(s) '{name}' sent to create_engine()"
        m.emit(
            Mismatch(
                site=arguments.place(keyword, site),
                kind="arguments",
                what=f"`{name}`",
                problem=problem,
                remedy=remedy,
                raises=raises,
            )
        )


def refused(of: tuple[Refused, ...], is_async: bool, maker: str, arguments: Arguments, site: Site, m: Machine) -> None:
    """Keywords that SQLAlchemy 2 does not take any more, or not for async engines."""
    if m.versions(site).sqlalchemy.at_least(2) is False:
        return
    for one in of:
        value = arguments.keyword(one.name)
        if not isinstance(value, Const) or (one.only_async and not is_async):
            continue
        is_meant = value.value is one.value if one.value is not None else value.value != MOCK
        if not is_meant:
            continue
        place = arguments.place(one.name, site)
        what, problem = f"`{one.name}={value.value!r}`", f"is refused by `{maker}()`"
        m.emit(Mismatch(site=place, kind="arguments", what=what, problem=problem, remedy=one.remedy, raises=one.raises))


def _async_url(dialect: str) -> str:
    driver = {"postgresql": "asyncpg", "sqlite": "aiosqlite", "mysql": "asyncmy", "mariadb": "asyncmy"}.get(dialect, "")
    return f"write `{dialect}+{driver}://`" if driver else "name an async driver in the URL"


def wrapped(engine: Value | None, site: Site, m: Machine) -> None:
    """`AsyncEngine(engine)`: the inner engine's driver has to be async."""
    if isinstance(engine, Engine) and not engine.is_async:
        _, name = split(engine.driver)
        if name in SYNC_DRIVERS:
            _tell(
                m,
                site,
                "driver",
                f"`{engine.driver}://`",
                f"uses `{name}`, a sync driver, for an async engine",
                "name an async driver in the URL",
            )


def used_sync(engine: Engine, m: Machine) -> bool:
    """A sync engine is used: an async driver cannot work in it. Returns whether it was told."""
    _, name = split(engine.driver)
    if not engine.is_async and name in ASYNC_DRIVERS and not engine.inner:
        problem = f"uses `{name}`, an async driver, for a sync engine"
        _tell(
            m,
            engine.site,
            "driver",
            f"`{engine.driver}://`",
            problem,
            "use `create_async_engine()`, or name a sync driver",
        )
        return True
    return False


def session_bind(is_async: bool, bind: Value | None, what: str, site: Site, m: Machine) -> bool:
    """A session or factory and its engine have to be of one kind. Returns whether they are not."""
    if not isinstance(bind, Engine):
        return False
    if bind.is_async is is_async:
        return not is_async and used_sync(bind, m)
    kind, wanted = ("an async", "a sync") if bind.is_async else ("a sync", "an async")
    remedy = (
        "use `async_sessionmaker`, or `AsyncSession`"
        if bind.is_async
        else "make the engine with `create_async_engine()`"
    )
    _tell(m, site, "pairing", what, f"is given {kind} engine, but works with {wanted} one", remedy)
    return True


def session_class(factory: str, wants_async: bool, is_async: bool, site: Site, m: Machine) -> None:
    """`async_sessionmaker(class_=Session)`."""
    if wants_async and not is_async:
        _tell(
            m,
            site,
            "pairing",
            f"`{factory}`",
            "is given a sync session class",
            "leave `class_` out, or give an AsyncSession",
        )


def scoped(factory: Value | None, site: Site, m: Machine) -> None:
    """`scoped_session` over an async factory: its scope is the thread, and `remove()` drops a coroutine."""
    if isinstance(factory, Factory) and factory.is_async:
        problem = "is given an async factory: all tasks of a thread share one session"
        _tell(m, site, "pairing", "`scoped_session`", problem, "use `async_scoped_session` with `asyncio.current_task`")


def ddl(name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    """`metadata.create_all(bind)`, `inspect(bind)`: they want a sync connection."""
    bind = arguments.get(0, "bind")
    session = m.session(bind, state)
    what = ""
    if isinstance(bind, Engine) and bind.is_async:
        what = "an async engine"
    elif session is not None and session.is_async and session.kind == "connection":
        what = "an async connection"
    elif isinstance(bind, Engine) and bind.inner and m.frame.mode == "loop":
        what = "the `sync_engine` of an async engine"
    elif isinstance(bind, Engine):
        used_sync(bind, m)
    if what:
        call = f"connection.run_sync(...{name})" if name != "inspect" else "connection.run_sync(inspect)"
        remedy = f"`async with engine.begin() as connection: await {call}`"
        _tell(m, site, "ddl", f"`{name}()`", f"is given {what}, but works with a sync connection", remedy)


def listener(target: Value | None, function: Value | None, site: Site, state: State, m: Machine) -> None:
    """`listens_for(target, ...)`: the target has to be sync, and so has the function."""
    what = _async_target(target, state, m)
    if what:
        remedy = (
            "listen on `engine.sync_engine`"
            if "engine" in what
            else "listen on `Session`, or on `session.sync_session`"
        )
        _tell(m, site, "listener", "The listener", f"is set on {what}, which has no events of its own", remedy)
    elif isinstance(function, FunctionValue) and function.info.node.is_async and not function.info.node.is_generator:
        problem = "is an `async def`: it is called, and nobody awaits it, so it never runs"
        _tell(m, site, "listener", f"The listener `{function.info.name}`", problem, "make it a plain `def`")


def _async_target(target: Value | None, state: State, m: Machine) -> str:
    session = m.session(target, state)
    match target:
        case Engine() if target.is_async:
            return "an async engine"
        case Factory() if target.is_async:
            return "an async session factory"
        case External(name="sqlalchemy.AsyncSession" | "sqlmodel.AsyncSession" | "sqlalchemy.AsyncEngine"):
            return f"`{target.name.rpartition('.')[2]}`"
        case Ref() if isinstance(session, Session) and session.is_async:
            return f"an async {session.kind}"
        case _:
            return ""


def _tell(m: Machine, site: Site, kind: str, what: str, problem: str, remedy: str, *, certain: bool = True) -> None:
    confidence = Confidence.PROVED if certain else Confidence.INFERRED
    m.emit(Mismatch(site=site, kind=kind, what=what, problem=problem, remedy=remedy, confidence=confidence))
