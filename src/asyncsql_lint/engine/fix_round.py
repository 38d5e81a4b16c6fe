"""One round of fixes: carried out together, linted, and those that break their promise undone.

What a fix promised is checked: the file parses, the finding is gone, and nothing new has come of it. Which of many
fixes is at fault is read from what they wrote, else found by halving.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Position, Span, TextEdit
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.engine.places import Places
from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.parse import parse
from asyncsql_lint.syntax.stack import on_deep_stack


def edits_of(diagnostic: Diagnostic) -> tuple[TextEdit, ...]:
    """The edits of a finding's fix, none when it has none."""
    return diagnostic.fix.edits if diagnostic.fix is not None else ()


def is_applicable(diagnostic: Diagnostic, unsafe: bool) -> bool:
    """Whether the fix of a finding may be applied; one that changes a query only if `unsafe`."""
    fix = diagnostic.fix
    if fix is None or not fix.edits:
        return False
    return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def is_safe(diagnostic: Diagnostic) -> bool:
    """Whether a finding has a safe fix."""
    return diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE


@dataclass(frozen=True)
class Trial:
    """Some fixes carried out: the new texts and findings, or why it cannot be done (`failure`)."""

    fixes: Sequence[Diagnostic]
    patches: Mapping[str, Patch]
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

    def remaining(self, fixes: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Those of `fixes` whose finding is reported again."""
        return [fix for fix in fixes if self._is_reported(fix)]

    def _is_reported(self, fix: Diagnostic) -> bool:
        place = self.moved(fix.span)
        starts = self._starts.get((fix.code, fix.symbol, fix.span.path), [])
        first = bisect_left(starts, place.start)
        return first < len(starts) and starts[first] <= place.end

    @cached_property
    def _starts(self) -> dict[tuple[str, str, str], list[Position]]:
        found: dict[tuple[str, str, str], list[Position]] = defaultdict(list)
        for new in sorted(self.diagnostics, key=lambda diagnostic: diagnostic.span):
            found[new.code, new.symbol, new.span.path].append(new.span.start)
        return found

    def writers(self, span: Span) -> Iterator[Diagnostic]:
        """The fixes that wrote something in `span` of the new text."""
        places = self._written.get(span.path, [])
        for start, end, edit in places[bisect_left(places, span.start, key=lambda place: place[1]) :]:
            if start >= span.end:
                return
            if span.start < end:
                yield from self._by_edit[edit]

    @cached_property
    def _written(self) -> dict[str, list[tuple[Position, Position, TextEdit]]]:
        return {path: list(patch.written()) for path, patch in self.patches.items()}

    @cached_property
    def _by_edit(self) -> dict[TextEdit, list[Diagnostic]]:
        found: dict[TextEdit, list[Diagnostic]] = defaultdict(list)
        for fix in self.fixes:
            for edit in edits_of(fix):
                found[edit].append(fix)
        return found


@dataclass(frozen=True, slots=True)
class _Harm:
    """A new finding that counts against fixes. `suspects` are those that may be its cause, none when nobody knows."""

    reason: str
    suspects: tuple[Diagnostic, ...]


class Round:
    """The fixes of one round: `kept` and `refused` when it has run."""

    def __init__(
        self,
        texts: Mapping[str, str],
        before: Sequence[Diagnostic],
        relint: Callable[[Mapping[str, str]], Sequence[Diagnostic]],
        unsafe: bool,
    ) -> None:
        self._texts = texts
        self._before = before
        self._relint = relint
        self._unsafe = unsafe
        self._trials: dict[tuple[int, ...], Trial] = {(): Trial((), {}, before)}
        self.kept: list[Diagnostic] = []
        self.refused: list[Diagnostic] = []
        self.messages: list[str] = []

    def run(self, fixes: Sequence[Diagnostic]) -> None:
        """Keep as many of `fixes` as keep their promise."""
        # The safe ones go first: what they bring to light is then not laid to the charge of the others, and what they
        # mend on the way needs no change of a query.
        self._settle([fix for fix in fixes if is_safe(fix)])
        self._settle(self.trial(self.kept).remaining(fix for fix in fixes if not is_safe(fix)))

    def trial(self, fixes: Sequence[Diagnostic]) -> Trial:
        """What the files and the findings are with `fixes` carried out."""
        key = tuple(id(fix) for fix in fixes)
        if key not in self._trials:
            self._trials[key] = self._carry_out(tuple(fixes))
        return self._trials[key]

    def _carry_out(self, fixes: Sequence[Diagnostic]) -> Trial:
        by_path: dict[str, dict[TextEdit, None]] = defaultdict(dict)
        for fix in fixes:
            for edit in edits_of(fix):
                by_path[edit.span.path][edit] = None
        try:
            patches = {path: Patch(self._texts[path], edits) for path, edits in by_path.items()}
        except ValueError as error:
            return Trial(fixes, {}, failure=str(error))
        for path, patch in patches.items():
            parsed = on_deep_stack(partial(parse, patch.text))
            if isinstance(parsed, ParseFailure):
                return Trial(fixes, {}, failure=f"{path} would no longer parse")
        return Trial(fixes, patches, self._relint({path: patch.text for path, patch in patches.items()}))

    def _settle(self, fixes: Sequence[Diagnostic]) -> None:
        """Add those of `fixes` to the kept ones that do what they should beside them."""
        if not fixes:
            return
        trial = self.trial([*self.kept, *fixes])
        if trial.failure:
            self._halve(fixes, trial.failure)
        elif idle := trial.remaining(fixes):
            for fix in idle:
                self._refuse(fix, "its finding was still there")
            self._settle(_others(fixes, idle))
        elif harms := self._harms(trial, fixes):
            self._separate(fixes, harms)
        else:
            self.kept += fixes

    def _separate(self, fixes: Sequence[Diagnostic], harms: Sequence[_Harm]) -> None:
        """Settle those of `fixes` apart that seem to be at fault; refuse them when no others are left to blame."""
        blamed = {id(harm.suspects[0]): harm.reason for harm in harms if len(harm.suspects) == 1}
        suspects = [fix for fix in fixes if id(fix) in blamed]
        if not suspects:
            self._halve(fixes, harms[0].reason)
        elif len(suspects) < len(fixes):
            self._settle(_others(fixes, suspects))
            self._settle(suspects)
        else:
            for fix in suspects:
                self._refuse(fix, blamed[id(fix)])

    def _halve(self, fixes: Sequence[Diagnostic], reason: str) -> None:
        """One of `fixes` is at fault, who knows which."""
        if len(fixes) == 1:
            self._refuse(fixes[0], reason)
            return
        middle = len(fixes) // 2
        self._settle(fixes[:middle])
        self._settle(fixes[middle:])

    def _harms(self, trial: Trial, fixes: Sequence[Diagnostic]) -> list[_Harm]:
        """The new findings that count against `fixes`.

        To mend one defect may bring the next one to light, which was there all the time. So a safe fix is charged
        only with a finding whose own fix would take back what it wrote; one that changes a query also with every
        finding that nothing can be done about.
        """
        tolerated = {_identity(new) for new in self._new(self.trial(self.kept))}
        unsafe = not all(is_safe(fix) for fix in fixes)
        here = set(map(id, fixes))
        harms = []
        for new in self._new(trial):
            if _identity(new) in tolerated:
                continue
            reason = f"it led to {new.code} at {new.span.path}:{new.span.start.line}"
            if undone := list(_taken_back(new, trial)):
                harms.append(_Harm(reason, _among(undone, here)))
            elif unsafe and not is_applicable(new, self._unsafe):
                harms.append(_Harm(reason, _among(_near(new, trial), here)))
        return harms

    def _new(self, trial: Trial) -> list[Diagnostic]:
        """The findings of a trial that none of before the round stands for."""
        known = Places(((old, trial.moved(old.span)) for old in self._before), by_symbol=False)
        return [new for new in trial.diagnostics if not known.holds(new)]

    def _refuse(self, diagnostic: Diagnostic, reason: str) -> None:
        self.refused.append(diagnostic)
        place = f"{diagnostic.span.path}:{diagnostic.span.start.line}"
        self.messages.append(f"{place}: the fix of {diagnostic.code} ({diagnostic.name}) was undone: {reason}")


def _identity(diagnostic: Diagnostic) -> tuple[str, str, str, str, str]:
    return diagnostic.code, diagnostic.span.path, diagnostic.context, diagnostic.symbol, diagnostic.message


def _taken_back(new: Diagnostic, trial: Trial) -> Iterator[Diagnostic]:
    """The fixes of which the fix of a finding would remove something."""
    for edit in edits_of(new):
        if edit.span.start != edit.span.end:
            yield from trial.writers(edit.span)


def _near(new: Diagnostic, trial: Trial) -> Iterator[Diagnostic]:
    """The fixes that wrote on the lines of a finding and of its trace."""
    for span in (new.span, *(place.span for place in new.related)):
        yield from trial.writers(Span(span.path, Position(span.start.line, 0), Position(span.end.line + 1, 0)))


def _others(fixes: Iterable[Diagnostic], without: Iterable[Diagnostic]) -> list[Diagnostic]:
    """`fixes` without some of them, by their identity."""
    gone = set(map(id, without))
    return [fix for fix in fixes if id(fix) not in gone]


def _among(found: Iterable[Diagnostic], here: set[int]) -> tuple[Diagnostic, ...]:
    """Those of `found` that are `here` by their identity, each once."""
    return tuple({id(fix): fix for fix in found if id(fix) in here}.values())
