"""Calls of library functions: SQLAlchemy, SQLModel, asyncio, FastAPI, the built-ins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import (
    concurrency,
    datatypes,
    dependencies,
    engines,
    lifecycle,
    loops,
    option_checks,
    outliving,
    pairing,
    prefixes,
    reflection,
    scopes,
    temporal,
    texts,
)
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.coroutines import lost, not_awaitable
from asyncsql_lint.flow.expressions import Expressions
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.names import ASYNC_SESSIONS, SYNC_SESSIONS
from asyncsql_lint.flow.objects import Instance, Life, Object, Session, Slot
from asyncsql_lint.flow.sessions import made_by
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.statements import COMPUTED, loader, select
from asyncsql_lint.flow.summaries import doubt
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Alias,
    Arguments,
    BoundMethod,
    ClassValue,
    Const,
    Coroutine,
    Dependency,
    DictValue,
    Engine,
    External,
    Factory,
    FunctionValue,
    GeneratorValue,
    LibraryMethod,
    ListValue,
    Partial,
    Primitive,
    Ref,
    Statement,
    Task,
    TupleValue,
    Value,
)
from asyncsql_lint.libraries.engine_arguments import OF_ENGINES, OF_SESSIONS
from asyncsql_lint.libraries.sqlalchemy_orm import COLUMN_LOADERS, HARMLESS_OPTIONS, LOADERS
from asyncsql_lint.syntax import facts as f

Handler: TypeAlias = "Callable[[Expressions, str, Arguments, Site, State], Value]"

MAX_COUNTED = 3
"""Numbers up to which each turn of a loop over `range(number)` is gone through."""

QUIET = frozenset(
    """
    logging json datetime typing typing_extensions collections re os sys time uuid math hashlib itertools random
    decimal enum pathlib string operator base64 secrets warnings dataclasses abc copy pydantic loguru structlog
    sqlalchemy sqlmodel fastapi starlette traceback builtins inspect functools contextlib asyncio anyio httpx
    aiohttp zoneinfo textwrap urllib statistics bisect heapq io csv
    """.split()
)
"""Libraries whose functions do nothing to a session that they are given, but what their handlers say."""


def call(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """The value of calling the library function with the canonical name `name`."""
    handler = _TABLE.get(name)
    if handler is not None:
        return handler(m, name, arguments, site, state)
    if (
        name in LOADERS
        or name in COLUMN_LOADERS
        or name in HARMLESS_OPTIONS
        or name == "sqlalchemy.selectin_polymorphic"
    ):
        if name in LOADERS or name in COLUMN_LOADERS:
            option_checks.strings(name.rpartition(".")[2], arguments, site, m)
        return loader(name, arguments)
    if name.startswith(("sqlalchemy.func.", "sqlmodel.func.")):
        return COMPUTED
    if name.startswith(("sqlalchemy.literal", "sqlalchemy.sql.", "sqlmodel.col")):
        return Primitive("sql")
    if name in {"sqlalchemy.or_", "sqlalchemy.and_", "sqlalchemy.not_", "sqlalchemy.desc", "sqlalchemy.asc"}:
        return _clauses(m, name, arguments, site, state)
    if name.startswith(("sqlalchemy.case", "sqlalchemy.cast", "sqlalchemy.exists", "sqlalchemy.column")):
        return Primitive("sql")
    if name.partition(".")[0] not in QUIET:
        escape(arguments, site, state, m)
    return UNKNOWN


def escape(arguments: Arguments, site: Site, state: State, m: Expressions) -> None:
    """Arguments go where nobody can look: a session among them may do anything to its objects."""
    values = [*arguments.positional, *(v for _, v in arguments.keywords)]
    if not any(not isinstance(v, (Const, External, ClassValue)) for v in values):
        return
    doubt(sorted(reachable(values, state.heap)), site, state, m)


# -- SQLAlchemy


def _select(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return select(arguments, site, name.partition(".")[0], m)


def _dml(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    table = arguments.get(0, "table")
    model = table.info if isinstance(table, ClassValue) and m.models.is_mapped(table.info) else None
    return Statement(name.rpartition(".")[2], (), site, table=model, writes=True)


def _text(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    words = arguments.get(0, "text")
    first = words.value.split(None, 1)[:1] if isinstance(words, Const) and isinstance(words.value, str) else []
    writes = bool(first) and first[0].lower() in {"insert", "update", "delete"}
    return replace(texts.statement(words, site, m), writes=writes)


def _moment(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return temporal.MAKERS[name](arguments)


def _clauses(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return datatypes.sql(datatypes.faults_in(*arguments.positional))


def _aliased(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    first = arguments.get(0, "element")
    return Alias(first.info) if isinstance(first, ClassValue) and m.models.is_mapped(first.info) else UNKNOWN


def _engine(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    first = arguments.get(0, "url")
    driver = pairing.drivername(first)
    if name == "sqlalchemy.AsyncEngine":
        pairing.wrapped(first, site, m)
        inner = first if isinstance(first, Engine) else None
        return _made(Engine(True, site, inner.driver if inner else "", pooled=inner.pooled if inner else None), m)
    is_async = "async" in name
    pairing.refused(OF_ENGINES, is_async, name.rpartition(".")[2], arguments, site, m)
    if is_async and arguments.keyword("async_creator") is None:
        pairing.async_engine(driver, arguments, site, m)
    if is_async and not name.endswith("from_config"):
        pairing.driver_arguments(driver, arguments, site, m)
        if engines.is_unpinged(driver, arguments):
            m.engines.unpinged.setdefault(site, m.frame.context)
    isolated = arguments.open or any(k in {"isolation_level", "execution_options"} for k, _ in arguments.keywords)
    return _made(Engine(is_async, site, driver, pooled=engines.pooled(arguments), isolated=isolated), m)


def _made(engine: Engine, m: Expressions) -> Engine:
    m.engines.note(engine, m.frame.function)
    m.frame.made |= {engine.site}
    return engine


def _url(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`URL.create(drivername, ...)` and `make_url(text)`: what counts is the driver."""
    first = arguments.get(0, "drivername") or arguments.get(0, "name_or_url")
    text = pairing.url_of(first)
    if name.endswith("URL.create") and text:
        return pairing.with_query(Primitive("url", Const(f"{text}://")), arguments.keyword("query"))
    return Primitive("url", Const(text))


def _environment(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`os.getenv(name, default)`: nobody knows, but the default is what the code itself offers."""
    default = arguments.get(1, "default")
    return Primitive("plain", default) if isinstance(default, (Const, Primitive)) else UNKNOWN


def _built(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`PostgresDsn.build(scheme="postgresql+asyncpg", ...)` of pydantic, `URL.build(...)` of yarl."""
    scheme = arguments.keyword("scheme")
    if not isinstance(scheme, Const) or not isinstance(scheme.value, str):
        return UNKNOWN
    return Primitive("plain", Const(f"{scheme.value}://"))


def _field(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`Field("default")` of pydantic: nobody knows, but the default is what the code itself offers."""
    default = arguments.get(0, "default")
    return Primitive("plain", default) if isinstance(default, Const) and isinstance(default.value, str) else UNKNOWN


def _bool(value: Value | None, default: bool | None) -> bool | None:
    if value is None:
        return default
    return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None


def _factory(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    expires = _bool(arguments.keyword("expire_on_commit"), None if arguments.open else True)
    given = arguments.keyword("class_")
    library = session_library(given, m)
    autoflush = None if isinstance(given, ClassValue) else _autoflush(arguments)
    bind = arguments.get(0, "bind")
    pairing.refused(OF_SESSIONS, "async" in name, name.rpartition(".")[2], arguments, site, m)
    if name == "sqlalchemy.async_sessionmaker":
        pairing.session_bind(True, bind, "`async_sessionmaker`", site, m)
        pairing.session_class("async_sessionmaker", True, library is None or library[0] == "async", site, m)
        _expiring(given, arguments, site, m)
        found = (library or ("", "sqlalchemy"))[1]
        engine, kind = _bound(bind, site, m), _kind_of(bind, state, m)
        return Factory(True, expires, found, site, engine, bind=kind, autoflush=autoflush)
    if library is not None:
        pairing.session_bind(library[0] == "async", bind, "`sessionmaker`", site, m)
        engine = _bound(bind, site, m) if library[0] == "async" else None
        if library[0] == "async":
            _expiring(given, arguments, site, m)
        kind = _kind_of(bind, state, m)
        return Factory(library[0] == "async", expires, library[1], site, engine, bind=kind, autoflush=autoflush)
    if given is not None or arguments.open:
        return UNKNOWN
    pairing.session_bind(False, bind, "`sessionmaker` without `class_`", site, m)
    if isinstance(bind, Engine) and bind.is_async:
        return UNKNOWN  # its sessions fail on use: that has been told
    return Factory(False, expires, "sqlalchemy", site, autoflush=autoflush)


def _autoflush(arguments: Arguments) -> bool | None:
    """Whether the sessions that are made with these arguments flush before a query."""
    return _bool(arguments.keyword("autoflush"), None if arguments.open else True)


def _expiring(given: Value | None, arguments: Arguments, site: Site, m: Expressions) -> None:
    """A factory of async sessions that nobody told whether they expire their objects."""
    is_own = isinstance(given, ClassValue)  # a class of the project may say it in its constructor
    if not is_own and not arguments.open and arguments.keyword("expire_on_commit") is None:
        m.engines.expiring.setdefault(site, m.frame.context)


def _bound(bind: Value | None, site: Site, m: Expressions) -> Engine | None:
    """The engine of a session or factory: that which it is given, or the only one around."""
    if isinstance(bind, Engine):
        return bind if bind.driver else m.engines.near(site.path)
    return m.engines.near(site.path) if bind is None else None


def _kind_of(bind: Value | None, state: State, m: Expressions) -> str:
    """What a factory's sessions are bound to, as far as it matters: `engine`, `connection`, or nobody knows."""
    if m.session(bind, state) is not None:
        return "connection"
    return "engine" if isinstance(bind, Engine) and not bind.isolated else ""


def session_library(value: Value | None, m: Expressions) -> tuple[str, str] | None:
    """Whether a session class is async, and whose it is."""
    names: frozenset[str] | set[str] = set()
    if isinstance(value, External):
        names = {value.name}
    elif isinstance(value, ClassValue):
        names = m.index.externals(value.info)
    for name, library in ASYNC_SESSIONS.items():
        if name in names:
            return "async", library
    for name, library in SYNC_SESSIONS.items():
        if name in names:
            return "sync", library
    return None


def _session(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    is_async = name in ASYNC_SESSIONS
    library = (ASYNC_SESSIONS if is_async else SYNC_SESSIONS)[name]
    expires = _bool(arguments.keyword("expire_on_commit"), None if arguments.open else True)
    what = f"`{name.rpartition('.')[2]}`"
    bind = arguments.get(0, "bind")
    if pairing.session_bind(is_async, bind, what, site, m):
        return UNKNOWN
    connection = m.session(bind, state)
    inside = m.frame.mode == "greenlet" and (isinstance(bind, Engine) and bind.inner)
    greenlet = not is_async and (inside or (connection is not None and connection.greenlet))
    engine = connection.engine if connection is not None else _bound(bind, site, m) if is_async else None
    made = Session(is_async, library=library, expires=expires, origin=site, greenlet=greenlet, engine=engine)
    kept, saves = not isinstance(bind, Engine), isinstance(bind, Engine) and not bind.isolated
    return m.new(replace(made, kept=kept, saves=saves, autoflush=_autoflush(arguments)), state)


def _scoped(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    factory = arguments.get(0, "session_factory")
    if name == "sqlalchemy.scoped_session":
        pairing.scoped(factory, site, m)
    else:
        scopes.checked(arguments, site, m)
    if not isinstance(factory, Factory):
        return UNKNOWN
    return m.new(
        Session(
            factory.is_async,
            library=factory.library,
            expires=factory.expires,
            origin=site,
            scope="factory",
            scoped=True,
            engine=factory.engine,
            autoflush=factory.autoflush,
        ),
        state,
    )


def _table(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    bind = arguments.keyword("autoload_with")
    if bind is not None:
        pairing.ddl("inspect", Arguments((bind,)), site, state, m)
    return UNKNOWN


def _listen(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if name.endswith("listen"):
        pairing.listener(arguments.get(0, "target"), arguments.get(2, "fn"), site, state, m)
        return NONE
    return Primitive("listener", arguments.get(0, "target") or UNKNOWN)


def _inspect(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    pairing.ddl("inspect", arguments, site, state, m)
    return Primitive("inspection", arguments.positional[0]) if arguments.positional else UNKNOWN


def _set_committed(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    target, key = arguments.get(0, "instance"), arguments.get(1, "key")
    if isinstance(target, Ref) and isinstance(key, Const) and isinstance(key.value, str):
        orm.put(target, key.value, Slot(orm.YES), state)
    return NONE


# -- asyncio


def _gather(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    by = name.replace("asyncio.", "", 1) if name.startswith("asyncio.") else name
    return Coroutine(External(f"run:{by}"), arguments, site, f"{by}()")


def _as_completed(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    branches = [b for value in arguments.positional for b in concurrency.branches_of(value)]
    concurrency.share(branches, "as_completed", site, state, m)
    return ListValue(branches[0][0] if branches else UNKNOWN)


def _close_all(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return Coroutine(LibraryMethod(External(name.rpartition(".")[0]), "close_all"), arguments, site, "close_all()")


def _create_task(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    first = arguments.get(0, "coro")
    if first is None:
        return UNKNOWN
    outliving.started(first, name, site, state, m)
    return concurrency.started(first, name, site, state, m)


def _passed_on(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`shield`, `wait_for`: awaiting them awaits their argument."""
    first = arguments.get(0, "fut") or arguments.get(0, "arg")
    if isinstance(first, Coroutine):
        return replace(first, within=site, deadline=first.deadline or name == "asyncio.wait_for")
    return first if isinstance(first, Task) else UNKNOWN


def _asyncio_run(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return loops.run(arguments, site, state, m)


def _thread(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    skip = 1 if name.endswith("run_in_executor") else 0
    return Coroutine(
        External("run:thread"), Arguments(arguments.positional[skip:], arguments.keywords), site, f"{name}()"
    )


def _primitive(kind: str) -> Handler:
    def handler(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        return Primitive(kind, arguments.positional[0] if arguments.positional else UNKNOWN)

    return handler


def _semaphore(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    first = arguments.get(0, "value")
    return Primitive("lock" if first in {None, Const(1)} else "semaphore")


# -- built-ins


_GOING_THROUGH = frozenset({"builtins.len", "builtins.sum", "builtins.any", "builtins.all"})


def _consuming(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    for value in arguments.positional:
        lost(value, f"passed to `{name.rpartition('.')[2]}()`", site, state, m)
        lazy = value.receiver if isinstance(value, LibraryMethod) else None
        if isinstance(lazy, Primitive) and lazy.kind in {"dynamic", "write_only"} and name in _GOING_THROUGH:
            m.elements(value, site, state, is_own=False)
    return Primitive("plain")


def _gone_through(m: Expressions, number: int, arguments: Arguments, site: Site, state: State) -> Value:
    """What iterating over the positional argument `number` gives; told of where that stands, if it is written there."""
    value = arguments.positional[number]
    written = arguments.node.args if arguments.node is not None else ()
    if any(isinstance(arg, f.Star) for arg in written[: number + 1]) or number >= len(written):
        return m.elements(value, site, state, is_own=False)
    return m.elements(value, m.site(written[number]), state)


def _container(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    first = arguments.positional[0] if arguments.positional else None
    if first is None and name == "builtins.dict":
        return DictValue(arguments.keywords, UNKNOWN if arguments.open else NONE)
    if first is None:
        return ListValue(UNKNOWN, ())
    lost(first, f"passed to `{name.rpartition('.')[2]}()`", site, state, m)
    items = first.items if isinstance(first, (ListValue, TupleValue)) else None
    if isinstance(first, (ListValue, TupleValue)) and name in {"builtins.list", "builtins.tuple"}:
        return first
    element = _gone_through(m, 0, arguments, site, state)
    key = arguments.keyword("key")
    if key is not None:
        m.call(key, Arguments((element,)), site, state)
    if name == "builtins.anext":
        if isinstance(first, GeneratorValue):
            dependencies.taken_by_hand(first, site, state, m)
        return Coroutine(External("run:value"), Arguments((element,)), site, "anext()")
    if name == "builtins.next" and isinstance(first, GeneratorValue) and first.is_async:
        return UNKNOWN  # a TypeError: only `anext()` takes an async one
    if name in {"builtins.next", "builtins.min", "builtins.max"}:
        return element
    if name == "builtins.enumerate":
        pairs = tuple(TupleValue((Const(i), item)) for i, item in enumerate(items)) if items is not None else None
        return ListValue(TupleValue((Primitive("plain"), element)), pairs)
    if name == "builtins.dict":
        return UNKNOWN
    return ListValue(element)


def _dumped(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`schema.model_dump()`: a dict of nobody knows which of its fields."""
    return DictValue((), UNKNOWN)


def _map(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if len(arguments.positional) < 2:
        return UNKNOWN
    function, source = arguments.positional[:2]
    element = _gone_through(m, 1, arguments, site, state)
    if name == "builtins.map" and isinstance(source, (ListValue, TupleValue)) and source.items:
        items = tuple(m.call(function, Arguments((item,)), site, state) for item in source.items)
        return ListValue(items[0], items)
    made = m.call(function, Arguments((element,)), site, state) if function != NONE else UNKNOWN
    return ListValue(element if name == "builtins.filter" else made)


def _zip(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return ListValue(
        TupleValue(tuple(_gone_through(m, n, arguments, site, state) for n in range(len(arguments.positional))))
    )


def _text_of(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    for value in arguments.positional:
        lost(value, f"passed to `{name.rpartition('.')[2]}()`", site, state, m)
        m.text(value, f.Other(site.node, ()), state)
    if name == "builtins.str" and len(arguments.positional) == 1 and isinstance(arguments.positional[0], Const):
        return Const(str(arguments.positional[0].value))
    if name == "builtins.str" and len(arguments.positional) == 1 and prefixes.known(arguments.positional[0]):
        return arguments.positional[0]
    return temporal.TEXT if name == "builtins.str" else Primitive("plain")


LOGGED = frozenset("info warning warn error exception critical fatal".split())
"""What writes a line of a log unless somebody turned it off; `debug()` mostly is."""


def logged(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`logger.info("got %s", order)`: the message is made of `str(order)`."""
    for value in arguments.positional:
        lost(value, f"passed to `{name.rpartition('.')[2]}()`", site, state, m)
        m.text(value, f.Other(site.node, ()), state)
    return NONE


def _isinstance(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if len(arguments.positional) != 2:
        return UNKNOWN
    value, kind = arguments.positional
    kinds = kind.items if isinstance(kind, TupleValue) else (kind,)
    answers = {_is_a(value, one, m, state) for one in kinds}
    if True in answers:
        return Const(True)
    return Const(False) if answers == {False} else UNKNOWN


def _predicate(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`inspect.isawaitable(x)`, `inspect.iscoroutinefunction(x)` and their like."""
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    if name.endswith("function"):
        if isinstance(value, (BoundMethod, FunctionValue)):
            node = (value.info if isinstance(value, FunctionValue) else value.function).node
            return Const(node.is_async and not node.is_generator)
        return Const(False) if isinstance(value, Const) else UNKNOWN
    if isinstance(value, (Coroutine, Task)):
        return Const(True)
    return Const(False) if not_awaitable(value, state, m) is not None else UNKNOWN


def _is_a(value: Value, kind: Value, m: Expressions, state: State) -> bool | None:
    """Whether a value is of a class; None when nobody can say."""
    if isinstance(kind, External):
        return _is_library(value, kind.name, m, state)
    found = m.object(value, state)
    if not isinstance(kind, ClassValue) or not isinstance(found, (Instance, Object)):
        return None
    own = found.model if isinstance(found, Instance) else found.cls
    if m.index.is_subclass(own, kind.info):
        return True
    return None if kind.info in m.index.subclasses(own) else False


_ASYNC_KINDS = frozenset({"AsyncIterator", "AsyncIterable", "AsyncGenerator", "Awaitable", "Coroutine"})


def _is_library(value: Value, name: str, m: Expressions, state: State) -> bool | None:
    package, _, last = name.rpartition(".")
    if package in {"typing", "collections.abc"} and last in _ASYNC_KINDS:
        return False if isinstance(value, (ListValue, TupleValue, DictValue)) else None
    if name not in _CHECKED:
        return None
    what, is_async = _CHECKED[name]
    session = m.session(value, state)
    if isinstance(value, Engine):
        return what == "engine" and value.is_async is is_async
    if isinstance(value, Factory):
        return what == "factory" and value.is_async is is_async
    if session is not None:
        return what == session.kind and session.is_async is is_async
    return None


_CHECKED = {
    "sqlalchemy.Engine": ("engine", False),
    "sqlalchemy.AsyncEngine": ("engine", True),
    "sqlalchemy.Session": ("session", False),
    "sqlmodel.Session": ("session", False),
    "sqlalchemy.AsyncSession": ("session", True),
    "sqlmodel.AsyncSession": ("session", True),
    "sqlalchemy.Connection": ("connection", False),
    "sqlalchemy.AsyncConnection": ("connection", True),
    "sqlalchemy.sessionmaker": ("factory", False),
    "sqlalchemy.async_sessionmaker": ("factory", True),
}


def _getattr(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if len(arguments.positional) < 2:
        return UNKNOWN
    target, key = arguments.positional[0], arguments.positional[1]
    if isinstance(key, Const) and isinstance(key.value, str):
        instance = m.instance(target, state)
        is_asked = name == "builtins.hasattr" or len(arguments.positional) > 2
        if name == "builtins.hasattr" and instance is None:
            return UNKNOWN
        if is_asked and instance is not None and m.models.attribute(instance.model, key.value) is None:
            known = m.index.method(instance.model, key.value) is not None
            return m.attribute(target, key.value, site, state) if known else UNKNOWN
        return m.attribute(target, key.value, site, state)
    if isinstance(key, Primitive) and key.kind.startswith("mapped-name") and isinstance(target, Ref):
        reflection.read(target, key, site, state, m)
    return UNKNOWN


def _mapper(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`class_mapper(Order)`, `object_mapper(order)`."""
    first = arguments.positional[0] if arguments.positional else UNKNOWN
    return m.attribute(first, "__mapper__", site, state) if isinstance(first, (ClassValue, Ref)) else UNKNOWN


def _vars(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return m.attribute(arguments.positional[0], "__dict__", site, state) if arguments.positional else UNKNOWN


def _setattr(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if len(arguments.positional) < 3 or not isinstance(arguments.positional[0], Ref):
        return NONE
    target, key, value = arguments.positional[:3]
    if isinstance(target, Ref):
        if isinstance(key, Const) and isinstance(key.value, str):
            lifecycle.assigned(target, key.value, value, site, state, m)
        else:
            instance = m.instance(target, state)
            if instance is not None and instance.life in {Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED}:
                column = next((a for a in m.models.attributes(instance.model).values() if a.kind == "column"), None)
                if column is not None:
                    touched(target, state, m)
    return NONE


def touched(target: Ref, state: State, m: Expressions) -> None:
    """An assignment to some column: which one is unknown, but there will be an UPDATE."""
    instance = m.instance(target, state)
    if instance is None:
        return
    computed = [a for a in m.models.attributes(instance.model).values() if a.server_update]
    if not m.models.eager_defaults(instance.model):
        stale = instance.given | {f"~{a.name}" for a in computed}
        orm.update(target, state, dirty=True, given=stale)


def _partial(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if not arguments.positional:
        return UNKNOWN
    return Partial(arguments.positional[0], Arguments(arguments.positional[1:], arguments.keywords, arguments.open))


def _range(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    """`range(2)`: a loop over it certainly runs."""
    first = arguments.positional[0] if len(arguments.positional) == 1 else None
    number = first.value if isinstance(first, Const) else None
    if not isinstance(number, int) or not 0 < number <= MAX_COUNTED:
        return Primitive("plain")
    plain = Primitive("plain")
    return ListValue(plain, (plain,) * number)


def _second(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return arguments.positional[1] if len(arguments.positional) > 1 else UNKNOWN


def _first(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return arguments.positional[0] if arguments.positional else UNKNOWN


def _identity_decorator(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return External("decorator:transparent")


def _adapter(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return Primitive("adapter", arguments.get(0, "type") or UNKNOWN)


def _depends(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    given = arguments.get(0, "dependency")
    dependencies.declared(given, site, state, m)
    return Dependency(given, early=arguments.keyword("scope") == Const("function"))


def _background_task(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    if arguments.positional:
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.open)
        outliving.later(arguments.positional[0], rest, "BackgroundTask", site, state, m)
    return UNKNOWN


def _streaming(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    content = arguments.get(0, "content")
    if content is not None:
        outliving.streamed(content, name.rpartition(".")[2], site, state, m)
    return UNKNOWN


def _quiet(m: Expressions, name: str, arguments: Arguments, site: Site, state: State) -> Value:
    return Primitive("plain")


def _factory_call(m: Expressions, factory: Factory, arguments: Arguments, site: Site, state: State) -> Value:
    return made_by(factory, arguments, site, state, m)


_URL_CLASSES = (
    "pydantic.PostgresDsn",
    "pydantic.AnyUrl",
    "pydantic.MultiHostUrl",
    "pydantic_core.MultiHostUrl",
    "pydantic_core.Url",
    "yarl.URL",
)

_TABLE: dict[str, Handler] = {
    "sqlalchemy.select": _select,
    "sqlmodel.select": _select,
    "sqlalchemy.insert": _dml,
    "sqlalchemy.update": _dml,
    "sqlalchemy.delete": _dml,
    "sqlalchemy.text": _text,
    "pydantic.Field": _field,
    "pydantic.BaseModel.model_dump": _dumped,
    "decouple.config": _environment,
    **dict.fromkeys((f"{name}.build" for name in _URL_CLASSES), _built),
    "sqlalchemy.aliased": _aliased,
    "sqlalchemy.create_async_engine": _engine,
    "sqlalchemy.async_engine_from_config": _engine,
    "sqlalchemy.create_engine": _engine,
    "sqlalchemy.engine_from_config": _engine,
    "sqlalchemy.AsyncEngine": _engine,
    "sqlalchemy.async_sessionmaker": _factory,
    "sqlalchemy.sessionmaker": _factory,
    "sqlalchemy.async_scoped_session": _scoped,
    "sqlalchemy.scoped_session": _scoped,
    "sqlalchemy.inspect": _inspect,
    **dict.fromkeys(("sqlalchemy.class_mapper", "sqlalchemy.object_mapper"), _mapper),
    "sqlalchemy.Table": _table,
    "sqlalchemy.URL.create": _url,
    "sqlalchemy.make_url": _url,
    **dict.fromkeys(("os.getenv", "os.environ.get"), _environment),
    "sqlalchemy.declarative_base": _primitive("declarative"),
    "sqlalchemy.MetaData": _primitive("metadata"),
    "sqlalchemy.event.listens_for": _listen,
    "sqlalchemy.event.listen": _listen,
    "sqlalchemy.set_committed_value": _set_committed,
    **dict.fromkeys((*ASYNC_SESSIONS, *SYNC_SESSIONS), _session),
    **dict.fromkeys(("asyncio.gather", "asyncio.wait"), _gather),
    "asyncio.as_completed": _as_completed,
    **dict.fromkeys((f"{name}.close_all" for name in ASYNC_SESSIONS), _close_all),
    **dict.fromkeys(("asyncio.create_task", "asyncio.ensure_future"), _create_task),
    **dict.fromkeys(("asyncio.shield", "asyncio.wait_for"), _passed_on),
    **dict.fromkeys(("asyncio.run", "anyio.run"), _asyncio_run),
    **dict.fromkeys(
        ("asyncio.to_thread", "anyio.to_thread.run_sync", "fastapi.run_in_threadpool", "asgiref.sync.sync_to_async"),
        _thread,
    ),
    "asyncio.TaskGroup": _primitive("task_group"),
    "anyio.create_task_group": _primitive("task_group"),
    "asyncio.get_running_loop": _primitive("loop"),
    "asyncio.get_event_loop": _primitive("loop"),
    "asyncio.new_event_loop": _primitive("loop"),
    "asyncio.Lock": _primitive("lock"),
    "anyio.Lock": _primitive("lock"),
    "threading.Lock": _primitive("lock"),
    "asyncio.Semaphore": _semaphore,
    "asyncio.BoundedSemaphore": _semaphore,
    "anyio.Semaphore": _semaphore,
    **dict.fromkeys(("asyncio.timeout", "anyio.fail_after", "anyio.move_on_after"), _primitive("timeout")),
    "contextlib.AsyncExitStack": _primitive("exit_stack"),
    "contextlib.ExitStack": _primitive("exit_stack"),
    "contextlib.aclosing": _primitive("closing"),
    "contextlib.closing": _primitive("closing"),
    "contextlib.nullcontext": _primitive("null"),
    "contextlib.suppress": _primitive("suppress"),
    "concurrent.futures.ThreadPoolExecutor": _primitive("executor"),
    "contextvars.ContextVar": _primitive("context_var"),
    **dict.fromkeys(
        (f"builtins.{n}" for n in ("len", "sum", "any", "all", "bool", "int", "float", "hasattr")), _consuming
    ),
    **dict.fromkeys(
        (
            f"builtins.{n}"
            for n in (
                "list",
                "tuple",
                "set",
                "sorted",
                "reversed",
                "iter",
                "next",
                "enumerate",
                "frozenset",
                "dict",
                "min",
                "max",
                "aiter",
                "anext",
            )
        ),
        _container,
    ),
    "builtins.range": _range,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": _map,
    **dict.fromkeys(("builtins.str", "builtins.repr", "builtins.print", "builtins.format"), _text_of),
    "logging.getLogger": _primitive("logger"),
    **dict.fromkeys((f"logging.{n}" for n in LOGGED), logged),
    "builtins.getattr": _getattr,
    "builtins.hasattr": _getattr,
    "builtins.vars": _vars,
    "builtins.setattr": _setattr,
    "builtins.isinstance": _isinstance,
    **dict.fromkeys((f"builtins.{n}" for n in ("type", "id", "round", "abs", "issubclass")), _quiet),
    **dict.fromkeys(
        (
            "inspect.iscoroutinefunction",
            "inspect.iscoroutine",
            "inspect.isawaitable",
            "asyncio.iscoroutinefunction",
            "asyncio.iscoroutine",
        ),
        _predicate,
    ),
    "functools.partial": _partial,
    **dict.fromkeys(temporal.MAKERS, _moment),
    **dict.fromkeys(("typing.cast", "typing_extensions.cast"), _second),
    **dict.fromkeys(("copy.copy", "copy.deepcopy"), _first),
    **dict.fromkeys(("functools.wraps", "functools.lru_cache", "functools.cache"), _identity_decorator),
    **dict.fromkeys(("pydantic.TypeAdapter", "pydantic.type_adapter.TypeAdapter"), _adapter),
    "fastapi.Depends": _depends,
    "fastapi.Security": _depends,
    "fastapi.FastAPI": _primitive("router"),
    "fastapi.APIRouter": _primitive("router"),
    "fastapi.BackgroundTasks": _primitive("background"),
    "fastapi.BackgroundTask": _background_task,
    **dict.fromkeys(
        ("fastapi.StreamingResponse", "sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse"),
        _streaming,
    ),
}


def is_task(value: Value) -> bool:
    """Whether a value is a task or a coroutine."""
    return isinstance(value, (Task, Coroutine))
