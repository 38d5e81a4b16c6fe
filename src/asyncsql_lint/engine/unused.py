"""What is wrong with suppression comments themselves: those that take nothing back, and those that name no rule.

Only what this run could have found is judged: a code whose rule is not on may well be needed, and a bare `# noqa`, like
the codes of other tools, is none of ours. What is cut out leaves the rest of its comment as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Position, Span, TextEdit
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.engine.suppressions import Comments, Directive, Selector
from asyncsql_lint.flow.events import Event, RuleUnknown, SuppressionUnused
from asyncsql_lint.source.lines import split_lines


@dataclass(frozen=True, slots=True)
class Complaint:
    """An event about a comment, where it stands, and the edits that mend it."""

    event: Event
    span: Span
    edits: tuple[TextEdit, ...] = ()


def unknown(path: str, comments: Comments) -> Iterator[Complaint]:
    """Our own comments that name no rule."""
    for directive in comments.directives:
        for selector in directive.selectors:
            if selector.problem:
                span = _span(path, directive.line, selector.start, selector.end)
                yield Complaint(RuleUnknown(site=Site(path, 0), problem=selector.problem), span)


def unused(
    path: str,
    text: str,
    comments: Comments,
    needed: Collection[tuple[int, str]],
    judged: Collection[str],
    usual: Collection[str],
) -> Iterator[Complaint]:
    """The directives that take nothing back; `needed` are those that do, with their codes.

    `judged` are the codes that this run could have found, `usual` those that are on by default: a directive for a whole
    group of rules is judged when the usual ones among them are. An `enable` is needed when it ends a block.
    """
    lines = split_lines(text)
    for place, directive in enumerate(comments.directives):
        if directive.kind == "enable":
            ended = {code for number, code in comments.ended if number == place}
            dead = [s for s in directive.selectors if s.codes and not s.codes & ended]
            is_whole = not directive.selectors and not ended
        else:
            taken = {code for number, code in needed if number == place}
            dead = [s for s in directive.selectors if _is_dead(s.codes, taken, judged, usual)]
            is_all = directive.kind != "noqa" and not directive.selectors
            is_whole = is_all and _is_dead(frozenset(usual), taken, judged, usual)
        if not dead and not is_whole:
            continue
        what = ", ".join(s.text for s in dead) or directive.kind
        span = _span(path, directive.line, directive.start, directive.end)
        event = SuppressionUnused(site=Site(path, 0), what=what, comment=directive.kind)
        yield Complaint(event, span, (_edit(path, lines, directive, dead),))


def _is_dead(codes: frozenset[str], taken: Collection[str], judged: Collection[str], usual: Collection[str]) -> bool:
    """Whether none of some codes is taken back, though all that are usually on could have been found."""
    wanted = codes.intersection(usual) or codes
    return bool(wanted) and wanted.issubset(judged) and not codes.intersection(taken)


def _edit(path: str, lines: Sequence[str], directive: Directive, dead: Sequence[Selector]) -> TextEdit:
    """Cut out a directive, or the selectors in it that take nothing back."""
    if len(dead) < len(directive.selectors):
        return _without(path, lines[directive.line - 1], directive, dead)
    line = lines[directive.line - 1]
    before, after = line[directive.comment : directive.start], line[directive.end :]
    if before.strip() or after.strip():
        return _out_of_comment(path, line, directive)
    if not line[: directive.comment].strip():
        return _whole_line(path, lines, directive.line)
    code = len(line[: directive.comment].rstrip())
    return TextEdit(_span(path, directive.line, code, len(line)), "")


def _without(path: str, line: str, directive: Directive, dead: Sequence[Selector]) -> TextEdit:
    """The selectors that stay, each with what stood before it."""
    first, last = directive.selectors[0], directive.selectors[-1]
    content, end = "", first.start
    for selector in directive.selectors:
        if selector not in dead:
            content += (line[end : selector.start] if content else "") + selector.text
        end = selector.end
    return TextEdit(_span(path, directive.line, first.start, last.end), content)


def _out_of_comment(path: str, line: str, directive: Directive) -> TextEdit:
    """Cut a directive out of a comment with more in it, which remains a comment."""
    after = line[directive.end :]
    rest = after.lstrip()
    if not rest:
        start = len(line[: directive.start].rstrip())
        return TextEdit(_span(path, directive.line, start, len(line)), "")
    end = directive.end + len(after) - len(rest)
    return TextEdit(_span(path, directive.line, directive.start, end), "" if rest.startswith("#") else "# ")


def _whole_line(path: str, lines: Sequence[str], line: int) -> TextEdit:
    start = Position(line, 0)
    end = Position(line + 1, 0) if line < len(lines) else Position(line, len(lines[line - 1]))
    return TextEdit(Span(path, start, end), "")


def _span(path: str, line: int, start: int, end: int) -> Span:
    return Span(path, Position(line, start), Position(line, end))
