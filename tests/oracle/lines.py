"""Lines of one kind each, about what a function has at hand."""

from __future__ import annotations

from tests.oracle import lifecycle, queries, reads
from tests.oracle.scope import Scope, Var
from tests.oracle.tree import Node, line


def fetch(scope: Scope) -> list[Node]:
    entity = scope.random.choice(scope.world.schema.entities)
    nodes, var = queries.fetch(scope, scope.session(), entity, many=scope.world.chance(0.4))
    scope.add(var)
    return nodes


def again(scope: Scope) -> list[Node]:
    """The same row twice, by a key in a variable, perhaps with something between."""
    entity = scope.random.choice(scope.world.schema.entities)
    key = scope.world.names.new("key")
    session = scope.session()
    first, one = queries.fetch(scope, session, entity, many=False, key=key)
    between = scope.world.statement(scope) if scope.world.chance(0.6) else []
    second, other = queries.fetch(scope, session, entity, many=False, key=key)
    scope.add(one)
    scope.add(other)
    return [line(f"{key} = fresh()", binds=key), *first, *between, *second]


def one(scope: Scope) -> Var | None:
    """One of the variables that hold one object, if there are any."""
    found = scope.objects(many=False)
    return scope.random.choice(found) if found else None


def read(scope: Scope) -> list[Node]:
    return reads.read(scope, scope.random.choice(scope.objects()))


def write(scope: Scope) -> list[Node]:
    var = one(scope)
    return reads.write(scope, var) if var is not None else read(scope)


def update(scope: Scope) -> list[Node]:
    """An UPDATE, and a read of what the database may have computed in it."""
    found = [var for var in scope.objects(many=False) if var.entity.changed and var.session is not None]
    if not found:
        return write(scope)
    var = scope.random.choice(found)
    session = var.session if var.session is not None and var.session.is_open else scope.session()
    nodes = [line(f'{var.name}.name = "changed"', kind="write")]
    if scope.world.chance(0.85):
        nodes.append(
            line(f"await {session.name}.{scope.random.choice(['flush', 'flush', 'commit'])}()", kind="session")
        )
    if scope.world.chance(0.3):
        nodes.append(line(f"await {session.name}.refresh({var.name})", kind="session"))
    column = scope.random.choice([*var.entity.changed, *var.entity.changed, "name"])
    return [*nodes, line(f"show({var.name}.{column})", kind="read")]


def of_object(scope: Scope) -> list[Node]:
    var = one(scope)
    return lifecycle.of_object(scope, var) if var is not None else lifecycle.of_session(scope)


def merge(scope: Scope) -> list[Node]:
    var = one(scope)
    return lifecycle.merge(scope, var) if var is not None else []


def respond(scope: Scope) -> list[Node]:
    return lifecycle.respond(scope, scope.random.choice(scope.objects()))


def save(scope: Scope) -> list[Node]:
    if scope.world.chance(0.2):
        nodes, var = reads.new(scope, scope.random.choice(scope.world.schema.entities))
        scope.add(var)
        return nodes
    return lifecycle.save(scope)
