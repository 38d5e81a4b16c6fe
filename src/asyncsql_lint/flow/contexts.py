"""Context managers: what entering one gives, and what leaving it does."""

from __future__ import annotations

from abc import abstractmethod

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import dependencies, leaks, lifecycle, proxies, transactions
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.calls import Calls
from asyncsql_lint.flow.coroutines import lost
from asyncsql_lint.flow.events import WrongProtocol
from asyncsql_lint.flow.expressions import describe
from asyncsql_lint.flow.objects import Object, Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Arguments,
    BoundMethod,
    ContextManager,
    Coroutine,
    FunctionValue,
    GeneratorValue,
    Opaque,
    Primitive,
    Ref,
    Value,
)
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside


class Contexts(Calls):
    """Enters and leaves context managers."""

    @abstractmethod
    def nested_function(self, value: FunctionValue, state: State) -> None:
        """Analyse a nested function as a framework would call it."""

    @abstractmethod
    def decorated_local(self, value: FunctionValue, node: f.Function, state: State) -> Value:
        """A nested function after its decorators."""

    @abstractmethod
    def local_class(self, node: f.Class) -> Value | None:
        """A class that is defined in a function, or the class at the top of the module."""

    def enter(self, value: Value, is_async: bool, site: Site, node: Site, state: State, *, fixable: bool) -> Value:
        """Enter a context manager; the value that `as` binds."""
        what = self.protocol(value, is_async, state)
        if what is not None and self.has_twin(site, is_async):
            return UNKNOWN
        if what is not None:
            possible = is_async or (self.frame.function is not None and self.frame.function.node.is_async)
            self.emit(
                WrongProtocol(
                    site=site,
                    statement="with",
                    wants_async=not is_async,
                    what=what,
                    node=node,
                    fixable=fixable and possible,
                )
            )
        transactions.begins(value, site, state, self, is_block=True)
        self.frame.guarded |= not isinstance(value, (Primitive, Ref)) or self.plain_object(value, state) is not None
        match value:
            case Coroutine():
                lost(value, "entered", site, state, self)
                return UNKNOWN
            case GeneratorValue():
                dependencies.misused(value, "entered", site, state, self)
                return UNKNOWN
            case Primitive(kind="session-begin" | "engine-begin"):
                session = self.session(value.of, state)
                if value.kind == "engine-begin" and session is not None and not session.is_async and not is_async:
                    orm.blocked(self, site, "`engine.begin()`", "a sync engine", state, session.confidence)
                return value.of
            case Primitive(kind="closing" | "null"):
                transactions.let_go((value,), state)
                return value.of
            case Primitive(kind="stream") if is_async:
                return self.await_(value, site, state)
            case Primitive():
                return value
            case ContextManager():
                return self.enter_generator(value, site, state)
            case Ref():
                return self.enter_object(value, is_async, site, state)
            case _:
                return UNKNOWN

    def has_twin(self, site: Site, is_async: bool) -> bool:
        """Whether the same function enters the same thing both ways: it knows better which one it has."""
        function = self.frame.function
        if function is None:
            return False
        items = with_items(function.node.body)
        mine = {describe(e) for e, asynchronous in items if e.at == site.node}
        return any(asynchronous is not is_async and describe(e) in mine for e, asynchronous in items)

    def protocol(self, value: Value, is_async: bool, state: State) -> str | None:
        """What an object is, in words, when it wants the other kind of `with`."""
        match value:
            case ContextManager():
                if value.is_async is is_async:
                    return None
                return f"`{value.label}()`, an {'async' if value.is_async else 'ordinary'} context manager"
            case Primitive(kind="session-begin" | "engine-begin" | "transaction" | "savepoint"):
                session = self.session(value.of, state)
                if session is None or session.is_async is is_async:
                    return None
                return f"a transaction of {'an async' if session.is_async else 'a sync'} {session.kind}"
            case Ref():
                session = self.session(value, state)
                if session is None or session.is_async is is_async or session.scoped:
                    return None
                return f"{'an async' if session.is_async else 'a sync'} {session.kind}"
            case _:
                return None

    def enter_object(self, value: Ref, is_async: bool, site: Site, state: State) -> Value:
        """A session gives itself; an object of the project what its `__aenter__` returns."""
        found = self.object(value, state)
        if isinstance(found, Session):
            self.start(value, state)
            transactions.entered(value.id, state)
            if found.kind == "connection" and not found.is_async:
                orm.blocked(self, site, "the connect", "a sync engine", state, found.confidence)
            return value
        if isinstance(found, Object):
            method = self.index.method(found.cls, "__aenter__" if is_async else "__enter__")
            if method is not None:
                return self.invoke(BoundMethod(method, value), Arguments(), site, state)
        return UNKNOWN

    def enter_generator(self, value: ContextManager, site: Site, state: State) -> Value:
        """A `@contextmanager` function runs up to its yield."""
        found = self.summary(value.callee, value.arguments, state)
        if found is None:
            return UNKNOWN
        summary, given, info = found
        self.summaries.tell(summary, given, site, info, state)
        if not summary.yields:
            return self.returned_type(info, site, state)
        return self.summaries.apply(summary.yields[0], given, state)

    def leave(self, manager: Value, value: Value, site: Site, state: State) -> None:
        """Leave a context manager at the end of its block."""
        if isinstance(manager, Ref):
            leaks.closing(manager.id, site, state, self)
        self.left(manager, value, site, state)
        transactions.left(manager, site, state, raising=False)

    def left(self, manager: Value, value: Value, site: Site, state: State) -> None:
        """What the end of a block does to objects."""
        match manager:
            case Ref():
                self.leave_object(manager, site, state)
            case Primitive(kind="transaction", of=Ref() as of):
                session = self.session(of, state)
                if session is not None and session.kind == "session":
                    number = session.twin if session.twin is not None else of.id
                    self.effect("commit", number, site, state)
                    lifecycle.committed(number, session.expires, site, state)
            case Primitive(kind="savepoint", of=Ref() as of):
                self.effect("flush", of.id, site, state)
                lifecycle.flushed(of.id, site, state)
            case Primitive(kind="session-begin", of=Ref() as of):
                session = self.session(of, state)
                if session is not None:
                    lifecycle.committed(of.id, session.expires, site, state)
                    lifecycle.detached_all(of.id, site, state)
            case Primitive(kind="closing", of=Ref() as of):
                self.leave_object(of, site, state)
            case Primitive(kind=proxies.KIND, of=Ref() as of):
                proxies.left(of, site, state)
            case Primitive(kind="task_group"):
                state.tasks = ()
            case ContextManager():
                self.leave_generator(manager, value, site, state)
            case _:
                pass

    def leave_raising(self, manager: Value, value: Value, site: Site, state: State) -> None:
        """Leave a context manager by an exception: a transaction is rolled back."""
        self.left_raising(manager, value, site, state)
        transactions.left(manager, site, state, raising=True)

    def left_raising(self, manager: Value, value: Value, site: Site, state: State) -> None:
        """What an exception that leaves a block does to objects."""
        match manager:
            case Primitive(kind="transaction" | "session-begin", of=Ref() as of):
                lifecycle.rolled_back(of.id, site, state)
                if manager.kind == "session-begin":
                    lifecycle.detached_all(of.id, site, state)
            case Primitive(kind="savepoint"):
                pass
            case Ref():
                self.leave_object(manager, site, state, Opaque(True))
            case _:
                self.left(manager, value, site, state)

    def leave_object(self, manager: Ref, site: Site, state: State, error: Value = NONE) -> None:
        """The end of a session's block closes it; its objects are detached."""
        found = self.object(manager, state)
        if isinstance(found, Session) and found.kind == "session":
            self.effect("close", manager.id, site, state)
            lifecycle.detached_all(manager.id, site, state)
        elif isinstance(found, Object):
            for name in ("__aexit__", "__exit__"):
                method = self.index.method(found.cls, name)
                if method is not None:
                    given = Arguments((error, error, error))
                    self.invoke(BoundMethod(method, manager), given, site, state)
                    return

    def leave_generator(self, manager: ContextManager, value: Value, site: Site, state: State) -> None:
        """A `@contextmanager` function goes on after its yield: what it does to the session it does now."""
        found = self.summary(manager.callee, manager.arguments, state)
        if found is None or not found[0].yields or not found[0].outcomes:
            return
        summary, given, _ = found
        originals = given.originals
        done = len(summary.yields[0].effects)
        session = self.session(value, state)
        for effect in summary.outcomes[0].effects[done:]:
            number = originals[effect.session] if 0 <= effect.session < len(originals) else effect.session
            if number >= 0 and effect.session >= len(originals):
                if session is None or not isinstance(value, Ref):
                    continue
                number = value.id
            self.session_effect(effect.kind, number, site, state)
        if isinstance(value, Ref):
            transactions.doubted(value.id, state)

    def session_effect(self, kind: str, number: int, site: Site, state: State) -> None:
        """Do to a session's objects what a block's end does."""
        session = self.session(number, state)
        if session is None or session.kind != "session":
            return
        self.effect(kind, number, site, state)
        if kind == "commit":
            lifecycle.committed(number, session.expires, site, state)
        elif kind == "close":
            lifecycle.detached_all(number, site, state)
        elif kind == "flush":
            lifecycle.flushed(number, site, state)


def with_items(body: tuple[f.Stmt, ...]) -> list[tuple[f.Expr, bool]]:
    """What the `with` statements of a function enter, and whether by `async with`."""
    return [(item.context, n.is_async) for n in inside(body) if isinstance(n, f.With) for item in n.items]
