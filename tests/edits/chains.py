"""Loader chains in short: `lines.product` is `selectinload(Order.lines).joinedload(OrderLine.product)`."""

from __future__ import annotations

from asyncsql_lint.diagnostics.repair import LoaderStep

_STEPS = {
    "lines": LoaderStep("selectinload", "app.models", "Order", "lines"),
    "customer": LoaderStep("joinedload", "app.models", "Order", "customer"),
    "product": LoaderStep("joinedload", "app.models", "OrderLine", "product"),
    "taxes": LoaderStep("selectinload", "app.models", "OrderLine", "taxes"),
    "maker": LoaderStep("joinedload", "app.models.product", "Product", "maker"),
    "parent": LoaderStep("joinedload", "app.models", "Node", "parent"),
    "children": LoaderStep("selectinload", "app.models", "Node", "children"),
}


def chains(short: str) -> tuple[tuple[LoaderStep, ...], ...]:
    """The chains of `lines.product customer`."""
    return tuple(tuple(_STEPS[name] for name in chain.split(".")) for chain in short.split())
