"""Expressions of every kind; what stands inside of another is put in brackets unless it needs none."""

from __future__ import annotations

import random

import libcst as cst

from tests.hostile.grown.leaves import KEYWORDS, Leaves

BINARY = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power, cst.MatrixMultiply,
          cst.BitAnd, cst.BitOr, cst.BitXor, cst.LeftShift, cst.RightShift)  # fmt: skip
COMPARED = (cst.Equal, cst.NotEqual, cst.LessThan, cst.GreaterThanEqual, cst.In, cst.NotIn, cst.Is, cst.IsNot)
UNARY = (cst.Not, cst.Minus, cst.Plus, cst.BitInvert)
ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Set, cst.Dict, cst.SimpleString)
MODELS = ("User", "Item")
SESSIONS = ("session", "s", "db")
QUERIES = ("scalars", "execute", "stream", "stream_scalars", "scalar", "exec")
FETCHES = ("all", "one", "first", "unique", "scalars", "scalar_one", "fetchall", "mappings")
BEFORE = {"whitespace_before_expression": cst.SimpleWhitespace(" ")}
"""In a string, so that two braces do not come together, which are none."""


def bracketed(node: cst.BaseExpression) -> cst.BaseExpression:
    """`node`, as it may stand anywhere."""
    if isinstance(node, ATOMS) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


class Expressions(Leaves):
    """Grows expressions."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self._simple = (self.name, self.name, self.name, self.string, self.number, cst.Ellipsis)
        self._makers = (
            *self._simple, self.attribute, self.attribute, self.call, self.call, self.call, self.awaited, self.awaited,
            self.queried, self.subscript, self.binary, self.boolean, self.unary, self.comparison, self.either,
            self.walrus, self.function, self.given, self.tuple, self.list, self.set, self.dict, self.comprehension,
            self.comprehension, self.joined, self.formatted, self.formatted,
        )  # fmt: skip

    def expression(self) -> cst.BaseExpression:
        """Any expression, as it may stand alone."""
        return self.one_of(self._makers, self._simple)

    def part(self) -> cst.BaseExpression:
        """Any expression, as it may stand anywhere."""
        return bracketed(self.expression())

    def attribute(self) -> cst.Attribute:
        return cst.Attribute(self.part(), self.word())

    def argument(self) -> cst.Arg:
        """A positional argument, or several that are starred."""
        return cst.Arg(self.part(), star=self.chance.choice(("", "", "", "*")))

    def keyword(self) -> cst.Arg:
        """An argument by its name, or several that are starred."""
        if self.chance.random() < 0.2:
            return cst.Arg(self.part(), star="**")
        return cst.Arg(self.part(), keyword=cst.Name(self.chance.choice(KEYWORDS)))

    def call(self) -> cst.Call:
        return cst.Call(self.part(), [*self.some(self.argument), *self.some(self.keyword, 0, 2)])

    def awaited(self) -> cst.Await:
        method = cst.Attribute(self.name(), self.word())
        return cst.Await(cst.Call(method, self.some(self.argument)) if self.chance.random() < 0.7 else self.part())

    def queried(self) -> cst.BaseExpression:
        """What a program of ours would have: a query of a model, and one thing of what it gives."""
        select: cst.BaseExpression = cst.Call(cst.Name("select"), [cst.Arg(cst.Name(self.chance.choice(MODELS)))])
        if self.chance.random() < 0.3:
            select = cst.Call(cst.Attribute(select, cst.Name("options")), self.some(self.argument, 1, 1))
        method = cst.Attribute(cst.Name(self.chance.choice(SESSIONS)), cst.Name(self.chance.choice(QUERIES)))
        result = bracketed(cst.Await(cst.Call(method, [cst.Arg(select)])))
        return cst.Call(cst.Attribute(result, cst.Name(self.chance.choice(FETCHES))))

    def subscript(self) -> cst.Subscript:
        return cst.Subscript(self.part(), [cst.SubscriptElement(each) for each in self.some(self.item, 1, 3)])

    def item(self) -> cst.BaseSlice:
        """What stands in the brackets of a subscript."""
        if self.chance.random() < 0.7:
            return cst.Index(self.part())
        return cst.Slice(self.perhaps(self.part), self.perhaps(self.part), self.perhaps(self.part))

    def binary(self) -> cst.BinaryOperation:
        return cst.BinaryOperation(self.part(), self.chance.choice(BINARY)(), self.part())

    def boolean(self) -> cst.BooleanOperation:
        return cst.BooleanOperation(self.part(), self.chance.choice((cst.And, cst.Or))(), self.part())

    def unary(self) -> cst.UnaryOperation:
        return cst.UnaryOperation(self.chance.choice(UNARY)(), self.part())

    def comparison(self) -> cst.Comparison:
        return cst.Comparison(self.part(), self.some(self.compared, 1, 2))

    def compared(self) -> cst.ComparisonTarget:
        return cst.ComparisonTarget(self.chance.choice(COMPARED)(), self.part())

    def either(self) -> cst.IfExp:
        return cst.IfExp(self.part(), self.part(), self.part())

    def walrus(self) -> cst.BaseExpression:
        return bracketed(cst.NamedExpr(self.bound(), self.part()))

    def function(self) -> cst.BaseExpression:
        return bracketed(cst.Lambda(self.parameters(is_lambda=True), self.part()))

    def given(self) -> cst.BaseExpression:
        makers = (cst.Yield, lambda: cst.Yield(self.part()), lambda: cst.Yield(cst.From(self.part())))
        return bracketed(self.chance.choice(makers)())

    def element(self) -> cst.BaseElement:
        """One thing in a list, or several that are starred."""
        return cst.StarredElement(self.part()) if self.chance.random() < 0.2 else cst.Element(self.part())

    def tuple(self) -> cst.BaseExpression:
        return cst.Tuple(self.some(self.element))

    def list(self) -> cst.List:
        return cst.List(self.some(self.element))

    def set(self) -> cst.Set:
        return cst.Set(self.some(self.element, 1))

    def dict(self) -> cst.Dict:
        return cst.Dict(self.some(self.pair))

    def pair(self) -> cst.BaseDictElement:
        return cst.StarredDictElement(self.part()) if self.chance.random() < 0.2 else self._pair()

    def _pair(self) -> cst.DictElement:
        return cst.DictElement(self.part(), self.part())

    def turns(self, depth: int = 0) -> cst.CompFor:
        """The `for` of a comprehension, with those inside of it."""
        inner = self.turns(depth + 1) if depth < 2 and self.chance.random() < 0.3 else None
        return cst.CompFor(
            self.target(), self.part(), [cst.CompIf(each) for each in self.some(self.part, 0, 2)], inner,
            self.perhaps(cst.Asynchronous, 0.4),
        )  # fmt: skip

    def comprehension(self) -> cst.BaseExpression:
        makers = (
            lambda: cst.ListComp(self.part(), self.turns()),
            lambda: cst.SetComp(self.part(), self.turns()),
            lambda: cst.GeneratorExp(self.part(), self.turns()),
            lambda: cst.DictComp(self.part(), self.part(), self.turns()),
            lambda: cst.ListComp(cst.StarredElement(self.part()), self.turns()),
        )
        return self.chance.choice(makers)()

    def joined(self) -> cst.ConcatenatedString:
        """Two strings side by side; not both of bytes and text."""
        left, right = ((cst.SimpleString(f"'{word}'")) for word in ("items", "user"))
        return cst.ConcatenatedString(left, right, whitespace_between=cst.SimpleWhitespace(" "))

    def formatted(self) -> cst.BaseExpression:
        """An f-string or a t-string; there is none in another."""
        if self.in_string:
            return self.name()
        self.in_string += 1
        try:
            return self._formatted()
        finally:
            self.in_string -= 1

    def _formatted(self) -> cst.BaseExpression:
        if self.chance.random() < 0.2:
            values = [cst.TemplatedStringExpression(self.part(), **BEFORE) for _ in range(2)]
            return cst.TemplatedString([cst.TemplatedStringText("a "), *values])
        return cst.FormattedString([cst.FormattedStringText("a {{"), *self.some(self._value, 1, 3)])

    def _value(self) -> cst.FormattedStringExpression:
        return cst.FormattedStringExpression(
            self.part(),
            conversion=self.chance.choice((None, None, "r", "s")),
            format_spec=self.perhaps(lambda: [cst.FormattedStringExpression(self.name())], 0.2),
            equal=self.perhaps(cst.AssignEqual, 0.1),
            **BEFORE,
        )

    def target(self, depth: int = 0) -> cst.BaseAssignTargetExpression:
        """What a value is given to."""
        nested = (
            lambda: cst.Tuple([cst.Element(self.target(depth + 1)), cst.StarredElement(self.bound())]),
            lambda: cst.List([cst.Element(self.target(depth + 1))]),
            self.attribute,
            self.subscript,
        )
        return self.chance.choice(nested)() if depth < 2 and self.chance.random() < 0.25 else self.bound()

    def annotation(self) -> cst.Annotation:
        makers = (self.name, self.subscript, self.string, self.attribute, self.part)
        return cst.Annotation(self.chance.choice(makers)())

    def parameters(self, *, is_lambda: bool = False) -> cst.Parameters:
        """Parameters of every kind, each with another name."""
        names = self.chance.sample(("session", "s", "db", "self", "user", "x", "items", "tasks", "n"), 9)

        def make(default: float = 0.3) -> cst.Param:
            name = names.pop()
            annotation = None if is_lambda else self.perhaps(self.annotation, 0.5)
            if name in SESSIONS and not is_lambda and self.chance.random() < 0.7:
                annotation = cst.Annotation(cst.Name("AsyncSession"))
            return cst.Param(cst.Name(name), annotation, default=self.perhaps(self.part, default), star="")

        def starred(star: str) -> cst.Param:
            return make(0).with_changes(star=star)

        without, with_default = self.some(lambda: make(0), 0, 2), self.some(lambda: make(1), 0, 1)
        return cst.Parameters(
            posonly_params=[make(0)] if self.chance.random() < 0.1 else [],
            params=[*without, *with_default],
            star_arg=starred("*") if self.chance.random() < 0.2 else cst.MaybeSentinel.DEFAULT,
            kwonly_params=self.some(make, 0, 2) if self.chance.random() < 0.3 else [],
            star_kwarg=starred("**") if self.chance.random() < 0.2 else None,
        )
