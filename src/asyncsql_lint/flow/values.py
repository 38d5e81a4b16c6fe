"""What a name, an attribute or an expression can hold.

A value is immutable. What changes in the course of a function (a session, an ORM object, a result) is an
object in the heap (`objects`), and its value is a `Ref` to it.
"""

from __future__ import annotations

from msgspec import Struct

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.plans import EMPTY, Option, Plan
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.syntax import facts as f


class Value(Struct, frozen=True):
    """Base of everything below."""


class Opaque(Value, frozen=True):
    """Nothing is known, save perhaps whether it is true (`truth`)."""

    truth: bool | None = None


UNKNOWN = Opaque()


class Const(Value, frozen=True):
    """A literal: None, a bool, a number or a string."""

    value: str | int | float | bool | None


NONE = Const(None)


class Ref(Value, frozen=True):
    """An object in the heap; `optional` when it may as well be None."""

    id: int
    optional: bool = False


class ModuleValue(Value, frozen=True):
    """A module of the project."""

    module: ModuleInfo


class External(Value, frozen=True):
    """A name of a library, such as `sqlalchemy.select`, by its canonical dotted name."""

    name: str


class ClassValue(Value, frozen=True):
    """A class of the project. `args` are the values of its type parameters in `Repo[User]`."""

    info: ClassInfo


class FunctionValue(Value, frozen=True):
    """A function of the project, a nested function or a lambda with the names it closes over."""

    info: FunctionInfo
    closure: tuple[tuple[str, Value], ...] = ()


class BoundMethod(Value, frozen=True):
    """A function of the project with its `self` or `cls`."""

    function: FunctionInfo
    receiver: Value


class LibraryMethod(Value, frozen=True):
    """A method of something that a library owns: `session.execute`, `result.all`."""

    receiver: Value
    name: str


class Arguments(Struct, frozen=True, eq=False):
    """The arguments of a call. `open` when some came from `*x` or `**x` that could not be read; `node` is the call."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    node: f.Call | None = None

    def __eq__(self, other: object) -> bool:
        """Whether the values are the same, wherever they were given."""
        return isinstance(other, Arguments) and self._key() == other._key()

    def __hash__(self) -> int:
        """Equal for equal values."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.positional, self.keywords, self.open)

    def keyword(self, name: str) -> Value | None:
        """The argument called `name`, if it is there."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def place(self, name: str, site: Site) -> Site:
        """Where the argument `name` of the call at `site` is written; the call itself where it came from a dict."""
        if self.node is None or self.node.at != site.node:
            return site
        return next((Site(site.path, k.value.at) for k in self.node.keywords if k.name == name), site)

    def get(self, position: int, name: str) -> Value | None:
        """The argument at `position` or called `name`."""
        if position < len(self.positional):
            return self.positional[position]
        return self.keyword(name)


class Fault(Struct, frozen=True):
    """Something in a statement or an object that a driver refuses: told when a session with such a driver runs it.

    `drivers` are those that refuse it, empty when every one does; `kind` is that of the event (`text`, `datetime`);
    `bound` tells that it is about a parameter of which `bindparams()` may say more.
    """

    kind: str
    site: Site
    context: str
    what: str
    problem: str
    remedy: str
    raises: str
    drivers: frozenset[str] = frozenset()
    bound: bool = False


class Faulty(Value, frozen=True):
    """What is wrong with an SQL expression."""

    faults: tuple[Fault, ...]


class Partial(Value, frozen=True):
    """`functools.partial(callee, ...)`."""

    callee: Value
    arguments: Arguments


class Coroutine(Value, frozen=True):
    """A coroutine that nobody has awaited: what awaiting it will call, and where it was made.

    `deadline` tells that it is cancelled when it takes too long: `wait_for(...)`. `within` is the call around it that
    has to be awaited in its place.
    """

    callee: Value
    arguments: Arguments
    site: Site
    label: str
    deadline: bool = False
    within: Site | None = None


class Task(Value, frozen=True):
    """A task made of a coroutine."""

    coroutine: Value
    site: Site


class GeneratorValue(Value, frozen=True):
    """A called generator function, sync or async, before anything of it ran."""

    callee: Value
    arguments: Arguments
    is_async: bool


class ContextManager(Value, frozen=True):
    """A called `@contextmanager` or `@asynccontextmanager` function."""

    callee: Value
    arguments: Arguments
    is_async: bool
    label: str


class TupleValue(Value, frozen=True):
    """A tuple with known items."""

    items: tuple[Value, ...]


class ListValue(Value, frozen=True):
    """A list, set or iterator. With `items` they are all known; else `element` stands for any of them."""

    element: Value
    items: tuple[Value, ...] | None = None
    many: bool = True
    kind: str = "list"


class DictValue(Value, frozen=True):
    """A dict with known keys; `other` stands for the values of unknown keys."""

    items: tuple[tuple[str, Value], ...] = ()
    other: Value = UNKNOWN


class MappedAttribute(Value, frozen=True):
    """`Order.lines` as a class attribute."""

    model: ClassInfo
    name: str
    aliased: bool = False


class Alias(Value, frozen=True):
    """`aliased(Order)`."""

    model: ClassInfo


class LoaderOption(Value, frozen=True):
    """One or more loader options; None when it could not be read."""

    option: Option | None


class Entity(Struct, frozen=True):
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


class Statement(Value, frozen=True):
    """A statement. `entities` is None when it is not known what it selects.

    `kind` is `select`, `insert`, `update`, `delete` or `text`; `library` is `sqlmodel` for SQLModel's select; `table`
    is what an `insert` or `update` writes to, `sql` the text of a `text()` with parameters; `writes` tells that it
    changes rows, `batched` that it has `yield_per`, `joined` that it may select from more than its entities, `limited`
    that it has a LIMIT, `autoflush` that nobody told it not to flush the session first; `key` is that of the only row
    that it can give or change (`keys`), `conditions` how many conditions it has. `computed` are the columns that an
    UPDATE sets to what only the database can work out, `assigned` all that it sets, `synchronized` tells that the
    objects of the session follow it.
    """

    kind: str
    entities: tuple[Entity, ...] | None
    site: Site | None
    library: str = "sqlalchemy"
    populate_existing: bool = False
    table: ClassInfo | None = None
    sql: str = ""
    faults: tuple[Fault, ...] = ()
    writes: bool = False
    batched: bool = False
    joined: bool = False
    limited: bool = False
    autoflush: bool = True
    key: Value | None = None
    conditions: int = 0
    computed: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    synchronized: bool = True


class Row(Value, frozen=True):
    """A row with one value for each entity; `by` is the method of the session that gave its result."""

    statement: Statement
    session: int | None
    values: tuple[Value, ...] | None
    by: str = ""


class Engine(Value, frozen=True):
    """An engine. `driver` is the beginning of its URL where known; `inner` marks an async engine's `sync_engine`.

    `pooled` tells whether it keeps connections, None when nobody knows; `isolated` that it was given an isolation
    level: with AUTOCOMMIT there is nothing to commit.
    """

    is_async: bool
    site: Site
    driver: str = ""
    inner: bool = False
    pooled: bool | None = True
    isolated: bool = False


class Factory(Value, frozen=True):
    """A session factory. `expires` is its expire_on_commit, None when unknown; `scoped` for scoped sessions.

    `library` is whose sessions it makes: `sqlalchemy`, `sqlmodel`, or empty when only its own type is known; `bind`
    tells whether they are bound to an `engine` or a `connection`, as far as that is known; `autoflush` whether a query
    flushes first, None when unknown.
    """

    is_async: bool
    expires: bool | None
    library: str
    site: Site
    engine: Engine | None = None
    scoped: bool = False
    bind: str = ""
    autoflush: bool | None = None


class Awaitable(Value, frozen=True):
    """`instance.awaitable_attrs`."""

    instance: Value


class Dependency(Value, frozen=True):
    """`Depends(call)`; `call` is None in `Depends()`, where the annotation says what.

    `early` is that of `Depends(call, scope="function")`, which ends with the endpoint.
    """

    call: Value | None
    early: bool = False


class Primitive(Value, frozen=True):
    """Something of a library that has a kind and nothing else: a lock, a task group, an exit stack."""

    kind: str
    of: Value = UNKNOWN


class SuperValue(Value, frozen=True):
    """`super()`: the class after which the search goes on, and the object."""

    after: ClassInfo
    receiver: Value


class Annotated(Value, frozen=True):
    """A type as a value: what an annotation means for something of that type."""

    base: Value
    args: tuple[Value, ...] = ()
