"""Loader options that a statement has already: `selectinload(Order.lines).joinedload(OrderLine.product)` as steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from asyncsql_lint.edits.expressions import called_name, dotted, last_name

LOADING = frozenset({"contains_eager", "immediateload", "joinedload", "selectinload", "subqueryload"})
"""Strategies after which the relationship is loaded."""

_OTHER_STEPS = frozenset({"defaultload", "lazyload", "noload", "raiseload"})
"""Strategies that go down a relationship as well and leave it unloaded."""

_REFINEMENTS = frozenset({"and_", "of_type"})


@dataclass(frozen=True, slots=True)
class Step:
    """One relationship of an option. `owner` is the text before the attribute.

    `nested` are the calls of `.options(...)` on the option when it has come as far as this step.
    """

    strategy: str
    owner: str
    attribute: str
    call: cst.Call
    nested: tuple[cst.Call, ...] = ()

    @property
    def loads(self) -> bool:
        """Whether the relationship is loaded by it."""
        return self.strategy in LOADING


def steps_of(option: cst.BaseExpression) -> tuple[Step, ...]:
    """The relationships that an option goes down, in order; empty when it is not understood."""
    steps: list[Step] = []
    for call in _calls(option):
        if call is not option and call.lpar:
            return ()  # its text cannot be taken apart
        name = called_name(call)
        if name == "options" and steps:
            last = steps.pop()
            steps.append(Step(last.strategy, last.owner, last.attribute, last.call, (*last.nested, call)))
            continue
        if name not in LOADING and name not in _OTHER_STEPS:
            continue  # `Load(Order)`, `.load_only(...)`: they stay at the same place of the path
        if len(call.args) == 1 and isinstance(call.args[0].value, cst.SimpleString):
            continue  # `raiseload("*")`
        relationship = _relationship(call.args)
        if relationship is None:
            return ()
        steps.append(Step(name, relationship[0], relationship[1], call))
    return tuple(steps)


def _calls(option: cst.BaseExpression) -> list[cst.Call]:
    """The calls of a chain, in the order in which they run."""
    calls: list[cst.Call] = []
    node = option
    while isinstance(node, cst.Call):
        calls.append(node)
        if not isinstance(node.func, cst.Attribute):
            break
        node = node.func.value
    calls.reverse()
    return calls


def _relationship(args: Sequence[cst.Arg]) -> tuple[str, str] | None:
    """Owner and attribute of `Order.lines`, also of `Order.lines.of_type(Special)`."""
    if not args or args[0].star:
        return None
    node = args[0].value
    while isinstance(node, cst.Call) and called_name(node) in _REFINEMENTS and isinstance(node.func, cst.Attribute):
        node = node.func.value
    if not isinstance(node, cst.Attribute) or not dotted(node.value):
        return None
    return dotted(node.value), last_name(node)
