"""Strings and comments are found where Python's own tokenizer finds them."""

from __future__ import annotations

import io
import tokenize

import pytest

from asyncsql_lint.source.literals import STRING_OR_COMMENT, is_formatted

CODE = [
    "x = 1  # comment\n",
    "x = '# no comment'  # comment\n",
    "x = \"it's\"  # it's\n",
    "x = '''a\n# no\n'''  # yes\n",
    "x = '\\''  # yes\n",
    "x = r'\\'  # yes'\n",
    "x = 'a\\\n# no'  # yes\n",
    "x = 'a\\\r\n# no'  # yes\n",
    'x = """a "quoted" \\""" # no\n"""  # yes\n',
    "x = ''  # yes\n",
    'x = f"{y!r:>{width}}"  # yes\n',
    "x = b'#' rb'#'  # yes\n",
    "#! first\n# second\n",
    "x = ('a'  # one\n     'b')  # two\n",
]


@pytest.mark.parametrize("code", CODE)
def test_comments_as_tokenize_finds_them(code: str) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(code, newline="").readline)
    comments = [token.string.rstrip("\r") for token in tokens if token.type == tokenize.COMMENT]
    assert [m[0] for m in STRING_OR_COMMENT.finditer(code) if m[0].startswith("#")] == comments


def test_an_f_string_that_repeats_its_quotes_hides_nothing_on_the_next_line() -> None:
    code = 'x = f"{d["it\'s"]}"\ny = 1  # comment\n'
    assert [m[0] for m in STRING_OR_COMMENT.finditer(code)][-1] == "# comment"


@pytest.mark.parametrize("text", ["'", '"""', "'''\\", "'''a\\'''", '"\\', "'\n" * 3, "#"])
def test_unclosed_strings_end_somewhere(text: str) -> None:
    assert STRING_OR_COMMENT.sub("", text * 10_000) is not None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("f'x'", True),
        ("rF'x'", True),
        ("t'x'", True),
        ("'x'", False),
        ("b'x'", False),
        ("if'x'", False),
        ("rb'x'", False),
    ],
)
def test_formatted(code: str, expected: bool) -> None:
    assert is_formatted(code, code.index("'")) is expected
