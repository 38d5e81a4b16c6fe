"""Functions beside `main`, in its module or another: they fetch, read, save and commit for it."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.lifecycle import of_object, of_session
from tests.oracle.queries import Query, fetch
from tests.oracle.reads import new, read
from tests.oracle.schema import Entity
from tests.oracle.scope import Helper, Scope, Session, Var, World
from tests.oracle.tree import Node, block, line

KINDS = {
    "reader": 5,
    "loader": 5,
    "lister": 3,
    "statement": 2,
    "toucher": 3,
    "saver": 2,
    "opener": 2,
    "repository": 2,
    "worker": 2,
}


def helper(world: World, kind: str, entity: Entity) -> Helper:
    """A helper of that kind for `entity`: one that there is, or a new one."""
    known = [each for each in world.helpers if each.kind == kind and each.entity is entity]
    if known and world.chance(0.6):
        return world.random.choice(known)
    made, nodes = MAKERS[kind](world, entity)
    # What calls others stands with `main`: modules must not import each other.
    home = "main" if kind == "worker" else world.random.choice(["helpers", "helpers", "main"])
    world.modules[home] += nodes
    world.helpers.append(made)
    return made


def _scope(world: World) -> tuple[Scope, str]:
    name = world.names.new("session")
    return Scope(world, [Session(name)]), name


def _typed(world: World, name: str, kind: str) -> str:
    return name if world.chance(0.2) else f"{name}: {kind}"


def _reader(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A plain function that reads something of an object that it is given."""
    name, given = world.names.new("show_"), world.names.new(entity.word)
    scope = Scope(world)
    var = scope.add(Var(given, entity))
    body = read(scope, var) + (read(scope, var) if world.chance(0.3) else [])
    header = line(f"def {name}({_typed(world, given, entity.name)}) -> None:", binds=f"{name} {given}")
    return Helper("reader", name, entity, {}), [block(header, *body)]


def _loader(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine that fetches one object."""
    name, (scope, session), key = world.names.new("load_"), _scope(world), world.names.new("key")
    body, var = fetch(scope, scope.sessions[0], entity, many=False, key=key)
    body += _more(scope, var)
    header = f"async def {name}({_typed(world, session, 'AsyncSession')}, {key}: int) -> {entity.name}:"
    return Helper("loader", name, entity, var.likely), [_bound(header, body, name, var.name, f"{session} {key}")]


def _lister(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine that fetches several objects."""
    name, (scope, session), key = world.names.new("list_"), _scope(world), world.names.new("key")
    body, var = fetch(scope, scope.sessions[0], entity, many=True, key=key)
    header = f"async def {name}({_typed(world, session, 'AsyncSession')}, {key}: int) -> Sequence[{entity.name}]:"
    return Helper("lister", name, entity, var.likely), [_bound(header, body, name, var.name, f"{session} {key}")]


def _statement(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A function that writes a statement, which others run."""
    name, key = world.names.new("find_"), world.names.new("key")
    query = Query(Scope(world), entity, single=True, key=key)
    header = line(f"def {name}({key}: int):", binds=key)
    kind = "repeated" if query.repeats else "statement"
    made = block(header, line("return ", *query.pieces, binds=name))
    return Helper("statement", name, entity, query.likely, kind), [made]


def _toucher(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine that does something with a session and an object: commits, expires, refreshes."""
    name, (scope, session), given = world.names.new("touch_"), _scope(world), world.names.new(entity.word)
    var = scope.add(Var(given, entity, session=scope.sessions[0]))
    body = [line(f'{given}.name = "touched"', kind="write")] if world.chance(0.4) else []
    body += of_session(scope) if world.chance(0.6) else of_object(scope, var)
    if world.chance(0.3):
        body += of_object(scope, var)
    taken = f"{_typed(world, session, 'AsyncSession')}, {_typed(world, given, entity.name)}"
    header = line(f"async def {name}({taken}) -> None:", binds=f"{name} {session} {given}")
    return Helper("toucher", name, entity, {}), [block(header, *body)]


def _saver(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine that makes an object and stores it."""
    name, (scope, session) = world.names.new("save_"), _scope(world)
    body, var = new(scope, entity)
    var.session = scope.sessions[0]
    body.append(line(f"{session}.add({var.name})", kind="session"))
    body.append(line(f"await {session}.{world.random.choice(['flush', 'commit', 'commit'])}()", kind="session"))
    body += _more(scope, var)
    header = f"async def {name}({_typed(world, session, 'AsyncSession')}) -> {entity.name}:"
    return Helper("saver", name, entity, var.likely), [_bound(header, body, name, var.name, session)]


def _opener(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine with a session of its own, from which it returns an object."""
    name, (scope, session), key = world.names.new("open_"), _scope(world), world.names.new("key")
    body, var = fetch(scope, scope.sessions[0], entity, many=False, key=key)
    body += _more(scope, var)
    inside = world.chance(0.5)
    result = line(f"return {var.name}", binds=name)
    header = line(f"async with maker() as {session}:", binds=session)
    made = [block(header, *body, result)] if inside else [block(header, *body), result]
    top = line(f"async def {name}({key}: int) -> {entity.name}:", binds=key)
    return Helper("opener", name, entity, var.likely), [block(top, *made)]


def _repository(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A class that holds a session and fetches one object."""
    name, method, key = world.names.new("Repository"), world.names.new("fetch_"), world.names.new("key")
    scope = Scope(world, [Session("self.session")])
    body, var = fetch(scope, scope.sessions[0], entity, many=False, key=key)
    body += _more(scope, var)
    init = block(line("def __init__(self, session: AsyncSession) -> None:"), line("self.session = session", binds=name))
    made = _bound(f"async def {method}(self, {key}: int) -> {entity.name}:", body, method, var.name, key)
    return Helper("repository", method, entity, var.likely, name), [block(line(f"class {name}:"), init, made)]


def _worker(world: World, entity: Entity) -> tuple[Helper, list[Node]]:
    """A coroutine that does all kinds of things with a session and an object."""
    name, (scope, session), given = world.names.new("work_"), _scope(world), world.names.new(entity.word)
    scope.add(Var(given, entity, session=scope.sessions[0]))
    body = [node for _ in range(world.random.randint(2, 4)) for node in world.statement(scope)]
    taken = f"{_typed(world, session, 'AsyncSession')}, {_typed(world, given, entity.name)}"
    header = line(f"async def {name}({taken}) -> None:", binds=f"{name} {session} {given}")
    return Helper("worker", name, entity, {}), [block(header, *body)]


def _bound(header: str, body: list[Node], name: str, result: str, given: str) -> Node:
    return block(line(header, binds=given), *body, line(f"return {result}", binds=name))


def _more(scope: Scope, var: Var) -> list[Node]:
    """Sometimes something that happens to an object before it is returned."""
    if not scope.world.chance(0.3):
        return []
    return of_session(scope) if scope.world.chance(0.4) else of_object(scope, var)


MAKERS: dict[str, Callable[[World, Entity], tuple[Helper, list[Node]]]] = {
    "reader": _reader,
    "loader": _loader,
    "lister": _lister,
    "statement": _statement,
    "toucher": _toucher,
    "saver": _saver,
    "opener": _opener,
    "repository": _repository,
    "worker": _worker,
}
