"""Loader plans: what the options of a statement say about the attributes of an entity, and of what hangs on it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

LOADS = frozenset({"selectin", "joined", "subquery", "immediate", "contains_eager"})
"""Strategies after which the attribute is there."""

NEVER = frozenset({"raise", "raise_on_sql", "lazy", "default"})
"""Strategies after which it is not."""


class Step(Struct, frozen=True):
    """One attribute of a loader path. `recursion` is selectinload's `recursion_depth` (-1: without bound)."""

    attribute: str
    strategy: str
    recursion: int = 0


class Option(Struct, frozen=True):
    """One loader option as a value: the model it starts from (None for a wildcard) and its path.

    `only` are the columns of `load_only` below the path, `defer` and `undefer` those of these options; `aliased` tells
    that it starts from an alias of the model. `before` are the options on the way, each at its own path:
    `joinedload(A.b).load_only(B.id).selectinload(B.c)` says something of `B` and goes on.
    """

    model: str | None
    steps: tuple[Step, ...] = ()
    only: frozenset[str] = frozenset()
    defer: frozenset[str] = frozenset()
    undefer: frozenset[str] = frozenset()
    polymorphic: frozenset[str] = frozenset()
    more: tuple[Option, ...] = ()
    aliased: bool = False
    before: tuple[Option, ...] = ()

    def extended(self, *steps: Step) -> Option:
        """This option with more steps at its end: what it says of where it leads so far stays there."""
        further = Option(self.model, (*self.steps, *steps), aliased=self.aliased, before=self.before)
        if not (self.only or self.defer or self.undefer or self.polymorphic or self.more):
            return further
        return replace(further, before=(*self.before, replace(self, before=())))

    def flattened(self) -> tuple[Option, ...]:
        """This option, those on its way, and those that were given to its own `.options()`."""
        out = [o for option in self.before for o in option.flattened()]
        out.append(replace(self, more=(), before=()))
        for option in self.more:
            out += [
                replace(o, model=self.model, aliased=self.aliased, steps=(*self.steps, *o.steps))
                for o in option.flattened()
            ]
        return tuple(out)


class Branch(Struct, frozen=True):
    """What a plan says of one attribute."""

    strategy: str
    plan: Plan
    recursion: int = 0


class Plan(Struct, frozen=True):
    """What a statement's options say about one entity.

    `unknown` means that there are options which the analysis could not read: then nothing is *not* loaded; `doubtful`
    tells that what they load may be there or not: what has expired came back with something else. It is why it expired.
    """

    branches: tuple[tuple[str, Branch], ...] = ()
    wildcard: str | None = None
    unknown: bool = False
    only: frozenset[str] = frozenset()
    defer: frozenset[str] = frozenset()
    undefer: frozenset[str] = frozenset()
    polymorphic: frozenset[str] = frozenset()
    doubtful: str = ""

    def get(self, attribute: str) -> Branch | None:
        """What is said of `attribute`, if anything."""
        for name, branch in self.branches:
            if name == attribute:
                return branch
        return None

    def with_branch(self, attribute: str, branch: Branch) -> Plan:
        """This plan with `branch` for `attribute`."""
        table = {**dict(self.branches), attribute: branch}
        return replace(self, branches=tuple(sorted(table.items(), key=lambda item: item[0])))

    def with_option(self, option: Option) -> Plan:
        """This plan with one more (flat) option."""
        if not option.steps:
            return replace(
                self,
                only=self.only | option.only,
                defer=self.defer | option.defer,
                undefer=self.undefer | option.undefer,
                polymorphic=self.polymorphic | option.polymorphic,
            )
        step = option.steps[0]
        rest = replace(option, steps=option.steps[1:])
        if step.attribute == "*":
            return replace(self, wildcard=step.strategy)
        old = self.get(step.attribute)
        below = (old.plan if old is not None else EMPTY).with_option(rest)
        strategy = step.strategy
        if strategy == "default" and old is not None:
            strategy = old.strategy
        return self.with_branch(step.attribute, Branch(strategy, below, step.recursion))

    def below(self, attribute: str) -> Plan:
        """The plan for what `attribute` loads: a recursive option goes on one level less deep."""
        branch = self.get(attribute)
        if branch is None and self.wildcard in LOADS:
            return Plan(wildcard=self.wildcard, unknown=self.unknown)  # `joinedload("*")` goes on below
        if branch is None:
            return UNKNOWN if self.unknown else EMPTY
        if branch.recursion in (0, 1):
            return branch.plan
        deeper = branch.recursion - 1 if branch.recursion > 0 else -1
        return branch.plan.with_branch(attribute, Branch(branch.strategy, branch.plan, deeper))


EMPTY = Plan()
UNKNOWN = Plan(unknown=True)
