"""Where the names come from that a program does not make up itself."""

from __future__ import annotations

SQLALCHEMY = {
    "sqlalchemy": "Column ForeignKey Table func select",
    "sqlalchemy.exc": "IntegrityError",
    "sqlalchemy.ext.asyncio": "AsyncAttrs AsyncSession async_sessionmaker create_async_engine",
    "sqlalchemy.orm": "DeclarativeBase DynamicMapped Mapped WriteOnlyMapped contains_eager defer immediateload"
    " joinedload lazyload load_only mapped_column noload raiseload relationship selectinload subqueryload undefer",
}
SQLMODEL = {
    "sqlmodel": "Field Relationship SQLModel select",
    "sqlmodel.ext.asyncio.session": "AsyncSession",
}
COMMON = {
    "": "asyncio os",
    "collections.abc": "Sequence",
    "datetime": "datetime",
    "pydantic": "BaseModel ConfigDict TypeAdapter",
    "typing": "List Optional",
    "world": "flag fresh show taken",
}


def library(flavour: str) -> dict[str, str]:
    """The module that each name is imported from; empty for modules."""
    found = {name: source for source, words in (COMMON | SQLALCHEMY).items() for name in words.split()}
    if flavour == "sqlmodel":
        found |= {name: source for source, words in SQLMODEL.items() for name in words.split()}
    return found
