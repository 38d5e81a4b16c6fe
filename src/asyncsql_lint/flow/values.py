"""What a name, an attribute or an expression can hold.

A value is immutable. What changes in the course of a function (a session, an ORM object, a result) is an
object in the heap (`objects`), and its value is a `Ref` to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.plans import EMPTY, Option, Plan
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo


class Value:
    """Base of everything below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Opaque(Value):
    """Nothing is known, save perhaps whether it is true (`truth`)."""

    truth: bool | None = None


UNKNOWN = Opaque()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A literal: None, a bool, a number or a string."""

    value: str | int | float | bool | None


NONE = Const(None)


@dataclass(frozen=True, slots=True)
class Ref(Value):
    """An object in the heap; `optional` when it may as well be None."""

    id: int
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """A module of the project."""

    module: ModuleInfo


@dataclass(frozen=True, slots=True)
class External(Value):
    """A name of a library, such as `sqlalchemy.select`, by its canonical dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class ClassValue(Value):
    """A class of the project. `args` are the values of its type parameters in `Repo[User]`."""

    info: ClassInfo


@dataclass(frozen=True, slots=True)
class FunctionValue(Value):
    """A function of the project, a nested function or a lambda with the names it closes over."""

    info: FunctionInfo
    closure: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class BoundMethod(Value):
    """A function of the project with its `self` or `cls`."""

    function: FunctionInfo
    receiver: Value


@dataclass(frozen=True, slots=True)
class LibraryMethod(Value):
    """A method of something that a library owns: `session.execute`, `result.all`."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call. `open` when some came from `*x` or `**x` that could not be read."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    open: bool = False

    def keyword(self, name: str) -> Value | None:
        """The argument called `name`, if it is there."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def get(self, position: int, name: str) -> Value | None:
        """The argument at `position` or called `name`."""
        if position < len(self.positional):
            return self.positional[position]
        return self.keyword(name)


@dataclass(frozen=True, slots=True)
class Partial(Value):
    """`functools.partial(callee, ...)`."""

    callee: Value
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Coroutine(Value):
    """A coroutine that nobody has awaited: what awaiting it will call, and where it was made."""

    callee: Value
    arguments: Arguments
    site: Site
    label: str


@dataclass(frozen=True, slots=True)
class Task(Value):
    """A task made of a coroutine."""

    coroutine: Value
    site: Site


@dataclass(frozen=True, slots=True)
class GeneratorValue(Value):
    """A called generator function, sync or async, before anything of it ran."""

    callee: Value
    arguments: Arguments
    is_async: bool


@dataclass(frozen=True, slots=True)
class ContextManager(Value):
    """A called `@contextmanager` or `@asynccontextmanager` function."""

    callee: Value
    arguments: Arguments
    is_async: bool
    label: str


@dataclass(frozen=True, slots=True)
class TupleValue(Value):
    """A tuple with known items."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ListValue(Value):
    """A list, set or iterator. With `items` they are all known; else `element` stands for any of them."""

    element: Value
    items: tuple[Value, ...] | None = None
    many: bool = True
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class DictValue(Value):
    """A dict with known keys; `other` stands for the values of unknown keys."""

    items: tuple[tuple[str, Value], ...] = ()
    other: Value = UNKNOWN


@dataclass(frozen=True, slots=True)
class MappedAttribute(Value):
    """`Order.lines` as a class attribute."""

    model: ClassInfo
    name: str
    aliased: bool = False


@dataclass(frozen=True, slots=True)
class Alias(Value):
    """`aliased(Order)`."""

    model: ClassInfo


@dataclass(frozen=True, slots=True)
class LoaderOption(Value):
    """One or more loader options; None when it could not be read."""

    option: Option | None


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a statement selects: a model or a column (`model` None), with the plan of its options.

    `aliased` tells that it is an alias of the model; not `known` is what stands for something that could not be read.
    `of` is the model of a column.
    """

    model: ClassInfo | None
    plan: Plan = EMPTY
    name: str = ""
    aliased: bool = False
    known: bool = True
    of: ClassInfo | None = None


@dataclass(frozen=True, slots=True)
class Statement(Value):
    """A statement. `entities` is None when it is not known what it selects.

    `kind` is `select`, `insert`, `update`, `delete` or `text`; `library` is `sqlmodel` for SQLModel's select; `batched`
    tells that it has `yield_per`.
    """

    kind: str
    entities: tuple[Entity, ...] | None
    site: Site | None
    library: str = "sqlalchemy"
    populate_existing: bool = False
    batched: bool = False


@dataclass(frozen=True, slots=True)
class Row(Value):
    """A row with one value for each entity; `by` is `exec` when that gave its result."""

    statement: Statement
    session: int | None
    values: tuple[Value, ...] | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Factory(Value):
    """A session factory. `expires` is its expire_on_commit, None when unknown; `scoped` for scoped sessions.

    `library` is whose sessions it makes: `sqlalchemy`, `sqlmodel`, or empty when only its own type is known.
    """

    is_async: bool
    expires: bool | None
    library: str
    site: Site
    bind: str = ""
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Engine(Value):
    """An engine. `driver` is the beginning of its URL where known; `inner` marks an async engine's `sync_engine`."""

    is_async: bool
    site: Site
    driver: str = ""
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Awaitable(Value):
    """`instance.awaitable_attrs`."""

    instance: Value


@dataclass(frozen=True, slots=True)
class Dependency(Value):
    """`Depends(call)`; `call` is None in `Depends()`, where the annotation says what.

    `early` is that of `Depends(call, scope="function")`, which ends with the endpoint.
    """

    call: Value | None
    early: bool = False


@dataclass(frozen=True, slots=True)
class Primitive(Value):
    """Something of a library that has a kind and nothing else: a lock, a task group, an exit stack."""

    kind: str
    of: Value = UNKNOWN


@dataclass(frozen=True, slots=True)
class SuperValue(Value):
    """`super()`: the class after which the search goes on, and the object."""

    after: ClassInfo
    receiver: Value


@dataclass(frozen=True, slots=True)
class Annotated(Value):
    """A type as a value: what an annotation means for something of that type."""

    base: Value
    args: tuple[Value, ...] = ()
