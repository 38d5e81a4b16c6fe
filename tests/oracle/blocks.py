"""Blocks: branches, loops, transactions, and ways to leave them early."""

from __future__ import annotations

from tests.oracle.reads import read
from tests.oracle.scope import FLAGS, Scope, Var
from tests.oracle.tree import Node, block, line


def lines_in(scope: Scope, count: int) -> list[Node]:
    """Lines of all kinds."""
    return [node for _ in range(count) for node in scope.world.statement(scope)]


def branch(scope: Scope) -> list[Node]:
    if scope.world.flags >= FLAGS:
        return []
    condition = scope.world.flag()
    roll = scope.random.random()
    if roll < 0.2:
        condition = f"not {condition}"
    body = lines_in(scope.block(), scope.random.randint(1, 3))
    if not body:
        return []
    other = lines_in(scope.block(), scope.random.randint(1, 2)) if roll > 0.7 else []
    return [block(line(f"if {condition}:"), *body, clauses=(block(line("else:"), *other),) if other else ())]


def loop(scope: Scope) -> list[Node]:
    inside = scope.block(loop=True)
    lists = scope.objects(many=True)
    if not lists or scope.world.chance(0.15):
        return [block(line("for _ in range(2):"), *lines_in(inside, scope.random.randint(1, 3)))]
    var = scope.random.choice(lists)
    name = scope.world.names.new(var.entity.word)
    one = inside.add(Var(name, var.entity, False, var.session, var.likely))
    body = [*read(inside, one), *lines_in(inside, scope.random.randint(0, 2))]
    form = scope.random.choice(
        [f"for {name} in {var.name}:", f"for {name} in {var.name}:", f"for _, {name} in enumerate({var.name}):"]
    )
    return [block(line(form, binds=name), *body)]


def begin(scope: Scope) -> list[Node]:
    session = scope.session()
    if session.begun and not scope.world.chance(0.15):
        end = line(f"await {session.name}.{scope.random.choice(['commit', 'rollback'])}()", kind="session")
        start = [end]
    else:
        start = []
    session.begun = True
    body = lines_in(scope.block(), scope.random.randint(1, 3))
    session.begun = False
    return [*start, block(line(f"async with {session.name}.begin():", kind="begin"), *body)]


def nested(scope: Scope) -> list[Node]:
    session = scope.session()
    session.begun = True
    body = lines_in(scope.block(), scope.random.randint(1, 2))
    return [block(line(f"async with {session.name}.begin_nested():", kind="begin"), *body)]


def leave(scope: Scope) -> list[Node]:
    if scope.world.flags >= FLAGS:
        return []
    words = ["return", "return", *(["break", "continue"] if scope.in_loop else [])]
    return [block(line(f"if {scope.world.flag()}:"), line(scope.random.choice(words)))]
