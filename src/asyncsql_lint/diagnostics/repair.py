"""What to change to mend a finding, before anybody has looked at the text: `edits` turns it into text edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from asyncsql_lint.diagnostics.site import Site


@dataclass(frozen=True, slots=True)
class InsertAwait:
    """`await` before the expression at `expression`, in parentheses where its surroundings need them."""

    expression: Site


@dataclass(frozen=True, slots=True)
class RemoveAwait:
    """Without the `await` of the await expression at `expression`."""

    expression: Site


@dataclass(frozen=True, slots=True)
class MakeAsync:
    """`async with` for `with`, `async for` for `for`: statement or comprehension at `statement`."""

    statement: Site


@dataclass(frozen=True, slots=True)
class MakeSync:
    """`with` for `async with`, `for` for `async for`: statement or comprehension at `statement`."""

    statement: Site


@dataclass(frozen=True, slots=True)
class AddUnique:
    """`.unique()` on a result: before the method if `fetch` is its call (`x.all()`), else after the expression."""

    fetch: Site
    is_call: bool


@dataclass(frozen=True, slots=True)
class LoaderStep:
    """One step of a loader option: `strategy(Owner.attribute)`; `module` and `owner` name the class."""

    strategy: str
    module: str
    owner: str
    attribute: str


@dataclass(frozen=True, slots=True)
class AddLoaderOptions:
    """Loader options, each a chain of steps from the queried entity, at the statement or `get()` call at `query`."""

    query: Site
    chains: tuple[tuple[LoaderStep, ...], ...]
    is_get: bool


@dataclass(frozen=True, slots=True)
class AddKeyword:
    """`name=value` among the arguments of the call at `call`."""

    call: Site
    name: str
    value: str


Repair: TypeAlias = InsertAwait | RemoveAwait | MakeAsync | MakeSync | AddUnique | AddLoaderOptions | AddKeyword
