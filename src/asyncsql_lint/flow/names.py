"""What names and annotations mean as values: module globals, class attributes, parameters."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.freeze import reachable, renamed, renamed_object, renumbering
from asyncsql_lint.flow.machine import Machine, Unreachable, outside
from asyncsql_lint.flow.objects import Instance, Life, Object, Session
from asyncsql_lint.flow.plans import Plan
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    UNKNOWN,
    ClassValue,
    Const,
    Dependency,
    Engine,
    External,
    Factory,
    FunctionValue,
    ListValue,
    ModuleValue,
    Opaque,
    Primitive,
    Ref,
    Statement,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.index.project import Definition
from asyncsql_lint.libraries import dishka
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

ASYNC_SESSIONS = {"sqlalchemy.AsyncSession": "sqlalchemy", "sqlmodel.AsyncSession": "sqlmodel"}
SYNC_SESSIONS = {"sqlalchemy.Session": "sqlalchemy", "sqlmodel.Session": "sqlmodel"}
SEQUENCES = frozenset({"list", "List", "Sequence", "Iterable", "set", "Set", "tuple", "Collection", "frozenset"})
STREAMS = frozenset({"AsyncGenerator", "AsyncIterator", "AsyncIterable", "Generator", "Iterator"})


class Settings(Struct, frozen=True):
    """What an async session is made with: its expire_on_commit and autoflush; None when nobody knows."""

    expires: bool | None
    autoflush: bool | None


class Names:
    """Evaluates module globals and annotations, each once."""

    def __init__(self, machine: Machine, decorate: Callable[[FunctionInfo], Value]) -> None:
        self._m = machine
        self._decorate = decorate
        self._values: dict[tuple[ModuleInfo, int], Value] = {}
        self._settings: dict[str, Settings] = {}
        self._evaluated: dict[tuple[ModuleInfo, int], Value] = {}
        self._resolving: set[int] = set()
        self._made: dict[str, list[Settings]] | None = None

    # -- globals

    def lookup(self, module: ModuleInfo, name: str) -> Value:
        """The value of a name at the top of a module."""
        return self.of(self._m.index.lookup(module, name))

    def of(self, definitions: tuple[Definition, ...]) -> Value:
        """The value of what a name was found to mean."""
        if not definitions:
            return UNKNOWN
        if len(definitions) == 1:
            return self.of_one(definitions[0])
        values = [self.of_one(d) for d in definitions]
        known = [v for v in values if not isinstance(v, (Opaque, Const))]
        if not known:
            return values[0] if all(v == values[0] for v in values) else UNKNOWN
        first = known[0]
        if isinstance(first, Primitive) and len(known) < len(values):
            return UNKNOWN  # a text that is changed later on
        return _common(known) if all(_alike(first, v) for v in known) else UNKNOWN

    def of_one(self, definition: Definition) -> Value:
        """The value of one definition."""
        match definition:
            case ClassInfo():
                return ClassValue(definition)
            case FunctionInfo():
                return self._decorate(definition)
            case ModuleInfo():
                return ModuleValue(definition)
            case ExternalName():
                return External(definition.name)
            case (module, target):
                return self._target(module, target)

    def _target(self, module: ModuleInfo, target: Target) -> Value:
        key = (module, target.site)
        if key not in self._values:
            self._values[key] = UNKNOWN  # what refers to itself ends here
            self._values[key] = self._evaluate_target(module, target)
        return self._values[key]

    def _evaluate_target(self, module: ModuleInfo, target: Target) -> Value:
        value: Value = UNKNOWN
        if target.value is not None and target.how == "assigned":
            value = self.evaluate_global(module, target.value)
        if isinstance(value, (Opaque, Const)) and target.annotation is not None and target.how == "assigned":
            state = State({}, {})
            typed = self.annotated(target.annotation, module, state, Site(module.path, target.site), "global")
            if not isinstance(typed, Opaque):
                return self.globalised(typed, state)
        return value

    def evaluate_global(self, module: ModuleInfo, expression: f.Expr, scope: dict[str, Value] | None = None) -> Value:
        """The value of an expression at the top of a module; its objects are seen by all functions."""
        if scope:
            return self._evaluate_global(module, expression, scope)
        key = (module, expression.at)
        if key not in self._evaluated:
            self._evaluated[key] = UNKNOWN  # what refers to itself ends here
            self._evaluated[key] = self._evaluate_global(module, expression, {})
        return self._evaluated[key]

    def _evaluate_global(self, module: ModuleInfo, expression: f.Expr, scope: dict[str, Value]) -> Value:
        m = self._m
        state = State(dict(scope), {})
        try:
            with m.entered(outside(module)):
                value = m.evaluate(expression, state)
        except Unreachable:
            return UNKNOWN
        return self.globalised(value, state)

    def globalised(self, value: Value, state: State) -> Value:
        """The same value with its objects where all functions see them."""
        numbers = {n: self._m.new_global(state.heap[n]) for n in sorted(reachable([value], state.heap))}
        by = renumbering(lambda n: numbers.get(n, n))
        for old, new in numbers.items():
            self._m.globals[new] = renamed_object(state.heap[old], by)
        return renamed(value, by)

    # -- annotations

    def annotated(self, expression: f.Expr, module: ModuleInfo, state: State, site: Site, scope: str) -> Value:
        """Something of the type that an annotation names, or unknown."""
        match expression:
            case f.Sub():
                return self._generic(expression, module, state, site, scope)
            case f.BinOp(op="|"):
                left = self.annotated(expression.left, module, state, site, scope)
                right = self.annotated(expression.right, module, state, site, scope)
                return self._either(left, right, expression)
            case f.Name() | f.Attr():
                definitions = self._m.index.resolve(module, expression)
                return self._typed(definitions, state, site, scope)
            case _:
                return UNKNOWN

    def _either(self, left: Value, right: Value, expression: f.BinOp) -> Value:
        nothing = [isinstance(side, f.Const) and side.kind == "none" for side in (expression.left, expression.right)]
        if nothing[1]:
            return _optional(left)
        return _optional(right) if nothing[0] else UNKNOWN

    def _generic(self, expression: f.Sub, module: ModuleInfo, state: State, site: Site, scope: str) -> Value:
        base = expression.value
        last = base.name if isinstance(base, f.Attr) else base.id if isinstance(base, f.Name) else ""
        items = expression.index.items if isinstance(expression.index, f.Sequence) else (expression.index,)
        if last == "Optional":
            return _optional(self.annotated(items[0], module, state, site, scope))
        if last == "Annotated" or (last == dishka.ASKS and self._is_of(dishka.PACKAGE, base, module)):
            return self.annotated(items[0], module, state, site, scope)
        if last in SEQUENCES and items:
            return ListValue(self.annotated(items[0], module, state, site, scope))
        if last in {"Union", "type", "Type"}:
            return self._union(items, module, state, site, scope) if last == "Union" else UNKNOWN
        if last in {"Callable", "dict", "Dict", "Literal", "ClassVar", "Awaitable", "Coroutine"} | STREAMS:
            return UNKNOWN
        return self._typed(self._m.index.resolve(module, base), state, site, scope)

    def _is_of(self, package: str, expression: f.Expr, module: ModuleInfo) -> bool:
        """Whether a name is that of something of a library."""
        found = self._m.index.resolve(module, expression)
        return any(isinstance(d, ExternalName) and d.name.partition(".")[0] == package for d in found)

    def _union(self, items: tuple[f.Expr, ...], module: ModuleInfo, state: State, site: Site, scope: str) -> Value:
        rest = [i for i in items if not (isinstance(i, f.Const) and i.kind == "none")]
        if len(rest) == 1:
            return _optional(self.annotated(rest[0], module, state, site, scope))
        return UNKNOWN

    def _typed(self, definitions: tuple[Definition, ...], state: State, site: Site, scope: str) -> Value:
        if len(definitions) != 1:
            return UNKNOWN
        match definitions[0]:
            case ExternalName(name=name):
                return self.of_library(name, state, site, scope)
            case ClassInfo() as info:
                return self.of_class(info, state, site, scope)
            case (module, Target(value=value, how="assigned")) if value is not None:
                if id(value) in self._resolving:
                    return UNKNOWN  # an alias that refers to itself: `Json = dict[str, "Json"] | str`
                self._resolving.add(id(value))
                try:
                    return self._alias(module, value, state, site, scope)
                finally:
                    self._resolving.remove(id(value))
            case _:
                return UNKNOWN

    def _alias(self, module: ModuleInfo, value: f.Expr, state: State, site: Site, scope: str) -> Value:
        """`SessionDep = Annotated[AsyncSession, ...]`, `DbSession = NewType("DbSession", AsyncSession)`, `X = Y`."""
        if isinstance(value, f.Call):
            callee = self._m.index.resolve(module, value.func)
            names = {d.name for d in callee if isinstance(d, ExternalName)}
            if names & {"typing.NewType", "typing_extensions.NewType"} and len(value.args) > 1:
                return self.annotated(value.args[1], module, state, site, scope)
            return UNKNOWN
        if isinstance(value, (f.Name, f.Attr, f.Sub, f.BinOp)):
            return self.annotated(value, module, state, site, scope)
        return UNKNOWN

    def of_library(self, name: str, state: State, site: Site, scope: str) -> Value:
        """Something of a library's type."""
        m = self._m
        if name in ASYNC_SESSIONS:
            settings = self.settings(site.path)
            confidence = Confidence.PROVED
            return m.new(
                Session(
                    True,
                    library=ASYNC_SESSIONS[name],
                    origin=site,
                    scope=scope,
                    expires=settings.expires,
                    autoflush=settings.autoflush,
                    confidence=confidence,
                    engine=m.engines.near(site.path),
                ),
                state,
            )
        if name == "sqlalchemy.async_scoped_session":
            return m.new(Session(True, origin=site, scope=scope, scoped=True, engine=m.engines.near(site.path)), state)
        if name in SYNC_SESSIONS or name == "sqlalchemy.scoped_session":
            return m.new(Session(False, library=SYNC_SESSIONS.get(name, "sqlalchemy"), origin=site, scope=scope), state)
        if name in {"sqlalchemy.AsyncConnection", "sqlalchemy.Connection"}:
            is_async = name.endswith("AsyncConnection")
            engine = m.engines.near(site.path) if is_async else None
            return m.new(Session(is_async, "connection", origin=site, scope=scope, engine=engine), state)
        match name:
            case "sqlalchemy.AsyncEngine":
                near = m.engines.near(site.path)
                return Engine(True, site, near.driver if near is not None else "", pooled=None)
            case "sqlalchemy.Engine":
                return Engine(False, site)
            case "sqlalchemy.async_sessionmaker":
                settings = self.settings(site.path)  # of whatever `class_`
                near = m.engines.near(site.path)
                return Factory(True, settings.expires, "", site, near, autoflush=settings.autoflush)
            case "fastapi.BackgroundTasks":
                return Primitive("background")
            case "sqlalchemy.Select":
                return Statement("select", None, site)
            case _:
                return UNKNOWN

    def of_class(self, info: ClassInfo, state: State, site: Site, scope: str) -> Value:
        """Something of a class of the project: a session, an ORM object, or a plain object."""
        m = self._m
        externals = m.index.externals(info)
        for name, library in ASYNC_SESSIONS.items():
            if name in externals:
                engine = m.engines.near(site.path)
                return m.new(Session(True, library=library, origin=site, scope=scope, cls=info, engine=engine), state)
        for name, library in SYNC_SESSIONS.items():
            if name in externals:
                return m.new(Session(False, library=library, origin=site, scope=scope), state)
        if m.models.is_mapped(info):
            return m.new(
                Instance(info, Plan(unknown=True), Life.UNKNOWN, origin=site, confidence=Confidence.INFERRED),
                state,
            )
        return m.new(Object(info, {}, complete=False), state)

    def settings(self, path: str) -> Settings:
        """What all factories near a file agree on; nothing is known where they differ or there is none."""
        folder = path.rpartition("/")[0]
        if folder not in self._settings:
            self._settings[folder] = self._nearest_settings(folder)
        return self._settings[folder]

    def _nearest_settings(self, folder: str) -> Settings:
        if self._made is None:
            self._made = self._factories()
        while folder:
            near = (calls for place, calls in self._made.items() if (place + "/").startswith(folder + "/"))
            found = [made for calls in near for made in calls]
            if found:
                expires, autoflush = {made.expires for made in found}, {made.autoflush for made in found}
                return Settings(
                    next(iter(expires)) if len(expires) == 1 else None,
                    next(iter(autoflush)) if len(autoflush) == 1 else None,
                )
            folder = folder.rpartition("/")[0]
        return Settings(None, None)

    def _factories(self) -> dict[str, list[Settings]]:
        """Every place where an async session's factory is made, by folder, with what it says of its sessions."""
        table: dict[str, list[Settings]] = {}
        for module in self._m.index.modules.values():
            words = module.facts.words
            if not words & {"async_sessionmaker", "sessionmaker", "AsyncSession"}:
                continue
            for call in _session_calls(module, self._m):
                if not call.args and not call.keywords:
                    continue  # bound to nothing: a stand-in in a test, or configured elsewhere
                made = Settings(_said("expire_on_commit", call), _said("autoflush", call))
                table.setdefault(module.path.rpartition("/")[0], []).append(made)
        return table


def _said(name: str, call: f.Call) -> bool | None:
    """What a call says of a setting that is true by itself; None when nobody knows."""
    keywords = {k.name: k.value for k in call.keywords}
    given = keywords.get(name)
    if given is None:
        return None if None in keywords else True
    return given.value if isinstance(given, f.Const) and isinstance(given.value, bool) else None


def _session_calls(module: ModuleInfo, m: Machine) -> list[f.Call]:
    """The calls in a module that make an async session or its factory."""
    out: list[f.Call] = []
    for call in calls_in(module.facts.body):
        func = call.func.value if isinstance(call.func, f.Sub) else call.func
        if not isinstance(func, (f.Name, f.Attr)):
            continue
        last = func.id if isinstance(func, f.Name) else func.name
        if last not in {"async_sessionmaker", "sessionmaker", "AsyncSession"}:
            continue
        for definition in m.index.resolve(module, func):
            if isinstance(definition, ExternalName):
                name = definition.name
                asynchronous = any(
                    k.name == "class_" and _last(k.value).endswith("AsyncSession") for k in call.keywords
                )
                if name in {"sqlalchemy.async_sessionmaker", *ASYNC_SESSIONS} or (
                    name == "sqlalchemy.sessionmaker" and asynchronous
                ):
                    out.append(call)
    return out


def _last(expression: f.Expr) -> str:
    return (
        expression.id if isinstance(expression, f.Name) else expression.name if isinstance(expression, f.Attr) else ""
    )


def calls_in(body: tuple[f.Stmt, ...]) -> list[f.Call]:
    """Every call in some statements, nested functions and classes included."""
    return [node for node in inside(body) if isinstance(node, f.Call)]


def _common(values: list[Value]) -> Value:
    """The first of several that are alike; engines of which nobody knows which it is have no driver."""
    first = values[0]
    if isinstance(first, Engine) and any(isinstance(v, Engine) and v.driver != first.driver for v in values):
        return replace(first, driver="", pooled=None)
    if isinstance(first, Factory):
        others = [v for v in values if isinstance(v, Factory)]
        if any(v.engine != first.engine for v in others):
            first = replace(first, engine=None)
        if any(v.autoflush is not first.autoflush for v in others):
            first = replace(first, autoflush=None)
    return first


def _alike(one: Value, other: Value) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, Factory) and isinstance(other, Factory):
        return one.is_async == other.is_async and one.expires == other.expires
    if isinstance(one, Engine) and isinstance(other, Engine):
        return one.is_async == other.is_async
    return one == other or isinstance(one, (Ref, FunctionValue)) is False


def _optional(value: Value) -> Value:
    return replace(value, optional=True) if isinstance(value, Ref) else value


def dependency_in(expression: f.Expr, module: ModuleInfo, names: Names) -> Value | None:
    """The `Depends(...)` in an annotation such as `Annotated[AsyncSession, Depends(get_session)]`, through aliases."""
    for _ in range(8):
        if isinstance(expression, f.Sub):
            items = expression.index.items if isinstance(expression.index, f.Sequence) else (expression.index,)
            for item in items[1:]:
                if isinstance(item, (f.Call, f.Name, f.Attr)):
                    value = names.evaluate_global(module, item)
                    if isinstance(value, Dependency):
                        return value
            return None
        if not isinstance(expression, (f.Name, f.Attr)):
            return None
        definitions = names._m.index.resolve(module, expression)  # noqa: SLF001 -- same module
        if len(definitions) != 1 or not isinstance(definitions[0], tuple):
            return None
        module, target = definitions[0]
        if target.value is None or target.how != "assigned":
            return None
        expression = target.value
    return None


def annotation_of_dependency(expression: f.Expr, module: ModuleInfo, names: Names) -> tuple[f.Expr, ModuleInfo]:
    """The type in front of an `Annotated[...]`, through aliases, with the module in which it is written."""
    for _ in range(8):
        if isinstance(expression, f.Sub):
            items = expression.index.items if isinstance(expression.index, f.Sequence) else (expression.index,)
            return items[0], module
        definitions = names._m.index.resolve(module, expression)  # noqa: SLF001 -- same module
        if len(definitions) != 1 or not isinstance(definitions[0], tuple) or definitions[0][1].value is None:
            break
        module, target = definitions[0]
        expression = target.value  # type: ignore[assignment] # not None: tested above
    return expression, module
