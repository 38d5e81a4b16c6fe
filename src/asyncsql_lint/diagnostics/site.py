"""A place in a file by number: cheap to carry through the analysis, turned into a span only when it is reported."""

from __future__ import annotations

from msgspec import Struct


class Site(Struct, frozen=True, order=True):
    """The `node`-th expression or statement of the file `path`, in the order in which lowering meets them."""

    path: str
    node: int
