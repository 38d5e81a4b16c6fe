"""What happens inside SQLAlchemy while a program runs: reads that were lucky, expiry and why, sessions in two tasks.

`watching()` puts small wrappers around a few methods of the library and takes them away again.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from unittest import mock
from weakref import WeakKeyDictionary

import greenlet
from sqlalchemy.ext.asyncio import session as async_session
from sqlalchemy.orm import attributes, loading, strategies
from sqlalchemy.orm.attributes import InstrumentedAttribute
from sqlalchemy.orm.state import InstanceState
from sqlmodel.ext.asyncio import session as sqlmodel_session

from tests.oracle.world import DISTINCT, ROWS, SPAN

Place = tuple[str, int]
"""A line: the module's name in its package, and the number."""

FILE = "<oracle>"
"""Where the code of a program claims to stand, followed by its module's name."""

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
        if one.has_identity and attribute.impl.supports_population and not _in_greenlet():
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


def _in_greenlet() -> bool:
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


READ = InstrumentedAttribute.__get__
SET = InstrumentedAttribute.__set__
SPAWN = async_session.greenlet_spawn
POPULATE_PARTIAL = loading._populate_partial  # noqa: SLF001
POPULATE_FULL = loading._populate_full  # noqa: SLF001
POST_LOADS = getattr(loading, "_PostLoad", None) or loading.PostLoad
POST_LOAD = POST_LOADS.invoke
GET_FROM_IDENTITY = loading.get_from_identity
EXPIRE = InstanceState._expire  # noqa: SLF001
EXPIRE_SOME = InstanceState._expire_attributes  # noqa: SLF001
NO_LOADER = getattr(strategies, "_NoLoader", None) or strategies.NoLoader
PROCESSOR = NO_LOADER.create_row_processor
"""The library's own, which SQLAlchemy 2.0 and 2.1 have in the same places."""


def _unbound(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function, which a class binds to its instances, in the place of a method, which it does not."""

    def called(*given: Any, **more: Any) -> Any:  # noqa: ANN401
        return method(*given, **more)

    return called


class _Ears:
    """What stands in the place of the library's methods and tells the last of `watches`, if there is one."""

    def __init__(self, watches: list[Watch]) -> None:
        self._watches = watches

    def placed(self) -> list[tuple[object, str, Callable[..., Any]]]:
        """What is replaced: in which object, under which name, by what."""
        return [
            (InstrumentedAttribute, "__get__", _unbound(self.read)),
            (InstrumentedAttribute, "__set__", _unbound(self.write)),
            (InstanceState, "_expire", _unbound(self.expire)),
            (InstanceState, "_expire_attributes", _unbound(self.expire_some)),
            (NO_LOADER, "create_row_processor", _unbound(self.processor)),
            (loading, "_populate_partial", self.populate_partial),
            (loading, "_populate_full", self.populate_full),
            (POST_LOADS, "invoke", _unbound(self.post_load)),
            (loading, "get_from_identity", self.get_from_identity),
            (async_session, "greenlet_spawn", self.spawn),
            (sqlmodel_session, "greenlet_spawn", self.spawn),
        ]

    def read(self, attribute: InstrumentedAttribute[Any], instance: object, owner: Any) -> Any:  # noqa: ANN401
        if instance is None or not self._watches:
            return READ(attribute, instance, owner)
        return self._watches[-1].read(attribute, instance, owner)

    def write(self, attribute: InstrumentedAttribute[Any], instance: object, value: Any) -> None:  # noqa: ANN401
        if not self._watches:
            SET(attribute, instance, value)
            return
        with self._watches[-1].noting(attribute, attributes.instance_state(instance)):
            SET(attribute, instance, value)

    def expire(self, one: InstanceState[Any], *rest: Any) -> None:  # noqa: ANN401
        for watch in self._watches[-1:]:
            watch.expired(one, ["*"], sys._getframe(2))  # noqa: SLF001
        EXPIRE(one, *rest)

    def expire_some(self, one: InstanceState[Any], dict_: Any, names: Any, *rest: Any, **more: Any) -> None:  # noqa: ANN401
        wanted = list(names)
        for watch in self._watches[-1:]:
            watch.expired(one, wanted, sys._getframe(2))  # noqa: SLF001
        EXPIRE_SOME(one, dict_, wanted, *rest, **more)

    # An object that is there already, or in another place of the same result, is met again by what loads more of it:
    # with other rows it would not be.

    def populate_partial(self, context: Any, row: Any, one: InstanceState[Any], dict_: Any, *rest: Any) -> Any:  # noqa: ANN401
        with self._completing([one]):
            return POPULATE_PARTIAL(context, row, one, dict_, *rest)

    def populate_full(self, *given: Any) -> Any:  # noqa: ANN401
        _, _, one, _, is_new, path, *_ = given
        if not is_new and path != one.load_path:
            for watch in self._watches[-1:]:
                watch.by_luck.setdefault(one, set()).add("*")  # what one place loads is there in the other
        return POPULATE_FULL(*given)

    def post_load(self, loader: Any, *given: Any) -> Any:  # noqa: ANN401
        with self._completing([one for one, is_new in loader.states.items() if not is_new]):
            return POST_LOAD(loader, *given)

    @contextlib.contextmanager
    def _completing(self, states: list[InstanceState[Any]]) -> Iterator[None]:
        """Note what is loaded meanwhile on these objects."""
        before = [(one, set(one.dict)) for one in states]
        yield
        for watch in self._watches[-1:]:
            for one, known in before:
                watch.by_luck.setdefault(one, set()).update(set(one.dict) - known)

    def get_from_identity(self, *given: Any) -> Any:  # noqa: ANN401
        # `get()` of what is there runs no statement, whatever its options.
        found = GET_FROM_IDENTITY(*given)
        for watch in self._watches[-1:]:
            if found is not None and watch.now is not None and _in_greenlet():
                watch.lucky.add(watch.now)
        return found

    async def spawn(self, function: Any, *given: Any, **more: Any) -> Any:  # noqa: ANN401
        session = id(getattr(function, "__self__", None))
        if not self._watches:
            return await SPAWN(function, *given, **more)
        watch = self._watches[-1]
        watch.busy[session] += 1
        watch.is_shared = watch.is_shared or watch.busy[session] > 1
        try:
            return await SPAWN(function, *given, **more)
        finally:
            watch.busy[session] -= 1

    def processor(self, loader: Any, *given: Any) -> None:  # noqa: ANN401
        populators = given[-1]
        PROCESSOR(loader, *given)
        key, invoke = populators["new"].pop()

        def left_empty(one: InstanceState[Any], dict_: dict[str, object], row: object) -> None:
            invoke(one, dict_, row)
            for watch in self._watches[-1:]:
                watch.empty.setdefault(one, set()).add(key)

        populators["new"].append((key, left_empty))


@contextlib.contextmanager
def watching() -> Iterator[list[Watch]]:
    """While this is entered, the last `Watch` in the list is told what happens."""
    watches: list[Watch] = []
    with contextlib.ExitStack() as stack:
        for owner, name, ear in _Ears(watches).placed():
            stack.enter_context(mock.patch.object(owner, name, ear))
        yield watches
