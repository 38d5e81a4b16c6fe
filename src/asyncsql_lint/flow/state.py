"""The state of a function at one point, and how several of them are kept few.

The analysis is path-sensitive within bounds: it carries several states (one for each way that matters) and lets
those that do not differ in anything that matters run together. Over the bound the oldest are dropped into one
whose differing values are unknown: unknown is silent.
"""

from __future__ import annotations

from dataclasses import dataclass

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.objects import HeapObject
from asyncsql_lint.flow.values import Const, Opaque, Value

MAX_STATES = 12
"""States carried side by side in one function."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something done to a session, in the order of time. `locked` tells that a lock was held."""

    kind: str
    session: int
    site: Site
    locked: bool = False


@dataclass(frozen=True, slots=True)
class RunningTask:
    """A task that was started and not awaited yet, with the sessions that it uses."""

    site: Site
    sessions: frozenset[int]


class State:
    """Names, heap, and what was done to sessions since the function began."""

    __slots__ = ("effects", "env", "heap", "tasks")

    def __init__(
        self,
        env: dict[str, Value],
        heap: dict[int, HeapObject],
        effects: tuple[Effect, ...] = (),
        tasks: tuple[RunningTask, ...] = (),
    ) -> None:
        self.env = env
        self.heap = heap
        self.effects = effects
        self.tasks = tasks

    def copy(self) -> State:
        """A state that can be changed without this one noticing."""
        return State(self.env.copy(), self.heap.copy(), self.effects, self.tasks)

    def same(self, other: State) -> bool:
        """Whether nothing that matters differs: names with plain values do not count."""
        return self.heap == other.heap and self.tasks == other.tasks and _same_names(self.env, other.env)


def _plain(value: Value | None) -> bool:
    return value is None or isinstance(value, (Opaque, Const))


def _same_names(a: dict[str, Value], b: dict[str, Value]) -> bool:
    if a == b:
        return True
    for name in a.keys() | b.keys():
        one, other = a.get(name), b.get(name)
        if one != other and not (_plain(one) and _plain(other)):
            return False
    return True


def _absorb(one: State, other: State) -> State:
    """One state for two that are the same in what matters; plain values that differ are unknown."""
    env = {name: value if other.env.get(name) == value else Opaque() for name, value in one.env.items()}
    for name, value in other.env.items():
        if name not in env:
            env[name] = value if not _plain(value) else Opaque()
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, one.heap, effects, one.tasks)


def _blur(one: State, other: State) -> State:
    """One state for two that differ: what differs is unknown."""
    env = {n: v if other.env.get(n) == v else Opaque() for n, v in one.env.items()}
    heap = {i: o for i, o in one.heap.items() if other.heap.get(i) == o}
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, heap, effects, one.tasks)


def join(states: list[State], bound: int = MAX_STATES) -> list[State]:
    """The same states, fewer: equal ones run together, and at most `bound` are left."""
    if len(states) < 2:
        return states
    out: list[State] = []
    for state in states:
        for i, kept in enumerate(out):
            if kept.same(state):
                out[i] = _absorb(kept, state)
                break
        else:
            out.append(state)
    while len(out) > bound:
        out[-2:] = [_blur(out[-2], out[-1])]
    return out
