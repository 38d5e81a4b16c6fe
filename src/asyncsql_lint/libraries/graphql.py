"""GraphQL servers that read attributes of what a resolver returns: Strawberry and Graphene.

A field without a resolver of its own is read from the object with `getattr()`, in the event loop:
https://strawberry.rocks/docs/types/resolvers, https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers.
"""

from __future__ import annotations

STRAWBERRY_TYPES = frozenset({"strawberry.type", "strawberry.interface", "strawberry.federation.type"})
"""Decorators of classes whose annotated attributes are fields."""

STRAWBERRY_FIELDS = frozenset({"strawberry.field", "strawberry.mutation", "strawberry.federation.field"})
"""Decorators of resolvers."""

GRAPHENE_TYPES = frozenset({"graphene.ObjectType", "graphene.Interface"})
"""Base classes whose class attributes are fields; `resolve_x` is the resolver of `x`."""

GRAPHENE_HOLDERS = frozenset({"graphene.List", "graphene.Field", "graphene.NonNull"})
"""Fields that are made with the type that they hold."""
