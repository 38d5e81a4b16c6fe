"""A scan before the parse, for texts that would take LibCST's native parser, and the program with it, down.

The parser is recursive, copies what is nested once for each level, and re-reads what hangs on one chain. Measured with
LibCST 1.9.0 on CPython 3.11, in a thread with 64 MB of stack and 3 GB of address space (time and memory of one parse):

==================================  =============================  ==========================================
text                                survives                       does not
==================================  =============================  ==========================================
brackets in brackets                200: 0.0-0.6 s, 9-250 MB       1,000: 0.1-13 s, 0.1-2.6 GB; 3,000: aborts
5,000 elements in 200 brackets                                     3-7 s, 1.3-2.6 GB: refused, too
one chain of `+` `*` `|` `.b`       1,000: 0.2 s; 3,000: 1.9 s     10,000: over 20 s, then the stack
one chain of `.b()`, `[1]`, `()`    1,000: 0.4-1.4 s               3,000: 4-16 s; 10,000: over 20 s
`not`, `-`, `**`, `lambda:`, `if`   1,000: 0.1-0.4 s, 60-190 MB    3,000: 0.5-1.7 GB; 10,000: aborts
one chain of `and`, `or`            10,000: 0.2 s                  100,000: segmentation fault
`elif` after `elif`                 10,000: 0.4 s                  100,000: segmentation fault
brackets in a `case` pattern        14: 0.1 s; 20: 2 s             100: never ends (twice the time a level)
braces in a `case` pattern          8: 0.1 s; 11: 6 s              20: never ends (four times the time a level)
elements of one literal             100,000: 1-6 s, 0.4-0.8 GB     (memory grows with them)
lines                               100,000: 5-10 s, 0.9-1.3 GB    (memory grows with them)
==================================  =============================  ==========================================

Harmless: a line or a name of a million characters, comparisons in a chain (100,000), alternatives in a pattern
(100,000). Refused by LibCST itself, with an ordinary syntax error: more than 99 levels of indentation and more than
some 3,000 strings, or `for` clauses, in a row. The bounds below lie far over what people write: CPython refuses more
than 200 nested brackets, and sums and `elif` chains of some 3,000 parts, just as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from asyncsql_lint.source.literals import STRING_OR_COMMENT, is_formatted

MOST_NESTED = 200
"""Brackets in brackets; CPython's own bound."""
LONGEST_CHAIN = 1_000
"""Operators, attributes, calls and subscripts of one expression, without what is in its brackets."""
LONGEST_ELIF = 3_000
"""`elif` branches of one `if`."""
DEEPEST_PATTERN = 18
"""Brackets in brackets in a `case` pattern; a brace counts for two."""
MOST_LINES = 150_000
MOST_WEIGHT = 500_000
"""Marks (brackets, commas, operators, line ends), each counted once and once more for each bracket around it."""

_ODD_DEPTH = 30
"""Twice what people write: from here on the depth is counted, for a round for each level would take too long."""

_KEPT = b"()[]{},;.+-*/%@&|^~<>\n"
_TO_MARKS = bytes(b"\n"[0] if byte == b"\r"[0] else byte for byte in range(256))
_NO_MARKS = bytes(byte for byte in range(256) if byte not in _KEPT and byte != b"\r"[0])
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_OPENING = b"([{"
_CLOSING = b")]}"
_GROUP = re.compile(rb"[(\[{][^()\[\]{}]*[)\]}]")
_LONG_GROUP = re.compile(rb"[(\[{]([^()\[\]{}]{%d,})[)\]}]" % LONGEST_CHAIN)
_CONTINUED = re.compile(r"\\(?:\r\n|\r|\n)")
_OPERATOR_WORDS = ("and", "or", "not", "if", "lambda")
_OPERATOR_WORD = re.compile(r"\b(?:and|or|not|if|else|lambda)\b")
_CASE = re.compile(r"^[ \t]*case\b", re.MULTILINE)
_PATTERN_MARK = re.compile(r"[()\[\]{}:\r\n]")
_BRANCH = re.compile(r"^([ \t]*)(elif\b|else\b|[^\s#])", re.MULTILINE)


def danger(text: str) -> str | None:
    """Why `text` must not be given to the parser, or None when it may.

    It costs about 2 % of the parse. Strings and comments do not count, but for the expressions in f-strings.
    """
    long_formatted: list[str] = []

    def blank(literal: re.Match[str]) -> str:
        if literal.end() - literal.start() > MOST_NESTED and is_formatted(text, literal.start()):
            long_formatted.append(literal[0])
        return "" if literal[0].startswith("#") else "s"

    code = STRING_OR_COMMENT.sub(blank, text)
    for literal in long_formatted:
        brackets = literal.encode("ascii", "replace").translate(None, _NO_BRACKETS)
        if _deepest(brackets) > MOST_NESTED:
            return _too_deep()
        if _weight(brackets) > MOST_WEIGHT:
            return _too_heavy()
    return _pattern_danger(code) or _elif_danger(code) or _marks_danger(_marks(code))


def _marks(code: str) -> bytes:
    """What is left of `code` when only brackets, separators, operators and line ends count."""
    if "\\" in code:
        code = _CONTINUED.sub("", code)
    if sum(map(code.count, _OPERATOR_WORDS)) > LONGEST_CHAIN:  # else there are not enough of them to matter
        code = _OPERATOR_WORD.sub("+", code)
    return code.encode("ascii", "replace").translate(_TO_MARKS, _NO_MARKS)


def _marks_danger(marks: bytes) -> str | None:
    """Take `marks` apart from its innermost brackets outwards: the rounds that this takes are the depth."""
    if marks.count(b"\n") > MOST_LINES:
        return f"it has more than {MOST_LINES:,} lines, which would take too much memory to parse"
    rest, depth = marks, 0
    while True:
        for group in _LONG_GROUP.finditer(rest):
            if _longest(group[1].replace(b"\n", b"")) > LONGEST_CHAIN:
                return _too_long()
        rest, replaced = _GROUP.subn(b".", rest)
        if not replaced:
            break
        depth += 1
        if depth == _ODD_DEPTH and depth + _deepest(rest) > MOST_NESTED:
            return _too_deep()
    if sum(map(rest.count, (b"(", b"[", b"{"))) > MOST_NESTED:
        return _too_deep()
    if _longest(rest) > LONGEST_CHAIN:
        return _too_long()
    if len(marks) * (depth + 1) > MOST_WEIGHT and _weight(marks) > MOST_WEIGHT:
        return _too_heavy()
    return None


def _longest(marks: bytes) -> int:
    """The length of the longest chain in `marks`, which separators end."""
    return max(map(len, re.split(rb"[,;\n]", marks)))


def _depths(marks: bytes) -> Iterator[int]:
    """How many brackets are open after each mark; one that closes nothing does not count."""
    depth = 0
    for mark in marks:
        if mark in _OPENING:
            depth += 1
        elif mark in _CLOSING and depth:
            depth -= 1
        yield depth


def _deepest(marks: bytes) -> int:
    return max(_depths(marks), default=0)


def _weight(marks: bytes) -> int:
    return len(marks) + sum(_depths(marks))


def _pattern_danger(code: str) -> str | None:
    """Whether a `case` nests so deep that trying all its readings would not end."""
    if "case" not in code:
        return None
    for case in _CASE.finditer(code):
        depth, stack = 0, [0]
        for mark in _PATTERN_MARK.finditer(code, case.end()):
            if mark[0] in "([{":
                depth += 2 if mark[0] == "{" else 1
                stack.append(depth)
                if depth > DEEPEST_PATTERN:
                    return f"a `case` pattern nests deeper than {DEEPEST_PATTERN} brackets"
            elif mark[0] in ")]}" and len(stack) > 1:
                stack.pop()
                depth = stack[-1]
            elif len(stack) == 1:  # the colon of the `case`, or the end of its line
                break
    return None


def _elif_danger(code: str) -> str | None:
    if code.count("elif") <= LONGEST_ELIF:
        return None
    chains: dict[int, int] = {}
    for branch in _BRANCH.finditer(code):
        indent = len(branch[1])
        if branch[2] != "elif":
            if branch[2] != "else":
                chains.pop(indent, None)
            continue
        chains[indent] = chains.get(indent, 0) + 1
        if chains[indent] > LONGEST_ELIF:
            return f"an `if` has more than {LONGEST_ELIF:,} branches"
    return None


def _too_deep() -> str:
    return f"more than {MOST_NESTED} nested brackets, which CPython does not take either"


def _too_long() -> str:
    return f"an expression chains more than {LONGEST_CHAIN:,} operators, attributes or calls"


def _too_heavy() -> str:
    return "it holds so much data in brackets that parsing it would take too much memory"
