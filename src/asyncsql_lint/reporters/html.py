"""One page of HTML that needs nothing beside it: findings by file and by rule, each with its way through the code."""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TextIO

from asyncsql_lint import __version__
from asyncsql_lint.diagnostics import Diagnostic, Severity
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.html_finding import article, safe
from asyncsql_lint.reporters.summary import counted

_LABELS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "notes"}


class HtmlReporter:
    """Everything of somebody else is escaped; should anything slip through, the page's own policy refuses to run it."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the page."""
        found: list[tuple[Diagnostic, TakenBack | None]] = [(diagnostic, None) for diagnostic in sheet.diagnostics]
        found += [(taken.diagnostic, taken) for taken in sheet.taken_back]
        found.sort(key=lambda each: each[0].span)
        out.writelines(_page(sheet, found))


def _page(sheet: Sheet, found: Sequence[tuple[Diagnostic, TakenBack | None]]) -> Iterator[str]:
    files = _numbered(sheet.machine_path(diagnostic.span.path) for diagnostic, _ in found)
    rules = _numbered(f"{diagnostic.code} {diagnostic.name}" for diagnostic, _ in found)
    headline = _headline(sheet)
    style, script = _asset("page.css"), _asset("page.js")
    yield _HEAD.format(headline=headline, style=style, style_hash=_hash(style), script_hash=_hash(script))
    yield f"<header>\n<h1>asyncsql-lint</h1>\n<p>{headline}</p>\n{_problems(sheet)}</header>\n"
    yield _tools(Counter(diagnostic.severity for diagnostic, _ in found))
    if found:
        by_file = Counter(sheet.machine_path(diagnostic.span.path) for diagnostic, _ in found)
        by_rule = Counter(f"{diagnostic.code} {diagnostic.name}" for diagnostic, _ in found)
        yield '<nav id="lists" class="lists">\n'
        yield from _list("file", "Files", files, by_file)
        yield from _list("rule", "Rules", rules, by_rule)
        yield "</nav>\n"
    yield '<main id="findings">\n'
    for path, group in groupby(found, key=lambda each: sheet.machine_path(each[0].span.path)):
        yield f'<section class="group" id="file-{files[path]}">\n<h2>{safe(path)}</h2>\n'
        for diagnostic, taken in group:
            places = {"file": files[path], "rule": rules[f"{diagnostic.code} {diagnostic.name}"]}
            yield article(sheet, diagnostic, taken, places)
        yield "</section>\n"
    yield f'</main>\n<footer class="dim"><p>asyncsql-lint {safe(__version__)}</p></footer>\n'
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """A number for each of `names`, in their order."""
    return {name: number for number, name in enumerate(sorted(set(names)))}


def _headline(sheet: Sheet) -> str:
    found = counted(Counter(diagnostic.severity for diagnostic in sheet.diagnostics))
    if found:
        return f"Found {found}."
    if sheet.hides_rest:
        return "What remains is not reported."
    return "All checks passed!" if sheet.is_whole else "Found nothing."


def _problems(sheet: Sheet) -> str:
    if not sheet.problems:
        return ""
    rows = (
        f"<li><code>{safe(sheet.machine_path(each.path))}</code>: {safe(each.message)}</li>\n"
        for each in sheet.problems
    )
    return f"<p>This could not be looked into:</p>\n<ul>\n{''.join(rows)}</ul>\n"


def _tools(counts: Mapping[Severity, int]) -> str:
    """What works with the script only, and is hidden without it."""
    boxes = "".join(
        f'<label><input type="checkbox" name="severity" value="{severity.label}" checked> {_LABELS[severity]}</label>\n'
        for severity in sorted(counts, reverse=True)
    )
    return _TOOLS.format(boxes=boxes)


def _list(kind: str, title: str, numbers: Mapping[str, int], counts: Mapping[str, int]) -> Iterator[str]:
    yield f"<section>\n<h2>{title}</h2>\n<ul>\n"
    for name, number in numbers.items():
        link = f'<a id="list-{kind}-{number}" data-group="{kind}" href="#{kind}-{number}">{safe(name)}</a>'
        yield f'<li>{link}<span class="count">{counts[name]}</span></li>\n'
    yield "</ul>\n</section>\n"


def _asset(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as stream:
        return stream.read()


def _hash(text: str) -> str:
    """What the page's policy knows `text` by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{style_hash}'; \
script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>asyncsql-lint: {headline}</title>
<style>{style}</style>
</head>
<body>
"""

_TOOLS = """\
<div id="tools" class="tools" role="search" hidden>
<label>Filter <input type="search" id="filter" placeholder="a rule, a file, a word" autocomplete="off"></label>
<fieldset aria-label="Severity">
{boxes}</fieldset>
<fieldset aria-label="Group by">
<label><input type="radio" name="group" value="file" checked> by file</label>
<label><input type="radio" name="group" value="rule"> by rule</label>
</fieldset>
<output id="shown" class="dim"></output>
</div>
"""
