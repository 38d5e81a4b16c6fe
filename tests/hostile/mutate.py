"""Ways to spoil a file: each makes of a text, and of others, one that nobody would write."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

TOKEN = re.compile(rb"\w+|[^\w\s]|\n[ \t]*|[ \t]+")
ODD = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\x0c", b"\\\n", b'"""', b"f'{", b"}'", b"(", b")", b"[", b"]", b"{",
    b":=",
    b"await ", b"async ", b"yield ", b"lambda: ", b"match x:\n case ", b"*", b"**", b"...", b"@", b"# coding: utf-7\n",
    b"# asl: ignore[", b"# noqa: ", b"\xe2\x80\xa8", b"\xf0\x9f\x92\xa9", b"\x1a", b"global x\n", b"del x\n",
    b"type X[*T] = ", b"from . import *\n", b"class A(A): ...\n", b"\xed\xa0\x80", b"0" * 5_000,
    b"session.", b"select(", b".options(",
)  # fmt: skip
AROUND = (
    (b"(", b")"), (b"[", b"]"), (b"f(", b")"), (b"lambda: ", b""), (b"not ", b""), (b"", b".x"), (b"", b"()"),
    (b"await ", b""), (b"", b" + 1"), (b"x if y else ", b""), (b"{1: ", b"}"), (b"select(", b")"),
    (b"", b".options(a)"), (b"f'{", b"}'"), (b"*", b""), (b"", b"[0]"), (b"", b" and x"), (b"x = ", b""),
    (b"[x for x in ", b"]"),
)  # fmt: skip
DEPTHS = (3, 40, 99, 150, 250, 1_200)

Mutation = Callable[[random.Random, bytes, bytes], bytes]


def swap_tokens(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Two tokens in each other's place."""
    tokens = TOKEN.findall(text)
    if len(tokens) < 2:
        return text
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def drop_tokens(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """A few tokens less."""
    tokens = TOKEN.findall(text)
    start = chance.randrange(len(tokens) + 1)
    return b"".join(tokens[:start] + tokens[start + chance.choice((1, 1, 2, 7)) :])


def repeat_tokens(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """A few tokens again, once or very often."""
    tokens = TOKEN.findall(text)
    start = chance.randrange(len(tokens) + 1)
    end = start + chance.choice((1, 2, 5, 20))
    return b"".join(tokens[:end] + tokens[start:end] * chance.choice((1, 1, 3, 400)) + tokens[end:])


def rename(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """One name in the place of another, everywhere: functions that call themselves, classes that are their own base."""
    names = re.findall(rb"\b[A-Za-z_]\w*\b", text)
    if not names:
        return text
    return re.sub(rb"\b%s\b" % re.escape(chance.choice(names)), chance.choice(names), text)


def drop_lines(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Some lines less."""
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    return b"".join(lines[:start] + lines[start + chance.randint(1, 10) :])


def shuffle_lines(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Some lines in another order."""
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    part = lines[start : start + 8]
    chance.shuffle(part)
    return b"".join(lines[:start] + part + lines[start + 8 :])


def indent(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Some lines deeper, or less deep."""
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    for number in range(start, min(start + chance.randint(1, 12), len(lines))):
        lines[number] = (
            chance.choice((b"    ", b"\t", b" ")) + lines[number]
            if chance.random() < 0.7
            else lines[number].lstrip(b" ")
        )
    return b"".join(lines)


def truncate(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Only the beginning, or only the end."""
    at = chance.randrange(len(text) + 1)
    return text[:at] if chance.random() < 0.7 else text[at:]


def insert_odd(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """Something odd, anywhere."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(ODD) * chance.choice((1, 1, 1, 50)) + text[at:]


def flip_bytes(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """A few bytes otherwise."""
    data = bytearray(text)
    for _number in range(min(len(data), chance.choice((1, 3, 30)))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def nest(chance: random.Random, text: bytes, _: bytes) -> bytes:
    """A token deep in brackets, calls, blocks, functions or chains."""
    depth = chance.choice(DEPTHS)
    tokens = TOKEN.findall(text) or [b"x"]
    at = chance.randrange(len(tokens))
    token = tokens[at].strip() or b"x"
    before, after = chance.choice(AROUND)
    tokens[at] = before * depth + token + after * depth if chance.random() < 0.7 else _blocks(chance, depth, token)
    return b"".join(tokens)


def _blocks(chance: random.Random, depth: int, token: bytes) -> bytes:
    """`token` in blocks in blocks."""
    head = chance.choice(
        (b"if x:", b"async def f(s):", b"async with s:", b"for a in b:", b"while x:", b"try:", b"class A:")
    )
    deepest = min(depth, 120)
    return b"\n" + b"".join(b" " * level + head + b"\n" for level in range(deepest)) + b" " * deepest + token + b"\n"


def splice(chance: random.Random, text: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other) + 1) :]


def mix(chance: random.Random, text: bytes, other: bytes) -> bytes:
    """Lines of two files, in turns."""
    one, two = text.splitlines(keepends=True), other.splitlines(keepends=True)
    return b"".join(chance.choice((a, b)) for a, b in zip(one, two, strict=False))


SYNTAX: tuple[Mutation, ...] = (
    swap_tokens, drop_tokens, repeat_tokens, rename, drop_lines, shuffle_lines, indent, truncate, insert_odd,
    flip_bytes, nest, splice, mix,
)  # fmt: skip
MEANING: tuple[Mutation, ...] = (swap_tokens, drop_tokens, rename, rename, drop_lines, drop_lines, shuffle_lines)
"""Those after which a file often still parses."""


def mutated(chance: random.Random, texts: Sequence[bytes], ways: Sequence[Mutation] = SYNTAX) -> bytes:
    """One of `texts`, spoiled once or several times."""
    text = chance.choice(texts)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        text = chance.choice(ways)(chance, text, chance.choice(texts))
    return text
