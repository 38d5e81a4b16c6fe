"""What happens inside SQLAlchemy while a program runs: reads that were lucky, expiry and why, sessions in two tasks."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import greenlet
from sqlalchemy.orm import attributes
from sqlalchemy.orm.attributes import InstrumentedAttribute
from sqlalchemy.orm.state import InstanceState

from tests.oracle.world import DISTINCT, ROWS, SPAN

Place = tuple[str, int]
"""A line: the module's name in its package, and the number."""

FILE = "<oracle>"
"""Where the code of a program claims to stand, followed by its module's name."""

READ = InstrumentedAttribute.__get__
CAUSES = {"_remove_snapshot": "commit", "_restore_snapshot": "rollback", "_conditional_expire": "expire"}


@dataclass(frozen=True, slots=True)
class Read:
    """A read of an attribute that failed: what it is, whether a query may have left it out, and what has expired it."""

    attribute: str
    is_relationship: bool
    is_deferred: bool
    causes: frozenset[str]


@dataclass(slots=True)
class Watch:
    """What was seen in one run. `lucky` and `emptied` are lines: of reads that only luck let pass, and of reads of
    what `noload` left empty. `is_shared` tells that two tasks used one session at once.
    """

    lucky: set[Place] = field(default_factory=set)
    emptied: dict[Place, tuple[Place, ...]] = field(default_factory=dict)
    failed: Read | None = None
    is_shared: bool = False
    now: Place | None = None
    reached: set[Place] = field(default_factory=set)
    passed: set[Place] = field(default_factory=set)
    busy: Counter[int] = field(default_factory=Counter)
    causes: WeakKeyDictionary[InstanceState[Any], dict[str, set[str]]] = field(default_factory=WeakKeyDictionary)
    empty: WeakKeyDictionary[InstanceState[Any], set[str]] = field(default_factory=WeakKeyDictionary)
    by_luck: WeakKeyDictionary[InstanceState[Any], set[str]] = field(default_factory=WeakKeyDictionary)

    def begin(self, place: Place) -> None:
        """A statement begins."""
        self.now = place
        self.reached.add(place)

    def read(self, attribute: InstrumentedAttribute[Any], instance: object, owner: Any) -> Any:  # noqa: ANN401
        """Read an attribute in the place of SQLAlchemy, and note what that took."""
        one = attributes.instance_state(instance)
        if attribute.key in one.dict:
            if self.by_luck.get(one, set()) & {attribute.key, "*"} and hasattr(attribute.property, "mapper"):
                self.lucky.update(places())
            if attribute.key in self.empty.get(one, ()) and not one.dict[attribute.key] and has_rows(one):
                self.note_empty()
            return READ(attribute, instance, owner)
        with self.noting(attribute, one):
            value = READ(attribute, instance, owner)
        if one.has_identity and attribute.impl.supports_population and not in_greenlet():
            self.by_luck.setdefault(one, set()).add(attribute.key)
            self.lucky.update(places())
        return value

    @contextlib.contextmanager
    def noting(self, attribute: InstrumentedAttribute[Any], one: InstanceState[Any]) -> Iterator[None]:
        """Note what was read or set, and why it was not there, if that fails."""
        is_relationship = hasattr(attribute.property, "mapper")
        is_deferred = getattr(attribute.property, "deferred", False) or not one.expired
        before = Read(attribute.key, is_relationship, is_deferred, self.expiry(one, attribute.key))
        try:
            yield
        except Exception:
            self.failed = self.failed or before
            raise

    def expiry(self, one: InstanceState[Any], key: str) -> frozenset[str]:
        """What has expired an attribute of an object that is not loaded now."""
        known = self.causes.get(one, {})
        return frozenset(cause for name in (key, "*") for cause in known.get(name, ()))

    def expired(self, one: InstanceState[Any], names: list[str], frame: FrameType) -> None:
        """Note why attributes of an object expire: `frame` is what lets them."""
        if frame.f_back is not None and frame.f_back.f_code.co_name == "refresh":
            return  # which loads at once what it expires
        cause = CAUSES.get(frame.f_code.co_name)
        if cause is None:
            cause = "expire" if frame.f_code.co_filename.endswith("session.py") else "server"
        known = self.causes.setdefault(one, {})
        for name in names:
            known.setdefault(name, set()).add(cause)

    def note_empty(self) -> None:
        """Note that the program sees what `noload` left empty."""
        found = places()
        if found:
            self.emptied.setdefault(found[0], found)


def in_greenlet() -> bool:
    """Whether I/O may be done: a method of the session is under way."""
    return getattr(greenlet.getcurrent(), "__sqlalchemy_greenlet_provider__", False)


def places() -> tuple[Place, ...]:
    """The lines of the program on the stack, innermost first."""
    out: list[Place] = []
    frame = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if frame.f_code.co_filename.startswith(FILE):
            out.append((frame.f_code.co_filename.removeprefix(FILE), frame.f_lineno))
        frame = frame.f_back
    return tuple(out)


def has_rows(one: InstanceState[Any]) -> bool:
    """Whether an object was there before the program ran: then there are rows behind all its relationships."""
    key = one.key
    number = key[1][0] if key is not None else None
    return isinstance(number, int) and number % SPAN < ROWS and number <= SPAN * (DISTINCT + 2)
