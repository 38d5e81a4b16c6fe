"""The tables of the ORM, held against the installed SQLAlchemy."""

from __future__ import annotations

import builtins
import collections.abc
import typing
import warnings
from typing import Any

import pytest
import sqlalchemy
import sqlalchemy.orm
from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import (
    DeclarativeBase,
    Load,
    Mapped,
    MappedAsDataclass,
    configure_mappers,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.collections import InstrumentedDict, InstrumentedList, InstrumentedSet

from asyncsql_lint.libraries import sqlalchemy_orm as tables


class Base(DeclarativeBase):
    pass


class Node(Base):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    name: Mapped[str]
    parent: Mapped[Node | None] = relationship(remote_side="Node.id")


class DataBase(MappedAsDataclass, DeclarativeBase):
    pass


class Leaf(DataBase):
    __tablename__ = "leaves"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    above_id: Mapped[int | None] = mapped_column(ForeignKey("leaves.id"), default=None)
    above: Mapped[Leaf | None] = relationship(remote_side="Leaf.id", default=None, back_populates="below")
    below: Mapped[list[Leaf]] = relationship(default_factory=list, back_populates="above")


configure_mappers()

STRATEGIES = {"contains_eager": "joined", "default": None, "lazy": "select"}
"""What SQLAlchemy calls a strategy that the table calls by its function."""


def strategy(option: Any) -> object:  # noqa: ANN401 - loader options have no public class in common
    """The `lazy` that a loader option sets on its last relationship."""
    return dict(option.context[-1].strategy or ()).get("lazy")


@pytest.mark.parametrize(("name", "wanted"), tables.LOADERS.items())
def test_loader_options(name: str, wanted: str) -> None:
    function = getattr(sqlalchemy.orm, name.removeprefix("sqlalchemy."))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # noload() is deprecated
        assert strategy(function(Node.parent)) == STRATEGIES.get(wanted, wanted)


@pytest.mark.parametrize("name", tables.CHAINED)
def test_loader_options_are_methods_of_options(name: str) -> None:
    assert callable(getattr(Load, name))


@pytest.mark.parametrize("name", tables.COLUMN_LOADERS | tables.HARMLESS_OPTIONS)
def test_other_options(name: str) -> None:
    assert callable(getattr(sqlalchemy.orm, name.removeprefix("sqlalchemy.")))


def test_every_loader_option_of_the_library_is_in_a_table() -> None:
    ours = {name.rpartition(".")[2] for name in [*tables.LOADERS, *tables.COLUMN_LOADERS, *tables.HARMLESS_OPTIONS]}
    theirs = {n for n in dir(Load) if not n.startswith("_") and callable(getattr(sqlalchemy.orm, n, None))}
    assert theirs - ours == {"selectin_polymorphic"}, "which has a handler of its own"


@pytest.mark.parametrize(("alias", "name"), tables.LAZY_ALIASES.items())
def test_old_spellings_of_lazy(alias: object, name: str) -> None:
    strategies = sqlalchemy.orm.RelationshipProperty._all_strategies[sqlalchemy.orm.RelationshipProperty]  # noqa: SLF001
    assert strategies[(("lazy", alias),)] is strategies[(("lazy", name),)]


def test_what_makes_a_model() -> None:
    for name in tables.DECLARATIVE:
        assert callable(getattr(sqlalchemy.orm, name.removeprefix("sqlalchemy.").removesuffix("()")))


def test_writes_change_collections() -> None:
    kinds = (InstrumentedList, InstrumentedSet, InstrumentedDict)
    for name in tables.WRITES:
        assert any(hasattr(kind, name) for kind in kinds), name


def test_a_dataclass_sets_its_defaults_before_2_1() -> None:
    is_2_0 = sqlalchemy.__version__.startswith("2.0")
    assert ("above" in vars(Leaf()), "below" in vars(Leaf())) == (is_2_0, is_2_0)


@pytest.mark.parametrize("name", sorted(tables.COLLECTIONS))
def test_annotations_that_make_a_collection(name: str) -> None:
    kind = next(getattr(home, name) for home in (builtins, typing, collections.abc) if hasattr(home, name))
    many = kind[str, "Item"] if name.lower() == "dict" else kind["Item"]

    assert uselist(many, collection_class=list)


def test_annotations_that_make_no_collection() -> None:
    assert uselist("Item") is False


def uselist(annotation: Any, **options: Any) -> object:  # noqa: ANN401 - what stands in Mapped[...]
    """Whether a relationship of an item to itself with this annotation is a collection."""

    class Own(DeclarativeBase):
        pass

    key = mapped_column(Integer, primary_key=True)
    body = {
        "__tablename__": "items",
        "__annotations__": {"other": Mapped[annotation]},
        "id": key,
        "above_id": mapped_column(ForeignKey("items.id")),
        "other": relationship(remote_side=None if options else key, **options),
    }
    item: Any = type("Item", (Own,), body)
    Own.registry.configure()
    return item.other.property.uselist
