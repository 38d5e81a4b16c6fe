"""A finding, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from asyncsql_lint.diagnostics.edit import Fix
from asyncsql_lint.diagnostics.position import Span
from asyncsql_lint.diagnostics.severity import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Related:
    """A secondary place of a finding's trace, with what happened there."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong at one place, why, and how to mend it.

    `message` is one sentence about this code, without advice; `raises` names the run-time error that
    is prevented (`MissingGreenlet`, with SQLAlchemy's code `xd2s` where it has one); `related` is the
    trace in the order of events; `context` is the qualified name of the enclosing function and
    `symbol` the object at hand (`Order.lines`): both go into the fingerprint. `noqa_rows` are the
    lines on which a suppression comment counts: the reported line and the first line of its statement.
    `hangs_on` are the files that define what the code around it and its trace names: a change there may be the cause.
    """

    code: str
    name: str
    message: str
    severity: Severity
    confidence: Confidence
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    raises: str = ""
    context: str = ""
    symbol: str = ""
    noqa_rows: tuple[int, ...] = ()
    hangs_on: tuple[str, ...] = ()
