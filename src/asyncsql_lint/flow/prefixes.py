"""Texts of which only some is known: how a URL begins, and what stands in its query.

`Primitive("plain", Const(text))` is some string that begins with `text`; of a URL, `text` may go on with the query.
"""

from __future__ import annotations

from asyncsql_lint.flow.values import Const, Primitive, Value


def known(value: Value) -> str | None:
    """What is known of a text; None for anything that is none."""
    match value:
        case Const(value=str() as text) | Primitive(kind="plain", of=Const(value=str() as text)):
            return text
        case _:
            return None


def query_in(text: str) -> str:
    """The query of a URL in one part of its text."""
    return text[text.index("?") :] if "?" in text else ""


def joined(left: Value, right: Value, op: str) -> Value | None:
    """`left + right` and `left % right`, where the left is the beginning of a URL; None when it is not."""
    beginning = known(left)
    if beginning is None or "://" not in beginning:
        return None
    if op == "%" and isinstance(left, Const):
        head, _, rest = beginning.partition("%")
        return Primitive("plain", Const(head + query_in(rest)))
    if op != "+":
        return None
    return Primitive("plain", Const(beginning + query_in(known(right) or "")))
