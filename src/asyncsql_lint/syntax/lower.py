"""LibCST tree to facts: one lean walk that touches only the fields that mean something.

Nodes are numbered in the order in which they are met. `capture`, when given, receives the tree's node for
each number: that is how `locate` finds positions without any metadata in the hot path. Of a node nothing but its class
and its fields are looked at, so that it may be one of `lean`.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any, TypeAlias

import libcst as cst
from msgspec import Struct

from asyncsql_lint.syntax import facts as f

_ANNOTATION = re.compile(r"[\w.\[\],|\s\"']+\Z")
_DRIVERNAME = re.compile(r"[a-z0-9]+\+[a-z0-9_]+")
_Lowering: TypeAlias = "Callable[[Lowering, Any, int], f.Expr]"


@lru_cache(maxsize=4096)
def _parse_annotation(text: str) -> cst.BaseExpression | None:
    """The expression in a string annotation, or None when it is none."""
    if not _ANNOTATION.match(text) or len(text) > 500:
        return None
    try:
        return cst.parse_expression(text.strip())
    except (cst.ParserSyntaxError, ValueError):
        return None


class Lowering:
    """The state of lowering one module: the counter and the sets of words of the functions being lowered."""

    __slots__ = ("attributes", "called", "capture", "count", "frozen", "generator", "reads", "schemes", "words")

    def __init__(self, capture: list[cst.CSTNode] | None = None) -> None:
        self.count = 0
        self.capture = capture
        self.words: set[str] = set()
        self.reads: set[str] = set()
        self.attributes: set[str] = set()
        self.called: set[str] = set()
        self.schemes: set[str] = set()
        self.generator = False
        self.frozen = False

    def number(self, node: cst.CSTNode) -> int:
        """The next number, noted for `node`. Inside a string annotation all parts share the string's number."""
        if self.frozen:
            return self.count - 1
        at = self.count
        self.count = at + 1
        if self.capture is not None:
            self.capture.append(node)
        return at

    # -- expressions

    def expr(self, node: cst.BaseExpression | cst.BaseSlice) -> f.Expr:
        """Lower an expression."""
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            return self.other(node)
        return handler(self, node, self.number(node))

    def other(self, node: cst.CSTNode) -> f.Expr:
        """Anything without a record of its own: its sub-expressions."""
        at = self.number(node)
        parts = [self.expr(child) for child in _children(node) if isinstance(child, cst.BaseExpression)]
        return f.Other(at, tuple(parts))

    def annotation(self, node: cst.BaseExpression) -> f.Expr:
        """Lower an annotation; strings in it are read as expressions."""
        if isinstance(node, cst.SimpleString):
            parsed = _parse_annotation(_content(node.value)) if node.value[0] in _QUOTES else None
            at = self.number(node)
            if parsed is None:
                return f.Const(at, None, "string")
            was, self.frozen = self.frozen, True
            try:
                return self.annotation(parsed)
            finally:
                self.frozen = was
        if isinstance(node, cst.Subscript):
            at = self.number(node)
            value = self.expr(node.value)
            items = [self.annotation_slice(e.slice) for e in node.slice]
            if len(items) == 1:
                return f.Sub(at, value, items[0])
            return f.Sub(at, value, f.Sequence(at, "tuple", tuple(items)))
        if isinstance(node, cst.BinaryOperation):
            at = self.number(node)
            return f.BinOp(at, "|", self.annotation(node.left), self.annotation(node.right))
        return self.expr(node)

    def annotation_slice(self, node: cst.BaseSlice) -> f.Expr:
        """One item between the brackets of an annotation."""
        if isinstance(node, cst.Index):
            return self.annotation(node.value)
        return self.other(node)

    def arguments(self, args: Any) -> tuple[tuple[f.Expr, ...], tuple[f.Keyword, ...]]:
        """Positional arguments and keywords of a call or class."""
        positional: list[f.Expr] = []
        keywords: list[f.Keyword] = []
        for arg in args:
            if arg.keyword is not None:
                at = self.number(arg)
                keywords.append(f.Keyword(at, arg.keyword.value, self.expr(arg.value)))
            elif arg.star == "**":
                at = self.number(arg)
                keywords.append(f.Keyword(at, None, self.expr(arg.value)))
            elif arg.star == "*":
                at = self.number(arg)
                positional.append(f.Star(at, self.expr(arg.value)))
            else:
                positional.append(self.expr(arg.value))
        return tuple(positional), tuple(keywords)

    def target(self, node: cst.BaseExpression) -> f.Expr:
        """Lower an assignment's target: its names are not reads."""
        if isinstance(node, cst.Name):
            self.words.add(node.value)
            return f.Name(self.number(node), node.value)
        if isinstance(node, (cst.Tuple, cst.List)):
            at = self.number(node)
            return f.Sequence(at, "tuple", tuple(self.target(e.value) for e in node.elements))
        return self.expr(node)

    # -- statements

    def block(self, node: Any) -> tuple[f.Stmt, ...]:
        """Lower the statements of a block."""
        out: list[f.Stmt] = []
        for statement in node.body:
            if type(statement) is cst.SimpleStatementLine:
                for small in statement.body:
                    self.small(small, out)
            elif isinstance(statement, cst.BaseSmallStatement):
                self.small(statement, out)
            else:
                _COMPOUND[type(statement)](self, statement, out)
        return tuple(out)

    def small(self, node: Any, out: list[f.Stmt]) -> None:
        """Lower a simple statement."""
        handler = _SMALL.get(type(node))
        if handler is not None:
            handler(self, node, out)

    def text(self, at: int, value: str) -> f.Const:
        """A literal text, or a part of one."""
        if "://" in value or _DRIVERNAME.fullmatch(value):
            self.schemes.add(value.partition(":")[0])
        return f.Const(at, value)

    def function(self, node: cst.FunctionDef) -> f.Function:
        """Lower a function definition."""
        at = self.number(node)
        decorators = tuple(self.expr(d.decorator) for d in node.decorators)
        params = self.parameters(node.params)
        returns = self.annotation(node.returns.annotation) if node.returns is not None else None
        outer = self.words, self.reads, self.attributes, self.called, self.generator
        self.words, self.reads, self.attributes, self.called, self.generator = set(), set(), set(), set(), False
        body = self.block(node.body)
        words, reads, attributes, called = self.words, self.reads, self.attributes, self.called
        generator = self.generator
        self.words, self.reads, self.attributes, self.called, self.generator = outer
        self.words |= words
        self.reads |= reads
        self.attributes |= attributes
        self.called |= called
        self.words.add(node.name.value)
        is_async = node.asynchronous is not None
        return f.Function(
            at,
            node.name.value,
            params,
            body,
            decorators,
            returns,
            is_async,
            generator,
            frozenset(words),
            frozenset(reads),
            frozenset(attributes),
            frozenset(called),
        )

    def lambda_(self, node: cst.Lambda, at: int) -> f.Expr:
        """Lower a lambda as a function with one return."""
        params = self.parameters(node.params)
        outer = self.generator
        body = self.expr(node.body)
        self.generator = outer
        function = f.Function(at, "<lambda>", params, (f.Return(at, body),), (), None, False, False)
        return f.Lambda(at, function)

    def parameters(self, node: cst.Parameters) -> tuple[f.Param, ...]:
        """Lower a parameter list in the order of its kinds."""
        out = [self.parameter(p, "positional") for p in (*node.posonly_params, *node.params)]
        if isinstance(node.star_arg, cst.Param):
            out.append(self.parameter(node.star_arg, "args"))
        out += [self.parameter(p, "keyword") for p in node.kwonly_params]
        if node.star_kwarg is not None:
            out.append(self.parameter(node.star_kwarg, "kwargs"))
        return tuple(out)

    def parameter(self, node: cst.Param, kind: str) -> f.Param:
        """Lower one parameter."""
        at = self.number(node)
        annotation = self.annotation(node.annotation.annotation) if node.annotation is not None else None
        default = self.expr(node.default) if node.default is not None else None
        return f.Param(at, node.name.value, annotation, default, kind)


def lower(module: cst.Module, capture: list[cst.CSTNode] | None = None) -> f.ModuleFacts:
    """The facts of a parsed module.

    `capture` receives the tree's node for each number, for those who need positions.
    """
    lowering = Lowering(capture)
    body = lowering.block(module)
    return f.ModuleFacts(body, frozenset(lowering.words), frozenset(lowering.schemes))


def _children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes in the fields of a node, in the order of the fields."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (one for one in value if isinstance(one, cst.CSTNode))


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a class of nodes, be it LibCST's or of `lean`."""
    if issubclass(kind, Struct):
        return kind.__struct_fields__
    return tuple(one.name for one in fields(kind))  # type: ignore[arg-type] # LibCST's nodes are dataclasses


# -- the handlers of expressions: (lowering, node, number) -> record


def _name(low: Lowering, node: cst.Name, at: int) -> f.Expr:
    low.words.add(node.value)
    low.reads.add(node.value)
    return _CONSTANT_NAMES[node.value](at) if node.value in _CONSTANT_NAMES else f.Name(at, node.value)


_CONSTANT_NAMES: dict[str, Callable[[int], f.Const]] = {
    "None": lambda at: f.Const(at, None, "none"),
    "True": lambda at: f.Const(at, True),
    "False": lambda at: f.Const(at, False),
}


def _attribute(low: Lowering, node: cst.Attribute, at: int) -> f.Expr:
    low.words.add(node.attr.value)
    low.attributes.add(node.attr.value)
    return f.Attr(at, low.expr(node.value), node.attr.value)


def _call(low: Lowering, node: cst.Call, at: int) -> f.Expr:
    func = low.expr(node.func)
    if isinstance(func, f.Attr):
        low.called.add(func.name)
    args, keywords = low.arguments(node.args)
    return f.Call(at, func, args, keywords)


def _await(low: Lowering, node: cst.Await, at: int) -> f.Expr:
    return f.Await(at, low.expr(node.expression))


def _string(low: Lowering, node: cst.SimpleString, at: int) -> f.Expr:
    text = node.value
    if text[0] not in _QUOTES and "b" in text[:2].lower():
        return f.Const(at, None, "bytes")
    try:
        return low.text(at, _evaluated(text))
    except (SyntaxError, ValueError):
        return f.Const(at, None, "string")


_QUOTES = frozenset("'\"")


def _content(text: str) -> str:
    """What stands between the quotes of a literal without a prefix."""
    quotes = 3 if len(text) >= 6 and text[1] == text[2] == text[0] else 1
    return text[quotes:-quotes]


def _evaluated(text: str) -> str:
    """The string that a literal means. Raises `SyntaxError` or `ValueError` when it is none."""
    if text[0] in _QUOTES and "\\" not in text and "\r" not in text:
        return _content(text)
    # Half of a surrogate pair is a character to Python, and none that facts could travel with.
    return str(literal_eval(text)).encode("utf-8", "replace").decode("utf-8")


def _concatenated(low: Lowering, node: cst.ConcatenatedString, at: int) -> f.Expr:
    left, right = low.expr(node.left), low.expr(node.right)
    if isinstance(left, f.Const) and isinstance(right, f.Const):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return f.Const(at, left.value + right.value)
        return f.Const(at, None, "string")
    return f.FString(at, (left, right))


def _integer(low: Lowering, node: cst.Integer, at: int) -> f.Expr:
    text = node.value.replace("_", "")
    return f.Const(at, int(text, 0) if len(text) < 18 and not text.startswith("00") else None, "number")


def _number(low: Lowering, node: cst.CSTNode, at: int) -> f.Expr:
    return f.Const(at, None, "number")


def _ellipsis(low: Lowering, node: cst.CSTNode, at: int) -> f.Expr:
    return f.Const(at, None, "ellipsis")


def _subscript(low: Lowering, node: cst.Subscript, at: int) -> f.Expr:
    value = low.expr(node.value)
    items = [low.expr(e.slice.value) if isinstance(e.slice, cst.Index) else low.other(e.slice) for e in node.slice]
    return f.Sub(at, value, items[0] if len(items) == 1 else f.Sequence(at, "tuple", tuple(items)))


def _elements(low: Lowering, node: Any) -> tuple[f.Expr, ...]:
    out: list[f.Expr] = []
    for element in node.elements:
        if isinstance(element, cst.StarredElement):
            at = low.number(element)
            out.append(f.Star(at, low.expr(element.value)))
        else:
            out.append(low.expr(element.value))
    return tuple(out)


def _tuple(low: Lowering, node: cst.Tuple, at: int) -> f.Expr:
    return f.Sequence(at, "tuple", _elements(low, node))


def _list(low: Lowering, node: cst.List, at: int) -> f.Expr:
    return f.Sequence(at, "list", _elements(low, node))


def _set(low: Lowering, node: cst.Set, at: int) -> f.Expr:
    return f.Sequence(at, "set", _elements(low, node))


def _dict(low: Lowering, node: cst.Dict, at: int) -> f.Expr:
    keys: list[f.Expr | None] = []
    values: list[f.Expr] = []
    for element in node.elements:
        keys.append(low.expr(element.key) if isinstance(element, cst.DictElement) else None)
        values.append(low.expr(element.value))
    return f.DictDisplay(at, tuple(keys), tuple(values))


def _boolean(low: Lowering, node: cst.BooleanOperation, at: int) -> f.Expr:
    op = "and" if isinstance(node.operator, cst.And) else "or"
    return f.BoolOp(at, op, low.expr(node.left), low.expr(node.right))


def _unary(low: Lowering, node: cst.UnaryOperation, at: int) -> f.Expr:
    value = low.expr(node.expression)
    return f.Not(at, value) if isinstance(node.operator, cst.Not) else f.Other(at, (value,))


def _comparison(low: Lowering, node: cst.Comparison, at: int) -> f.Expr:
    left = low.expr(node.left)
    out: f.Expr | None = None
    for target in node.comparisons:
        right = low.expr(target.comparator)
        one = f.Compare(at, _COMPARISONS.get(type(target.operator), "?"), left, right)
        out = one if out is None else f.BoolOp(at, "and", out, one)
        left = right
    return out if out is not None else left


_COMPARISONS: dict[type, str] = {
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.LessThan: "<",
    cst.GreaterThan: ">",
    cst.LessThanEqual: "<=",
    cst.GreaterThanEqual: ">=",
}
_OPERATORS: dict[type, str] = {
    cst.Add: "+",
    cst.AddAssign: "+",
    cst.BitOr: "|",
    cst.BitOrAssign: "|",
    cst.BitAnd: "&",
    cst.Modulo: "%",
    cst.Subtract: "-",
}


def _binary(low: Lowering, node: cst.BinaryOperation, at: int) -> f.Expr:
    return f.BinOp(at, _OPERATORS.get(type(node.operator), "?"), low.expr(node.left), low.expr(node.right))


def _ifexp(low: Lowering, node: cst.IfExp, at: int) -> f.Expr:
    test = low.expr(node.test)
    return f.IfExp(at, test, low.expr(node.body), low.expr(node.orelse))


def _lambda(low: Lowering, node: cst.Lambda, at: int) -> f.Expr:
    return low.lambda_(node, at)


def _generators(low: Lowering, node: cst.CompFor) -> tuple[f.Generator, ...]:
    out: list[f.Generator] = []
    part: cst.CompFor | None = node
    while part is not None:
        at = low.number(part)
        source = low.expr(part.iter)
        target = low.target(part.target)
        ifs = tuple(low.expr(i.test) for i in part.ifs)
        out.append(f.Generator(at, target, source, ifs, part.asynchronous is not None))
        part = part.inner_for_in
    return tuple(out)


def _comprehension(kind: str) -> _Lowering:
    def handler(low: Lowering, node: Any, at: int) -> f.Expr:
        generators = _generators(low, node.for_in)
        if kind == "dict":
            return f.Comprehension(at, kind, low.expr(node.key), low.expr(node.value), generators)
        return f.Comprehension(at, kind, low.expr(node.elt), None, generators)

    return handler


def _fstring(low: Lowering, node: cst.FormattedString, at: int) -> f.Expr:
    parts: list[f.Expr] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringExpression):
            parts.append(low.expr(part.expression))
        elif isinstance(part, cst.FormattedStringText):
            parts.append(low.text(at, part.value))
    return f.FString(at, tuple(parts))


def _walrus(low: Lowering, node: cst.NamedExpr, at: int) -> f.Expr:
    name = node.target.value if isinstance(node.target, cst.Name) else ""
    return f.Walrus(at, name, low.expr(node.value))


def _yield(low: Lowering, node: cst.Yield, at: int) -> f.Expr:
    low.generator = True
    if isinstance(node.value, cst.From):
        return f.Yield(at, low.expr(node.value.item), True)
    return f.Yield(at, low.expr(node.value) if node.value is not None else None, False)


_EXPRESSIONS: dict[type, _Lowering] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Await: _await,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _fstring,
    cst.Integer: _integer,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Ellipsis: _ellipsis,
    cst.Subscript: _subscript,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.BinaryOperation: _binary,
    cst.IfExp: _ifexp,
    cst.Lambda: _lambda,
    cst.ListComp: _comprehension("list"),
    cst.SetComp: _comprehension("set"),
    cst.GeneratorExp: _comprehension("generator"),
    cst.DictComp: _comprehension("dict"),
    cst.NamedExpr: _walrus,
    cst.Yield: _yield,
}

# -- the handlers of statements: (lowering, node, out)


def _expr_stmt(low: Lowering, node: cst.Expr, out: list[f.Stmt]) -> None:
    at = low.number(node)
    out.append(f.ExprStmt(at, low.expr(node.value)))


def _assign(low: Lowering, node: cst.Assign, out: list[f.Stmt]) -> None:
    at = low.number(node)
    value = low.expr(node.value)
    out.append(f.Assign(at, tuple(low.target(t.target) for t in node.targets), value))


def _annassign(low: Lowering, node: cst.AnnAssign, out: list[f.Stmt]) -> None:
    at = low.number(node)
    value = low.expr(node.value) if node.value is not None else None
    annotation = low.annotation(node.annotation.annotation)
    out.append(f.AnnAssign(at, low.target(node.target), annotation, value))


def _augassign(low: Lowering, node: cst.AugAssign, out: list[f.Stmt]) -> None:
    at = low.number(node)
    value = low.expr(node.value)
    out.append(f.AugAssign(at, low.target(node.target), _OPERATORS.get(type(node.operator), "?"), value))


def _return(low: Lowering, node: cst.Return, out: list[f.Stmt]) -> None:
    at = low.number(node)
    out.append(f.Return(at, low.expr(node.value) if node.value is not None else None))


def _raise(low: Lowering, node: cst.Raise, out: list[f.Stmt]) -> None:
    at = low.number(node)
    out.append(f.Raise(at, low.expr(node.exc) if node.exc is not None else None))


def _break(low: Lowering, node: cst.Break, out: list[f.Stmt]) -> None:
    out.append(f.Jump(low.number(node), "break"))


def _continue(low: Lowering, node: cst.Continue, out: list[f.Stmt]) -> None:
    out.append(f.Jump(low.number(node), "continue"))


def _del(low: Lowering, node: cst.Del, out: list[f.Stmt]) -> None:
    at = low.number(node)
    if isinstance(node.target, cst.Tuple):
        out.append(f.Delete(at, tuple(low.target(e.value) for e in node.target.elements)))
    else:
        out.append(f.Delete(at, (low.target(node.target),)))


def _assert(low: Lowering, node: cst.Assert, out: list[f.Stmt]) -> None:
    """An assert narrows: `if not test: raise`."""
    at = low.number(node)
    test = low.expr(node.test)
    message = (f.ExprStmt(at, low.expr(node.msg)),) if node.msg is not None else ()
    out.append(f.If(at, test, (), (*message, f.Raise(at, None))))


def _global(low: Lowering, node: cst.Global | cst.Nonlocal, out: list[f.Stmt]) -> None:
    out.append(f.Scope(low.number(node), tuple(n.name.value for n in node.names)))


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return ""


def _alias(alias: cst.ImportAlias) -> str | None:
    return _dotted(alias.asname.name) if alias.asname is not None else None


def _import(low: Lowering, node: cst.Import, out: list[f.Stmt]) -> None:
    for alias in node.names:
        at = low.number(alias)
        low.words.update(_dotted(alias.name).split("."))
        out.append(f.ImportName(at, _dotted(alias.name), _alias(alias)))


def _import_from(low: Lowering, node: cst.ImportFrom, out: list[f.Stmt]) -> None:
    module, level = _dotted(node.module), len(node.relative)
    low.words.update(module.split("."))
    if isinstance(node.names, cst.ImportStar):
        out.append(f.ImportFrom(low.number(node), module, level, "*", None))
        return
    for alias in node.names:
        at = low.number(alias)
        low.words.add(_dotted(alias.name))
        low.called.add(_dotted(alias.name))
        out.append(f.ImportFrom(at, module, level, _dotted(alias.name), _alias(alias)))


def _type_alias(low: Lowering, node: cst.TypeAlias, out: list[f.Stmt]) -> None:
    at = low.number(node)
    value = low.annotation(node.value)
    out.append(f.Assign(at, (low.target(node.name),), value))


_SMALL: dict[type, Callable[[Lowering, Any, list[f.Stmt]], None]] = {
    cst.Expr: _expr_stmt,
    cst.Assign: _assign,
    cst.AnnAssign: _annassign,
    cst.AugAssign: _augassign,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Del: _del,
    cst.Assert: _assert,
    cst.Global: _global,
    cst.Nonlocal: _global,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.TypeAlias: _type_alias,
}
if hasattr(cst, "LazyImport"):  # LibCST knows `lazy import`, of Python 3.15, since 1.9
    _SMALL |= {cst.LazyImport: _import, cst.LazyImportFrom: _import_from}


def _if(low: Lowering, node: cst.If, out: list[f.Stmt]) -> None:
    at = low.number(node)
    test = low.expr(node.test)
    body = low.block(node.body)
    orelse: list[f.Stmt] = []
    if isinstance(node.orelse, cst.If):
        _if(low, node.orelse, orelse)
    elif node.orelse is not None:
        orelse = list(low.block(node.orelse.body))
    out.append(f.If(at, test, body, tuple(orelse)))


def _while(low: Lowering, node: cst.While, out: list[f.Stmt]) -> None:
    at = low.number(node)
    test = low.expr(node.test)
    body = low.block(node.body)
    out.append(f.While(at, test, body, low.block(node.orelse.body) if node.orelse is not None else ()))


def _for(low: Lowering, node: cst.For, out: list[f.Stmt]) -> None:
    at = low.number(node)
    source = low.expr(node.iter)
    target = low.target(node.target)
    body = low.block(node.body)
    orelse = low.block(node.orelse.body) if node.orelse is not None else ()
    out.append(f.For(at, target, source, body, orelse, node.asynchronous is not None))


def _try(low: Lowering, node: cst.Try | cst.TryStar, out: list[f.Stmt]) -> None:
    at = low.number(node)
    body = low.block(node.body)
    handlers: list[f.Handler] = []
    for handler in node.handlers:
        number = low.number(handler)
        kind = low.expr(handler.type) if handler.type is not None else None
        name = handler.name.name.value if handler.name is not None and isinstance(handler.name.name, cst.Name) else None
        handlers.append(f.Handler(number, kind, name, low.block(handler.body)))
    orelse = low.block(node.orelse.body) if node.orelse is not None else ()
    final = low.block(node.finalbody.body) if node.finalbody is not None else ()
    out.append(f.Try(at, body, tuple(handlers), orelse, final))


def _with(low: Lowering, node: cst.With, out: list[f.Stmt]) -> None:
    at = low.number(node)
    items: list[f.WithItem] = []
    for item in node.items:
        number = low.number(item)
        context = low.expr(item.item)
        target = low.target(item.asname.name) if item.asname is not None else None
        items.append(f.WithItem(number, context, target))
    out.append(f.With(at, tuple(items), low.block(node.body), node.asynchronous is not None))


def _function(low: Lowering, node: cst.FunctionDef, out: list[f.Stmt]) -> None:
    out.append(low.function(node))


def _class(low: Lowering, node: cst.ClassDef, out: list[f.Stmt]) -> None:
    at = low.number(node)
    low.words.add(node.name.value)
    decorators = tuple(low.expr(d.decorator) for d in node.decorators)
    bases, keywords = low.arguments((*node.bases, *node.keywords))
    out.append(f.Class(at, node.name.value, bases, keywords, decorators, low.block(node.body)))


def _match(low: Lowering, node: cst.Match, out: list[f.Stmt]) -> None:
    at = low.number(node)
    subject = low.expr(node.subject)
    cases: list[f.Case] = []
    for case in node.cases:
        number = low.number(case)
        names: list[str] = []
        classes: list[f.Expr] = []
        _pattern(low, case.pattern, names, classes)
        none = isinstance(case.pattern, cst.MatchSingleton) and case.pattern.value.value == "None"
        wildcard = isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None
        guard = low.expr(case.guard) if case.guard is not None else None
        body = low.block(case.body)
        cases.append(f.Case(number, tuple(names), tuple(classes), none, wildcard, guard, body))
    out.append(f.Match(at, subject, tuple(cases)))


def _pattern(low: Lowering, pattern: cst.CSTNode, names: list[str], classes: list[f.Expr]) -> None:
    """Collect what a pattern binds and the classes it names."""
    if isinstance(pattern, cst.MatchClass):
        classes.append(low.expr(pattern.cls))
    if isinstance(pattern, (cst.MatchAs, cst.MatchStar)) and pattern.name is not None:
        names.append(pattern.name.value)
    for child in _children(pattern):
        if not isinstance(child, cst.BaseExpression):
            _pattern(low, child, names, classes)


_COMPOUND: dict[type, Callable[[Lowering, Any, list[f.Stmt]], None]] = {
    cst.If: _if,
    cst.While: _while,
    cst.For: _for,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Match: _match,
}
