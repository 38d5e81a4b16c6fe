"""Small wrappers around a few methods of SQLAlchemy and SQLModel, which tell a `Watch` what happens in them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from sqlalchemy.ext.asyncio import session as async_session
from sqlalchemy.orm import attributes, loading, strategies
from sqlalchemy.orm.attributes import InstrumentedAttribute
from sqlalchemy.orm.state import InstanceState
from sqlmodel.ext.asyncio import session as sqlmodel_session

from tests.oracle.watch import READ, Watch, in_greenlet

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
            if found is not None and watch.now is not None and in_greenlet():
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
