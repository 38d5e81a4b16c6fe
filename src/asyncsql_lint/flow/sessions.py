"""What the methods of sessions, connections, engines and factories do, sync and async."""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import execs, keys, leaks, lifecycle, option_checks, pairing, texts, transactions
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.events import CoroutineLost
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Cause, Instance, Life, Loaded, Query, Result, Session, Slot
from asyncsql_lint.flow.plans import EMPTY, Plan
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.statements import plan_of, select, with_options
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Alias,
    Arguments,
    BoundMethod,
    ClassValue,
    Const,
    Coroutine,
    DictValue,
    Engine,
    Entity,
    Factory,
    FunctionValue,
    LibraryMethod,
    ListValue,
    Primitive,
    Ref,
    Row,
    Statement,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.libraries import sqlalchemy_asyncio as api

_UNKNOWN_STATEMENT = Statement("select", None, None)


def owner(ref: Ref, state: State, m: Machine) -> int:
    """The number under which a session's objects are known: for the sync side of `run_sync`, the async session's."""
    session = m.session(ref, state)
    return session.twin if session is not None and session.twin is not None else ref.id


def method(ref: Ref, session: Session, name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    """Call a method of a session or connection."""
    execs.given_a_row(name, arguments, site, state, m)
    if name in {"begin", "begin_nested"}:
        if not session.is_async and session.kind == "connection":
            return Primitive("transaction", ref)
        return Primitive("transaction" if name == "begin" else "savepoint", ref)
    if session.is_async:
        coroutines = api.SESSION_COROUTINES if session.kind == "session" else api.CONNECTION_COROUTINES
        if name in coroutines or (name == "remove" and session.scoped):
            if name in {"close", "aclose"}:
                transactions.kept(ref.id, state)  # whether this is awaited is another question
            return Coroutine(LibraryMethod(ref, name), arguments, site, f"{session.kind}.{name}()")
        if name in {"stream", "stream_scalars"}:
            return Primitive("stream", LibraryMethod(ref, name))
        return marked(ref, name, arguments, site, state, m)
    if session.kind == "session" and name not in api.SESSION_IO | {"delete", "close", "remove"}:
        return marked(ref, name, arguments, site, state, m)
    blocks = name in api.SESSION_IO if session.kind == "session" else name in api.CONNECTION_IO
    if blocks and name != "query" and not session.greenlet:
        what = f"{session.kind}.{name}()"
        orm.blocked(m, site, f"`{what}`", f"a sync {session.kind}", state, session.confidence)
    if name == "query":
        return m.new(Query(owner(ref, state, m), select(arguments, site, "sqlalchemy", m)), state)
    return operation(ref, session, name, arguments, site, state, m)


def marked(ref: Ref, name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    """The methods that do no I/O: `add`, `expire`, `expunge` and what only asks."""
    number = owner(ref, state, m)
    target = arguments.get(0, "instance")
    transactions.marked(number, name, state, site, m)
    leaks.marked(number, name, arguments, site, state)
    match name:
        case "add" | "add_all":
            for child in orm.refs_in(target if target is not None else arguments.keyword("instances")):
                lifecycle.added(child, number, state, m)
            return NONE
        case "expire_all":
            m.effect("expire_all", number, site, state)
            lifecycle.expired_all(number, site, state)
            return NONE
        case "expire" if isinstance(target, Ref):
            _expire(target, arguments, site, state, m)
            return NONE
        case "expunge" if isinstance(target, Ref):
            orm.update(target, state, life=Life.DETACHED, closed=Cause("expunge", site))
            return NONE
        case "expunge_all":
            lifecycle.detached_all(number, site, state)
            return NONE
        case "in_transaction":
            return transactions.asked(number, state)
        case _ if name in api.SESSION_SYNC | api.CONNECTION_SYNC:
            return Primitive("plain")
        case _:
            return UNKNOWN


def _expire(target: Ref, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    instance = m.instance(target, state)
    if instance is None or instance.life not in {Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED}:
        return
    names = _names(arguments.get(1, "attribute_names"))
    if arguments.get(1, "attribute_names") is None:
        orm.update(target, state, expired=Cause("expire", site), over={})
    elif names is None:
        orm.update(target, state, life=Life.UNKNOWN)
    else:
        for name in names:
            orm.put(target, name, Slot(Loaded.NO, why="expire"), state)


def _names(value: Value | None) -> tuple[str, ...] | None:
    """The attribute names in a list or tuple of strings; None when there are none or they cannot be read."""
    items: tuple[Value, ...] | None = None
    if isinstance(value, (ListValue, TupleValue)):
        items = value.items
    if items is None:
        return None
    names = tuple(i.value for i in items if isinstance(i, Const) and isinstance(i.value, str))
    return names if len(names) == len(items) else None


def operation(
    ref: Ref, session: Session, name: str, arguments: Arguments, site: Site, state: State, m: Machine
) -> Value:
    """What a method that talks to the database does, awaited or sync."""
    number = owner(ref, state, m)
    leaks.operated(number, name, arguments, site, state, m)
    transactions.operated(number, name, arguments, site, state, m)
    if name not in {"close", "aclose", "delete", "run_sync", "close_all", "remove"}:
        m.effect("io", number, site, state)
        if session.engine is not None:
            m.frame.engines |= {session.engine}
    match name:
        case "execute" | "scalars" | "stream" | "stream_scalars" | "exec" | "scalar" | "exec_driver_sql":
            return _execute(number, session, name, arguments, site, state, m)
        case "get" | "get_one":
            return _get(number, session, name, arguments, site, state, m)
        case "commit":
            m.effect("commit", number, site, state)
            if session.kind == "session":
                lifecycle.committed(number, session.expires, site, state)
            return NONE
        case "rollback":
            was_idle = lifecycle.is_idle(number, site, state)
            m.effect("rollback", number, site, state)
            if not was_idle:
                lifecycle.rolled_back(number, site, state)
            return NONE
        case "flush":
            m.effect("flush", number, site, state)
            lifecycle.flushed(number, site, state)
            return NONE
        case "close" | "aclose" | "remove" | "reset" | "invalidate":
            m.effect("close", number, site, state)
            lifecycle.detached_all(number, site, state)
            return NONE
        case "refresh":
            _read_again(arguments, state, m)
            lifecycle.autoflushed(number, session.autoflush, site, state)
            _refresh(arguments, site, state, m)
            return NONE
        case "delete":
            for target in orm.refs_in(arguments.get(0, "instance")):
                lifecycle.deleted(target, state, m)
            return NONE
        case "merge":
            return _merge(number, arguments, site, state, m)
        case "run_sync":
            return _run_sync(ref, session, arguments, site, state, m)
        case "connection":
            made = session.at_rest()
            return m.new(replace(made, kind="connection", twin=None, origin=site), state)
        case _:
            return UNKNOWN if name in {"get_raw_connection", "execution_options", "start"} else NONE


def _execute(
    number: int, session: Session, name: str, arguments: Arguments, site: Site, state: State, m: Machine
) -> Value:
    statement = arguments.get(0, "statement")
    texts.executed(statement, name, arguments, session.engine, site, m)
    if isinstance(statement, Const) and isinstance(statement.value, str) and name != "exec_driver_sql":
        execs.given_a_text(number, name, site, state, m)
    if not isinstance(statement, Statement):
        statement = _UNKNOWN_STATEMENT
    if session.kind == "connection":
        statement = _UNKNOWN_STATEMENT
    else:
        lifecycle.autoflushed(number, _autoflush(session, statement, arguments, site, m), site, state)
        option_checks.batched(statement, arguments, number, site, m)
        option_checks.eager(statement, number, site, m)
        if statement.kind == "update" and _follows(statement, arguments):
            lifecycle.updated(statement, number, state, m)
    for one in statement.entities or ():
        if one.model is not None and statement.kind != "delete":
            overwrites = statement.populate_existing
            alone = not one.plan.branches and not one.plan.unknown
            key = statement.key if alone else None  # options may bring others of the model
            lifecycle.queried_again(one.model, number, one.plan, state, m, key, overwrites=overwrites)
    if session.kind == "session" and statement.entities is None:
        _blind_query(number, state)
    if name == "scalar":
        return optional(first_of(statement, number, site, state, m))
    kind = "scalars" if name in {"scalars", "stream_scalars"} else "rows"
    single = statement.entities is not None and len(statement.entities) == 1
    if name == "exec":
        if statement.library == "sqlmodel" and single:
            kind = "scalars"
        elif statement.entities is None:
            kind = "unknown"
    streamed = name in {"stream", "stream_scalars"}
    by = "exec" if name == "exec" else ""
    return m.new(Result(number, statement, kind, streamed, by=by), state)


def _autoflush(session: Session, statement: Statement, arguments: Arguments, site: Site, m: Machine) -> bool | None:
    """Whether the session flushes before it runs a statement: before SQLAlchemy 2.1 it does so for the ORM's alone."""
    is_told = arguments.keyword("execution_options") is not None or not statement.autoflush
    is_orm = statement.table is not None or any(one.model or one.of for one in statement.entities or ())
    is_asked = is_orm or m.versions(site).sqlalchemy.at_least(2, 1)
    return None if is_told or (session.autoflush and not is_asked) else session.autoflush


def _follows(statement: Statement, arguments: Arguments) -> bool:
    """Whether the objects of the session follow an UPDATE: unless `synchronize_session=False` is said."""
    options = arguments.keyword("execution_options")
    if options is None:
        return statement.synchronized
    return isinstance(options, DictValue) and "synchronize_session" not in dict(options.items)


def _blind_query(number: int, state: State) -> None:
    """A query of nobody knows what may refresh whatever was expired."""

    def change(one: Instance) -> Instance | None:
        return replace(one, expired=None, plan=Plan(unknown=True)) if one.expired is not None else None

    lifecycle.each(number, state, change)


def _get(number: int, session: Session, name: str, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    target = arguments.get(0, "entity")
    model = target.info if isinstance(target, ClassValue) else target.model if isinstance(target, Alias) else None
    if model is None or not m.models.is_mapped(model):
        return UNKNOWN
    pk = keys.of_get(arguments, m)
    there = _there(model, pk, number, state, m)
    if arguments.keyword("populate_existing") is None and there is not None:
        found = m.instance(there, state)
        if found is not None and found.expired is not None:
            lifecycle.refreshed(there, None, state, m)
        return Ref(there.id, optional=name == "get")
    options = arguments.keyword("options")
    plan = plan_of(model, options, m)
    if options is not None:
        selected = (Entity(model, name=model.name, aliased=isinstance(target, Alias)),)
        option_checks.given(Statement("select", selected, None), (options,), site, m)
    if arguments.open:
        plan = replace(plan, unknown=True)
    lifecycle.autoflushed(number, session.autoflush, site, state)
    present = [o for o in state.heap.values() if isinstance(o, Instance) and o.session == number and o.model is model]
    overwrites = arguments.keyword("populate_existing") is not None or arguments.open
    lifecycle.queried_again(model, number, plan, state, m, pk, overwrites=overwrites)
    made = _instance(model, plan, number, site, site, state, m, is_get=True, pk=pk)
    for one in present:
        if not isinstance(pk, Const) or not isinstance(one.pk, Const):
            _perhaps(made, one, state, m)
    return Ref(made.id, optional=name == "get")


def _there(model: ClassInfo, key: Value | None, session: int, state: State, m: Machine) -> Ref | None:
    """The object of a session that a query of this key gives again, if it is known.

    A session holds an object that was not changed only as long as somebody else does.
    """
    if key is None:
        return None
    for number, found in state.heap.items():
        if not isinstance(found, Instance) or found.pk != key or found.session != session:
            continue
        if found.model is not model or found.life is not Life.PERSISTENT:
            continue
        if found.dirty or number in reachable([*state.env.values(), *m.frame.closure.values()], state.heap):
            return Ref(number)
    return None


def _perhaps(made: Ref, other: Instance, state: State, m: Machine) -> None:
    """`get()` may have given an object that was there: what is loaded on that one may be on this one."""
    for relation in m.models.relationships(other.model):
        if orm.relationship_loaded(other, relation)[0] is not orm.NO and other.life is Life.PERSISTENT:
            orm.put(made, relation.name, Slot(orm.MAYBE), state)


def _instance(
    model: ClassInfo,
    plan: Plan,
    number: int,
    origin: Site | None,
    statement: Site | None,
    state: State,
    m: Machine,
    *,
    is_get: bool = False,
    pk: Value | None = None,
) -> Ref:
    return m.new(
        Instance(
            model=model,
            plan=plan,
            life=Life.PERSISTENT,
            session=number,
            born="query",
            origin=origin,
            statement=statement,
            confidence=m.confidence(number, state),
            is_get=is_get,
            pk=pk,
        ),
        state,
    )


def _read_again(arguments: Arguments, state: State, m: Machine) -> None:
    """What `refresh()` is to load it expires before it flushes: changes of that are not written."""
    target = arguments.get(0, "instance")
    wanted = arguments.get(1, "attribute_names")
    instance = m.instance(target, state) if isinstance(target, Ref) else None
    if instance is None or not isinstance(target, Ref):
        return
    is_whole = wanted is None or wanted == NONE
    left = frozenset[str]() if is_whole else instance.assigned - frozenset(_names(wanted) or ())
    if left != instance.assigned or is_whole:
        orm.update(target, state, assigned=left, dirty=bool(left))


def _refresh(arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    target = arguments.get(0, "instance")
    wanted = arguments.get(1, "attribute_names")
    if not isinstance(target, Ref):
        return
    if wanted is None or wanted == NONE:
        lifecycle.refreshed(target, None, state, m)
        return
    names = _names(wanted)
    if names is None:
        orm.update(target, state, life=Life.UNKNOWN)
    else:
        option_checks.refreshed(m.instance(target, state), names, site, m)
        lifecycle.refreshed(target, names, state, m)


def _merge(number: int, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    given = m.instance(arguments.get(0, "instance"), state)
    target = arguments.get(0, "instance")
    if given is None or not isinstance(target, Ref):
        return UNKNOWN
    if given.session == number and given.life is Life.PERSISTENT:
        return target  # an object of the session stands for itself
    if given.life is Life.TRANSIENT and _names_its_row(given, m):
        return _merged_new(number, given, arguments, site, state, m)
    if given.life is not Life.DETACHED:
        return m.new(Instance(model=given.model, life=Life.UNKNOWN, session=number, origin=site), state)
    made = _instance(given.model, EMPTY, number, site, None, state, m, pk=given.pk)
    for relation in m.models.relationships(given.model):
        if orm.relationship_loaded(given, relation)[0] is not orm.NO:
            orm.put(made, relation.name, Slot(orm.MAYBE), state)
    return made


def _names_its_row(given: Instance, m: Machine) -> bool:
    """Whether a new object was made with its whole primary key."""
    keys = {one.name for one in m.models.attributes(given.model).values() if one.primary_key}
    return bool(keys) and keys <= given.given


def _merged_new(number: int, given: Instance, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    """`merge(Order(id=1, name="new"))` is for a row that is there: it is loaded as by `get()`, then changed.

    What it was given replaces what was loaded, and may leave columns to the database.
    """
    options = arguments.keyword("options")
    keys = [one.name for one in m.models.attributes(given.model).values() if one.primary_key]
    slot = given.over.get(keys[0]) if len(keys) == 1 else None
    pk = slot.value if slot is not None and isinstance(slot.value, Const) else None
    wanted = Arguments((ClassValue(given.model), pk or UNKNOWN), (("options", options),) if options is not None else ())
    holder = m.session(number, state)
    made = _get(number, holder, "get_one", wanted, site, state, m) if holder is not None else UNKNOWN
    found = m.instance(made, state)
    if found is None or not isinstance(made, Ref):
        return made
    doubtful = [r.name for r in m.models.relationships(given.model) if r.name in given.over]
    doubtful += [c.name for c in m.models.attributes(given.model).values() if c.server_update]
    over = {**found.over, **{name: Slot(orm.MAYBE) for name in doubtful}}
    state.heap[made.id] = replace(found, over=over)
    if found.origin == site:
        confidence = min(found.confidence, Confidence.INFERRED)
        orm.update(made, state, confidence=confidence, statement=None, is_get=False)
    return made


def _run_sync(ref: Ref, session: Session, arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    if not arguments.positional:
        return UNKNOWN
    callee, *rest = arguments.positional
    number = owner(ref, state, m)
    if not isinstance(callee, (FunctionValue, BoundMethod)):
        transactions.doubted(number, state)
    twin = session.at_rest()
    twin = replace(twin, is_async=False, greenlet=True, twin=number, origin=site)
    given = Arguments((m.new(twin, state), *rest), arguments.keywords, arguments.open)
    frame = m.frame
    mode, frame.mode = frame.mode, "greenlet"
    try:
        made = m.call(callee, given, site, state)
    finally:
        frame.mode = mode
    if not isinstance(made, Coroutine):
        return made
    m.emit(
        CoroutineLost(
            site=site,
            label=made.label,
            how="given to `run_sync()`, which calls a plain function,",
            made=None,
            in_async=True,
            confidence=session.confidence,
        )
    )
    return UNKNOWN


# -- results


def result_method(
    ref: Ref, result: Result, name: str, arguments: Arguments, site: Site, state: State, m: Machine
) -> Value:
    """Call a method of a result."""
    if result.is_async and name in api.ASYNC_RESULT_COROUTINES:
        return Coroutine(LibraryMethod(ref, name), arguments, site, f"result.{name}()")
    if name == "unique":
        state.heap[ref.id] = replace(result, uniqued=True)
        return ref
    if name in {"scalars", "mappings"}:
        kind = "scalars" if name == "scalars" else "mappings"
        column = arguments.get(0, "index")
        if name == "scalars" and isinstance(column, Const) and isinstance(column.value, int) and column.value:
            result = replace(result, statement=_nth(result.statement, column.value))
        return m.new(replace(result, kind=kind), state)
    if name in {"columns", "tuples", "yield_per"}:
        return ref
    return fetch(result, name, site, state, m, is_call=True)


def _nth(statement: Statement, index: int) -> Statement:
    entities = statement.entities
    if entities is None or index >= len(entities):
        return replace(statement, entities=None)
    return replace(statement, entities=(entities[index],))


def fetch(result: Result, name: str, site: Site, state: State, m: Machine, *, is_call: bool) -> Value:
    """What a fetch method gives; the caller has told what is wrong with it."""
    if name in {"all", "fetchall", "fetchmany"}:
        return ListValue(row_of(result, site, state, m))
    if name in {"scalar_one", "scalar_one_or_none", "scalar"}:
        found = first_of(result.statement, result.session, site, state, m)
        return found if name == "scalar_one" else optional(found)
    if name in {"one", "first", "one_or_none", "fetchone"}:
        found = row_of(result, site, state, m)
        return found if name == "one" else optional(found)
    if name == "partitions":
        kind = "async" if result.is_async else "list"
        return ListValue(ListValue(row_of(result, site, state, m)), kind=kind)
    return UNKNOWN if name in {"freeze", "keys"} else NONE if name == "close" else Primitive("plain")


def optional(value: Value) -> Value:
    """The value, or None."""
    if isinstance(value, Ref):
        return Ref(value.id, optional=True)
    return value if isinstance(value, (Row, Primitive, LibraryMethod)) else UNKNOWN


def row_of(result: Result, site: Site, state: State, m: Machine) -> Value:
    """One row of a result."""
    statement = result.statement
    if result.kind == "unknown" or statement.entities is None:
        return UNKNOWN
    if result.kind == "scalars":
        return first_of(statement, result.session, site, state, m)
    values = tuple(_entity_value(one, statement, result.session, site, state, m) for one in statement.entities)
    row = Row(statement, result.session, values, result.by)
    return LibraryMethod(row, "_mapping") if result.kind == "mappings" else row


def first_of(statement: Statement, session: int | None, site: Site, state: State, m: Machine) -> Value:
    """The first thing in a row."""
    if not statement.entities:
        return UNKNOWN
    return _entity_value(statement.entities[0], statement, session, site, state, m)


def _entity_value(
    one: Entity, statement: Statement, session: int | None, site: Site, state: State, m: Machine
) -> Value:
    if one.model is None or session is None:
        return Primitive("plain") if one.model is None and statement.kind == "select" else UNKNOWN
    there = _there(one.model, statement.key, session, state, m)
    if there is not None:
        return there
    origin = statement.site or site
    return _instance(one.model, one.plan, session, origin, statement.site, state, m, pk=statement.key)


# -- legacy queries


def query_method(
    ref: Ref, query: Query, name: str, arguments: Arguments, site: Site, state: State, m: Machine
) -> Value:
    """Call a method of `session.query(...)`."""
    session = m.session(query.session, state)
    if name == "options":
        option_checks.given(query.statement, arguments.positional, site, m)
        changed = with_options(query.statement, list(arguments.positional), arguments.open, m)
        return m.new(Query(query.session, changed), state)
    if name not in api.QUERY_IO:
        return (
            m.new(query, state) if name not in {"subquery", "exists", "label", "cte", "as_scalar"} else Primitive("sql")
        )
    return query_fetch(query, name, session, site, state, m)


def query_fetch(query: Query, name: str, session: Session | None, site: Site, state: State, m: Machine) -> Value:
    """Run a legacy query."""
    if session is not None and not session.is_async and not session.greenlet:
        orm.blocked(m, site, f"`query.{name}()`", "a sync session", state, session.confidence)
    found = first_of(query.statement, query.session, site, state, m)
    if name in {"all", "iteration"}:
        return ListValue(found)
    if name in {"first", "one_or_none", "get"}:
        return optional(found)
    return found if name == "one" else Primitive("plain")


# -- factories and engines


def made_by(factory: Factory, arguments: Arguments, site: Site, state: State, m: Machine) -> Ref:
    """A new session of a factory; `expire_on_commit` may be said again in the call."""
    is_known = factory.site not in m.configured
    expires = _said("expire_on_commit", factory.expires if is_known else None, arguments)
    autoflush = _said("autoflush", factory.autoflush if is_known else None, arguments)
    return m.new(
        Session(
            is_async=factory.is_async,
            library=factory.library,
            expires=expires,
            origin=site,
            scope="factory",
            scoped=factory.scoped,
            engine=factory.engine,
            kept=factory.bind == "connection",
            saves=factory.bind == "engine" and is_known,
            autoflush=autoflush,
        ),
        state,
    )


def _said(name: str, before: bool | None, arguments: Arguments) -> bool | None:
    """A setting of a factory after the call that makes a session: that may say it again."""
    given = arguments.keyword(name)
    if given is None:
        return None if arguments.open else before
    return given.value if isinstance(given, Const) and isinstance(given.value, bool) else None


def engine_method(engine: Engine, name: str, site: Site, state: State, m: Machine) -> Value:
    """Call a method of an engine."""
    if engine.is_async and name in api.ENGINE_COROUTINES:
        return Coroutine(LibraryMethod(engine, name), Arguments(), site, f"engine.{name}()")
    if name == "execution_options":
        return replace(engine, isolated=True)
    if name not in {"connect", "begin", "raw_connection"}:
        return UNKNOWN
    if not engine.is_async:
        if pairing.used_sync(engine, m):
            return UNKNOWN
        if name != "begin":
            orm.blocked(m, site, f"`engine.{name}()`", "a sync engine", state, Confidence.PROVED)
        if name == "raw_connection":
            return UNKNOWN
    started = not engine.is_async or name != "connect"
    own = engine if engine.driver or not engine.is_async else m.engines.near(site.path)
    made = Session(engine.is_async, "connection", origin=site, scope="factory", started=started, engine=own)
    connection = m.new(replace(made, kept=name == "begin", saves=not engine.isolated), state)
    return connection if name == "connect" else Primitive("engine-begin", connection)
