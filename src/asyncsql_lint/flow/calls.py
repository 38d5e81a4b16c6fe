"""Calls: which function a callee is, how its parameters are bound, what a class makes."""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import (
    concurrency,
    credibility,
    datatypes,
    dependencies,
    dicts,
    faults,
    leaks,
    library,
    lifecycle,
    loops,
    middlewares,
    option_checks,
    outliving,
    pairing,
    proxies,
    reflection,
    sessions,
    temporal,
    transactions,
)
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow import statements as sql
from asyncsql_lint.flow.attributes import Attributes
from asyncsql_lint.flow.coroutines import lost
from asyncsql_lint.flow.events import Unentered
from asyncsql_lint.flow.freeze import Frozen, reachable
from asyncsql_lint.flow.objects import Instance, Life, Loaded, Object, Query, Result, Session, Slot
from asyncsql_lint.flow.serialization import validated
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.summaries import Summary
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Annotated,
    Arguments,
    Awaitable,
    BoundMethod,
    ClassValue,
    Const,
    ContextManager,
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
    LoaderOption,
    MappedAttribute,
    Opaque,
    Partial,
    Primitive,
    Ref,
    Statement,
    SuperValue,
    Task,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo
from asyncsql_lint.index.models import Attribute
from asyncsql_lint.libraries.session_proxies import PROXIES
from asyncsql_lint.libraries.sqlalchemy_orm import CHAINED, WRITES
from asyncsql_lint.syntax import facts as f

_CONTEXT_MANAGERS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})


_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod", "builtins.staticmethod", "builtins.classmethod"})
_PLAIN_METHODS = frozenset("replace encode decode isoformat hex timestamp total_seconds".split())
_TEXT_METHODS = frozenset("format strip lower upper join".split())


class Calls(Attributes):
    """Calls everything that can be called."""

    def call(self, callee: Value, arguments: Arguments, site: Site, state: State) -> Value:
        """The value of a call."""
        match callee:
            case FunctionValue():
                return self.function(callee, callee.info, arguments, None, site, state)
            case BoundMethod():
                return self.function(callee, callee.function, arguments, callee.receiver, site, state)
            case ClassValue():
                return self.construct(callee.info, arguments, site, state)
            case External():
                return self.external(callee.name, arguments, site, state)
            case LibraryMethod():
                return self.library_method(callee, arguments, site, state)
            case Factory():
                return sessions.made_by(callee, arguments, site, state, self)
            case Partial():
                given = callee.arguments
                merged = Arguments(
                    (*given.positional, *arguments.positional),
                    (*given.keywords, *arguments.keywords),
                    given.open or arguments.open,
                )
                return self.call(callee.callee, merged, site, state)
            case Ref():
                return self.call_object(callee, arguments, site, state)
            case Annotated():
                return self.call(callee.base, arguments, site, state)
            case Primitive(kind=middlewares.HANDLER):
                self.middlewares.handed(arguments, state)
                library.escape(arguments, site, state, self)
                return UNKNOWN
            case _:
                library.escape(arguments, site, state, self)
                return UNKNOWN

    def external(self, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Call a function of a library."""
        if name == "builtins.super":
            return self.super_(arguments)
        if name.startswith("run:"):
            return UNKNOWN
        if name in PROXIES:
            return proxies.block(self.proxies.session(name), site, state, self)
        if name == "decorator:transparent":
            return arguments.positional[0] if arguments.positional else UNKNOWN
        return library.call(self, name, arguments, site, state)

    def super_(self, arguments: Arguments) -> Value:
        """`super()` in a method."""
        function = self.frame.function
        receiver = self.frame.self_value
        if function is None or function.owner is None or receiver is None:
            return UNKNOWN
        return SuperValue(function.owner, receiver)

    def call_object(self, callee: Ref, arguments: Arguments, site: Site, state: State) -> Value:
        """Call an object: a scoped session gives its session, another its `__call__`."""
        found = self.object(callee, state)
        if isinstance(found, Session) and found.scoped:
            return callee
        if isinstance(found, Object):
            method = self.index.method(found.cls, "__call__")
            if method is not None:
                return self.function(callee, method, arguments, callee, site, state)
        library.escape(arguments, site, state, self)
        return UNKNOWN

    # -- functions of the project

    def function(
        self, callee: Value, info: FunctionInfo, arguments: Arguments, receiver: Value | None, site: Site, state: State
    ) -> Value:
        """Call a function of the project: a coroutine, a generator, a context manager, or its value."""
        node = info.node
        manager = self.decorator_names(info) & _CONTEXT_MANAGERS
        if manager:
            return ContextManager(callee, arguments, "contextlib.asynccontextmanager" in manager, info.name)
        if node.is_generator:
            return GeneratorValue(callee, arguments, node.is_async)
        if node.is_async:
            return Coroutine(callee, arguments, site, f"{info.name}()")
        return self.invoke(callee, arguments, site, state)

    def summary(self, callee: Value, arguments: Arguments, state: State) -> tuple[Summary, Frozen, FunctionInfo] | None:
        """The summary of a call of a project's function, or None when `callee` is none."""
        if isinstance(callee, FunctionValue):
            info, receiver, closure = callee.info, None, dict(callee.closure)
        elif isinstance(callee, BoundMethod):
            info, receiver, closure = callee.function, callee.receiver, {}
        elif isinstance(callee, Ref):
            found = self.plain_object(callee, state)
            method = self.index.method(found.cls, "__call__") if found is not None else None
            if method is None:
                return None
            info, receiver, closure = method, callee, {}
        else:
            return None
        env = self.bind_parameters(info, arguments, receiver, state)
        summary, given = self.summaries.of(info, env, self.frame.mode, state, closure)
        return summary, given, info

    def invoke(self, callee: Value, arguments: Arguments, site: Site, state: State) -> Value:
        """Run a function of the project (or the body of a coroutine function) here and now."""
        found = self.summary(callee, arguments, state)
        if found is None:
            return UNKNOWN
        summary, given, info = found
        if is_abstract(info.node):
            self.frame.waits.add(site.node)
            if not self.is_trial:
                self.call_sites.setdefault(info, set()).add(site)
            if self.frame.awaited == site.node:
                return UNKNOWN  # whoever overrides it makes it a coroutine function
            return self.returned_type(info, site, state)
        value = self.summaries.play(summary, given, site, state, info)
        is_awaited = self.frame.awaited == site.node and not info.node.is_async
        if is_awaited and self.decorator_names(info) - _PLAIN_DECORATORS:
            return UNKNOWN  # it may be a coroutine function after a decorator
        if isinstance(value, Opaque) and info.node.returns is not None:
            return self.returned_type(info, site, state)
        return replace(value, within=site) if isinstance(value, Coroutine) else value

    def returned_type(self, info: FunctionInfo, site: Site, state: State) -> Value:
        """What the annotation of a function promises, when its body did not tell."""
        if info.node.returns is None or info.node.is_generator:
            return UNKNOWN
        value = self.names.annotated(info.node.returns, info.module, state, site, "parameter")
        session = self.session(value, state)
        if session is not None and isinstance(value, Ref):
            state.heap[value.id] = replace(session, confidence=Confidence.INFERRED)
        return value

    def bind_parameters(
        self, info: FunctionInfo, arguments: Arguments, receiver: Value | None, state: State
    ) -> dict[str, Value]:
        """The parameters of a call by name. What is not given has its default, or what its annotation says."""
        env: dict[str, Value] = {}
        positional = list(arguments.positional)
        is_shifted = receiver is None and self._is_shifted(info, positional, state)
        if receiver is not None and "staticmethod" not in self.decorator_names(info):
            positional.insert(0, receiver)
        keywords = dict(arguments.keywords)
        for param in info.node.params:
            match param.kind:
                case "args":
                    env[param.name] = TupleValue(tuple(positional)) if not arguments.open else UNKNOWN
                    positional = []
                case "kwargs":
                    rest = {n: v for n, v in keywords.items() if n not in env}
                    env[param.name] = DictValue(tuple(rest.items()), UNKNOWN if arguments.open else NONE)
                case "positional" if positional:
                    env[param.name] = positional.pop(0)
                case _ if param.name in keywords:
                    env[param.name] = keywords.pop(param.name)
                case _:
                    env[param.name] = UNKNOWN if arguments.open else self.default(param, info)
        for param in info.node.params:
            value = env.get(param.name, UNKNOWN)
            if param.annotation is None or param.kind not in {"positional", "keyword"}:
                continue
            if isinstance(value, Opaque):
                if not is_shifted:
                    env[param.name] = credibility.promised(param, info, state, self.names, self)
            else:
                credibility.brought(param, info, value, state, self)
        return env

    def _is_shifted(self, info: FunctionInfo, positional: list[Value], state: State) -> bool:
        """Whether a method is called on its class, and its first argument, bound to `self`, is a session or connection.

        So every argument lands one parameter too early, and the annotations are about other values.
        """
        if info.owner is None or not positional or self.decorator_names(info) & {"staticmethod", "classmethod"}:
            return False
        session = self.session(positional[0], state)
        return session is not None and (session.cls is None or info.owner not in self.index.mro(session.cls))

    def default(self, param: f.Param, info: FunctionInfo) -> Value:
        """The value of a parameter's default."""
        if param.default is None:
            return UNKNOWN
        value = self.names.evaluate_global(info.module, param.default)
        return UNKNOWN if isinstance(value, Dependency) else value

    # -- awaiting

    def await_(self, value: Value, site: Site, state: State) -> Value:
        """The value of awaiting `value`."""
        match value:
            case Coroutine(callee=LibraryMethod() as method):
                return self.library_coroutine(method, value, site, state)
            case Coroutine(callee=External() as callee):
                return self.external_coroutine(callee.name, value, site, state)
            case Coroutine():
                return self.invoke(value.callee, value.arguments, value.site, state)
            case Task():
                return concurrency.awaited(value, site, state, self)
            case Primitive(kind="transaction" | "savepoint" | "stream"):
                if value.kind == "stream" and isinstance(value.of, LibraryMethod):
                    return self.library_coroutine(value.of, Coroutine(value.of, Arguments(), site, ""), site, state)
                transactions.begins(value, site, state, self, is_block=False)
                if isinstance(value.of, Ref):
                    self.effect("io", value.of.id, site, state)
                return value
            case Ref():
                self.start(value, state)
                return value if self.session(value, state) is not None else UNKNOWN
            case GeneratorValue():
                dependencies.misused(value, "awaited", site, state, self)
                return UNKNOWN
            case ContextManager():
                dependencies.unentered(value, "manager-awaited", site, state, self)
                return UNKNOWN
            case _:
                self.frame.waits.add(site.node)
                return UNKNOWN

    def start(self, value: Ref, state: State) -> None:
        """A connection is there once it was awaited or entered."""
        session = self.session(value, state)
        if session is not None and not session.started and value.id >= 0:
            state.heap[value.id] = replace(session, started=True)

    def library_coroutine(self, method: LibraryMethod, value: Coroutine, site: Site, state: State) -> Value:
        """Await a coroutine of a session, a result, an engine, or of `awaitable_attrs`."""
        receiver = method.receiver
        if isinstance(receiver, Awaitable):
            return self.awaited_attribute(receiver, method.name, site, state)
        found = self.object(receiver, state)
        if isinstance(found, Session) and isinstance(receiver, Ref):
            if not found.started and method.name != "start":
                self.emit(Unentered(site=value.site, label="engine.connect()", how="used"), receiver.id)
                transactions.let_go((receiver,), state)
            self.start(receiver, state)
            return sessions.operation(receiver, found, method.name, value.arguments, value.site, state, self)
        if isinstance(found, Result):
            if isinstance(receiver, Ref):
                transactions.streamed(receiver, found, method.name, value.site, state, self)
            return self.fetch(found, method.name, value.site, state, is_call=True)
        self.frame.database = True
        if isinstance(receiver, Engine) and method.name == "dispose":
            self.frame.disposed |= {receiver.site}
        return NONE

    def awaited_attribute(self, receiver: Awaitable, name: str, site: Site, state: State) -> Value:
        """`await obj.awaitable_attrs.name` loads the attribute; a detached object cannot."""
        ref = receiver.instance
        instance = self.instance(ref, state)
        if instance is None or not isinstance(ref, Ref):
            return UNKNOWN
        attribute = self.models.attribute(instance.model, name)
        if attribute is None:
            return UNKNOWN
        if instance.life is Life.DETACHED:
            return orm.read(ref, name, site, state, self)
        why = orm.not_awaitable(instance, attribute, self)
        if why:
            orm.tell(ref, instance, attribute, why, site, state, self)
            return UNKNOWN
        if attribute.kind == "relationship":
            loaded, why = orm.relationship_loaded(instance, attribute)
            if loaded is Loaded.NO:
                if instance.expired is not None:
                    orm.update(ref, state, expired=None)
                orm.put(ref, name, Slot(Loaded.YES), state)
            return orm.value_of(ref, attribute, state, self, Loaded.YES)
        if instance.expired is not None:
            lifecycle.refreshed(ref, None, state, self)
        orm.put(ref, name, Slot(Loaded.YES), state)
        return UNKNOWN

    def external_coroutine(self, name: str, value: Coroutine, site: Site, state: State) -> Value:
        """Await what asyncio made: `gather`, a thread."""
        if name == "run:thread":
            return self.in_thread(value, site, state)
        if name == "run:value":
            return value.arguments.positional[0]
        return concurrency.gathered(value.arguments, name.removeprefix("run:"), value.site, state, self)

    def in_thread(self, value: Coroutine, site: Site, state: State) -> Value:
        """Run a callable in a thread: nothing in it blocks the loop."""
        if not value.arguments.positional:
            return UNKNOWN
        callee, *rest = value.arguments.positional
        mode, self.frame.mode = self.frame.mode, "thread"
        try:
            return self.call(callee, Arguments(tuple(rest), value.arguments.keywords), site, state)
        finally:
            self.frame.mode = mode

    # -- methods of library objects

    def library_method(self, callee: LibraryMethod, arguments: Arguments, site: Site, state: State) -> Value:
        """Call a method of something that a library owns."""
        receiver, name = callee.receiver, callee.name
        match receiver:
            case Ref():
                return self.object_method(receiver, name, arguments, site, state)
            case Statement():
                if name == "options":
                    option_checks.given(receiver, arguments.positional, site, self)
                return sql.method(receiver, name, arguments, self, state)
            case LoaderOption():
                if name in CHAINED:
                    option_checks.strings(name, arguments, site, self)
                return sql.option_method(receiver, name, arguments)
            case Engine():
                return sessions.engine_method(receiver, name, site, state, self)
            case Factory() if name == "begin":
                made = sessions.made_by(receiver, arguments, site, state, self)
                return Primitive("session-begin", made)
            case Factory() if name == "configure":
                self.configured.add(receiver.site)
                return NONE
            case MappedAttribute():
                if name in {"and_", "of_type"}:
                    return receiver
                for value in arguments.positional:
                    lost(value, f"passed to `{name}()`", site, state, self)
                return datatypes.clause(receiver, name, arguments, site, self)
            case Primitive():
                return self.primitive_method(receiver, name, arguments, site, state)
            case ListValue() | TupleValue() | DictValue():
                return self.container_method(receiver, name, arguments, site, state)
            case LibraryMethod(receiver=Primitive(kind="dynamic" | "write_only") as lazy):
                if name == "select" and lazy.kind == "write_only":
                    return self.collection_statement(lazy, receiver.name, site, state)
                if name in {"all", "first", "one", "one_or_none", "count", "scalar"}:
                    self.dynamic_read(lazy, receiver.name, site, state)
                    return UNKNOWN
                return receiver if name in {"filter", "filter_by", "order_by", "limit", "offset"} else UNKNOWN
            case ClassValue():
                return self.class_method(receiver.info, name, arguments, site, state)
            case Awaitable():
                return UNKNOWN
            case GeneratorValue() if name in {"__anext__", "asend"}:
                dependencies.taken_by_hand(receiver, site, state, self)
                given = Arguments((self.elements(receiver, site, state),))
                return Coroutine(External("run:value"), given, site, f"{name}()")
            case _:
                library.escape(arguments, site, state, self)
                return UNKNOWN

    def object_method(self, ref: Ref, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Call a method of an object of a library."""
        found = self.object(ref, state)
        match found:
            case Session():
                return sessions.method(ref, found, name, arguments, site, state, self)
            case Result():
                if not found.is_async and name not in {
                    "unique",
                    "scalars",
                    "mappings",
                    "columns",
                    "tuples",
                    "yield_per",
                }:
                    return self.fetch(found, name, site, state, is_call=True)
                return sessions.result_method(ref, found, name, arguments, site, state, self)
            case Query():
                return sessions.query_method(ref, found, name, arguments, site, state, self)
            case Instance():
                return self.instance_method(ref, found, name, arguments, site, state)
            case _:
                library.escape(arguments, site, state, self)
                return UNKNOWN

    def instance_method(
        self, ref: Ref, instance: Instance, name: str, arguments: Arguments, site: Site, state: State
    ) -> Value:
        """SQLModel's own methods on a table object: they see what is loaded, and nothing of what expired."""
        if name in {"model_dump", "model_dump_json", "dict", "json"}:
            self.seen_whole(ref, instance, f"{name}()", site, state)
            return UNKNOWN
        if name in {"sqlmodel_update", "update"}:
            library.touched(ref, state, self)
            return ref
        if name in {"model_copy", "copy"}:
            return ref
        return UNKNOWN

    def primitive_method(self, receiver: Primitive, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Methods of task groups, exit stacks, loops, transactions."""
        first = arguments.positional[0] if arguments.positional else UNKNOWN
        match receiver.kind, name:
            case "task_group", "create_task":
                return concurrency.started(first, "TaskGroup.create_task", site, state, self)
            case "task_group", "start_soon" | "start":
                rest = Arguments(arguments.positional[1:], arguments.keywords)
                made = self.call(first, rest, site, state)
                return concurrency.started(made, f"TaskGroup.{name}", site, state, self)
            case "background", "add_task" if arguments.positional:
                rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.open)
                outliving.later(first, rest, "add_task", site, state, self)
                return NONE
            case "loop", "create_task":
                outliving.started(first, "loop.create_task", site, state, self)
                return concurrency.started(first, "loop.create_task", site, state, self)
            case "loop", "run_in_executor":
                return Coroutine(External("run:thread"), Arguments(arguments.positional[1:]), site, "run_in_executor()")
            case "loop", "run_until_complete":
                return loops.run_until_complete(arguments, site, state, self)
            case "url", _:
                return pairing.url_method(receiver, name, arguments)
            case "adapter", "validate_python":
                self.adapted(receiver.of, first, site, state)
                return UNKNOWN
            case "executor", "submit":
                loops.submitted(first, arguments, site, state, self)
                return Primitive("future", Partial(first, Arguments(arguments.positional[1:], arguments.keywords)))
            case "exit_stack", "enter_async_context" | "enter_context":
                value = self.enter(first, name == "enter_async_context", site, site, state, fixable=False)
                self.given_away((first, value), state)
                if name == "enter_context":
                    return value
                return Coroutine(External("run:value"), Arguments((value,)), site, "enter_async_context()")
            case (("transaction" | "savepoint"), ("commit" | "rollback")) if isinstance(receiver.of, Ref):
                done = name if receiver.kind == "transaction" else "flush"
                made = self.object_method(receiver.of, done, Arguments(), site, state)
                return made if name in {done, "commit"} else transactions.taken_back(receiver.of, made, state)
            case (("transaction" | "savepoint"), ("close" | "start")):
                self.given_away((receiver,), state)
                return UNKNOWN
            case (("dynamic" | "write_only"), _):
                return UNKNOWN
            case "mutable", _:
                if name in WRITES and isinstance(receiver.of, Ref):
                    library.touched(receiver.of, state, self)
                return UNKNOWN
            case "attribute", "load_history":
                self.load_history(receiver, site, state)
                return UNKNOWN
            case "mapped", _:
                return reflection.method(receiver, name)
            case "logger", "getChild":
                return receiver
            case "logger", _:
                return library.logged(self, name, arguments, site, state) if name in library.LOGGED else NONE
            case "metadata", "create_all" | "drop_all" | "reflect" | "create" | "drop":
                pairing.ddl(name, arguments, site, state, self)
                return UNKNOWN
            case "engine-begin", "execute" | "run_sync" | "scalar" | "scalars" | "commit":
                self.emit(Unentered(site=site, label="engine.begin()", how="used"))
                return UNKNOWN
            case "sql", _:
                return datatypes.sql(datatypes.faults_in(receiver, *arguments.positional))
            case "router", _:
                return External("decorator:transparent")
            case "plain", _:
                if name in {"unicode_string", "human_repr"}:
                    return receiver
                if name in _TEXT_METHODS:
                    return temporal.TEXT
                return Primitive("plain") if name in _PLAIN_METHODS else UNKNOWN
            case kind, _ if kind in temporal.KINDS:
                return temporal.method(receiver, name, arguments)
            case _:
                self.given_away((*arguments.positional, *(v for _, v in arguments.keywords)), state)
                return UNKNOWN

    def given_away(self, values: tuple[Value, ...], state: State) -> None:
        """Sessions among some values are somebody else's business: a stack's, a callback's, another context's."""
        for number in reachable(values, state.heap):
            transactions.doubted(number, state)

    def adapted(self, kind: Value, value: Value, site: Site, state: State) -> None:
        """`TypeAdapter(list[Schema]).validate_python(value)`."""
        inner = kind.element if isinstance(kind, ListValue) else kind
        if isinstance(inner, ClassValue):
            validated(value, inner.info, "TypeAdapter.validate_python()", site, state, self)

    def load_history(self, receiver: Primitive, site: Site, state: State) -> None:
        """`inspect(obj).attrs.x.load_history()` loads what is not loaded, on the spot."""
        instance = self.instance(receiver.of, state)
        if instance is None or not isinstance(receiver.of, Ref):
            return
        for relation in self.models.relationships(instance.model):
            if orm.relationship_loaded(instance, relation)[0] is Loaded.NO:
                orm.read(receiver.of, relation.name, site, state, self)
                return

    def container_method(self, receiver: Value, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Methods of lists, tuples and dicts that hand their elements on."""
        match receiver:
            case ListValue() if name in {"pop", "copy"}:
                return receiver.element if name == "pop" else receiver
            case DictValue() if name in {"get", "pop"} and arguments.positional:
                return dicts.asked(receiver, arguments)
            case DictValue() if name == "values":
                return dicts.values(receiver)
            case DictValue() if name == "items":
                return dicts.pairs(receiver)
            case DictValue() if name == "keys":
                return ListValue(Primitive("plain"))
            case _:
                leaks.contained(receiver, (*arguments.positional, *(v for _, v in arguments.keywords)), state)
                return UNKNOWN if name not in {"append", "extend", "add", "update", "sort", "insert"} else NONE

    # -- classes

    def construct(self, info: ClassInfo, arguments: Arguments, site: Site, state: State) -> Value:
        """A new object of a class of the project."""
        if self.models.is_mapped(info):
            return self.new_instance(info, arguments, site, state)
        typed = library.session_library(ClassValue(info), self)
        if typed is not None:
            given = arguments.keyword("expire_on_commit")
            expires = given.value if isinstance(given, Const) and isinstance(given.value, bool) else None
            made = Session(typed[0] == "async", library=typed[1], expires=expires, origin=site, cls=info)
            return self.new(made, state)
        for value in (*arguments.positional, *(v for _, v in arguments.keywords)):
            if self.is_schema(info):
                lost(value, f"passed to `{info.name}()`", site, state, self)
        ref = self.new(Object(info), state)
        init = self.index.method(info, "__init__")
        if init is not None:
            self.invoke(BoundMethod(init, ref), arguments, site, state)
        else:
            self.fill_fields(ref, info, arguments, state)
        return ref

    def fill_fields(self, ref: Ref, info: ClassInfo, arguments: Arguments, state: State) -> None:
        """A dataclass, a NamedTuple or a pydantic model: fields by keyword and in their order."""
        attributes: dict[str, Value] = dict(arguments.keywords)
        transactions.let_go(arguments.positional, state)
        attributes |= dict(zip(self.fields(info), arguments.positional, strict=False))
        found = self.plain_object(ref, state)
        if found is not None:
            state.heap[ref.id] = replace(found, attributes={**found.attributes, **attributes}, complete=False)

    def fields(self, info: ClassInfo) -> list[str]:
        """The annotated names of a class and its bases, bases first."""
        out: dict[str, None] = {}
        for owner in reversed(self.index.mro(info)):
            for statement in owner.node.body:
                if isinstance(statement, f.AnnAssign) and isinstance(statement.target, f.Name):
                    out[statement.target.id] = None
        return list(out)

    def new_instance(self, info: ClassInfo, arguments: Arguments, site: Site, state: State) -> Value:
        """A new, transient ORM object. What is given to its constructor is there after the INSERT."""
        over: dict[str, Slot] = {}
        given: set[str] = set()
        joined: list[tuple[Attribute, Value]] = []
        for name, value in arguments.keywords:
            lost(value, f"passed to `{info.name}()`", site, state, self)
            attribute = self.models.attribute(info, name)
            if attribute is not None and attribute.kind == "relationship":
                known = value if not isinstance(value, (Opaque, Const)) else None
                joined.append((attribute, value))
                over[name] = Slot(
                    Loaded.YES if known is not None or isinstance(value, Const) else Loaded.UNKNOWN, known
                )
            else:
                over[name] = Slot(Loaded.YES, value)
            if not (isinstance(value, Const) and value.value is None):
                given.add(name)
        if self.models.is_dataclass(info):
            over = {**self.dataclass_defaults(info, site), **over}
        open_ = arguments.open or bool(arguments.positional)
        if not open_ and self.models.eager_defaults(info) is False:
            columns = [a for a in self.models.attributes(info).values() if a.server_default or a.server_update]
            given |= {f"~{a.name}" for a in columns if not a.primary_key and a.name not in over}
        instance = Instance(
            info, life=Life.TRANSIENT, born="new", origin=site, over=over, given=frozenset(given), open=open_
        )
        wrong = datatypes.given(info, arguments, site, self)
        if wrong:
            faults.tell(wrong, self.engines.near(site.path), self)
            instance = replace(instance, faults=wrong)
        made = self.new(instance, state)
        for attribute, value in joined:
            orm.join_far_side(made, attribute, value, state, self)
        return made

    def dataclass_defaults(self, info: ClassInfo, site: Site) -> dict[str, Slot]:
        """Relationships that a dataclass's constructor sets by itself: on SQLAlchemy 2.0; 2.1 leaves them unloaded."""
        is_new = self.versions(site).sqlalchemy.at_least(2, 1)
        if is_new:
            return {}
        loaded = Loaded.UNKNOWN if is_new is None else Loaded.YES
        return {r.name: Slot(loaded) for r in self.models.relationships(info) if r.defaulted}

    def is_schema(self, info: ClassInfo) -> bool:
        """Whether a class is a pydantic model (or a SQLModel without a table)."""
        return bool(self.index.externals(info) & {"pydantic.BaseModel", "sqlmodel.SQLModel"})

    def class_method(self, info: ClassInfo, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Pydantic's class methods: `Schema.model_validate(obj)`."""
        first = arguments.get(0, "obj")
        if self.models.is_mapped(info):
            return self.new(Instance(info, life=Life.TRANSIENT, born="new", origin=site, open=True), state)
        if first is not None:
            lost(first, f"passed to `{info.name}.{name}()`", site, state, self)
            validated(first, info, f"{info.name}.{name}()", site, state, self)
        return self.new(Object(info, {}, complete=False), state)


def is_abstract(node: f.Function) -> bool:
    """Whether a body says nothing: a docstring, `...`, `pass`, or `raise NotImplementedError`. It is overridden."""
    body = [s for s in node.body if not (isinstance(s, f.ExprStmt) and isinstance(s.value, f.Const))]
    if not body:
        return True
    if len(body) > 1 or not isinstance(body[0], f.Raise):
        return False
    value = body[0].value
    raised = value.func if isinstance(value, f.Call) else value
    return isinstance(raised, f.Name) and raised.id == "NotImplementedError"
