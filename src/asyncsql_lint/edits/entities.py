"""How a query spells the class that it selects."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.diagnostics.repair import LoaderStep
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.expressions import called_name, dotted
from asyncsql_lint.edits.spelling import Speller


def entity(speller: Speller, query: cst.Call, step: LoaderStep) -> str:
    """The text by which `query` names the class of `step`: `Order`, `models.Order`, or an alias of it."""
    written = [dotted(arg.value) for arg in query.args if not arg.star and _may_be_entity(arg)]
    for text in written:
        if text and speller.meaning(text) == f"{step.module}.{step.owner}":
            return text
    for text in written:
        if text.rsplit(".", 1)[-1] == step.owner:
            return text
    for text in written:
        if _is_alias(speller, text, step):
            return text
    raise Unwritable(f"the query does not name {step.owner}")


def _may_be_entity(arg: cst.Arg) -> bool:
    return arg.keyword is None or arg.keyword.value == "entity"


def _is_alias(speller: Speller, name: str, step: LoaderStep) -> bool:
    """Whether `name` was assigned `aliased(Class)`, in every place that assigns it."""
    bindings = speller.bindings(name)
    return bool(bindings) and all(_aliases(speller, binding.node, step) for binding in bindings)


def _aliases(speller: Speller, node: cst.CSTNode, step: LoaderStep) -> bool:
    around = speller.document.parent(node)
    value = around.value if isinstance(around, cst.Assign) else None
    if value is None or called_name(value) != "aliased" or not isinstance(value, cst.Call) or not value.args:
        return False
    text = dotted(value.args[0].value)
    return speller.meaning(text) == f"{step.module}.{step.owner}" or text.rsplit(".", 1)[-1] == step.owner
