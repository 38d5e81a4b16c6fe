"""Types and resolvers of GraphQL servers: what they read of the objects that resolvers return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, Target
from asyncsql_lint.libraries.graphql import GRAPHENE_HOLDERS, GRAPHENE_TYPES, STRAWBERRY_FIELDS, STRAWBERRY_TYPES
from asyncsql_lint.syntax import facts as f

if TYPE_CHECKING:
    from asyncsql_lint.flow.machine import Machine


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a type of Graphene: the type that it `holds`, and its own `resolver`, if it has them."""

    name: str
    holds: ClassInfo | None
    resolver: FunctionInfo | None


def is_graphene(info: ClassInfo, m: Machine) -> bool:
    """Whether a class is a type of Graphene."""
    return bool(m.index.externals(info) & GRAPHENE_TYPES)


def fields(info: ClassInfo, m: Machine) -> Iterator[Field]:
    """The fields of a type of Graphene, those of its bases first."""
    for owner in reversed(m.index.mro(info)):
        for name, bindings in owner.members.items():
            binding = bindings[-1]
            if isinstance(binding, Target) and isinstance(binding.value, f.Call) and not _is_resolved(binding.value):
                yield Field(name, _held(binding.value, owner, m), m.index.method(info, f"resolve_{name}"))


def held_by(info: FunctionInfo, m: Machine) -> ClassInfo | None:
    """The type of what a resolver of Graphene returns; None when the function is none."""
    if info.owner is None or not info.name.startswith("resolve_") or not is_graphene(info.owner, m):
        return None
    name = info.name.removeprefix("resolve_")
    return next((field.holds for field in fields(info.owner, m) if field.name == name), None)


def _is_resolved(call: f.Call) -> bool:
    return any(keyword.name == "resolver" for keyword in call.keywords)


def _held(call: f.Call, owner: ClassInfo, m: Machine) -> ClassInfo | None:
    """The type in `graphene.List(graphene.NonNull(Author))`."""
    if not call.args or not _is_one_of(call.func, owner, GRAPHENE_HOLDERS, m):
        return None
    inner = call.args[0]
    if isinstance(inner, f.Lambda) and isinstance(inner.function.body[0], f.Return):
        inner = inner.function.body[0].value or inner
    if isinstance(inner, f.Call):
        return _held(inner, owner, m)
    found = next((d for d in m.index.resolve(owner.module, inner) if isinstance(d, ClassInfo)), None)
    return found if found is not None and is_graphene(found, m) else None


def is_type(info: ClassInfo, m: Machine) -> bool:
    """Whether the fields of a class are read of what resolvers return."""
    return any(_is_one_of(decorator, info, STRAWBERRY_TYPES, m) for decorator in info.node.decorators)


def is_resolver(info: FunctionInfo, m: Machine) -> bool:
    """Whether a function resolves a field."""
    return any(_is_one_of(decorator, info, STRAWBERRY_FIELDS, m) for decorator in info.node.decorators)


def _is_one_of(expression: f.Expr, of: ClassInfo | FunctionInfo, names: frozenset[str], m: Machine) -> bool:
    callee = expression.func if isinstance(expression, f.Call) else expression
    found = m.index.resolve(of.module, callee)
    return any(isinstance(one, ExternalName) and one.name in names for one in found)
