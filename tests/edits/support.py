"""What the tests of edits share: a file located, a node found by its text, an edit carried out."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.repair import Repair
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.edits.repairs import Editor
from asyncsql_lint.syntax.locate import Located, locate

PATH = "/project/app/repository.py"

PROJECT = {
    "app.models": {
        "Order": "app.models.Order",
        "OrderLine": "app.models.OrderLine",
        "Product": "app.models.product.Product",
        "Node": "app.models.Node",
    },
    "app.models.product": {"Product": "app.models.product.Product", "Maker": "app.models.product.Maker"},
    "app.circular": {},
}
"""What can be imported from which module, by its full name."""


class ProjectNames:
    """`Names` for one file of a small project, read from the file's own imports."""

    def __init__(self, module: cst.Module, package: str = "app") -> None:
        self._package = package
        self._bound: dict[str, str] = {}
        for statement in module.body:
            block = statement.body.body if isinstance(statement, cst.If) else [statement]
            for line in block:
                for node in line.body if isinstance(line, cst.SimpleStatementLine) else [line]:
                    self._read(node)

    def _read(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
            module = "." * len(node.relative) + (cst.Module([]).code_for_node(node.module) if node.module else "")
            for alias in node.names:
                full = self.importable(PATH, module, alias.evaluated_name) or f"{module}.{alias.evaluated_name}"
                self._bound[alias.evaluated_alias or alias.evaluated_name] = full
        elif isinstance(node, cst.Import):
            for alias in node.names:
                root = alias.evaluated_name.split(".")[0]
                self._bound[alias.evaluated_alias or root] = alias.evaluated_name if alias.evaluated_alias else root
        elif isinstance(node, cst.ClassDef):
            self._bound[node.name.value] = f"app.models.{node.name.value}"

    def meaning(self, path: str, dotted: str) -> str | None:
        """See `Names`."""
        root, _, rest = dotted.partition(".")
        found = self._bound.get(root)
        if found is None or not rest:
            return found
        module, _, name = f"{found}.{rest}".rpartition(".")
        return PROJECT.get(module, {}).get(name)

    def importable(self, path: str, module: str, name: str) -> str | None:
        """See `Names`."""
        if module.startswith("."):
            module = f"{self._package}.{module[1:]}".rstrip(".")
        return PROJECT.get(module, {}).get(name)


def located(text: str) -> Located:
    """`text` as a file of the project."""
    found = locate(PATH, text)
    assert found is not None, "the test's own text does not parse"
    return found


def site(found: Located, code: str, kind: type[cst.CSTNode] = cst.BaseExpression, nth: int = 0) -> Site:
    """The `nth` numbered node of a `kind` whose code begins with `code`, of the shortest such code.

    White space does not count.
    """
    document = Document(found)
    matches = [
        (len(text), number)
        for number, node in enumerate(found.nodes)
        if isinstance(node, kind)
        and (text := _bare(document.text[document.start(node) : document.end(node)])).startswith(_bare(code))
    ]
    shortest = min(matches)[0]
    return Site(PATH, [number for length, number in matches if length == shortest][nth])


def _bare(code: str) -> str:
    return "".join(code.split())


def edits(found: Located, repair: Repair, times: int = 1) -> tuple[TextEdit, ...] | None:
    """The edits for `repair` in the file, which `times` places ask for."""
    editor = Editor(lambda path: found if path == PATH else None, ProjectNames(found.module))
    return editor.edits_for(repair, times)


def repaired(found: Located, repair: Repair, times: int = 1) -> str | None:
    """The file's text after `repair`, None when it cannot be written. The result must parse."""
    made = edits(found, repair, times)
    if made is None:
        return None
    text = Patch(found.module.code, made).text
    compile(text, PATH, "exec", dont_inherit=True)
    cst.parse_module(text)
    return text
