"""Attributes: what `x.name` is, for objects, classes, modules and libraries; iteration; text."""

from __future__ import annotations

from abc import abstractmethod

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import dependencies, execs, lifecycle, narrowing, reflection, sessions, temporal, transactions
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.coroutines import HARMLESS, lost
from asyncsql_lint.flow.events import AttributeRead, FetchedTwice, LegacyQuery, RowRead, SessionGlobal, WrongProtocol
from asyncsql_lint.flow.expressions import Expressions
from asyncsql_lint.flow.freeze import Frozen, reachable, renamed, renamed_object, renumbering
from asyncsql_lint.flow.machine import CALLERS
from asyncsql_lint.flow.middlewares import Middlewares
from asyncsql_lint.flow.names import Names
from asyncsql_lint.flow.objects import Instance, Life, Object, Query, Result, Session
from asyncsql_lint.flow.proxies import Proxies
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.statements import needs_unique
from asyncsql_lint.flow.summaries import Summaries, Summary
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Alias,
    Arguments,
    Awaitable,
    BoundMethod,
    ClassValue,
    Const,
    ContextManager,
    Coroutine,
    DictValue,
    Engine,
    Entity,
    External,
    Factory,
    FunctionValue,
    GeneratorValue,
    LibraryMethod,
    ListValue,
    LoaderOption,
    MappedAttribute,
    ModuleValue,
    Opaque,
    Primitive,
    Ref,
    Row,
    Statement,
    SuperValue,
    Task,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, Target
from asyncsql_lint.libraries import session_proxies
from asyncsql_lint.libraries import sqlalchemy_asyncio as api
from asyncsql_lint.libraries.frameworks import LONG_LIVED
from asyncsql_lint.libraries.sqlalchemy_orm import DECLARATIVE
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_PROPERTIES = frozenset(
    """
    property functools.cached_property builtins.property sqlalchemy.hybrid_property cached_property
    sqlalchemy.ext.hybrid.hybrid_property pydantic.computed_field
    """.split()
)


class Attributes(Expressions):
    """Reads and assigns attributes."""

    middlewares: Middlewares
    names: Names
    proxies: Proxies
    summaries: Summaries

    @abstractmethod
    def invoke(self, callee: Value, arguments: Arguments, site: Site, state: State) -> Value:
        """Run a function of the project here and now."""

    @abstractmethod
    def class_method(self, info: ClassInfo, name: str, arguments: Arguments, site: Site, state: State) -> Value:
        """Pydantic's class methods."""

    @abstractmethod
    def enter(self, value: Value, is_async: bool, site: Site, node: Site, state: State, *, fixable: bool) -> Value:
        """Enter a context manager; the value that `as` binds."""

    @abstractmethod
    def template(self, info: ClassInfo) -> tuple[Object, State] | None:
        """An object of a class as its constructor leaves it when a framework makes it."""

    # -- names

    def global_name(self, name: str) -> Value:
        """The value of a name at the top of the module, or of a built-in."""
        definitions = self.index.lookup(self.frame.module, name)
        if definitions:
            return self.names.of(definitions)
        return External(f"builtins.{name}") if name in _BUILTINS else UNKNOWN

    def function_value(self, node: f.Function, state: State) -> Value:
        """A nested function or lambda as a value, with the names that it closes over."""
        frame = self.frame
        qualname = f"{frame.context}.{node.name}" if frame.function is not None else node.name
        key = (frame.module.path, node.at)
        info = self.nested.get(key)
        if info is None:
            info = FunctionInfo(frame.module, node, qualname)
            self.nested[key] = info
        words = node.reads or _names_in(node)
        closed = {n: v for n, v in frame.closure.items() if n in words}
        closed.update({n: v for n, v in state.env.items() if n in words})
        return FunctionValue(info, tuple(sorted(closed.items(), key=lambda pair: pair[0])))

    nested: dict[tuple[str, int], FunctionInfo]

    # -- decorators

    def decorator_names(self, info: FunctionInfo) -> frozenset[str]:
        """The canonical names of a function's decorators; those of the project by their own name."""
        found = self._decorators.get(info)
        if found is None:
            found = frozenset(n for d in info.node.decorators for n in self._decorator(info, d))
            self._decorators[info] = found
        return found

    _decorators: dict[FunctionInfo, frozenset[str]]

    def _decorator(self, info: FunctionInfo, decorator: f.Expr) -> tuple[str, ...]:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        found = self.index.resolve(info.module, callee)
        names = tuple(d.name for d in found if isinstance(d, (ExternalName, FunctionInfo, ClassInfo)))
        if names:
            return names
        if isinstance(callee, f.Name):
            return (callee.id,)
        return (callee.name,) if isinstance(callee, f.Attr) else ()

    def is_property(self, info: FunctionInfo) -> bool:
        """Whether reading the attribute runs the function."""
        return bool(self.decorator_names(info) & _PROPERTIES)

    # -- reading

    def attribute(self, value: Value, name: str, site: Site, state: State) -> Value:
        """The value of `value.name`."""
        match value:
            case Ref():
                return self.object_attribute(value, name, site, state)
            case ModuleValue():
                return self.names.of(self.index.attribute(value.module, name))
            case External(name="sqlmodel.SQLModel") if name == "metadata":
                return Primitive("metadata")
            case Primitive(kind="declarative") if name == "metadata":
                return Primitive("metadata")
            case External() if value.name in session_proxies.PROXIES and name == session_proxies.SESSION:
                return self.proxies.session(value.name)
            case External():
                return self.names.of(self.index.attribute(ExternalName(value.name), name))
            case ClassValue():
                return self.class_attribute(value.info, name, value, site, state)
            case Alias():
                return MappedAttribute(value.model, name, aliased=True)
            case SuperValue():
                return self.super_attribute(value, name)
            case Coroutine():
                if name not in HARMLESS:
                    lost(value, "attribute", site, state, self)
                return UNKNOWN
            case Row():
                return self.row_attribute(value, name, site, state)
            case Awaitable():
                return self.awaitable_attribute(value, name, site, state)
            case Engine() if name == "sync_engine":
                return replace(value, is_async=False, inner=True)
            case Engine() if name == "url":
                return Primitive("url", Const(f"{value.driver}://" if value.driver else ""))
            case Engine() if value.is_async and name in api.LEGACY_ENGINE:
                self.emit(LegacyQuery(site=site, owner="AsyncEngine", name=name))
                return UNKNOWN
            case Primitive(kind="inspection", of=Ref() as of) if name in {"unloaded", "dict", "expired_attributes"}:
                orm.update(of, state, life=Life.UNKNOWN)
                return UNKNOWN
            case Primitive(kind="inspection", of=Ref() as of) if name == "mapper":
                inspected = self.instance(of, state)
                return reflection.mapper(inspected.model) if inspected is not None else UNKNOWN
            case Primitive(kind="inspection", of=Ref()):
                return Primitive("attributes", value.of) if name == "attrs" else UNKNOWN
            case Primitive() if (found := reflection.attribute(value, name, self)) is not None:
                return found
            case Primitive(kind="inspection"):
                return UNKNOWN
            case Primitive(kind="background" | "router") if name == "state":
                return Primitive("app.state")
            case Primitive() if (
                value.kind in temporal.KINDS and (moment := temporal.attribute(value, name)) is not None
            ):
                return moment
            case Statement() | LoaderOption() | Engine() | Factory() | MappedAttribute() | Primitive():
                return LibraryMethod(value, name)
            case ListValue() | TupleValue() | DictValue():
                return LibraryMethod(value, name)
            case LibraryMethod(receiver=Primitive(kind="dynamic") as lazy) if name == "statement":
                return self.collection_statement(lazy, value.name, site, state)
            case LibraryMethod(receiver=Primitive(kind="dynamic" | "write_only")):
                return LibraryMethod(value, name)
            case GeneratorValue() if value.is_async and name not in dependencies.OWN:
                dependencies.misused(value, "used", site, state, self)
                return UNKNOWN
            case GeneratorValue() | Task():
                return LibraryMethod(value, name)
            case ContextManager() if name not in dependencies.MANAGER:
                dependencies.unentered(value, "unentered", site, state, self)
                return UNKNOWN
            case _:
                return UNKNOWN

    def row_attribute(self, row: Row, name: str, site: Site, state: State) -> Value:
        """`row.Order`: by the name of the entity. The entity's own attributes are not the row's."""
        if name == "_mapping":
            return LibraryMethod(row, name)
        entities = row.statement.entities or ()
        for entity, value in zip(entities, row.values or (), strict=False):
            if entity.name == name:
                return value
        if entities and name not in _ROW_ATTRIBUTES and all(one.known and one.of and one.name for one in entities):
            self.column_missing(row, name, site, state)
            return UNKNOWN
        only = entities[0].model if len(entities) == 1 else None
        if only is not None and self._of_model(only, name) and name not in _ROW_ATTRIBUTES:
            place = row.statement.site
            trace = ((place, f"the statement selects whole `{only.name}` objects"),) if place is not None else ()
            session = self.session(row.session, state)
            confidence = session.confidence if session is not None else Confidence.INFERRED
            self.emit(
                RowRead(site=site, model=only.name, attribute=name, confidence=confidence, trace=trace), row.session
            )
        return UNKNOWN

    def column_missing(self, row: Row, name: str, site: Site, state: State) -> None:
        """`row.email` on a row of `select(Contact.id, Contact.name)`."""
        owners = [one.of for one in row.statement.entities or () if one.of is not None]
        owner = next((model for model in owners if self._of_model(model, name)), None)
        if owner is None:
            return
        place = row.statement.site
        trace = ((place, "the statement selects columns, and not this one"),) if place is not None else ()
        confidence = self.confidence(row.session, state)
        event = RowRead(site=site, model=owner.name, attribute=name, is_column=True, confidence=confidence, trace=trace)
        self.emit(event, row.session)

    def _of_model(self, model: ClassInfo, name: str) -> bool:
        return self.models.attribute(model, name) is not None or self.index.method(model, name) is not None

    def awaitable_attribute(self, value: Awaitable, name: str, site: Site, state: State) -> Value:
        """`obj.awaitable_attrs.name` is a coroutine."""
        return Coroutine(LibraryMethod(value, name), Arguments(), site, f"awaitable_attrs.{name}")

    def object_attribute(self, ref: Ref, name: str, site: Site, state: State) -> Value:
        """An attribute of an object."""
        found = self.object(ref, state)
        match found:
            case Instance():
                return self.instance_attribute(ref, found, name, site, state)
            case Object():
                return self.plain_attribute(ref, found, name, site, state)
            case Session():
                return self.session_attribute(ref, found, name, site, state)
            case Result() if execs.asked_as_rows(found, name, site, state, self):
                return UNKNOWN
            case Result() | Query():
                return LibraryMethod(ref, name)
            case _:
                return UNKNOWN

    def session_attribute(self, ref: Ref, session: Session, name: str, site: Site, state: State) -> Value:
        """A method or attribute of a session or connection; a subclass may have its own."""
        own = self.index.method(session.cls, name) if session.cls is not None else None
        if own is not None:
            return self.bound(own, ref)
        if session.is_async and session.kind == "session" and name in api.LEGACY_SESSION:
            self.emit(LegacyQuery(site=site, name=name, confidence=session.confidence), ref.id)
            return UNKNOWN
        if name == "exec" and execs.is_absent(ref, session, site, self):
            return UNKNOWN
        if name in {"sync_session", "sync_connection"} or (name == "is_active" and session.failed is not None):
            transactions.doubted(ref.id, state)
        if name == "sync_session" and session.is_async:
            return self.new(replace(session.at_rest(), is_async=False, twin=ref.id), state)
        if name in {"autoflush", "no_autoflush"}:
            state.heap[ref.id] = replace(session, autoflush=None)
        if name == "no_autoflush":
            return Primitive("no_autoflush")
        if name == "is_active" and not self.catches():
            return Const(True)  # false only after a failed flush that somebody caught
        if name in api.SESSION_ATTRIBUTES:
            return Primitive("plain") if name in {"dirty", "new", "deleted", "is_active"} else UNKNOWN
        if not self._is_library_method(session, name):
            return UNKNOWN
        return LibraryMethod(ref, name)

    def catches(self) -> bool:
        """Whether the function has an `except` of its own."""
        function = self.frame.function
        if function is None:
            return True
        if function not in self._catching:
            self._catching[function] = any(isinstance(node, f.Try) for node in inside(function.node.body))
        return self._catching[function]

    _catching: dict[FunctionInfo, bool]

    def _is_library_method(self, session: Session, name: str) -> bool:
        if session.kind == "connection":
            known = api.CONNECTION_COROUTINES | api.CONNECTION_SYNC
        else:
            known = api.SESSION_COROUTINES | api.SESSION_SYNC | api.SESSION_IO
        return name in known or name in {"begin", "begin_nested", "stream", "stream_scalars", "remove", "delete"}

    def instance_attribute(self, ref: Ref, instance: Instance, name: str, site: Site, state: State) -> Value:
        """An attribute of an ORM object: a mapped one, a property, a method."""
        attribute = self.models.attribute(instance.model, name)
        if attribute is not None:
            if attribute.kind == "relationship" and attribute.lazy in {"dynamic", "write_only"}:
                return LibraryMethod(Primitive(attribute.lazy, ref), name)
            return orm.read(ref, name, site, state, self)
        if name == "awaitable_attrs" and self.index.member(instance.model, name)[0] is None:
            return Awaitable(ref)
        if name in {"__table__", "__mapper__"}:
            return self.class_attribute(instance.model, name, ref, site, state)
        if name == "__dict__":
            orm.update(ref, state, life=Life.UNKNOWN)  # whoever looks there asks what is loaded before reading it
            return UNKNOWN
        method = self.index.method(instance.model, name)
        if method is None and name in _SQLMODEL_METHODS:
            return self.schema_method(ref, instance, name, state)
        if method is None:
            return orm.read(ref, name, site, state, self) if narrowing.turned_out(ref, name, state, self) else UNKNOWN
        if self.is_property(method):
            return self.invoke_unseen(BoundMethod(method, ref), site, state)
        return self.bound(method, ref)

    def schema_method(self, ref: Ref, instance: Instance, name: str, state: State) -> Value:
        """`model_dump` and its like, which SQLModel's tables have: what only its annotation calls a row is a schema."""
        if instance.born == "unknown" and not self.index.inherits(instance.model, "sqlmodel.SQLModel"):
            state.heap[ref.id] = instance.forgotten()
            return UNKNOWN
        return LibraryMethod(ref, name)

    def invoke_unseen(self, method: BoundMethod, site: Site, state: State) -> Value:
        """Run what is no call to the eye: a property, a `__repr__`. What fails in it is told at its use."""
        before, self.implicit = self.implicit, True
        try:
            return self.invoke(method, Arguments(), site, state)
        finally:
            self.implicit = before

    def bound(self, method: FunctionInfo, receiver: Value) -> Value:
        """A method as a value; decorators of the project are applied to it."""
        names = self.decorator_names(method)
        if "staticmethod" in names or "builtins.staticmethod" in names:
            return FunctionValue(method)
        return BoundMethod(method, receiver)

    def plain_attribute(self, ref: Ref, found: Object, name: str, site: Site, state: State) -> Value:
        """An attribute of an object of the project's own class."""
        if name in found.attributes:
            return found.attributes[name]
        method = self.index.method(found.cls, name)
        if method is not None:
            if self.is_property(method):
                return self.invoke(BoundMethod(method, ref), Arguments(), site, state)
            if "classmethod" in self.decorator_names(method):
                return BoundMethod(method, ClassValue(found.cls))
            return self.bound(method, ref)
        if not found.complete and ref.id >= 0:
            self.complete(ref, found, state)
            again = self.plain_object(ref, state)
            if again is not None and name in again.attributes:
                return again.attributes[name]
        value = self.class_attribute(found.cls, name, ref, site, state)
        if isinstance(value, Ref) and value.id >= 0:
            again = self.plain_object(ref, state)
            if again is not None:
                state.heap[ref.id] = replace(again, attributes={**again.attributes, name: value})
        if isinstance(value, Opaque) and self.is_pydantic(found.cls) and name == "model_dump":
            return External("pydantic.BaseModel.model_dump")
        return value

    def is_pydantic(self, info: ClassInfo) -> bool:
        """Whether a class is a pydantic model."""
        return "pydantic.BaseModel" in self.index.externals(info)

    def complete(self, ref: Ref, found: Object, state: State) -> None:
        """Give an object that a framework made the attributes that its constructor sets."""
        made = self.template(found.cls)
        if made is None:
            state.heap[ref.id] = replace(found, complete=True)
            return
        template, theirs = made
        numbers: dict[int, int] = {}
        for number in sorted(reachable(template.attributes.values(), theirs.heap)):
            numbers[number] = self.new(theirs.heap[number], state).id
        by = renumbering(lambda n: numbers.get(n, n))
        for number, copy in numbers.items():
            state.heap[copy] = renamed_object(theirs.heap[number], by)
        attributes = {n: renamed(v, by) for n, v in template.attributes.items()}
        state.heap[ref.id] = replace(found, attributes={**attributes, **found.attributes}, complete=True)

    def class_attribute(self, info: ClassInfo, name: str, receiver: Value, site: Site, state: State) -> Value:
        """An attribute of a class: a mapped one, a method, a value of its body."""
        if self.models.attribute(info, name) is not None:
            return MappedAttribute(info, name)
        if name in {"__table__", "__mapper__"} and self.models.is_mapped(info):
            return reflection.table(info) if name == "__table__" else reflection.mapper(info)
        owner, bindings = self.index.member(info, name)
        if name == "metadata" and not any(isinstance(b, Target) and b.value is not None for b in bindings):
            return Primitive("metadata") if self.has_metadata(info) else UNKNOWN
        if owner is None:
            if name in {"model_validate", "from_orm", "parse_obj", "validate"} and isinstance(receiver, ClassValue):
                return LibraryMethod(ClassValue(info), name)
            return UNKNOWN
        binding = bindings[-1]
        if isinstance(binding, FunctionInfo):
            names = self.decorator_names(binding)
            if "classmethod" in names:
                return BoundMethod(binding, receiver if isinstance(receiver, ClassValue) else ClassValue(info))
            return FunctionValue(binding)
        if isinstance(binding, Target):
            return self._class_value(owner, binding, site, state)
        return self.names.of(self.index.attribute(info, name))

    def has_metadata(self, info: ClassInfo) -> bool:
        """Whether a class is a declarative base or a model, or SQLModel."""
        names = self.index.externals(info)
        return bool(names & (DECLARATIVE | {"sqlmodel.SQLModel"})) or self.models.is_mapped(info)

    def _class_value(self, owner: ClassInfo, binding: Target, site: Site, state: State) -> Value:
        value = self.names.of(((owner.module, binding),)) if binding.value is not None else UNKNOWN
        if isinstance(value, Opaque) and binding.annotation is not None:
            return self.names.annotated(
                binding.annotation, owner.module, state, Site(owner.module.path, binding.site), "parameter"
            )
        return value

    def super_attribute(self, value: SuperValue, name: str) -> Value:
        """`super().name`: the next class after the one that says so."""
        receiver_class = self.class_of(value.receiver)
        order = self.index.mro(receiver_class) if receiver_class is not None else self.index.mro(value.after)
        if value.after not in order:
            order = self.index.mro(value.after)
        for owner in order[order.index(value.after) + 1 :]:
            for binding in reversed(owner.members.get(name, [])):
                if isinstance(binding, FunctionInfo):
                    return BoundMethod(binding, value.receiver)
        return LibraryMethod(value.receiver, name) if isinstance(value.receiver, Ref) else UNKNOWN

    def class_of(self, value: Value) -> ClassInfo | None:
        """The class of an object, or the class itself."""
        if isinstance(value, ClassValue):
            return value.info
        for frame in reversed(self.frames):
            if frame.self_value == value and frame.function is not None:
                return frame.function.owner
        return None

    # -- assigning

    def assign_attribute(self, target: f.Attr, value: Value, state: State) -> None:
        """Assign to `x.name`."""
        owner = self.evaluate(target.value, state)
        site = self.site(target)
        session = self.session(value, state)
        if isinstance(owner, ClassValue) and session is not None and session.is_async and not session.scoped:
            self.emit(
                SessionGlobal(site=site, where="a class attribute", name=target.name, confidence=session.confidence)
            )
        if isinstance(owner, Primitive) and owner.kind == "app.state" and session is not None and session.is_async:
            self.emit(SessionGlobal(site=site, where="the application's state", name=target.name))
        if not isinstance(owner, Ref):
            return
        found = self.object(owner, state)
        if isinstance(found, Session):
            self.set_on_session(owner, found, target.name, value, state)
        if isinstance(found, Object) and session is not None:
            self.kept_for_long(found, session, target.name, site)
        if isinstance(found, Object) and owner.id >= 0:
            state.heap[owner.id] = replace(found, attributes={**found.attributes, target.name: value})
        elif isinstance(found, Instance):
            lost(value, "assigned to a column", site, state, self)
            lifecycle.assigned(owner, target.name, value, site, state, self)
            if transactions.attached(found):
                transactions.modified(found.session, state, self)

    def kept_for_long(self, owner: Object, session: Session, name: str, site: Site) -> None:
        """A session that is kept on an application, a client or a bot is used by all that it handles at once."""
        is_own = session.is_async and not session.scoped and session.kind == "session" and session.scope != "parameter"
        if is_own and self.index.externals(owner.cls) & LONG_LIVED:
            where = f"a `{owner.cls.name}`, which lives as long as the program"
            self.emit(SessionGlobal(site=site, where=where, name=name, confidence=session.confidence))

    def set_on_session(self, owner: Ref, session: Session, name: str, value: Value, state: State) -> None:
        """`session.sync_session.expire_on_commit = False` counts; on the async session itself it does nothing."""
        number = session.twin
        if name == "autoflush":
            autoflush = value.value if isinstance(value, Const) and isinstance(value.value, bool) else None
            sides = [owner.id] if number is None else [owner.id, number]
            for side in sides:
                if (found := self.session(side, state)) is not None:
                    state.heap[side] = replace(found, autoflush=autoflush)
        if name != "expire_on_commit" or session.is_async or number is None:
            return
        outer = self.session(number, state)
        if outer is not None and isinstance(value, Const) and isinstance(value.value, bool):
            state.heap[number] = replace(outer, expires=value.value)

    # -- iterating

    def iterate(self, value: Value, expression: f.Expr, is_async: bool, at: int, state: State) -> Value:
        """What `for` or `async for` gives; tells when it is the wrong one of the two."""
        site, node = self.site(expression), Site(self.frame.module.path, at)
        lost(value, "iterated", site, state, self)
        if isinstance(value, GeneratorValue):
            dependencies.left_early(value, at, site, state, self)
        result = self.result(value, state)
        what = ""
        if result is not None and result.is_async is not is_async:
            what = "an async result" if result.is_async else "a result, which is in memory already"
        elif is_async and isinstance(value, (ListValue, TupleValue)) and getattr(value, "kind", "") != "async":
            what = "a plain collection"
        if what:
            fixable = is_async or (self.frame.function is not None and self.frame.function.node.is_async)
            self.emit(
                WrongProtocol(
                    site=site, statement="for", wants_async=not is_async, what=what, node=node, fixable=fixable
                )
            )
        return self.elements(value, site, state)

    def elements(self, value: Value, site: Site, state: State, *, is_own: bool = True) -> Value:
        """What iterating over `value` gives, one for all. `is_own` unless `site` is a call that iterates over it."""
        match value:
            case ListValue(items=items) if items is not None:
                return items[0] if items and all(i == items[0] for i in items) else _common(items)
            case ListValue():
                return value.element
            case TupleValue():
                return _common(value.items)
            case Ref():
                return self.object_elements(value, site, state, is_own=is_own)
            case GeneratorValue():
                return self.generated(value, site, state)
            case LibraryMethod(receiver=Primitive(kind="dynamic" | "write_only") as lazy):
                self.dynamic_read(lazy, value.name, site, state)
                return UNKNOWN
            case Primitive(kind="attributes"):
                return Primitive("attribute", value.of)
            case Primitive(kind="mapped"):
                return reflection.element(value)
            case _:
                return UNKNOWN

    def object_elements(self, value: Ref, site: Site, state: State, *, is_own: bool) -> Value:
        """The elements of a result or a legacy query."""
        found = self.object(value, state)
        if isinstance(found, Result):
            transactions.streamed(value, found, "iteration", site, state, self)
            rows = self.fetch(found, "all", site, state, is_call=False, is_own=is_own)
            return rows.element if isinstance(rows, ListValue) else UNKNOWN
        if isinstance(found, Query):
            session = self.session(found.session, state)
            rows = sessions.query_fetch(found, "iteration", session, site, state, self)
            return rows.element if isinstance(rows, ListValue) else UNKNOWN
        if isinstance(found, Instance) and found.expired is not None:
            self.seen_whole(value, found, "going through the object", site, state)
        return UNKNOWN

    def seen_whole(self, ref: Ref, instance: Instance, by: str, site: Site, state: State) -> None:
        """SQLModel's own view of an object, `__dict__`: what has expired is not in it, and no error tells."""
        if self.index.inherits(instance.model, "sqlmodel.SQLModel"):
            column = next((a for a in self.models.attributes(instance.model).values() if a.kind == "column"), None)
            if column is not None and instance.expired is not None:
                orm.read(ref, column.name, site, state, self, serializer=by)

    def generated(self, value: GeneratorValue, site: Site, state: State) -> Value:
        """What a generator function of the project yields."""
        found = self.summary(value.callee, value.arguments, state)
        if found is None:
            return UNKNOWN
        summary, given, info = found
        self.summaries.tell(summary, given, site, info, state)
        if not summary.yields:
            return UNKNOWN
        return self.summaries.apply(summary.yields[0], given, state)

    def fetch(
        self, result: Result, name: str, site: Site, state: State, *, is_call: bool, is_own: bool = True
    ) -> Value:
        """Fetch from a result; tell when unique() is missing."""
        if name in api.NEEDS_UNIQUE and not result.uniqued:
            relation = needs_unique(result.statement, self)
            if relation is not None:
                session = self.session(result.session, state)
                confidence = session.confidence if session is not None else Confidence.PROVED
                label = f"{relation.owner.name}.{relation.name}"
                place = result.statement.site
                trace = ((place, f"the statement joins the collection `{label}`"),) if place is not None else ()
                if relation.lazy == "joined":
                    trace = ((relation.site, f'`{label}` is declared here, lazy="joined"'), *trace)
                self.emit(
                    FetchedTwice(
                        site=site,
                        method=name,
                        relation=label,
                        is_call=is_call,
                        fetch=site if is_own else None,
                        confidence=confidence,
                        trace=trace,
                    ),
                    CALLERS,
                )
        return sessions.fetch(result, name, site, state, self, is_call=is_call)

    @abstractmethod
    def summary(self, callee: Value, arguments: Arguments, state: State) -> tuple[Summary, Frozen, FunctionInfo] | None:
        """The summary of a call of a project's function, or None when `callee` is none."""

    def dynamic_read(self, lazy: Primitive, name: str, site: Site, state: State) -> None:
        """A dynamic collection runs its query when it is iterated; a write-only one refuses."""
        ref = lazy.of
        instance = self.instance(ref, state)
        if instance is None or not isinstance(ref, Ref):
            return
        attribute = self.models.attribute(instance.model, name)
        session = self.session(instance.session, state)
        if attribute is None or self.frame.mode in {"greenlet", "thread"}:
            return
        if instance.life in {Life.UNKNOWN, Life.TRANSIENT, Life.PENDING}:
            return
        if session is None or not session.is_async:
            return
        self.emit(
            AttributeRead(
                site=site,
                confidence=instance.confidence,
                trace=orm.story(instance, attribute, self),
                model=instance.model.name,
                attribute=name,
                kind="relationship",
                why=lazy.kind,
                detached=False,
                query=None,
                collection=True,
            ),
            ref.id,
        )

    def collection_statement(self, lazy: Primitive, name: str, site: Site, state: State) -> Value:
        """`author.books.select()` of a write-only collection, `author.books.statement` of a dynamic one."""
        instance = self.instance(lazy.of, state)
        relation = self.models.attribute(instance.model, name) if instance is not None else None
        if relation is None or relation.target is None:
            return UNKNOWN
        target = relation.target
        return Statement("select", (Entity(target, name=target.name),), site, joined=True)

    # -- text

    def text(self, value: Value, expression: f.Node, state: State) -> None:
        """`str(value)`: what `__str__` or `__repr__` reads."""
        site = Site(self.frame.module.path, expression.at)
        if isinstance(value, ListValue):
            self.text(value.element, expression, state)
            return
        instance = self.instance(value, state)
        if instance is None or not isinstance(value, Ref):
            return
        for name in ("__str__", "__repr__"):
            method = self.index.method(instance.model, name)
            if method is not None:
                self.invoke_unseen(BoundMethod(method, value), site, state)
                return
        self.seen_whole(value, instance, "repr()", site, state)

    # -- narrowing

    def narrow(self, test: f.Expr, holds: bool, state: State) -> None:
        """What is known of names once a condition holds, or does not."""
        narrowing.narrow(test, holds, state, self)

    def narrowed_value(self, expression: f.Expr, value: Value, holds: bool, state: State) -> Value:
        """The value of an expression that was found to be true, or false."""
        self.narrow(expression, holds, state)
        return narrowing.narrowed(value, holds)


def _common(items: tuple[Value, ...]) -> Value:
    """One value for several: the first that is known."""
    known = [i for i in items if not isinstance(i, Opaque)]
    return known[0] if known else UNKNOWN


def _names_in(node: f.Function) -> frozenset[str]:
    """The names that a lambda reads."""
    return frozenset(one.id for one in inside(node.body) if isinstance(one, f.Name))


_ROW_ATTRIBUTES = frozenset({"count", "index", "t", "tuple"})
_SQLMODEL_METHODS = frozenset("model_dump model_dump_json dict json sqlmodel_update model_copy copy".split())
_BUILTINS = frozenset(
    """
    len sum any all bool int float hasattr list tuple set sorted reversed iter next enumerate frozenset dict min max
    aiter anext zip str repr print format getattr setattr isinstance range type id round abs issubclass super map
    filter property staticmethod classmethod object Exception ValueError KeyError TypeError RuntimeError callable vars
    """.split()
)
