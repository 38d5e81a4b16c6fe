"""Names and literals, and the chance that chooses between them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

import libcst as cst

NAMES = (
    "session", "s", "db", "maker", "engine", "router", "select", "text", "func", "User", "Item", "Base", "users",
    "user", "item", "result", "self", "cls", "load", "save", "get_session", "asyncio", "Depends", "relationship",
    "Mapped", "AsyncSession", "selectinload", "joinedload", "BaseModel", "Annotated", "Optional", "x", "_", "print",
    "Shape", "match", "type", "property", "isinstance", "list",
)  # fmt: skip
BOUND = ("session", "s", "db", "user", "users", "item", "result", "x", "_", "load", "save", "get_session", "self")
"""Names that are given values."""
ATTRIBUTES = (
    "commit", "rollback", "flush", "refresh", "execute", "scalars", "scalar", "stream", "get", "add", "delete",
    "merge", "close", "begin", "begin_nested", "run_sync", "expire_all", "expunge", "all", "one", "first", "unique",
    "options", "where", "order_by", "items", "user", "name", "id", "awaitable_attrs", "session", "gather",
    "create_task", "TaskGroup", "model_validate", "post", "connect", "sync_session", "c", "any", "desc",
)  # fmt: skip
KEYWORDS = ("expire_on_commit", "response_model", "lazy", "back_populates", "default", "options", "key", "class_", "x")
STRINGS = ("items", "User", "selectin", "select 1 where id = :id", "list[Item]", "", "ünï", "%s", "asyncpg", "user.id")

T = TypeVar("T")
Makers = Sequence[Callable[[], T]]


class Leaves:
    """Grows what has no parts. `depth` is how far what is being grown lies inside of other things."""

    deepest = 5

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.depth = 0
        self.in_string = 0

    def some(self, make: Callable[[], T], least: int = 0, most: int = 3) -> list[T]:
        """A few of what `make` gives; fewer far inside."""
        return [make() for _ in range(self.chance.randint(least, max(least, most - self.depth // 2)))]

    def perhaps(self, make: Callable[[], T], probability: float = 0.3) -> T | None:
        """What `make` gives, or None."""
        return make() if self.chance.random() < probability else None

    def one_of(self, makers: Makers[T], simple: Makers[T]) -> T:
        """What one of `makers` gives; far inside, one of `simple`."""
        if self.depth >= self.deepest or self.chance.random() < self.depth / 12:
            return self.chance.choice(simple)()
        self.depth += 1
        try:
            return self.chance.choice(makers)()
        finally:
            self.depth -= 1

    def name(self) -> cst.Name:
        """A name that is read."""
        return cst.Name(self.chance.choice(NAMES))

    def bound(self) -> cst.Name:
        """A name that is given a value."""
        return cst.Name(self.chance.choice(BOUND))

    def word(self) -> cst.Name:
        """The name of an attribute."""
        return cst.Name(self.chance.choice(ATTRIBUTES))

    def dotted(self) -> cst.Name | cst.Attribute:
        """A name with dots, as in imports and patterns."""
        found: cst.Name | cst.Attribute = cst.Name(self.chance.choice(NAMES[:20]))
        for word in self.some(self.word, 0, 2):
            found = cst.Attribute(found, word)
        return found

    def number(self) -> cst.Integer | cst.Float | cst.Imaginary:
        """A number of any kind."""
        makers = (
            lambda: cst.Integer(self.chance.choice(("0", "1", "1_000", "0xff", "9" * 40))),
            lambda: cst.Float(self.chance.choice(("1.5", "1e400", ".5"))),
            lambda: cst.Imaginary("2j"),
        )
        return self.chance.choice(makers)()

    def string(self) -> cst.SimpleString:
        """A string, with a prefix or three quotes now and then."""
        said = self.chance.choice(STRINGS)
        if self.in_string:
            return cst.SimpleString(f"'{said}'")
        if not said.isascii():
            return cst.SimpleString(f'"{said}"')
        return cst.SimpleString(self.chance.choice(('"{}"', "'{}'", '"""{}\n"""', 'r"{}\\d"', 'b"{}"')).format(said))
