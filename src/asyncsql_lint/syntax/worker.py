"""The other end of `syntax.workers`: a process that parses what it is sent until nothing more comes."""

from __future__ import annotations

import gc
import sys
from typing import IO

from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.lower import lower
from asyncsql_lint.syntax.messages import receive, send
from asyncsql_lint.syntax.parse import parse
from asyncsql_lint.syntax.stack import on_deep_stack
from asyncsql_lint.syntax.wire import Parsed, encode


def parsed(text: str) -> Parsed:
    """The facts of `text`, or why it has none. Call it on the deep stack."""
    tree = parse(text)
    return tree if isinstance(tree, ParseFailure) else lower(tree)


def serve() -> None:
    """Read texts from standard input, write what they come to to standard output."""
    gc.disable()  # as in `engine.run`
    on_deep_stack(lambda: _serve(sys.stdin.buffer, sys.stdout.buffer))


def _serve(texts: IO[bytes], answers: IO[bytes]) -> None:
    send(answers, b"")  # ready
    while (text := receive(texts)) is not None:
        send(answers, encode(parsed(text.decode("utf-8"))))
