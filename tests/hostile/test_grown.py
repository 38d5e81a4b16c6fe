"""The grown programs: each parses, the same seed gives the same one, and together they have all kinds of nodes."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator

import libcst as cst
import pytest

from asyncsql_lint.syntax.stack import on_deep_stack
from asyncsql_lint.syntax.wire import encode
from asyncsql_lint.syntax.worker import parsed
from asyncsql_lint.syntax.workers import parse_all
from tests.hostile.fuzz import KINDS, crossed, seeds
from tests.hostile.grown import grown
from tests.hostile.grown.statements import Statements

SEEDS = 300
NOT_GROWN = {"LazyImport", "LazyImportFrom", "StarredDictComp"}
"""Of Python 3.15: older LibCSTs that we run with do not have them."""


def kinds(base: type[cst.CSTNode]) -> Iterator[str]:
    """The names of LibCST's nodes of a kind."""
    for name, found in vars(cst).items():
        if not inspect.isclass(found) or not issubclass(found, base):
            continue
        if not inspect.isabstract(found) and not name.startswith("Base"):
            yield name


@pytest.fixture(scope="module")
def met() -> set[str]:
    """The names of all nodes in some programs."""
    found: set[str] = set()

    class Seen(cst.CSTVisitor):
        def on_visit(self, node: cst.CSTNode) -> bool:
            found.add(type(node).__name__)
            return True

    for seed in range(SEEDS):
        cst.Module(Statements(random.Random(seed)).module(1)).visit(Seen())
    return found


@pytest.mark.parametrize(
    "base",
    [
        cst.BaseExpression, cst.BaseSlice, cst.BaseFormattedStringContent, cst.BaseElement, cst.BaseDictElement,
        cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.BaseSuite, cst.MatchPattern, cst.BaseBinaryOp,
        cst.BaseBooleanOp, cst.BaseUnaryOp, cst.TypeParam, cst.TypeVarTuple, cst.ParamSpec, cst.MatchStar,
        cst.Asynchronous, cst.From, cst.Decorator, cst.CompIf, cst.ImportStar, cst.ExceptStarHandler,
    ],
)  # fmt: skip
def test_every_kind_grows(met: set[str], base: type[cst.CSTNode]) -> None:
    assert set(kinds(base)) - met - NOT_GROWN == set()


def test_light_nodes_change_nothing() -> None:
    """What a process that parses makes of a program, broken or not, is what LibCST's own nodes come to."""
    chance = random.Random(5)
    files = seeds()
    texts = [kind(chance, files).decode("utf-8", "replace") for kind in (*KINDS.values(), crossed) for _ in range(6)]
    plain = on_deep_stack(lambda: [encode(parsed(text)) for text in texts])
    assert list(parse_all(texts, 1)) == plain


def test_each_parses_and_is_always_the_same() -> None:
    for seed in range(30):
        text = grown(random.Random(seed))
        cst.parse_module(text)
        assert text == grown(random.Random(seed))
