"""What the parser would die of is refused, and nothing that people write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from asyncsql_lint.syntax.guard import danger

N = 20_000

DEADLY = [
    ("parentheses", "x = " + "(" * N + "1" + ")" * N),
    ("lists", "x = " + "[" * N + "1" + "]" * N),
    ("dicts", "x = " + "{1:" * N + "1" + "}" * N),
    ("calls", "f(" * N + "1" + ")" * N),
    ("unclosed", "x = " + "[" * N),
    ("closed too often first", "x = " + ")" * N + "(" * N + "1" + ")" * N),
    ("over lines", "x = " + "(\n" * N + "1" + ")\n" * N),
    ("beside strings", "x = " + "('(', " * N + "1" + ")" * N),
    ("in an f-string", "x = f'{" + "(" * N + "1" + ")" * N + "}'"),
    ("f-string formats", "x = f'" + "{a:" * N + "}" * N + "'"),
    ("f-strings in f-strings", "x = " + 'f"{' * N + "1" + '}"' * N),
    ("sum", "x = " + "a+" * N + "a"),
    ("sum over lines", "x = (" + "a +\n" * N + "a)"),
    ("sum over continued lines", "x = " + "a + \\\n" * N + "a"),
    ("sum of calls", "x = " + "f(1, 2) + " * N + "a"),
    ("power", "x = " + "a**" * N + "a"),
    ("minus", "x = " + "-" * N + "a"),
    ("not", "x = " + "not " * N + "a"),
    ("lambda", "x = " + "lambda: " * N + "a"),
    ("conditional", "x = " + "a if b else " * N + "c"),
    ("and", "x = " + "a and " * N + "c"),
    ("attributes", "x = a" + ".b" * N),
    ("methods", "x = a" + ".b(1, 2)" * N),
    ("methods over lines", "x = (a" + "\n  .b(1, 2)" * N + ")"),
    ("subscripts", "x = a" + "[1]" * N),
    ("calls of calls", "x = a" + "()" * N),
    ("elif", "if a: pass\n" + "elif a: pass\n" * N),
    ("elif in a function", "def f():\n  if a: pass\n" + "  elif a:\n    b\n" * N),
    ("pattern", "match x:\n  case " + "[" * 30 + "y" + "]" * 30 + ": pass"),
    ("pattern of mappings", "match x:\n  case " + "{1: " * 10 + "y" + "}" * 10 + ": pass"),
    ("pattern over lines", "match x:\n  case " + "A(\n" * 30 + "y" + ")" * 30 + ": pass"),
    ("data in brackets", "x = " + "[" * 150 + "1," * N + "]" * 150),
    ("too many lines", "x = 1\n" * 200_000),
]

HARMLESS = [
    ("empty", ""),
    ("long line", "x = '" + "a" * 1_000_000 + "'"),
    ("long name", "a" * 1_000_000 + " = 1"),
    ("long comment", "#" + "(" * 1_000_000),
    ("big literal", "x = [" + "1, " * 100_000 + "]"),
    ("big dict", "x = {" + "'a': 1,\n" * 100_000 + "}"),
    ("brackets in strings", "x = [" + "'(((((((((', " * 1_000 + "]"),
    ("brackets in a docstring", '"""' + "(" * 1_000 + '"""'),
    ("braces in an f-string", "x = f'" + "{{}} " * 1_000 + "{a}'"),
    ("brackets side by side", "f(1)(2)\n" * 10_000),
    ("many sums", "x = a + b + c\n" * 10_000),
    ("sums in a dict", "x = {" + "'a': a.b.c + d.e(1).f(2), " * 10_000 + "}"),
    ("sums in calls", "f(" + "a.b + c.d,\n" * 10_000 + ")"),
    ("words", "for x in y if a and b or not c else d: pass\n" * 10_000),
    ("operators on lines", "a.b.c()\n" * 10_000 + "d.e.f"),
    ("semicolons", "a.b; " * 10_000),
    ("carriage returns", "a.b.c()\r" * 10_000),
    ("many elif, each few", "if a: pass\nelif b: pass\nelse: pass\n" * 10_000),
    ("elif in loops", "while a:\n  if a: pass\n  elif b: pass\n" * 10_000),
    ("a usual pattern", 'match x:\n  case {"a": [{"b": A(c=[y, *z])}]} if f(g(h({1: {2: {3: 4}}}))): pass'),
    ("case is a name", "case = " + "[" * 15 + "1" + "]" * 15),
]


@pytest.mark.parametrize("text", [case[1] for case in DEADLY], ids=[case[0] for case in DEADLY])
def test_deadly_text_is_refused_with_a_reason(text: str) -> None:
    assert danger(text)


@pytest.mark.parametrize("text", [case[1] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_harmless_text_may_be_parsed(text: str) -> None:
    assert danger(text) is None


def test_the_standard_library_is_harmless() -> None:
    folder = Path(subprocess.__file__).parent
    refused = {path.name: danger(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")}
    assert not {name: reason for name, reason in refused.items() if reason}


AT_THE_BOUND = [
    ("nested calls", "'x = ' + 'f('*200 + '1' + ')'*200"),
    ("default of a default", "'x = ' + '(lambda a='*200 + '1' + ': 1)'*200"),
    ("sum", "'x = ' + 'a+'*999 + 'a'"),
    ("subscripts", "'x = a' + '[1]'*999"),
    ("elif", "'if a: pass\\n' + 'elif a: pass\\n'*3000"),
    ("pattern", "'match x:\\n  case ' + '{1: '*9 + 'y' + '}'*9 + ': pass'"),
]


@pytest.mark.parametrize("expression", [case[1] for case in AT_THE_BOUND], ids=[case[0] for case in AT_THE_BOUND])
def test_what_just_passes_is_survived(expression: str) -> None:
    """In a process of its own: if the bound is wrong, it is this process that dies."""
    program = (
        "import sys\n"
        "from asyncsql_lint.syntax.guard import danger\n"
        "from asyncsql_lint.syntax.parse import parse\n"
        "from asyncsql_lint.syntax.stack import on_deep_stack\n"
        f"text = {expression}\n"
        "assert danger(text) is None\n"
        "sys.exit(type(on_deep_stack(lambda: parse(text))).__name__ != 'Module')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
