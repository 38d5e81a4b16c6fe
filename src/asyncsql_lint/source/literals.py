"""Where the strings and comments of a text are, found by one regular expression and without parsing."""

from __future__ import annotations

import re

STRING_OR_COMMENT = re.compile(
    r"""
      \#[^\r\n]*
    | '''[^'\\]*(?:(?:\\(?:.|\Z)|'(?!''))[^'\\]*)*(?:'''|\Z)
    | \"\"\"[^"\\]*(?:(?:\\(?:.|\Z)|"(?!""))[^"\\]*)*(?:\"\"\"|\Z)
    | '[^'\\\r\n]*(?:\\(?:\r\n|.|\Z)[^'\\\r\n]*)*(?:'|(?=[\r\n])|\Z)
    | "[^"\\\r\n]*(?:\\(?:\r\n|.|\Z)[^"\\\r\n]*)*(?:"|(?=[\r\n])|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
"""One comment, or one string literal without its prefix. It never fails on an unclosed string, so its time is linear.

Exact for valid Python but for one thing: an f-string that holds its own quotes again (3.12) is taken apart at them.
That cannot go on past the line, for no string of one line reaches over its end.
"""

LONGEST_PREFIX = 2


def is_formatted(text: str, start: int) -> bool:
    """Whether the string literal whose quote is at `start` has a prefix with `f` or `t`: it may hold expressions."""
    prefix = ""
    while len(prefix) <= LONGEST_PREFIX and start > 0 and text[start - 1].isalpha():
        start -= 1
        prefix = text[start].lower() + prefix
    return prefix in ("f", "t", "fr", "rf", "tr", "rt")
