"""Chains of loader steps written as options, joined with the options that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.repair import LoaderStep
from asyncsql_lint.edits import items
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.lines import has_line_end
from asyncsql_lint.edits.options import Step, steps_of
from asyncsql_lint.edits.spelling import Speller

Chain: TypeAlias = tuple[LoaderStep, ...]
_ORM = "sqlalchemy.orm"


class OptionWriter:
    """Writes chains as options, and collects what is to be added inside of the options that are there."""

    __slots__ = ("_entities", "_extended", "_filled", "document", "speller")

    def __init__(self, document: Document, speller: Speller, entities: dict[str, str]) -> None:
        self.document = document
        self.speller = speller
        self._entities = entities
        self._extended: dict[cst.BaseExpression, list[Chain]] = {}
        self._filled: dict[cst.Call, list[str]] = {}

    def place(self, chains: Sequence[Chain], options: Sequence[cst.BaseExpression]) -> list[str]:
        """Fit `chains` into `options`; the texts of those that are arguments of their own, sorted."""
        fresh = [self._fit(chain, options, self._entities[chain[0].owner]) for chain in chains]
        return sorted({text for text in fresh if text is not None})

    def edits(self) -> list[TextEdit]:
        """The edits inside of options that are there."""
        edits: list[TextEdit] = []
        for option, tails in self._extended.items():
            edits.append(self.document.insert(self.document.end(option), self._continued(option, tails)))
        for call, texts in self._filled.items():
            edits += items.append(self.document, items.arguments(self.document, call), sorted(set(texts)))
        return edits

    def _fit(self, chain: Chain, options: Sequence[cst.BaseExpression], owner: str | None) -> str | None:
        """Join `chain` with the option that goes furthest along it, or give its text as a new argument.

        `owner` is the entity of the query, None inside of another option.
        """
        option, steps, common = self._best(chain, options, owner)
        if option is None:
            return self._function(chain, owner)
        if not all(step.loads for step in steps[:common]):
            raise Unwritable("an option says on purpose that this is not loaded")
        if common == len(chain):
            return None
        tail, nested = chain[common:], steps[common - 1].nested
        if nested:
            inner = [arg.value for call in nested for arg in call.args if not arg.star]
            text = self._fit(tail, inner, None)
            if text is not None:
                self._filled.setdefault(nested[-1], []).append(text)
            return None
        if common == len(steps):
            self._extended.setdefault(option, []).append(tail)
            return None
        # The part that both have is repeated as it is written: another strategy for it would replace the first.
        shared = self.document.text[self.document.start(option) : self.document.end(steps[common - 1].call)]
        return shared + self._methods(tail)

    def _function(self, chain: Chain, owner: str | None) -> str:
        step = chain[0]
        strategy = self.speller.library(_ORM, step.strategy)
        return f"{strategy}({owner or self._owner(step)}.{step.attribute}){self._methods(chain[1:])}"

    def _methods(self, chain: Chain, lead: str = "") -> str:
        return "".join(f"{lead}.{step.strategy}({self._owner(step)}.{step.attribute})" for step in chain)

    def _owner(self, step: LoaderStep) -> str:
        return self.speller.owner(step.module, step.owner)

    def _continued(self, option: cst.BaseExpression, tails: Sequence[Chain]) -> str:
        """What is added behind an option: the one chain, or several in `.options(...)`."""
        lead = self._link_lead(option)
        if len(tails) == 1:
            return self._methods(tails[0], lead)
        return f"{lead}.options({', '.join(sorted(self._function(tail, None) for tail in tails))})"

    def _link_lead(self, option: cst.BaseExpression) -> str:
        """The line end and indentation before the last dot of an option that is written over several lines."""
        if not isinstance(option, cst.Call) or not isinstance(option.func, cst.Attribute):
            return ""
        func = option.func
        gap = self.document.text[self.document.outer_end(func.value) : self.document.start(func.dot)]
        return gap if has_line_end(gap) and "#" not in gap else ""

    def _best(
        self, chain: Chain, options: Sequence[cst.BaseExpression], owner: str | None
    ) -> tuple[cst.BaseExpression | None, tuple[Step, ...], int]:
        """The option that shares the most steps with `chain` from its begin, its steps, and how many it shares."""
        best: tuple[cst.BaseExpression | None, tuple[Step, ...], int] = (None, (), 0)
        for option in options:
            steps = steps_of(option)
            if not steps or (owner is not None and not self._is_same(steps[0].owner, owner)):
                continue
            common = 0
            while common < min(len(steps), len(chain)) and steps[common].attribute == chain[common].attribute:
                common += 1
            # Of equally long ones the one that ends there: it can be continued.
            if (common, -len(steps)) > (best[2], -len(best[1])) and common:
                best = (option, steps, common)
        return best

    def _is_same(self, one: str, other: str) -> bool:
        """Whether two texts name one class: `Order` and `models.Order` may."""
        if one == other:
            return True
        meaning = self.speller.meaning(one)
        return meaning is not None and meaning == self.speller.meaning(other)
