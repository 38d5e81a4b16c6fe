"""Findings to show, made by pointing at words of small sources."""

from __future__ import annotations

import io
from dataclasses import replace

from asyncsql_lint.diagnostics import (
    Applicability,
    Confidence,
    Diagnostic,
    Fix,
    Position,
    Related,
    Severity,
    Span,
    TextEdit,
)
from asyncsql_lint.reporters.base import Reporter, Sheet
from asyncsql_lint.rules import RULES
from asyncsql_lint.source.lines import split_lines

SOURCES = {
    "/p/app/models.py": 'class Order(Base):\n    lines: Mapped[list["Line"]] = relationship()\n',
    "/p/app/repo.py": (
        "from sqlalchemy import select\n\n\nasync def get(session, id):\n"
        "    query = select(Order).where(Order.id == id)\n    return await session.scalar(query)\n"
    ),
    "/p/app/api.py": (
        "from app.repo import get\n\n\nasync def names(session, id):\n    order = await get(session, id)\n\n"
        "    return [line.name for line in order.lines]\n"
    ),
}


def at(path: str, word: str, sources: dict[str, str] | None = None) -> Span:
    """The first place of `word` in the file."""
    for number, line in enumerate(split_lines((sources or SOURCES)[path]), start=1):
        if (column := line.find(word)) >= 0:
            return Span(path, Position(number, column), Position(number, column + len(word)))
    raise LookupError(word)


def lazy() -> Diagnostic:
    """A finding with a trace through three files and a fix in another one."""
    where = at("/p/app/repo.py", ".where").start
    edits = (
        TextEdit(Span("/p/app/repo.py", where, where), ".options(selectinload(Order.lines))"),
        TextEdit(Span("/p/app/repo.py", Position(2, 0), Position(2, 0)), "from sqlalchemy.orm import selectinload\n"),
    )
    return Diagnostic(
        "ASL301",
        "lazy-relationship-access",
        "`Order.lines` is read, and its query did not load it",
        Severity.ERROR,
        Confidence.PROVED,
        at("/p/app/api.py", "order.lines"),
        related=(
            Related(at("/p/app/models.py", "lines"), 'declared here, with lazy="select"'),
            Related(at("/p/app/repo.py", "select(Order)"), "queried here, without an option for it"),
            Related(at("/p/app/api.py", "get(session, id)"), "it comes from here"),
        ),
        fix=Fix("Load `Order.lines` in the query", Applicability.UNSAFE, edits),
        raises="MissingGreenlet (xd2s)",
        context="app.api.names",
        symbol="Order.lines",
        noqa_rows=(7,),
    )


def simple(span: Span, message: str = "it is bad", severity: Severity = Severity.ERROR) -> Diagnostic:
    """A finding with nothing around it."""
    return Diagnostic("ASL101", "missing-await", message, severity, Confidence.INFERRED, span)


def awaited(span: Span, applicability: Applicability = Applicability.SAFE) -> Diagnostic:
    """A finding with a fix in its own line."""
    edit = TextEdit(Span(span.path, span.start, span.start), "await ")
    return replace(simple(span), fix=Fix("Await it", applicability, (edit,)))


def several(count: int, severity: Severity = Severity.ERROR) -> list[Diagnostic]:
    """As many findings, each with a message of its own."""
    return [simple(at("/p/app/api.py", "names"), f"it is bad {number}", severity) for number in range(count)]


def sheet(*diagnostics: Diagnostic, sources: dict[str, str] | None = None, unsafe: bool = False) -> Sheet:
    """What a reporter gets: a project that is a repository, too."""
    texts = SOURCES if sources is None else sources
    return Sheet(
        diagnostics,
        lambda path: texts.get(path, ""),
        "/p",
        roots=("/p",),
        unsafe=unsafe,
        bytes_of=lambda path: texts[path].encode("utf-8", "surrogatepass") if path in texts else None,
        machine_path=lambda path: path.removeprefix("/p/"),
        rules=RULES,
    )


def written(reporter: Reporter, sheet: Sheet) -> str:
    """What `reporter` writes."""
    out = io.StringIO()
    reporter.write(sheet, out)
    return out.getvalue()
