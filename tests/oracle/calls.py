"""Calls of helpers."""

from __future__ import annotations

from tests.oracle.helpers import KINDS, helper
from tests.oracle.lines import one
from tests.oracle.schema import pick
from tests.oracle.scope import Scope, Var
from tests.oracle.tree import Node, line

OF_OBJECTS = frozenset({"reader", "toucher", "worker"})
"""The kinds of helpers that take an object."""


def call(scope: Scope) -> list[Node]:
    """A call of a helper; what it returns goes into a variable."""
    kind = pick(scope.random, KINDS)
    session = scope.session()
    var = one(scope)
    if kind in OF_OBJECTS and var is None:
        kind = "loader"
    entity = var.entity if kind in OF_OBJECTS and var is not None else scope.random.choice(scope.world.schema.entities)
    made = helper(scope.world, kind, entity)
    if var is not None and kind == "reader":
        return [line(f"{made.name}({var.name})", kind="read")]
    session.begun = True
    if var is not None and kind in {"toucher", "worker"}:
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
