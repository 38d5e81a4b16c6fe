"""The facts of one module: small serialisable records that lowering makes of a LibCST tree.

Everything above `syntax` sees these and no tree. They are what a cache may hold (msgpack, never pickle)
and what worker processes may send. `at` is a node's number in its file: the order in which lowering meets
expressions and statements, which `syntax.locate` turns back into a position when something is reported.

The same names come again and again in a project: those records that there are most of take the one text of a name that
all share. That is a quarter of the memory of all facts.
"""

from __future__ import annotations

from sys import intern
from typing import TypeAlias

import msgspec
from msgspec.structs import force_setattr

_NOTHING: frozenset[str] = frozenset()


class Node(msgspec.Struct, frozen=True, gc=False, eq=False, array_like=True, tag=True, tag_field="node"):
    """Base of all records. They are compared by identity: two equal expressions are two places."""

    at: int


# -- expressions -------------------------------------------------------------------------------------------------


class Name(Node, frozen=True):
    """A name that is read, or the target of an assignment."""

    id: str

    def __post_init__(self) -> None:
        force_setattr(self, "id", intern(self.id))


class Attr(Node, frozen=True):
    """`value.name`."""

    value: Expr
    name: str

    def __post_init__(self) -> None:
        force_setattr(self, "name", intern(self.name))


class Keyword(Node, frozen=True):
    """`name=value` in a call; `name` is None for `**value`."""

    name: str | None
    value: Expr

    def __post_init__(self) -> None:
        if self.name is not None:
            force_setattr(self, "name", intern(self.name))


class Call(Node, frozen=True):
    """`func(*args, **keywords)`; a `*x` among the arguments is a `Star`."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]


class Await(Node, frozen=True):
    """`await value`."""

    value: Expr


class Const(Node, frozen=True):
    """A literal. Bytes and `...` have the value None and `kind` says so; an f-string is an `FString`."""

    value: str | int | float | bool | None
    kind: str = ""


class Sub(Node, frozen=True):
    """`value[index]`; a slice is an `Other`."""

    value: Expr
    index: Expr


class Sequence(Node, frozen=True):
    """A tuple, list or set display: `kind` is `tuple`, `list` or `set`."""

    kind: str
    items: tuple[Expr, ...]


class DictDisplay(Node, frozen=True):
    """A dict display; the key of `**x` is None."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class BoolOp(Node, frozen=True):
    """`left and right`, `left or right`."""

    op: str
    left: Expr
    right: Expr


class Not(Node, frozen=True):
    """`not value`."""

    value: Expr


class Compare(Node, frozen=True):
    """`left op right`; longer chains are a `BoolOp` of these. `op` is the operator's text."""

    op: str
    left: Expr
    right: Expr


class BinOp(Node, frozen=True):
    """An arithmetic or bitwise operation; `op` is the operator's text."""

    op: str
    left: Expr
    right: Expr


class IfExp(Node, frozen=True):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr


class Lambda(Node, frozen=True):
    """A lambda, as a function with one `return`."""

    function: Function


class Generator(Node, frozen=True):
    """One `for target in iter if ...` of a comprehension."""

    target: Expr
    iter: Expr
    ifs: tuple[Expr, ...]
    is_async: bool


class Comprehension(Node, frozen=True):
    """`kind` is `list`, `set`, `dict` or `generator`; a dict has `value` beside `element`."""

    kind: str
    element: Expr
    value: Expr | None
    generators: tuple[Generator, ...]


class FString(Node, frozen=True):
    """The expressions in an f-string."""

    parts: tuple[Expr, ...]


class Walrus(Node, frozen=True):
    """`target := value`."""

    target: str
    value: Expr


class Yield(Node, frozen=True):
    """`yield value`; `delegate` for `yield from`."""

    value: Expr | None
    delegate: bool


class Star(Node, frozen=True):
    """`*value` in a call or display."""

    value: Expr


class Other(Node, frozen=True):
    """Any other expression: only its parts matter."""

    parts: tuple[Expr, ...]


# -- statements --------------------------------------------------------------------------------------------------


class ExprStmt(Node, frozen=True):
    """An expression whose value is dropped."""

    value: Expr


class Assign(Node, frozen=True):
    """`targets = value`; with several targets `a = b = value`."""

    targets: tuple[Expr, ...]
    value: Expr


class AnnAssign(Node, frozen=True):
    """`target: annotation = value`."""

    target: Expr
    annotation: Expr
    value: Expr | None


class AugAssign(Node, frozen=True):
    """`target op= value`."""

    target: Expr
    op: str
    value: Expr


class Return(Node, frozen=True):
    """`return value`."""

    value: Expr | None


class Raise(Node, frozen=True):
    """`raise value`."""

    value: Expr | None


class Jump(Node, frozen=True):
    """`break`, `continue`: `kind` says which."""

    kind: str


class Delete(Node, frozen=True):
    """`del targets`."""

    targets: tuple[Expr, ...]


class If(Node, frozen=True):
    """`if test: body else: orelse`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Node, frozen=True):
    """`while test: body else: orelse`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class For(Node, frozen=True):
    """`for target in iter: body else: orelse`."""

    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    is_async: bool


class Handler(Node, frozen=True):
    """`except type as name: body`; `type` is None for a bare except."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(Node, frozen=True):
    """`try` with its handlers, `else` and `finally`."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class WithItem(Node, frozen=True):
    """`context as target`."""

    context: Expr
    target: Expr | None


class With(Node, frozen=True):
    """`with items: body`."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool


class Case(Node, frozen=True):
    """`case pattern if guard: body`; `names` are what the pattern binds, `none` tells the pattern `None`."""

    names: tuple[str, ...]
    classes: tuple[Expr, ...]
    none: bool
    wildcard: bool
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True):
    """`match subject: cases`."""

    subject: Expr
    cases: tuple[Case, ...]


class ImportName(Node, frozen=True):
    """`import module as name`; without `as`, `import a.b` binds `a`."""

    module: str
    asname: str | None


class ImportFrom(Node, frozen=True):
    """`from module import name as asname`; `level` counts the dots, `name` may be `*`."""

    module: str
    level: int
    name: str
    asname: str | None


class Scope(Node, frozen=True):
    """`global` and `nonlocal`."""

    names: tuple[str, ...]


class Param(Node, frozen=True):
    """A parameter. `kind` is `positional`, `keyword`, `args` (`*args`) or `kwargs` (`**kwargs`)."""

    name: str
    annotation: Expr | None
    default: Expr | None
    kind: str

    def __post_init__(self) -> None:
        force_setattr(self, "name", intern(self.name))
        force_setattr(self, "kind", intern(self.kind))


class Function(Node, frozen=True):
    """A function or lambda. `words` are all names and attributes in it: what it cannot mention it cannot do.

    `reads` are the names that it reads, `attributes` those of attributes, `called` those of attributes that it calls
    and of what it imports itself. A lambda has none of them: they are those of the function around it.
    """

    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    is_async: bool
    is_generator: bool
    words: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("words", "reads", "attributes", "called"):
            found: frozenset[str] = getattr(self, name)
            force_setattr(self, name, frozenset(map(intern, found)) if found else _NOTHING)


class Class(Node, frozen=True):
    """A class."""

    name: str
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]


Expr: TypeAlias = (
    Name
    | Attr
    | Call
    | Await
    | Const
    | Sub
    | Sequence
    | DictDisplay
    | BoolOp
    | Not
    | Compare
    | BinOp
    | IfExp
    | Lambda
    | Comprehension
    | FString
    | Walrus
    | Yield
    | Star
    | Other
)

Stmt: TypeAlias = (
    ExprStmt
    | Assign
    | AnnAssign
    | AugAssign
    | Return
    | Raise
    | Jump
    | Delete
    | If
    | While
    | For
    | Try
    | With
    | Match
    | ImportName
    | ImportFrom
    | Scope
    | Function
    | Class
)


class ModuleFacts(msgspec.Struct, frozen=True, gc=False, eq=False, array_like=True):
    """A module: its statements, every name and attribute in it, and the schemes of its URLs, also alone."""

    body: tuple[Stmt, ...]
    words: frozenset[str]
    schemes: frozenset[str] = frozenset()
