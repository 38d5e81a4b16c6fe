"""SQLAlchemy's ORM: relationships, loader options, what makes a class a model.

https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
"""

from __future__ import annotations

DECLARATIVE = frozenset(
    {
        "sqlalchemy.DeclarativeBase",
        "sqlalchemy.DeclarativeBaseNoMeta",
        "sqlalchemy.declarative_base()",
        "sqlalchemy.as_declarative()",
    }
)
"""What makes a class that inherits from it a mapped class."""

LOADERS: dict[str, str] = {
    "sqlalchemy.selectinload": "selectin",
    "sqlalchemy.joinedload": "joined",
    "sqlalchemy.subqueryload": "subquery",
    "sqlalchemy.immediateload": "immediate",
    "sqlalchemy.contains_eager": "contains_eager",
    "sqlalchemy.lazyload": "lazy",
    "sqlalchemy.raiseload": "raise",
    "sqlalchemy.noload": "noload",
    "sqlalchemy.defaultload": "default",
}
"""Functions that make a loader option for a relationship, with the strategy (`lazy=`) that they ask for."""

COLUMN_LOADERS = frozenset({"sqlalchemy.load_only", "sqlalchemy.defer", "sqlalchemy.undefer"})
"""Functions that make a loader option for columns."""

HARMLESS_OPTIONS = frozenset(
    {"sqlalchemy.with_loader_criteria", "sqlalchemy.undefer_group", "sqlalchemy.with_expression"}
)
"""Options that load no relationship."""

CHAINED = {name.rpartition(".")[2]: strategy for name, strategy in LOADERS.items()}
"""The same as methods of an option: `selectinload(A.b).joinedload(B.c)`."""

COLLECTIONS = frozenset(
    {"list", "List", "set", "Set", "Sequence", "Collection", "frozenset", "dict", "Dict", "MutableSequence"}
)
"""Annotations that make a relationship a collection."""

LAZY_ALIASES: dict[object, str] = {True: "select", None: "noload", False: "joined"}
"""Old spellings of `lazy=`."""

WRITES = frozenset(
    {"append", "remove", "extend", "insert", "pop", "clear", "add", "discard", "update", "sort", "reverse"}
)
"""Methods that change a collection; each loads it first."""
