"""Random programs: models, helpers, and one `async def main()`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.oracle import lifecycle
from tests.oracle.helpers import KINDS, helper
from tests.oracle.queries import Query, fetch, with_unique
from tests.oracle.reads import new, read, write
from tests.oracle.schema import Names, make_schema, pick
from tests.oracle.scope import FLAGS, Scope, Session, Var, World
from tests.oracle.tasks import tasks
from tests.oracle.tree import Module, Node, Program, block, line, pruned

SQLALCHEMY = {
    "sqlalchemy": "Column ForeignKey Table func select",
    "sqlalchemy.exc": "IntegrityError",
    "sqlalchemy.ext.asyncio": "AsyncAttrs AsyncSession async_sessionmaker create_async_engine",
    "sqlalchemy.orm": "DeclarativeBase DynamicMapped Mapped WriteOnlyMapped contains_eager defaultload defer immediateload"
    " joinedload lazyload load_only mapped_column noload raiseload relationship selectinload subqueryload undefer",
}
SQLMODEL = {
    "sqlmodel": "Field Relationship SQLModel select",
    "sqlmodel.ext.asyncio.session": "AsyncSession",
}
COMMON = {
    "": "asyncio os",
    "collections.abc": "Sequence",
    "datetime": "datetime",
    "pydantic": "BaseModel ConfigDict TypeAdapter",
    "typing": "List Optional",
    "world": "flag fresh show taken",
}
KINDS_OF_LINES = {
    "fetch": 12,
    "read": 26,
    "write": 7,
    "update": 2,
    "save": 4,
    "session": 7,
    "object": 7,
    "merge": 1,
    "respond": 5,
    "insert": 1,
    "branch": 4,
    "loop": 6,
    "rows": 4,
    "begin": 2,
    "nested": 1,
    "call": 9,
    "tasks": 2,
    "leave": 1,
    "again": 1,
}


def make_program(seed: int) -> Program:
    """The program of a seed."""
    random = Random(seed)
    names = Names()
    schema = make_schema(random, names)
    world = World(random, names, schema)
    nodes = _main(world)
    world.modules["main"].append(nodes)
    modules = (*schema.modules, *(Module(name, tuple(lines)) for name, lines in world.modules.items()))
    library = {name: source for source, words in _library(schema.flavour).items() for name in words.split()}
    bound = frozenset(name for module in modules for node in module.nodes for name in _all_bound(node))
    return pruned(Program(modules, bound, library))


def _library(flavour: str) -> dict[str, str]:
    if flavour == "sqlalchemy":
        return {**COMMON, **SQLALCHEMY}
    plain = {source: " ".join(n for n in words.split() if n not in {"select", "AsyncSession"}) for source, words in SQLALCHEMY.items()}
    return {**COMMON, **plain, **SQLMODEL}


def _all_bound(node: Node) -> frozenset[str]:
    return node.binds.union(*(_all_bound(child) for child in node.children))


def _main(world: World) -> Node:
    scope = Scope(world)
    body: list[Node] = []
    for _ in range(world.random.choice([1, 1, 1, 2])):
        body += _with_session(scope, world.random.randint(4, 12))
        if scope.objects() and world.chance(0.5):
            for _ in range(world.random.randint(1, 3)):
                body += read(scope, world.random.choice(scope.objects()))
    return block(line("async def main() -> None:"), *body)


def _with_session(scope: Scope, count: int) -> list[Node]:
    """A session's block; what it binds can be seen behind it."""
    session = Session(scope.world.names.new("session"))
    scope.sessions.append(session)
    scope.depth += 1
    body = [node for _ in range(count) for node in statement(scope)]
    scope.depth -= 1
    if scope.world.chance(0.05) and scope.depth == 0:
        session.is_open = False
        start = line(f"{session.name} = maker()", binds=session.name)
        return [start, *body, line(f"await {session.name}.close()", kind="session")]
    session.is_open = False
    return [block(line(f"async with maker() as {session.name}:", binds=session.name), *body)]


def statement(scope: Scope) -> list[Node]:
    """Some lines that belong together."""
    scope.world.fuel -= 1
    if scope.world.fuel < 0:
        return []
    kind = pick(scope.random, KINDS_OF_LINES)
    if not scope.objects() and kind not in {"save", "call", "begin", "rows", "tasks", "insert"}:
        kind = "fetch"
    return MAKERS[kind](scope)


def _body(scope: Scope, count: int) -> list[Node]:
    return [node for _ in range(count) for node in statement(scope)]


def _fetch(scope: Scope) -> list[Node]:
    entity = scope.random.choice(scope.world.schema.entities)
    nodes, var = fetch(scope, scope.session(), entity, many=scope.world.chance(0.4))
    scope.add(var)
    return nodes


def _again(scope: Scope) -> list[Node]:
    """The same row twice, by a key in a variable, perhaps with something between."""
    entity = scope.random.choice(scope.world.schema.entities)
    key = scope.world.names.new("key")
    session = scope.session()
    first, one = fetch(scope, session, entity, many=False, key=key)
    between = statement(scope) if scope.world.chance(0.6) else []
    second, other = fetch(scope, session, entity, many=False, key=key)
    scope.add(one)
    scope.add(other)
    return [line(f"{key} = fresh()", binds=key), *first, *between, *second]


def _one(scope: Scope) -> Var | None:
    found = scope.objects(many=False)
    return scope.random.choice(found) if found else None


def _read(scope: Scope) -> list[Node]:
    return read(scope, scope.random.choice(scope.objects()))


def _write(scope: Scope) -> list[Node]:
    var = _one(scope)
    return write(scope, var) if var is not None else _read(scope)


def _update(scope: Scope) -> list[Node]:
    """An UPDATE, and a read of what the database may have computed in it."""
    found = [var for var in scope.objects(many=False) if var.entity.changed and var.session is not None]
    if not found:
        return _write(scope)
    var = scope.random.choice(found)
    session = var.session if var.session is not None and var.session.is_open else scope.session()
    nodes = [line(f'{var.name}.name = "changed"', kind="write")]
    if scope.world.chance(0.85):
        nodes.append(line(f"await {session.name}.{scope.random.choice(['flush', 'flush', 'commit'])}()", kind="session"))
    if scope.world.chance(0.3):
        nodes.append(line(f"await {session.name}.refresh({var.name})", kind="session"))
    column = scope.random.choice([*var.entity.changed, *var.entity.changed, "name"])
    return [*nodes, line(f"show({var.name}.{column})", kind="read")]


def _object(scope: Scope) -> list[Node]:
    var = _one(scope)
    return lifecycle.of_object(scope, var) if var is not None else lifecycle.of_session(scope)


def _merge(scope: Scope) -> list[Node]:
    var = _one(scope)
    return lifecycle.merge(scope, var) if var is not None else []


def _respond(scope: Scope) -> list[Node]:
    return lifecycle.respond(scope, scope.random.choice(scope.objects()))


def _branch(scope: Scope) -> list[Node]:
    if scope.world.flags >= FLAGS:
        return []
    condition = scope.world.flag()
    roll = scope.random.random()
    if roll < 0.2:
        condition = f"not {condition}"
    body = _body(scope.block(), scope.random.randint(1, 3))
    if not body:
        return []
    other = _body(scope.block(), scope.random.randint(1, 2)) if roll > 0.7 else []
    return [block(line(f"if {condition}:"), *body, clauses=(block(line("else:"), *other),) if other else ())]


def _loop(scope: Scope) -> list[Node]:
    inside = scope.block(loop=True)
    lists = scope.objects(many=True)
    if not lists or scope.world.chance(0.15):
        return [block(line("for _ in range(2):"), *_body(inside, scope.random.randint(1, 3)))]
    var = scope.random.choice(lists)
    name = scope.world.names.new(var.entity.word)
    one = inside.add(Var(name, var.entity, False, var.session, var.likely))
    body = [*read(inside, one), *_body(inside, scope.random.randint(0, 2))]
    form = scope.random.choice([f"for {name} in {var.name}:", f"for {name} in {var.name}:", f"for _, {name} in enumerate({var.name}):"])
    return [block(line(form, binds=name), *body)]


def _rows(scope: Scope) -> list[Node]:
    """Rows of one entity, of two, or of columns."""
    session = scope.session()
    session.begun = True
    entity = scope.random.choice(scope.world.schema.entities)
    inside = scope.block(loop=True)
    row = scope.world.names.new("row")
    query = Query(scope, entity, single=False)
    roll = scope.random.random()
    if roll < 0.25:
        columns = ", ".join(f"{entity.name}.{name}" for name in ["id", *scope.random.sample(entity.columns, 1)])
        read_ = scope.random.choice(["id", "name", *entity.columns])
        text = f"for {row} in (await {session.name}.execute(select({columns}).where({entity.name}.shard == fresh()))).all():"
        return [block(line(text, binds=row), line(f"show({row}.{read_})", kind="read"))]
    if roll < 0.5:
        name = scope.world.names.new(entity.word)
        one = inside.add(Var(name, entity, False, session, query.likely))
        forms = ["for ({v},) in (await {s}.execute({q})){u}.all():", "for {v} in (await {s}.execute({q})){u}.scalars(){u}:",
                 "async for {v} in (await {s}.stream_scalars({q})){u}:", "for {v} in (await {s}.scalars({q})){u}:"]
        form = scope.random.choice(forms).replace("{s}", session.name).replace("{v}", name)
        left, _, right = form.partition("{q}")
        header = line(left, *query.pieces, *with_unique(scope, right, query), binds=name)
        return [block(header, *read(inside, one), *_body(inside, scope.random.randint(0, 2)))]
    form = scope.random.choice(["one", "many"])
    if form == "one":
        query = Query(scope, entity, single=True)
        head = line(f"{row} = (await {session.name}.execute(", *query.pieces, *with_unique(scope, ")){u}.one()", query), binds=row)
        return [head, *_of_row(scope, row, query, session)]
    head = line(f"for {row} in (await {session.name}.execute(", *query.pieces, *with_unique(scope, ")){u}.all():", query), binds=row)
    return [block(head, *_of_row(inside, row, query, session))]


def _of_row(scope: Scope, row: str, query: Query, session: Session) -> list[Node]:
    if scope.world.chance(0.25):
        name = scope.random.choice(["id", *query.entity.columns, *(r.name for r in query.entity.relations)])
        return [line(f"show({row}.{name})", kind="read")]
    name = scope.world.names.new(query.entity.word)
    var = scope.add(Var(name, query.entity, False, session, query.likely))
    entity = query.entity.name
    value = scope.random.choice([f"{row}[0]", f"{row}.{entity}", f"{row}.{entity}", f"{row}._mapping[{entity}]"])
    return [line(f"{name} = {value}", binds=name, kind="read"), *read(scope, var)]


def _begin(scope: Scope) -> list[Node]:
    session = scope.session()
    if session.begun and not scope.world.chance(0.15):
        end = line(f"await {session.name}.{scope.random.choice(['commit', 'rollback'])}()", kind="session")
        start = [end]
    else:
        start = []
    session.begun = True
    body = _body(scope.block(), scope.random.randint(1, 3))
    session.begun = False
    return [*start, block(line(f"async with {session.name}.begin():", kind="begin"), *body)]


def _nested(scope: Scope) -> list[Node]:
    session = scope.session()
    session.begun = True
    body = _body(scope.block(), scope.random.randint(1, 2))
    return [block(line(f"async with {session.name}.begin_nested():", kind="begin"), *body)]


def _leave(scope: Scope) -> list[Node]:
    if scope.world.flags >= FLAGS:
        return []
    words = ["return", "return", *(["break", "continue"] if scope.in_loop else [])]
    return [block(line(f"if {scope.world.flag()}:"), line(scope.random.choice(words)))]


def _call(scope: Scope) -> list[Node]:
    """A call of a helper; what it returns goes into a variable."""
    kind = pick(scope.random, KINDS)
    session = scope.session()
    var = _one(scope)
    if kind in {"reader", "toucher"} and var is None:
        kind = "loader"
    entity = var.entity if kind in {"reader", "toucher"} and var is not None else scope.random.choice(scope.world.schema.entities)
    made = helper(scope.world, kind, entity)
    if var is not None and kind == "reader":
        return [line(f"{made.name}({var.name})", kind="read")]
    session.begun = True
    if var is not None and kind == "toucher":
        return [line(f"await {made.name}({session.name}, {var.name})", kind="session")]
    name = scope.world.names.new(entity.plural if kind == "lister" else entity.word)
    scope.add(Var(name, entity, kind == "lister", None if kind == "opener" else session, made.likely, kind == "saver"))
    if kind == "repository":
        repository = scope.world.names.new("repository")
        first = line(f"{repository} = {made.owner}({session.name})", binds=repository)
        return [first, line(f"{name} = await {repository}.{made.name}(fresh())", binds=name)]
    if kind == "statement":
        unique = ".unique()" if made.owner == "repeated" and scope.world.chance(0.85) else ""
        return [line(f"{name} = (await {session.name}.scalars({made.name}(fresh()))){unique}.one()", binds=name)]
    given = {"opener": "fresh()", "saver": session.name}.get(kind, f"{session.name}, fresh()")
    return [line(f"{name} = await {made.name}({given})", binds=name)]


def _save(scope: Scope) -> list[Node]:
    if scope.world.chance(0.2):
        nodes, var = new(scope, scope.random.choice(scope.world.schema.entities))
        scope.add(var)
        return nodes
    return lifecycle.save(scope)


MAKERS: dict[str, Callable[[Scope], list[Node]]] = {
    "fetch": _fetch,
    "read": _read,
    "write": _write,
    "update": _update,
    "save": _save,
    "session": lifecycle.of_session,
    "object": _object,
    "merge": _merge,
    "respond": _respond,
    "insert": lifecycle.failing_insert,
    "branch": _branch,
    "loop": _loop,
    "rows": _rows,
    "begin": _begin,
    "nested": _nested,
    "call": _call,
    "tasks": tasks,
    "leave": _leave,
    "again": _again,
}
