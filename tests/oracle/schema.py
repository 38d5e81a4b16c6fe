"""What the models of a program are: entities, relationships, names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.oracle.tree import Module


@dataclass(frozen=True, slots=True)
class Relation:
    """One side of a relationship, as its reader sees it."""

    name: str
    target: str
    many: bool
    lazy: str
    back: str = ""

    @property
    def is_query(self) -> bool:
        """Whether it holds no objects, but a query for them."""
        return self.lazy in {"dynamic", "write_only"}


@dataclass(slots=True)
class Entity:
    """A model: its attributes beside `id`, `shard` and `name`, and the functions that its class has."""

    name: str
    plural: str
    deferred: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    brief: str = ""
    response: str = ""

    @property
    def word(self) -> str:
        """What a variable that holds one is called."""
        return self.name.lower()

    @property
    def columns(self) -> list[str]:
        """All columns that a query could leave out."""
        return ["name", *self.deferred, *self.made, *self.changed]


@dataclass(slots=True)
class Schema:
    """All models of a program. `flavour` is `sqlalchemy` or `sqlmodel`."""

    flavour: str
    entities: list[Entity]
    attrs: bool
    modules: list[Module] = field(default_factory=list)

    def entity(self, name: str) -> Entity:
        """The model called `name`."""
        return next(entity for entity in self.entities if entity.name == name)


class Names:
    """Names that no other thing of the program has."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def new(self, word: str) -> str:
        """`word` with a number."""
        self._count[word] += 1
        return f"{word}{self._count[word]}"

    def attribute(self, word: str) -> str:
        """`word`, with a number from the second time on."""
        name = self.new(word)
        return word if name == f"{word}1" else name


def pick(random: Random, weights: dict[str, int]) -> str:
    """One of the keys."""
    return random.choices(list(weights), list(weights.values()))[0]


def table_of(entity: Entity) -> str:
    """The name of a model's table."""
    return f"t_{entity.word}"
