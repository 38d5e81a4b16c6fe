"""Loader options put on queries: one line a case, `chains | before => after`."""

from __future__ import annotations

import textwrap

import pytest

from asyncsql_lint.diagnostics.repair import AddLoaderOptions
from tests.edits.chains import chains
from tests.edits.support import located, repaired, site

HEAD = """\
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import (aliased, contains_eager, immediateload, joinedload, lazyload, Load,
    raiseload, selectinload)

from app import models
from app.models import Node, Order, OrderLine, Order as O
from app.models.product import Product

async def f(session, q, opts=(), **kw):
"""

STATEMENTS = [
    "lines | q = select(Order) => q = select(Order).options(selectinload(Order.lines))",
    "lines | q = sa.select(models.Order) => q = sa.select(models.Order).options(selectinload(models.Order.lines))",
    "lines | q = select(O) => q = select(O).options(selectinload(O.lines))",
    "lines | q = select(Order).where(a) => q = select(Order).options(selectinload(Order.lines)).where(a)",
    "lines | q = (select(Order)).where(a) => q = (select(Order)).options(selectinload(Order.lines)).where(a)",
    "lines | x = await session.scalars(select(Order)) => "
    "x = await session.scalars(select(Order).options(selectinload(Order.lines)))",
    "lines | q = select(a, Order, b) => q = select(a, Order, b).options(selectinload(Order.lines))",
    "customer lines | q = select(Order) => "
    "q = select(Order).options(joinedload(Order.customer), selectinload(Order.lines))",
    "lines.product | q = select(Order) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product))",
    "lines lines.product | q = select(Order) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product))",
    "lines.product.maker | q = select(Order) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product).joinedload(Product.maker))",
    "parent.children | q = select(Node) => "
    "q = select(Node).options(joinedload(Node.parent).selectinload(Node.children))",
    "lines | o = aliased(Order); q = select(o) => o = aliased(Order); q = select(o).options(selectinload(o.lines))",
    "lines | q = (\n    select(Order)\n    .where(a)\n) => "
    "q = (\n    select(Order)\n    .options(selectinload(Order.lines))\n    .where(a)\n)",
    "lines | q = (\n    select(Order)  # why\n    .where(a)\n) => "
    "q = (\n    select(Order)  # why\n    .options(selectinload(Order.lines))\n    .where(a)\n)",
    "lines | q = select(\n    Order\n).where(a) => "
    "q = select(\n    Order\n).options(selectinload(Order.lines)).where(a)",
    "lines.product | OrderLine = 1; q = select(Order) => "
    "OrderLine = 1; q = select(Order).options(selectinload(Order.lines).joinedload(models.OrderLine.product))",
    # options that are there
    "lines | q = select(Order).options() => q = select(Order).options(selectinload(Order.lines))",
    "lines | q = select(Order).where(a).options(joinedload(Order.customer)).limit(1) => "
    "q = select(Order).where(a).options(joinedload(Order.customer), selectinload(Order.lines)).limit(1)",
    "lines | q = select(Order).options(joinedload(Order.customer),) => "
    "q = select(Order).options(joinedload(Order.customer), selectinload(Order.lines),)",
    "lines | q = select(Order).options(*opts) => q = select(Order).options(*opts, selectinload(Order.lines))",
    "lines | q = select(Order).options(\n    joinedload(Order.customer),\n) => "
    "q = select(Order).options(\n    joinedload(Order.customer),\n    selectinload(Order.lines),\n)",
    "lines | q = select(Order).options(\n    joinedload(Order.customer)\n) => "
    "q = select(Order).options(\n    joinedload(Order.customer),\n    selectinload(Order.lines)\n)",
    "lines | q = select(Order).options(\n    joinedload(Order.customer),  # é\n) => "
    "q = select(Order).options(\n    joinedload(Order.customer),  # é\n    selectinload(Order.lines),\n)",
    "lines | q = select(Order).options(\n    joinedload(Order.customer)  # é\n) => "
    "q = select(Order).options(\n    joinedload(Order.customer),  # é\n    selectinload(Order.lines)\n)",
    "lines | q = select(Order).options(a,\n                          b) => "
    "q = select(Order).options(a,\n                          b,\n                          selectinload(Order.lines))",
    "lines | q = select(Order).options(joinedload(\n    Order.customer\n)) => "
    "q = select(Order).options(joinedload(\n    Order.customer\n), selectinload(Order.lines))",
    # options that go a part of the way
    "lines.product | q = select(Order).options(selectinload(Order.lines)) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product))",
    "lines.product | q = select(Order).options(joinedload(Order.lines), a) => "
    "q = select(Order).options(joinedload(Order.lines).joinedload(OrderLine.product), a)",
    "lines.product | q = select(Order).options(Load(Order).selectinload(Order.lines)) => "
    "q = select(Order).options(Load(Order).selectinload(Order.lines).joinedload(OrderLine.product))",
    "lines.product | q = select(Order).options(selectinload(Order.lines).load_only(a)) => "
    "q = select(Order).options(selectinload(Order.lines).load_only(a).joinedload(OrderLine.product))",
    "lines.product | q = select(Order).options(contains_eager(Order.lines.of_type(a))) => "
    "q = select(Order).options(contains_eager(Order.lines.of_type(a)).joinedload(OrderLine.product))",
    "lines.product.maker | q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product)) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product).joinedload(Product.maker))",
    "lines.product lines.taxes | q = select(Order).options(selectinload(Order.lines)) => "
    "q = select(Order).options(selectinload(Order.lines).options(joinedload(OrderLine.product), selectinload("
    "OrderLine.taxes)))",
    "lines.product customer | q = select(Order).options(selectinload(Order.lines)) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product), joinedload(Order.customer))",
    "lines.taxes | q = select(Order).options(joinedload(Order.lines).joinedload(OrderLine.product)) => "
    "q = select(Order).options(joinedload(Order.lines).joinedload(OrderLine.product), "
    "joinedload(Order.lines).selectinload(OrderLine.taxes))",
    "lines.taxes | q = select(Order).options(joinedload(Order.lines).options(joinedload(OrderLine.product))) => "
    "q = select(Order).options(joinedload(Order.lines).options(joinedload(OrderLine.product), selectinload("
    "OrderLine.taxes)))",
    "lines.product.maker | q = select(Order).options(joinedload(Order.lines).options(joinedload("
    "OrderLine.product))) => "
    "q = select(Order).options(joinedload(Order.lines).options(joinedload(OrderLine.product).joinedload("
    "Product.maker)))",
    "lines.product | q = select(Order).options(\n    selectinload(Order.lines)\n    .load_only(a)\n) => "
    "q = select(Order).options(\n    selectinload(Order.lines)\n    .load_only(a)\n    .joinedload("
    "OrderLine.product)\n)",
    "lines.product | q = select(Order).options(selectinload(Order.lines)).options(a) => "
    "q = select(Order).options(selectinload(Order.lines).joinedload(OrderLine.product)).options(a)",
    "lines customer | q = select(Order).options(selectinload(Order.lines)) => "
    "q = select(Order).options(selectinload(Order.lines), joinedload(Order.customer))",
    'lines | q = select(Order).options(raiseload("*")) => '
    'q = select(Order).options(raiseload("*"), selectinload(Order.lines))',
    "lines.product | q = select(models.Order).options(selectinload(Order.lines)) => "
    "q = select(models.Order).options(selectinload(Order.lines).joinedload(OrderLine.product))",
    # at a class of which there are two in the query
    "lines | q = select(O, Node).options(selectinload(Node.children)) => "
    "q = select(O, Node).options(selectinload(Node.children), selectinload(O.lines))",
]

GETS = [
    "lines | o = await session.get(Order, 1) => o = await session.get(Order, 1, options=[selectinload(Order.lines)])",
    "lines | o = await session.get(\n    Order,\n    1,\n) => "
    "o = await session.get(\n    Order,\n    1,\n    options=[selectinload(Order.lines)],\n)",
    "lines | o = await session.get(models.Order, 1, populate_existing=True) => "
    "o = await session.get(models.Order, 1, populate_existing=True, options=[selectinload(models.Order.lines)])",
    "lines | o = await session.get(entity=Order, ident=1) => "
    "o = await session.get(entity=Order, ident=1, options=[selectinload(Order.lines)])",
    "lines | o = await session.get(Order, 1, options=None) => "
    "o = await session.get(Order, 1, options=[selectinload(Order.lines)])",
    "lines | o = await session.get(Order, 1, options=()) => "
    "o = await session.get(Order, 1, options=[selectinload(Order.lines)])",
    "lines | o = await session.get(Order, 1, options=[joinedload(Order.customer)], x=1) => "
    "o = await session.get(Order, 1, options=[joinedload(Order.customer), selectinload(Order.lines)], x=1)",
    "lines | o = await session.get(Order, 1, options=(joinedload(Order.customer),)) => "
    "o = await session.get(Order, 1, options=(joinedload(Order.customer), selectinload(Order.lines),))",
    "lines | o = await session.get(Order, 1, options=opts) => "
    "o = await session.get(Order, 1, options=[*opts, selectinload(Order.lines)])",
    "lines.product | o = await session.get(Order, 1, options=[selectinload(Order.lines)]) => "
    "o = await session.get(Order, 1, options=[selectinload(Order.lines).joinedload(OrderLine.product)])",
    "lines.product customer | o = await session.get(Order, 1, options=[\n    selectinload(Order.lines),\n]) => "
    "o = await session.get(Order, 1, options=[\n    selectinload(Order.lines).joinedload(OrderLine.product),\n"
    "    joinedload(Order.customer),\n])",
]

REFUSED = [
    ("lines", "q = select(model)"),
    ("lines", "q = select(self.model)"),
    ("lines", "q = select(Order.id)"),
    ("lines", "q = select(*opts)"),
    ("lines", "q = select(Order).options(selectinload(Order.lines))"),
    ("lines", "q = select(Order).options(lazyload(Order.lines))"),
    ("lines.product", "q = select(Order).options(raiseload(Order.lines))"),
    ("lines", "q = select(Order).options(a for a in opts)"),
    ("lines", "selectinload = 1; q = select(Order)"),
    ("lines", "q = [select(Order) for selectinload in opts]"),
]


def _body(text: str) -> str:
    return f"{HEAD}{textwrap.indent(text, '    ')}\n"


def _parts(case: str) -> tuple[str, str, str]:
    short, _, change = case.partition(" | ")
    before, after = change.split(" => ")
    return short, _body(before), _body(after)


@pytest.mark.parametrize("case", STATEMENTS)
def test_options_on_statements(case: str) -> None:
    short, before, after = _parts(case)
    found = located(before)
    target = "sa.select(" if "= sa.select(" in before else "select("
    assert repaired(found, AddLoaderOptions(site(found, target), chains(short), is_get=False)) == after


@pytest.mark.parametrize("case", GETS)
def test_options_on_get(case: str) -> None:
    short, before, after = _parts(case)
    found = located(before)
    assert repaired(found, AddLoaderOptions(site(found, "session.get("), chains(short), is_get=True)) == after


@pytest.mark.parametrize(("short", "before"), REFUSED)
def test_no_options(short: str, before: str) -> None:
    found = located(_body(before))
    assert repaired(found, AddLoaderOptions(site(found, "select("), chains(short), is_get=False)) is None


def test_no_options_on_get_with_unknown_keywords() -> None:
    found = located(_body("o = await session.get(Order, 1, **kw)"))
    assert repaired(found, AddLoaderOptions(site(found, "session.get("), chains("lines"), is_get=True)) is None


def test_no_options_on_an_insert() -> None:
    found = located(_body("q = sa.insert(Order)"))
    assert repaired(found, AddLoaderOptions(site(found, "sa.insert("), chains("lines"), is_get=False)) is None
