"""Lines that run several things at once, on one session or on several."""

from __future__ import annotations

from tests.oracle.helpers import helper
from tests.oracle.queries import Query
from tests.oracle.scope import Scope, Session
from tests.oracle.tree import Node, Part, line


def tasks(scope: Scope) -> list[Node]:
    """A gather or tasks of their own."""
    group = scope.world.group()
    session = scope.session()
    session.begun = True
    roll = scope.random.random()
    if roll < 0.3:
        return [line(f"await asyncio.gather({_opened(scope)}, {_opened(scope)})", kind="tasks", group=group)]
    if roll < 0.4:
        # a session in one task only is nobody else's
        return [line(f"await asyncio.gather({_loaded(scope, session)}, {_opened(scope)})", kind="tasks", group=group)]
    if roll < 0.55:
        name = scope.world.names.new("task")
        other = scope.world.names.new("task")
        return [
            line(f"{name} = asyncio.create_task({_loaded(scope, session)})", binds=name, kind="tasks", group=group),
            line(f"{other} = asyncio.create_task({_loaded(scope, session)})", binds=other, kind="tasks", group=group),
            line(f"await {name}", kind="tasks", group=group),
            line(f"await {other}", kind="tasks", group=group),
        ]
    if roll < 0.65:
        name = scope.world.names.new("task")
        return [
            line(f"{name} = asyncio.create_task({_loaded(scope, session)})", binds=name, kind="tasks", group=group),
            line(f"await {name}", kind="tasks", group=group),
        ]
    if roll < 0.75:
        call = _loaded(scope, session)
        return [line(f"await asyncio.gather(*[{call} for _ in range(2)])", kind="tasks", group=group)]
    return [line(f"await asyncio.gather({_run(scope, session)}, {_run(scope, session)})", kind="tasks", group=group)]


def _opened(scope: Scope) -> str:
    """A call of a helper that opens a session of its own."""
    made = helper(scope.world, "opener", scope.random.choice(scope.world.schema.entities))
    return f"{made.name}(fresh())"


def _loaded(scope: Scope, session: Session) -> str:
    """A call of a helper that uses a session."""
    made = helper(scope.world, "loader", scope.random.choice(scope.world.schema.entities))
    return f"{made.name}({session.name}, fresh())"


def _run(scope: Scope, session: Session) -> str:
    """A statement run on a session, or a call of a helper that runs one."""
    if scope.world.chance(0.4):
        return _loaded(scope, session)
    query = Query(scope, scope.random.choice(scope.world.schema.entities), single=True)
    text = "".join(piece.text if isinstance(piece, Part) else piece for piece in query.pieces)
    return f"{session.name}.{scope.random.choice(['execute', 'scalars', 'scalar'])}({text})"
