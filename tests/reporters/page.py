"""The HTML report taken apart by a parser: its elements, and all that could make a browser do something."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.html import HtmlReporter
from tests.reporters.sheets import written

VOID = {"meta", "input"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "ul", "ol", "li", "code", "pre",
    "span", "mark", "a", "nav", "main", "section", "article", "footer", "div", "label", "input", "fieldset", "output",
    "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "rel", "hidden", "role", "aria-label",
    "type", "placeholder", "autocomplete", "value", "checked", "data-severity", "data-file", "data-rule", "data-group",
}  # fmt: skip
"""All that the page is made of; no `src`, no `style`, no handler is among it."""


@dataclass
class Element:
    """An element with its attributes and the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, tag: str, of_class: str = "") -> list[Element]:
        """The elements below this one, of a tag and a class."""
        found = []
        for child in self.inside:
            if child.tag == tag and of_class in ["", *child.attributes.get("class", "").split()]:
                found.append(child)
            found += child.all(tag, of_class)
        return found


class Reader(HTMLParser):
    """Builds the tree of elements, and fails where tags do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), "an attribute that is given twice"
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag
        self.open[-1].text += closed.text

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def parse(sheet: Sheet) -> Element:
    """The page of `sheet`, of nothing but known tags and attributes."""
    reader = Reader()
    reader.feed(written(HtmlReporter(), sheet))
    reader.close()
    (top,) = reader.open
    assert reader.doctype == "doctype html"
    _check(top)
    return top


def _check(element: Element) -> None:
    for child in element.inside:
        assert child.tag in TAGS
        assert child.attributes.keys() <= ATTRIBUTES
        link = child.attributes.get("href", "#")
        assert link.startswith(("#", "https://github.com/asyncsql-lint/asyncsql-lint/blob/main/docs/rules/"))
        _check(child)
