"""What somebody may write into file names, identifiers and sources to get more than letters into a report."""

from __future__ import annotations

from dataclasses import replace

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix, Position, Related, Span, TextEdit
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.source.discovery import PathProblem
from tests.reporters.sheets import sheet, simple

ATTACKS = {
    "workflow command": "::error title=x::pwned",
    "workflow command on a line of its own": "x\n::error::pwned\r::add-mask::pwned",
    "workflow command after a blank": " ::error::pwned",
    "escaped line end": "%0A::error::pwned%0D",
    "properties of a workflow command": "a,line=1::pwned::",
    "old workflow command": "##[error]pwned",
    "logging command": "##vso[task.setvariable variable=a]pwned",
    "logging command in capitals": "##VSO[task.complete result=Succeeded;]pwned",
    "properties of a logging command": "a;type=error;]pwned",
    "escape sequences": "\x1b[31mpwned\x1b[0m\x9b31m",
    "escape sequence for a link": "\x1b]8;;https://evil.example\x1b\\pwned\x07",
    "control characters": "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f",
    "no characters": "\ufffe\uffff\U0001fffe",
    "lone surrogates": "\udc80\ud800",
    "bidirectional controls": "\u202epwned\u2066",
    "line ends of Unicode": "a\u2028b\u2029c\x85d",
    "a table": "|pwned|\\|",
    "links": "[x](https://evil.example) ![x](https://evil.example/x.png) [x][y] <https://evil.example>",
    "half a link": "](https://evil.example)",
    "bare links": "https://evil.example www.evil.example evil@evil.example",
    "code that ends": "`](https://evil.example)` ``` ~~~",
    "mentions": "@octocat #1 !1 ~label $1 &1",
    "elements": "<img src=x onerror=pwned()><b>x</b>",
    "end of a script": "</script><script>pwned()</script>",
    "end of a style": "</style><style>*{display:none}</style>",
    "end of an attribute": "\"'><a href=javascript:pwned() x='",
    "end of a comment": "--><!-- ]]>",
    "entities": "&lt;script&gt; &#60; &pwned;",
    "placeholders": "{0} {{1}} %s",
    "related place": "[pwned](1)",
    "a shell": "$(touch pwned); `touch pwned`",
    "quotes and backslashes": "\\\"'\\\\",
}


def attacked(*texts: str) -> Sheet:
    """A report that has each of `texts` wherever somebody's text comes in."""
    problems = tuple(PathProblem(f"/p/problem{text}.py", text) for text in texts)
    found = sheet(*map(_found, texts), sources={f"/p/{text}.py": f"{text}\nx = 1  # {text}\n" for text in texts})
    return replace(found, taken_back=tuple(map(_taken, texts)), problems=problems)


def _found(text: str) -> Diagnostic:
    path = f"/p/{text}.py"
    place = Span(path, Position(1, 0), Position(1, 1))
    edit = TextEdit(Span(path, place.start, place.start), f"{text}\n")
    return replace(
        simple(place, text),
        related=(Related(place, text), Related(Span(path, Position(2, 0), Position(2, 1)), text)),
        fix=Fix(text, Applicability.SAFE, (edit,)),
        raises=text,
        context=text,
        symbol=text,
        noqa_rows=(1,),
    )


def _taken(text: str) -> TakenBack:
    place = Span(f"/p/{text}.py", Position(2, 0), Position(2, 1))
    return TakenBack(replace(_found(text), span=place), 2, text)
