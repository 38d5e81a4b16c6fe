"""Reads the SQL of a `text()`: its parameters, and what about them PostgreSQL or a driver refuses.

Nothing is parsed beyond words, literals and marks: what is not certain from these is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from asyncsql_lint.libraries.datatypes import SQL_TYPES

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]* | /\*.*?\*/)
    | (?P<string>[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
    | (?P<quoted>"[^"]*")
    | (?P<cast>(?<![:\w\\]):(?P<casted>\w+)::(?P<type>\w+))
    | (?P<param>(?<![:\w\\]):(?P<name>\w+)(?![:\w]))
    | (?P<number>\$\d+)
    | (?P<percent>%s|%\(\w+\)s)
    | (?P<word>[^\W\d]\w*)
    | (?P<digits>\d[\w.]*)
    | (?P<op><>|!=|<=|>=|\|\||::|\\:|=>|[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
_BIND = re.compile(r"(?<![:\w\x5c]):(\w+)(?![:\w])")
"""SQLAlchemy's own pattern: it looks into literals, too."""

_COMPARISONS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_TYPED_LITERALS = frozenset({"interval", "timestamp", "timestamptz", "date", "time"})
_WITHOUT_PARAMETERS = frozenset({"set", "alter", "drop", "listen", "notify", "vacuum", "truncate", "grant", "revoke"})
_SOURCES = frozenset({"from", "join", "update", "into"})
_MARKS = frozenset(
    {"=", "(", ",", "<", ">", "<>", "<=", ">=", "!=", "like", "ilike", "values", "and", "limit", "offset"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, literal or mark. `kind` is the name of its group in `_TOKEN`; words are in lower case."""

    kind: str
    text: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A parameter compared with a column, or cast to a type; `column` may be `table.column`."""

    name: str
    column: str = ""
    cast: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a text.

    `names` are its parameters as SQLAlchemy sees them; `literal` those in a string literal, `listed` those in
    `in (:p)`, `whole` those in `in :p`, `bare` those that are selected as they are, `joined` those next to `||` and a
    literal, `untyped` those asked for NULL before anything tells their type, `sorting` those in `order by :p`.
    `command` is the first word where such a statement takes no parameters, `placeholder` one of another style.
    """

    names: frozenset[str]
    literal: frozenset[str]
    whole: frozenset[str]
    listed: frozenset[str]
    bare: frozenset[str]
    joined: frozenset[str]
    untyped: frozenset[str]
    sorting: frozenset[str]
    uses: tuple[Use, ...]
    tables: frozenset[str]
    casts: tuple[tuple[str, str], ...]
    typed_literals: tuple[tuple[str, str], ...]
    statements: int
    command: str
    placeholder: str


@lru_cache(maxsize=4096)
def read(sql: str) -> Text | None:
    """What is known of a text; None when its quotes do not close."""
    tokens = tuple(_tokens(sql))
    if any(token.text in {"'", '"'} for token in tokens):
        return None
    inside = "".join(t.text for t in tokens if t.kind in {"string", "quoted", "dollar"})
    first = next((t.text for t in tokens if t.kind == "word"), "")
    return Text(
        names=frozenset(_BIND.findall(sql)),
        literal=frozenset(_BIND.findall(inside)) - {t.text for t in tokens if t.kind == "param"},
        whole=frozenset(_after(tokens, "in")),
        listed=frozenset(_listed(tokens)),
        bare=frozenset(_bare(tokens)),
        joined=frozenset(_joined(tokens)),
        untyped=frozenset(_untyped(tokens)),
        sorting=frozenset(_sorting(tokens)),
        uses=tuple(_uses(tokens)),
        tables=frozenset(_tables(tokens)),
        casts=tuple((t.text, t.type) for t in tokens if t.kind == "cast"),
        typed_literals=tuple(
            (one.text, two.text) for one, two in _pairs(tokens) if one.text in _TYPED_LITERALS and two.kind == "param"
        ),
        statements=_statements(tokens),
        command=first if first in _WITHOUT_PARAMETERS else "",
        placeholder=_placeholder(tokens),
    )


def _tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or ""
        if match["comment"]:
            continue
        if match["cast"]:
            yield Token("cast", match["casted"], match["type"])
        elif match["param"]:
            yield Token("param", match["name"])
        elif match["dollar"]:
            yield Token("dollar", match["dollar"])
        else:
            text = match.group()
            yield Token(kind, text.lower() if kind == "word" else text)


def _pairs(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, Token]]:
    return pairwise(tokens)


def _after(tokens: tuple[Token, ...], word: str) -> Iterator[str]:
    return (two.text for one, two in _pairs(tokens) if one.kind == "word" and one.text == word and two.kind == "param")


def _listed(tokens: tuple[Token, ...]) -> Iterator[str]:
    """`in (:p)`, with nothing else in the brackets."""
    for at, token in enumerate(tokens[:-3]):
        left, param, right = tokens[at + 1 : at + 4]
        if token.text == "in" and left.text == "(" and param.kind == "param" and right.text == ")":
            yield param.text


def _bare(tokens: tuple[Token, ...]) -> Iterator[str]:
    """`select :p`: PostgreSQL takes the parameter for a text."""
    for at, token in enumerate(tokens[:-1]):
        after = tokens[at + 2].text if at + 2 < len(tokens) else ""
        if token.text == "select" and tokens[at + 1].kind == "param" and after in {"", ",", "as", "from", ";"}:
            yield tokens[at + 1].text


def _joined(tokens: tuple[Token, ...]) -> Iterator[str]:
    """`:p || ' days'`: a text again."""
    for at, token in enumerate(tokens[1:-1], 1):
        one, two = tokens[at - 1], tokens[at + 1]
        if token.text == "||" and {one.kind, two.kind} == {"param", "string"}:
            yield one.text if one.kind == "param" else two.text


def _untyped(tokens: tuple[Token, ...]) -> Iterator[str]:
    """`:p is null` before anything tells the type of the parameter."""
    seen: set[str] = set()
    for at, token in enumerate(tokens):
        if token.kind != "param":
            continue
        words = [t.text for t in tokens[at + 1 : at + 4]]
        if token.text not in seen and (words[:2] == ["is", "null"] or words == ["is", "not", "null"]):
            yield token.text
        seen.add(token.text)


def _sorting(tokens: tuple[Token, ...]) -> Iterator[str]:
    """`order by :p`."""
    for at, token in enumerate(tokens[:-2]):
        after = tokens[at + 3].text if at + 3 < len(tokens) else ""
        sorts = token.text == "order" and tokens[at + 1].text == "by" and tokens[at + 2].kind == "param"
        if sorts and after in {"", "asc", "desc", ",", ";", "limit", "offset", "nulls"}:
            yield tokens[at + 2].text


def _uses(tokens: tuple[Token, ...]) -> Iterator[Use]:
    """What parameters are compared with, assigned to and cast to."""
    for at, token in enumerate(tokens):
        if token.kind != "param":
            continue
        cast = _cast(tokens, at)
        if cast:
            yield Use(token.text, cast=cast)
        elif at >= 2 and tokens[at - 1].text in _COMPARISONS and not _goes_on(tokens, at + 1):
            column = _column(tokens, at - 2)
            if column:
                yield Use(token.text, column)
    yield from _inserted(tokens)


def _goes_on(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether an operator follows: then it is not the parameter itself that is compared."""
    text = tokens[at].text if at < len(tokens) else ""
    return text in {"+", "-", "*", "/", "||", "::", "[", "%", "at"}


def _column(tokens: tuple[Token, ...], at: int) -> str:
    """The column whose name ends at a token; empty when something stands before it that makes it more than that."""
    if tokens[at].kind != "word":
        return ""
    column = tokens[at].text
    before = at - 1
    if before >= 1 and tokens[before].text == "." and tokens[before - 1].kind == "word":
        before -= 2
    if before >= 0 and tokens[before].text in {"+", "-", "*", "/", "||", "::", ".", "as", "%"}:
        return ""
    return column


def _cast(tokens: tuple[Token, ...], at: int) -> str:
    """The type that a parameter is cast to: `cast(:p as int)`, `(:p)::int`."""
    words = [t.text for t in tokens[at + 1 : at + 4]]
    before = tokens[at - 1].text if at else ""
    outer = tokens[at - 2].text if at > 1 else ""
    if outer == "cast" and before == "(" and words[:1] == ["as"] and len(words) > 1:
        return words[1] if _tail(tokens, at + 3) else ""
    if before == "(" and words[:2] == [")", "::"] and len(words) > 2:
        return words[2] if _tail(tokens, at + 4) else ""
    return ""


def _tail(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the name of a type ends before a token: `timestamp with time zone` and `int[]` go on."""
    text = tokens[at].text if at < len(tokens) else ""
    return text not in {"[", "with", "without", "(", "varying", "precision"}


def _inserted(tokens: tuple[Token, ...]) -> Iterator[Use]:
    """`insert into t(a, b) values (:a, :b)`."""
    texts = [t.text for t in tokens]
    if "into" not in texts or "values" not in texts:
        return
    columns, end = _bracketed(tokens, texts.index("into") + 1)
    if not columns or end >= len(tokens) or tokens[end].text != "values":
        return
    values, _ = _bracketed(tokens, end)
    if len(values) != len(columns):
        return
    for column, value in zip(columns, values, strict=True):
        if len(column) == 1 and len(value) == 1 and value[0].kind == "param":
            yield Use(value[0].text, column[0].text)


def _bracketed(tokens: tuple[Token, ...], at: int) -> tuple[list[list[Token]], int]:
    """The parts between the next brackets, and what comes after them."""
    while at < len(tokens) and tokens[at].text != "(":
        at += 1
    parts: list[list[Token]] = [[]]
    depth = 0
    for end in range(at, len(tokens)):
        text = tokens[end].text
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return parts, end + 1
        if text == "," and depth == 1:
            parts.append([])
        elif not (text == "(" and depth == 1):
            parts[-1].append(tokens[end])
    return [], len(tokens)


def _tables(tokens: tuple[Token, ...]) -> Iterator[str]:
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and token.text in _SOURCES and tokens[at + 1].kind in {"word", "quoted"}:
            name = tokens[at + 1].text
            if at + 3 < len(tokens) and tokens[at + 2].text == ".":
                name = tokens[at + 3].text
            yield name.strip('"')


def _statements(tokens: tuple[Token, ...]) -> int:
    """How many statements there are; a trailing semicolon begins none."""
    count, empty = 0, True
    for token in tokens:
        if token.text == ";" and token.kind == "op":
            empty = True
        elif empty:
            count += 1
            empty = False
    return count


def _placeholder(tokens: tuple[Token, ...]) -> str:
    """A placeholder of another style: `%s`, `$1`, `?`."""
    for at, token in enumerate(tokens):
        before = tokens[at - 1].text if at else ""
        if token.kind == "number":
            return token.text
        if token.kind == "percent" and before in _MARKS:
            return token.text
        if token.text == "?" and before in _MARKS:
            after = tokens[at + 1].text if at + 1 < len(tokens) else ""
            if after in {"", ")", ",", ";", "and", "or", "order", "limit"}:
                return token.text
    return ""


def kind_of_type(name: str) -> str:
    """The kind of values that a type of SQL takes."""
    return SQL_TYPES.get(name, "")
