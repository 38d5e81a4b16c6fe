"""The fingerprint of a line that GitHub makes of SARIF results, computed as its upload action does.

The action adds `primaryLocationLineHash` to results without one and warns of a different one. It hashes, from the first
character of the line on, the next 100 characters of the file (units of UTF-16), without spaces and tabs and with every
line end as LF. The end of the file counts as the character 65535; what lies behind it, as zeros. The hash is a
polynomial in 37, modulo 2 ** 64. Lines with equal hashes are told apart by their number.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections import Counter
from itertools import accumulate

_LENGTH = 100
_BASE = 37
_MASK = 2**64 - 1
_SHIFTED_OUT = pow(_BASE, _LENGTH, 2**64)
_END = 65535
_LINE_END = re.compile(r"\r\n?")
_BLANKS = str.maketrans("", "", " \t")
_LF = ord("\n")
_UTF_16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
"""As this machine reads numbers of two bytes."""


def line_hashes(data: bytes) -> list[str]:
    """The hash of each line of the file with the content `data`, with the number that tells equal ones apart."""
    # The action takes every file for UTF-8, and its byte order mark for a character.
    text = _LINE_END.sub("\n", data.decode("utf-8", "replace")).translate(_BLANKS)
    units = array("H", text.encode(_UTF_16))
    starts = [0, *(place for place, unit in enumerate(units, start=1) if unit == _LF)]
    # The value of all characters up to each place; the window between two of them is a difference.
    padded = (*units, _END, *(0,) * _LENGTH)
    sums = list(accumulate(padded, lambda value, unit: (value * _BASE + unit) & _MASK, initial=0))
    seen: Counter[int] = Counter()
    hashes: list[str] = []
    for start in starts:
        value = (sums[start + _LENGTH] - sums[start] * _SHIFTED_OUT) & _MASK
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes
