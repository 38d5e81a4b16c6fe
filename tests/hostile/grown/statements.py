"""Statements of every kind."""

from __future__ import annotations

import random
from collections.abc import Sequence

import libcst as cst

from tests.hostile.grown.leaves import BOUND
from tests.hostile.grown.patterns import Patterns

CHANGES = (cst.AddAssign, cst.SubtractAssign, cst.BitOrAssign, cst.MatrixMultiplyAssign, cst.PowerAssign)
Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Statements(Patterns):
    """Grows statements."""

    deepest = 5

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self._small = (
            self.alone, self.alone, self.alone, self.assign, self.assign, self.assign, self.annotated, self.changed,
            self.returned, self.returned, self.raised, self.asserted, self.deleted, self.far, self.imported, self.taken,
            self.alias, cst.Pass, cst.Break, cst.Continue,
        )  # fmt: skip
        self._lines = (
            self.line, self.line, self.line, self.branch, self.loop, self.turns_over, self.block_with, self.attempt,
            self.group, self.choice, self.define, self.define, self.shape,
        )  # fmt: skip

    def module(self, count: int) -> list[Line]:
        """The statements of a program."""
        tops = (self.define, self.define, self.define, self.shape, self.statement)
        return [self.chance.choice(tops)() for _ in range(count)]

    def statement(self) -> Line:
        """Any statement."""
        return self.one_of(self._lines, (self.line,))

    def body(self) -> cst.BaseSuite:
        """What stands in a block; now and then on the line of its head."""
        if self.chance.random() < 0.1:
            return cst.SimpleStatementSuite(self.some(self.small, 1, 2))
        return cst.IndentedBlock(self.some(self.statement, 1, 3))

    def line(self) -> cst.SimpleStatementLine:
        """A line, with more than one statement now and then."""
        return cst.SimpleStatementLine(self.some(self.small, 1, 2) if self.chance.random() < 0.1 else [self.small()])

    def small(self) -> cst.BaseSmallStatement:
        """Any statement of one line."""
        return self.chance.choice(self._small)()

    def alone(self) -> cst.Expr:
        return cst.Expr(self.expression())

    def assign(self) -> cst.Assign:
        return cst.Assign([cst.AssignTarget(each) for each in self.some(self.target, 1, 2)], self.expression())

    def annotated(self) -> cst.AnnAssign:
        return cst.AnnAssign(self.bound(), self.annotation(), self.perhaps(self.expression, 0.7))

    def changed(self) -> cst.AugAssign:
        return cst.AugAssign(self.bound(), self.chance.choice(CHANGES)(), self.expression())

    def returned(self) -> cst.Return:
        return cst.Return(self.perhaps(self.expression, 0.8))

    def raised(self) -> cst.Raise:
        value = self.perhaps(self.part)
        return cst.Raise(value, self.perhaps(lambda: cst.From(self.part())) if value else None)

    def asserted(self) -> cst.Assert:
        return cst.Assert(self.part(), self.perhaps(self.part))

    def deleted(self) -> cst.Del:
        return cst.Del(self.chance.choice((self.bound, self.attribute, self.subscript))())

    def far(self) -> cst.Global | cst.Nonlocal:
        kind = self.chance.choice((cst.Global, cst.Nonlocal))
        return kind([cst.NameItem(cst.Name(name)) for name in self.chance.sample(BOUND, 2)])

    def imported(self) -> cst.Import:
        return cst.Import([cst.ImportAlias(self.dotted(), self.perhaps(self._as)) for _ in range(2)])

    def taken(self) -> cst.ImportFrom:
        dots = [cst.Dot()] * self.chance.choice((0, 0, 1, 3))
        alias = cst.ImportAlias(self.name(), self.perhaps(self._as))
        names = cst.ImportStar() if self.chance.random() < 0.2 else [alias]
        module = self.dotted() if not dots or self.chance.random() < 0.5 else None
        return cst.ImportFrom(module, names, relative=dots)

    def _as(self) -> cst.AsName:
        return cst.AsName(
            self.bound(), whitespace_before_as=cst.SimpleWhitespace(" "), whitespace_after_as=cst.SimpleWhitespace(" ")
        )

    def alias(self) -> cst.TypeAlias:
        return cst.TypeAlias(self.bound(), self.part(), self.perhaps(self.type_parameters))

    def type_parameters(self) -> cst.TypeParameters:
        """`[T: bound = default, *Ts, **P]`, as of PEP 695 and 696."""
        default = self.perhaps(self.name)
        bound = cst.TypeVar(cst.Name("T"), self.perhaps(self.part))
        kinds: list[cst.TypeParam] = [cst.TypeParam(bound, default=default)]
        if default is None:
            kinds += [cst.TypeParam(cst.TypeVarTuple(cst.Name("Ts"))), cst.TypeParam(cst.ParamSpec(cst.Name("P")))]
        return cst.TypeParameters(kinds[: self.chance.randint(1, 3)])

    def branch(self) -> cst.If:
        makers = (lambda: None, lambda: cst.Else(self.body()), self.branch)
        return cst.If(self.part(), self.body(), self.one_of(makers, makers[:2]))

    def _else(self) -> cst.Else | None:
        return self.perhaps(lambda: cst.Else(self.body()), 0.2)

    def loop(self) -> cst.While:
        return cst.While(self.part(), self.body(), self._else())

    def turns_over(self) -> cst.For:
        return cst.For(self.target(), self.part(), self.body(), self._else(), self._asynchronous())

    def _asynchronous(self) -> cst.Asynchronous | None:
        return self.perhaps(cst.Asynchronous, 0.5)

    def block_with(self) -> cst.With:
        in_brackets = self.chance.random() < 0.2
        return cst.With(
            self.some(self._entered, 1, 2), self.body(), self._asynchronous(),
            lpar=cst.LeftParen() if in_brackets else cst.MaybeSentinel.DEFAULT,
            rpar=cst.RightParen() if in_brackets else cst.MaybeSentinel.DEFAULT,
        )  # fmt: skip

    def _entered(self) -> cst.WithItem:
        return cst.WithItem(self.chance.choice((self.call, self.part))(), self.perhaps(self._as, 0.6))

    def attempt(self) -> cst.Try:
        handlers = [cst.ExceptHandler(self.body(), self.part(), self.perhaps(self._as)) for _ in self.some(self.name)]
        if handlers and self.chance.random() < 0.3:
            handlers[-1] = cst.ExceptHandler(self.body(), whitespace_after_except=cst.SimpleWhitespace(""))
        last = cst.Finally(self.body()) if not handlers or self.chance.random() < 0.3 else None
        return cst.Try(self.body(), handlers, self._else() if handlers else None, last)

    def group(self) -> cst.TryStar:
        handlers = [cst.ExceptStarHandler(self.body(), self.part(), self.perhaps(self._as)) for _ in range(2)]
        return cst.TryStar(self.body(), handlers, self._else(), self.perhaps(lambda: cst.Finally(self.body()), 0.2))

    def choice(self) -> cst.Match:
        return cst.Match(self.part(), self.some(self.case, 1, 4))

    def case(self) -> cst.MatchCase:
        found = cst.MatchCase(self.pattern(), self.body())
        if self.chance.random() < 0.7:
            return found
        space = cst.SimpleWhitespace(" ")
        return found.with_changes(guard=self.part(), whitespace_before_if=space, whitespace_after_if=space)

    def decorators(self) -> Sequence[cst.Decorator]:
        made = (self.call, self.attribute, self.name)
        return [cst.Decorator(self.chance.choice(made)()) for _ in self.some(self.name, 0, 1)]

    def define(self) -> cst.FunctionDef:
        return cst.FunctionDef(
            self.bound(),
            self.parameters(),
            self.body(),
            self.decorators(),
            self.perhaps(self.annotation),
            self.perhaps(cst.Asynchronous, 0.7),
            type_parameters=self.perhaps(self.type_parameters, 0.1),
        )

    def shape(self) -> cst.ClassDef:
        return cst.ClassDef(
            self.chance.choice((self.bound, self.name))(),
            self.body(),
            self.some(self.argument, 0, 2),
            self.some(self.keyword, 0, 1),
            self.decorators(),
            type_parameters=self.perhaps(self.type_parameters, 0.1),
        )
