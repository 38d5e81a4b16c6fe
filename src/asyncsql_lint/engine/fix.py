"""Fixes applied to texts until nothing changes, each held against what the linter says afterwards; files written whole.

A round takes the fixes that do not touch each other, carries them out, and lints again. What a fix promised is
then checked: the file parses, the finding is gone, and nothing new has come of it. A fix that breaks its promise
is undone and told about; which one it was is found by halving. Nothing reaches the disk before all rounds are over.
"""

from __future__ import annotations

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Position, Span, TextEdit
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.source.replace import replace_file
from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.parse import on_deep_stack, parse

Relint: TypeAlias = Callable[[Mapping[str, str]], Sequence[Diagnostic]]
"""Lints the project anew with other texts for the files given (all that differ from the disk), by absolute path."""

ROUNDS = 10
"""How often fixes are applied on top of fixes before the rest is left to the next run."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class FixResult:
    """What came of it: the new text of every changed file, and how often which rule was mended in which file.

    `messages` tell of fixes that were not kept; `diagnostics` are the findings that remain.
    """

    texts: dict[str, str]
    applied: dict[str, Counter[str]]
    messages: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def apply_fixes(
    texts: Mapping[str, str],
    diagnostics: Sequence[Diagnostic],
    relint: Relint,
    *,
    unsafe: bool = False,
    rounds: int = ROUNDS,
) -> FixResult:
    """Apply the fixes of `diagnostics`, and those that come up when they are applied, to the files in `texts`.

    `texts` holds every file that may be changed, by absolute path, as it was when `diagnostics` were found.
    """
    now = dict(texts)
    found = list(diagnostics)
    applied: dict[str, Counter[str]] = defaultdict(Counter)
    messages: list[str] = []
    refused: list[tuple[str, Span]] = []
    for _ in range(rounds):
        chosen = compatible(_candidates(found, refused, unsafe), now)
        if not chosen:
            break
        this = _Round(now, found, lambda changed: relint(_changed(texts, {**now, **changed})), unsafe)
        this.run(chosen)
        for diagnostic in this.kept:
            applied[diagnostic.span.path][diagnostic.code] += 1
        messages += this.messages
        trial = this.trial(this.kept)
        refused = [(code, trial.moved(span)) for code, span in [*refused, *((d.code, d.span) for d in this.refused)]]
        now.update(trial.texts)
        found = list(trial.diagnostics)
    else:
        if compatible(_candidates(found, refused, unsafe), now):
            messages.append(f"after {rounds} rounds of fixes there is more to fix: run it again")
    return FixResult(_changed(texts, now), dict(applied), tuple(messages), tuple(found))


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in now.items() if text != before[path]}


def _candidates(
    diagnostics: Iterable[Diagnostic], refused: Sequence[tuple[str, Span]], unsafe: bool
) -> list[Diagnostic]:
    """The findings whose fix may be applied and has not been undone before."""
    return [
        diagnostic
        for diagnostic in diagnostics
        if _applicable(diagnostic, unsafe)
        and not any(code == diagnostic.code and _within(diagnostic, span) for code, span in refused)
    ]


def _applicable(diagnostic: Diagnostic, unsafe: bool) -> bool:
    fix = diagnostic.fix
    if fix is None or not fix.edits:
        return False
    return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def _within(diagnostic: Diagnostic, span: Span) -> bool:
    """Whether a finding begins inside of `span`, its end included."""
    return diagnostic.span.path == span.path and span.start <= diagnostic.span.start <= span.end


# -- which fixes go together


def compatible(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> list[Diagnostic]:
    """The findings whose fixes can be carried out at once; of two that touch each other the first one.

    Fixes that write the same go together, and so do those that share an insertion complete in itself, as an import.
    """
    chosen: list[Diagnostic] = []
    whole: set[tuple[TextEdit, ...]] = set()
    taken: dict[str, set[TextEdit]] = defaultdict(set)
    for diagnostic in diagnostics:
        edits = _edits(diagnostic)
        if edits not in whole and not all(_fits(edit, taken[edit.span.path], texts) for edit in edits):
            continue
        chosen.append(diagnostic)
        whole.add(edits)
        for edit in edits:
            taken[edit.span.path].add(edit)
    return chosen


def _edits(diagnostic: Diagnostic) -> tuple[TextEdit, ...]:
    return diagnostic.fix.edits if diagnostic.fix is not None else ()


def _fits(edit: TextEdit, taken: set[TextEdit], texts: Mapping[str, str]) -> bool:
    if edit.span.path not in texts:
        return False
    if edit in taken:
        return _is_complete(edit)
    return not any(_touch(edit.span, other.span) for other in taken)


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _is_complete(edit: TextEdit) -> bool:
    """Whether an edit inserts something that needs no other edit: `(await ` belongs to the `)` further on."""
    content = edit.content
    return edit.span.start == edit.span.end and all(content.count(a) == content.count(b) for a, b in ("()", "[]", "{}"))


# -- one round


@dataclass(frozen=True, slots=True)
class _Trial:
    """Some fixes carried out: the new texts and findings, or why it cannot be done (`failure`)."""

    patches: dict[str, Patch]
    diagnostics: Sequence[Diagnostic] = ()
    failure: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The files that were changed."""
        return {path: patch.text for path, patch in self.patches.items()}

    def moved(self, span: Span) -> Span:
        """Where the begin of `span` may stand now, from the first such place to the last."""
        patch = self.patches.get(span.path)
        if patch is None:
            return Span(span.path, span.start, span.start)
        return Span(span.path, *patch.moved(span.start))


class _Round:
    """The fixes of one round: `kept` and `refused` when it has run."""

    def __init__(self, texts: Mapping[str, str], before: Sequence[Diagnostic], relint: Relint, unsafe: bool) -> None:
        self._texts = texts
        self._before = before
        self._relint = relint
        self._unsafe = unsafe
        self._trials: dict[tuple[int, ...], _Trial] = {(): _Trial({}, before)}
        self.kept: list[Diagnostic] = []
        self.refused: list[Diagnostic] = []
        self.messages: list[str] = []

    def run(self, fixes: Sequence[Diagnostic]) -> None:
        """Keep as many of `fixes` as keep their promise."""
        # The safe ones go first: what they bring to light is then not laid to the charge of the others.
        for safe in (True, False):
            self._settle([d for d in fixes if _is_safe(d) is safe])

    def trial(self, fixes: Sequence[Diagnostic]) -> _Trial:
        """What the files and the findings are with `fixes` carried out."""
        key = tuple(id(fix) for fix in fixes)
        if key not in self._trials:
            self._trials[key] = self._carry_out(fixes)
        return self._trials[key]

    def _carry_out(self, fixes: Sequence[Diagnostic]) -> _Trial:
        by_path: dict[str, dict[TextEdit, None]] = defaultdict(dict)
        for fix in fixes:
            for edit in _edits(fix):
                by_path[edit.span.path][edit] = None
        try:
            patches = {path: Patch(self._texts[path], edits) for path, edits in by_path.items()}
        except ValueError as error:
            return _Trial({}, failure=str(error))
        for path, patch in patches.items():
            parsed = on_deep_stack(partial(parse, patch.text))
            if isinstance(parsed, ParseFailure):
                return _Trial({}, failure=f"{path} would no longer parse")
        return _Trial(patches, self._relint({path: patch.text for path, patch in patches.items()}))

    def _settle(self, fixes: Sequence[Diagnostic]) -> None:
        """Add those of `fixes` to the kept ones that do what they should beside them."""
        if not fixes:
            return
        trial = self.trial([*self.kept, *fixes])
        idle = [fix for fix in fixes if not trial.failure and _remains(fix, trial)]
        reason = trial.failure or ("its finding was still there" if idle else self._harm(trial, fixes))
        if not reason:
            self.kept += fixes
        elif len(fixes) == 1:
            self._refuse(fixes[0], reason)
        elif idle:
            for fix in idle:
                self._refuse(fix, reason)
            self._settle([fix for fix in fixes if fix not in idle])
        else:
            middle = len(fixes) // 2
            self._settle(fixes[:middle])
            self._settle(fixes[middle:])

    def _harm(self, trial: _Trial, fixes: Sequence[Diagnostic]) -> str:
        """What new finding counts against `fixes`, empty when none does.

        To mend one defect may bring the next one to light, which was there all the time. So a safe fix is charged
        only with a finding whose own fix would take back what it wrote; one that changes a query also with every
        finding that nothing can be done about.
        """
        tolerated = {_identity(new) for new in self._new(self.trial(self.kept))}
        unsafe = not all(_is_safe(fix) for fix in fixes)
        for new in self._new(trial):
            if _identity(new) in tolerated:
                continue
            if _takes_back(new, trial) or (unsafe and not _applicable(new, self._unsafe)):
                return f"it led to {new.code} at {new.span.path}:{new.span.start.line}"
        return ""

    def _new(self, trial: _Trial) -> list[Diagnostic]:
        """The findings of a trial that none of before the round stands for."""
        known: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for old in self._before:
            known[old.code, old.span.path].append(trial.moved(old.span))
        return [new for new in trial.diagnostics if not any(_within(new, s) for s in known[new.code, new.span.path])]

    def _refuse(self, diagnostic: Diagnostic, reason: str) -> None:
        self.refused.append(diagnostic)
        place = f"{diagnostic.span.path}:{diagnostic.span.start.line}"
        self.messages.append(f"{place}: the fix of {diagnostic.code} ({diagnostic.name}) was undone: {reason}")


def _is_safe(diagnostic: Diagnostic) -> bool:
    return diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE


def _remains(fixed: Diagnostic, trial: _Trial) -> bool:
    """Whether the finding that was to be mended is reported again."""
    place = trial.moved(fixed.span)
    return any(new.code == fixed.code and _within(new, place) for new in trial.diagnostics)


def _identity(diagnostic: Diagnostic) -> tuple[str, str, str, str, str]:
    return diagnostic.code, diagnostic.span.path, diagnostic.context, diagnostic.symbol, diagnostic.message


def _takes_back(new: Diagnostic, trial: _Trial) -> bool:
    """Whether the fix of a finding would remove some of what the trial wrote."""
    for edit in _edits(new):
        patch = trial.patches.get(edit.span.path)
        if patch is None or edit.span.start == edit.span.end:
            continue
        if any(_overlaps(edit.span, written) for written in patch.written()):
            return True
    return False


def _overlaps(span: Span, written: tuple[Position, Position]) -> bool:
    return span.start < written[1] and written[0] < span.end


# -- writing


def write_atomically(file: SourceFile, text: str, roots: Iterable[str]) -> None:
    """Put `text` in the place of `file`'s content, wholly or not at all; a `SourceError` says why not.

    The file keeps its encoding, byte order mark, mode and owner. It is left alone when its content is no longer what
    was read, when it cannot be written to, and when it leads out of `roots` by a symbolic link.
    """
    target = os.path.realpath(file.path)
    if not any(_is_inside(target, os.path.realpath(root)) for root in roots):
        raise SourceError(f"{file.path}: not changed, because it leads to {target}, outside of what is checked")
    try:
        data = text.encode(file.encoding)
        before = os.stat(target)
        if not stat.S_ISREG(before.st_mode) or not os.access(target, os.W_OK):
            raise SourceError(f"{file.path}: not changed, because it cannot be written to")
        whole = data if not file.bom or data.startswith(_BOM) else _BOM + data
        replace_file(target, whole, last_look=partial(_check_as_read, file, target))
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{file.path}: not changed: {error}") from error


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _check_as_read(file: SourceFile, target: str) -> None:
    """Refuse when the content of `target` is not what `file` was read from, to the byte."""
    with open(target, "rb") as stream:
        data = stream.read()
    if file.bom:
        data = data.removeprefix(_BOM)
    if data == file.text.encode(file.encoding):
        return
    try:
        changed = data.decode(file.encoding) != file.text
    except UnicodeDecodeError:
        changed = True
    if changed:
        raise SourceError(f"{file.path}: not changed, because it was written to in the meantime")
    # Codecs with states write the same text in more than one way: other bytes than those of the fix would change.
    raise SourceError(
        f"{file.path}: not changed, because its encoding {file.encoding} cannot be written back as it was"
    )
