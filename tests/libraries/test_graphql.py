"""The names of GraphQL servers, held against the installed ones."""

from __future__ import annotations

import inspect

import graphene
import pytest
import strawberry
import strawberry.federation

from asyncsql_lint.libraries import graphql as tables


def found(name: str) -> object:
    package, *rest = name.split(".")
    value: object = {"strawberry": strawberry, "graphene": graphene}[package]
    for part in rest:
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("name", sorted(tables.STRAWBERRY_TYPES | tables.STRAWBERRY_FIELDS))
def test_strawberry_has_the_decorator(name: str) -> None:
    assert callable(found(name))


@pytest.mark.parametrize("name", sorted(tables.GRAPHENE_TYPES))
def test_graphene_has_the_type(name: str) -> None:
    assert inspect.isclass(found(name))


@pytest.mark.parametrize("name", sorted(tables.GRAPHENE_HOLDERS))
def test_graphene_holds_a_type(name: str) -> None:
    holder = found(name)
    assert callable(holder)
    assert holder(graphene.String) is not None
