"""JSON as text, for every format that is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json] | None"

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(value: Json, *, indent: int | None = None) -> str:
    """`value` in ASCII, which every output can hold.

    Nothing in it steers the log of a build, should it be written there: a `##` of a text is spelled so that `##vso[`
    does not come out.
    """
    return json.dumps(value, indent=indent).replace("##", "#\\u0023")


def unicode_text(text: str) -> str:
    """`text` as readers in other languages take it: a byte of a file name that is no UTF-8 comes out as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
