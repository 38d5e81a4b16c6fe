"""The patterns of `match`."""

from __future__ import annotations

import random

import libcst as cst

from tests.hostile.grown.expressions import Expressions

SINGLETONS = ("None", "True", "False")


class Patterns(Expressions):
    """Grows patterns. They lie inside of each other much less than expressions: LibCST takes twice as long for each."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self._plain = (self.capture, self.value, self.singleton)
        self._patterns = (*self._plain, self.sequence, self.mapping, self.instance, self.alternatives, self.renamed)

    def pattern(self, depth: int = 0) -> cst.MatchPattern:
        """Any pattern."""
        return self.chance.choice(self._patterns if depth < 3 else self._plain)(depth)

    def capture(self, _: int) -> cst.MatchAs:
        """A name, or `_`."""
        return cst.MatchAs(name=self.perhaps(self.bound, 0.7))

    def renamed(self, depth: int) -> cst.MatchAs:
        return cst.MatchAs(self._inner(depth), cst.Name("item"))

    def value(self, _: int) -> cst.MatchValue:
        makers = (
            lambda: cst.Attribute(self.dotted(), self.word()),
            lambda: cst.SimpleString("'items'"),
            lambda: cst.Integer("1"),
            lambda: cst.UnaryOperation(cst.Minus(), cst.Float("1.5")),
        )
        return cst.MatchValue(self.chance.choice(makers)())

    def singleton(self, _: int) -> cst.MatchSingleton:
        return cst.MatchSingleton(cst.Name(self.chance.choice(SINGLETONS)))

    def sequence(self, depth: int) -> cst.MatchSequence:
        inner = [cst.MatchSequenceElement(self._inner(depth)) for _ in range(self.chance.randint(0, 2))]
        star = [cst.MatchStar(self.perhaps(self.bound))] if self.chance.random() < 0.4 else []
        if self.chance.random() < 0.5:
            return cst.MatchList([*inner, *star], lbracket=cst.LeftSquareBracket(), rbracket=cst.RightSquareBracket())
        return cst.MatchTuple([cst.MatchSequenceElement(self._inner(depth)), *inner, *star])

    def mapping(self, depth: int) -> cst.MatchMapping:
        inner = [cst.MatchMappingElement(cst.SimpleString(f"'{n}'"), self._inner(depth)) for n in range(2)]
        return cst.MatchMapping(inner, rest=self.perhaps(lambda: cst.Name("x")))

    def instance(self, depth: int) -> cst.MatchClass:
        positional = [cst.MatchSequenceElement(self._inner(depth)) for _ in range(self.chance.randint(0, 1))]
        keywords = [cst.MatchKeywordElement(word, self._inner(depth)) for word in (self.word(),)]
        return cst.MatchClass(self.dotted(), positional, keywords)

    def alternatives(self, depth: int) -> cst.MatchOr:
        return cst.MatchOr([cst.MatchOrElement(self._inner(depth)) for _ in range(2)])

    def _inner(self, depth: int) -> cst.MatchPattern:
        found = self.pattern(depth + 1)
        if isinstance(found, (cst.MatchOr, cst.MatchAs)) and not found.lpar:
            return found.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return found
