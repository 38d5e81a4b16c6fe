"""Light nodes change nothing but the time that a parse takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import libcst as cst
import pytest

from asyncsql_lint.syntax import lean
from asyncsql_lint.syntax.parse import parse
from asyncsql_lint.syntax.stack import on_deep_stack
from asyncsql_lint.syntax.wire import encode
from asyncsql_lint.syntax.worker import parsed
from asyncsql_lint.syntax.workers import parse_all
from tests.syntax.test_wire import TEXTS

PROJECT = Path(__file__).parents[2]

UNUSUAL = {
    "nothing at all": "",
    "no parse": "def f(:\n",
    "a template string": "x = t'{a} and {b!r:{c}}'\n",
    "slices": "x[a:b:c, ..., d:] = y[:e]\n",
    "patterns": "match x:\n case A(b=[c, *_], d=E.F) | {'k': g, **h} if i: pass\n case -1 | 'a' as j: pass\n",
    "type parameters": "type A[T: (int, str), *Ts, **P] = B[T]\ndef f[T = int](x: T) -> T: pass\nclass C[T](D): pass\n",
    "groups of exceptions": "try: a\nexcept* (B, C) as d: e\n",
    "literals": r"""
a = 'x' "y" f'z{w}' b'v' rb'u' r'\t' u's' '\n' '\N{DASH}' '' '''''' "\
" '''q
r'''
def f(x: "A[B]", y: '''C | None''', z: r"D", *, w: "not a type!") -> "'E'": ...
""",
    "bytes beside text": "x = 'a' b'b'\n",
    "bytes beside a part of text": "x = b'a' 'b' 'c'\n",
    "bytes beside bytes, and beside a name with a b": "x = b'a' Rb'b' bR'c', 'b' 'b', f'b' 'c'\n",
    "bytes beside an f-string": "x = f'a' b'b'\n",
    "imports": "import a.b.c as d, e\nfrom ... import f\nfrom .g.h import (i as j, k,)\nfrom l import *\n",
    "CRLF": "if a:\r\n  b = '''c\r\nd'''\r\n",
    "all the rest": "async def f():\n async with a as (b, c): return [e async for e in f if g], *h\n await i\n",
}


@pytest.fixture(scope="module")
def sources() -> list[str]:
    """What the light nodes are tried on: this project, and what is rare in it."""
    files = [path for folder in ("src", "tests", "benchmarks") for path in (PROJECT / folder).rglob("*.py")]
    texts = [path.read_bytes().decode() for path in sorted(files)]
    assert len(texts) > 300
    return [*UNUSUAL.values(), *TEXTS.values(), *texts]


def test_facts_are_the_same(sources: list[str]) -> None:
    plain = on_deep_stack(lambda: [encode(parsed(text)) for text in sources])
    light = list(parse_all(sources, 1))
    different = [text[:200] for text, one, other in zip(sources, plain, light, strict=True) if one != other]
    assert different == []


def test_a_process_that_parses_has_them() -> None:
    program = (
        "from asyncsql_lint.syntax.lean import install\nassert install()\n"
        "import libcst\nfrom asyncsql_lint.syntax.parse import parse\n"
        "tree = parse('x = 1')\nassert type(tree) is libcst.Module and not hasattr(tree, 'visit')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_this_process_does_not() -> None:
    assert type(parse("x = 1\n")) is cst.Module
    assert hasattr(cst.Module, "visit")


@pytest.mark.parametrize("parser", [lambda *_, **__: cst.Module([]), lambda text: text], ids=["deaf", "other"])
def test_a_parser_that_takes_no_notice(parser: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "native", SimpleNamespace(parse_module=parser, parse_expression=parser))
    assert not lean.install()
    assert sys.modules["libcst"] is cst
