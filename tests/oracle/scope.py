"""What the grammar knows at a point of a program: sessions, variables, helpers, and what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.oracle.schema import Entity, Names, Schema
from tests.oracle.tree import Node

FLAGS = 3
"""All ways through a program are run, so that there must not be many."""

Likely = dict[str, "Likely"]
"""The relationships that are likely to be loaded, each with what is likely to be loaded below it."""


@dataclass(slots=True)
class Session:
    """A session variable. `begun` tells that a transaction is likely to be begun."""

    name: str
    is_open: bool = True
    begun: bool = False


@dataclass(slots=True)
class Var:
    """A variable with an object of `entity`, or a list of them."""

    name: str
    entity: Entity
    many: bool = False
    session: Session | None = None
    likely: Likely = field(default_factory=dict)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the program can call. `kind` says what for, `like` what it returns."""

    kind: str
    name: str
    entity: Entity
    likely: Likely
    owner: str = ""


@dataclass(slots=True)
class World:
    """All that the functions of one program share.

    `statement` makes lines of any kind; `modules` are the lines of the modules with functions.
    """

    random: Random
    names: Names
    schema: Schema
    statement: Callable[[Scope], list[Node]]
    helpers: list[Helper] = field(default_factory=list)
    modules: dict[str, list[Node]] = field(default_factory=lambda: {"helpers": [], "main": []})
    flags: int = 0
    groups: int = 0
    fuel: int = 40

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.random.random() < probability

    def flag(self) -> str:
        """A condition that only the run knows; nobody asks for more than `FLAGS`."""
        self.flags += 1
        return f"flag({self.flags})"

    def group(self) -> int:
        """A number for lines that do one thing together."""
        self.groups += 1
        return self.groups


@dataclass(slots=True)
class Scope:
    """What the lines of one function can use."""

    world: World
    sessions: list[Session] = field(default_factory=list)
    vars: list[Var] = field(default_factory=list)
    depth: int = 0
    in_loop: bool = False

    @property
    def random(self) -> Random:
        """The program's one source of chance."""
        return self.world.random

    def session(self) -> Session:
        """A session that is open; there is always one where this is asked."""
        return self.random.choice([session for session in self.sessions if session.is_open])

    def block(self, *, loop: bool = False) -> Scope:
        """The scope of a block whose variables nobody sees behind it."""
        return Scope(self.world, self.sessions, list(self.vars), self.depth + 1, self.in_loop or loop)

    def objects(self, *, many: bool | None = None) -> list[Var]:
        """The variables that hold one object, or several, or either."""
        return [var for var in self.vars if many in (None, var.many)]

    def add(self, var: Var) -> Var:
        """A new variable."""
        self.vars.append(var)
        return var
