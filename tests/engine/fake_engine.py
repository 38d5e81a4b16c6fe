"""An analysis that finds what the source itself spells out, for tests of what stands around the real one.

`bad101()` is a finding of ASL101; `bad101_guessed()` one with that confidence; `bad101_at_models()` has a trace that
leads to the file `models.py`; `bad101_fixed()` has a fix, as far as its rule's fixes go, which writes `good()`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Applicability, Confidence, Diagnostic, Fix, Position, Related, Span, TextEdit
from asyncsql_lint.engine.outcome import Outcome
from asyncsql_lint.source.files import SourceFile
from tests.engine.catalogue import NAMES

_BAD = re.compile(r"bad(\d{3})(?:_(\w+))?\(\)")


def run(
    files: Sequence[SourceFile],
    *,
    roots: Sequence[str],
    report: Collection[str],
    codes: Collection[str],
    progress: Callable[[int, int], None] | None = None,
    why: tuple[str, int] | None = None,
    versions: Mapping[str, Versions] | None = None,
) -> Outcome:
    """All that the sources spell out, of `codes`, in the files `report`."""
    found: list[Diagnostic] = []
    for done, file in enumerate(files, start=1):
        if "crash()" in file.text:
            raise ZeroDivisionError("by the source")
        found += (d for d in _findings(file) if d.code in codes and file.path in report)
        if progress is not None:
            progress(done, len(files))
    explanations = (f"{why[0]}:{why[1]}: nothing is known", f"roots: {', '.join(roots)}") if why else ()
    return Outcome(tuple(found), explanations)


def _findings(file: SourceFile) -> Iterator[Diagnostic]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", file.text), start=1):
        for match in _BAD.finditer(line):
            meta = NAMES[f"ASL{match[1]}"]
            span = Span(file.path, Position(number, match.start()), Position(number, match.end()))
            how = match[2] or "proved"
            models = Span(f"{file.path.rpartition('/')[0]}/models.py", Position(1, 0), Position(1, 1))
            yield Diagnostic(
                meta.code,
                meta.name,
                f"`{match[0]}` is bad",
                meta.severity,
                Confidence[how.upper()] if how in ("guessed", "inferred") else Confidence.PROVED,
                span,
                related=(Related(models, "declared here"),) if how == "at_models" else (),
                fix=_fix(span, meta.fix) if how == "fixed" and meta.fix else None,
                raises="MissingGreenlet",
                context="f",
                noqa_rows=(number,),
            )


def _fix(span: Span, applicability: Applicability) -> Fix:
    return Fix("Write `good()`", applicability, (TextEdit(span, "good()"),))
