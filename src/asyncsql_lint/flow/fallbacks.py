"""Errors that code expects: `try: result.scalars() except AttributeError: result.all()`.

Somebody who handles just the error that is foretold, and goes on, has met it. A handler of everything proves no such
thing, unless it asks the same object in another way.
"""

from __future__ import annotations

from collections.abc import Iterable

from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_BROAD = frozenset({"Exception", "BaseException"})
_CLEARS_UP = frozenset({"rollback", "close", "aclose", "invalidate", "expunge_all", "remove"})


def is_expected(error: str, node: int, guards: Iterable[f.Try]) -> bool:
    """Whether one of the `try`s around the record number `node` goes on after an `error` there."""
    if not error:
        return False
    for guard in guards:
        handler = next((h for h in guard.handlers if _names(h) & {error, *_BROAD} or h.type is None), None)
        if handler is None or any(isinstance(one, f.Raise) for one in inside(handler.body)):
            continue
        if error in _names(handler) or _asks_again(handler, node, guard):
            return True
    return False


def _names(handler: f.Handler) -> set[str]:
    kinds = handler.type.items if isinstance(handler.type, f.Sequence) else (handler.type,)
    return {kind.id for kind in kinds if isinstance(kind, f.Name)}


def _asks_again(handler: f.Handler, node: int, guard: f.Try) -> bool:
    """Whether a handler calls another method of the object on which the call or attribute number `node` failed."""
    failed = next((one for one in inside(guard.body) if one.at == node and isinstance(one, (f.Call, f.Attr))), None)
    owner = _owner(failed)
    if not owner:
        return False
    calls = [one for one in inside(handler.body) if isinstance(one, f.Call) and isinstance(one.func, f.Attr)]
    return any(
        _owner(call) == owner and isinstance(call.func, f.Attr) and call.func.name not in _CLEARS_UP for call in calls
    )


def _owner(node: f.Node | None) -> str:
    """The name at the left of `name.attribute` or `name.method()`."""
    attribute = node.func if isinstance(node, f.Call) else node
    owner = attribute.value if isinstance(attribute, f.Attr) else None
    return owner.id if isinstance(owner, f.Name) else ""
