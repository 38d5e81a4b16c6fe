"""Random programs: models, helpers, and one `async def main()`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.oracle import blocks, lifecycle, lines
from tests.oracle.calls import call
from tests.oracle.library import library
from tests.oracle.models import make_schema
from tests.oracle.reads import read
from tests.oracle.rows import rows
from tests.oracle.schema import Names, pick
from tests.oracle.scope import Scope, Session, World
from tests.oracle.tasks import tasks
from tests.oracle.tree import Module, Node, Program, block, line, pruned

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
    world = World(random, names, schema, statement)
    nodes = _main(world)
    world.modules["main"].append(nodes)
    modules = (*schema.modules, *(Module(name, tuple(made)) for name, made in world.modules.items()))
    bound = frozenset(name for module in modules for node in module.nodes for name in _all_bound(node))
    return pruned(Program(modules, bound, library(schema.flavour)))


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
    body = blocks.lines_in(scope, count)
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


MAKERS: dict[str, Callable[[Scope], list[Node]]] = {
    "fetch": lines.fetch,
    "read": lines.read,
    "write": lines.write,
    "update": lines.update,
    "save": lines.save,
    "session": lifecycle.of_session,
    "object": lines.of_object,
    "merge": lines.merge,
    "respond": lines.respond,
    "insert": lifecycle.failing_insert,
    "branch": blocks.branch,
    "loop": blocks.loop,
    "rows": rows,
    "begin": blocks.begin,
    "nested": blocks.nested,
    "call": call,
    "tasks": tasks,
    "leave": blocks.leave,
    "again": lines.again,
}
