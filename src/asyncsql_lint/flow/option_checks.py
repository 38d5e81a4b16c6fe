"""Loader options that do not fit their statement: facts 3b-nested-separate-wrong, 3b-options-on-aliased-wrong, 3b-*.

An option starts from something that the statement selects. One that starts elsewhere is no option for what another one
loads: it has to be chained to it.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import OptionMismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Instance
from asyncsql_lint.flow.plans import Option
from asyncsql_lint.flow.statements import flatten, needs_unique
from asyncsql_lint.flow.values import Arguments, Const, DictValue, Entity, Statement, Value
from asyncsql_lint.index.definitions import ClassInfo


def given(statement: Statement, options: tuple[Value, ...], site: Site, m: Machine) -> None:
    """`statement.options(...)`: each option has to start from something that the statement selects."""
    entities = statement.entities
    if not entities or not all(one.known for one in entities):
        return
    flat, _ = flatten(list(options))
    for option in flat:
        kind = _misfit(option, entities, m)
        if kind:
            loaded = _leads_to(option, flat, entities, m)
            names = " and ".join(dict.fromkeys(_name(one) for one in entities if one.model is not None))
            m.emit(OptionMismatch(site=site, kind=kind, option=_text(option), selected=names, after=loaded))


def strings(name: str, arguments: Arguments, site: Site, m: Machine) -> None:
    """`selectinload("lines")`: SQLAlchemy 2.0 takes attributes only."""
    for value in arguments.positional:
        if not isinstance(value, Const) or not isinstance(value.value, str) or value.value == "*":
            continue
        if m.versions(site).sqlalchemy.at_least(2) is False:
            return
        m.emit(OptionMismatch(site=site, kind="string", option=f'{name}("{value.value}")', selected=""))
        return


def refreshed(instance: Instance | None, names: tuple[str, ...], site: Site, m: Machine) -> None:
    """`refresh(order, ["lines.product"])`: it takes names of the object's own attributes, and no paths."""
    if instance is None:
        return
    model = instance.model
    for name in names:
        is_path = "." in name
        unknown = m.index.is_closed(model) and not any(name in owner.members for owner in m.index.mro(model))
        if m.models.attribute(model, name) is None and (is_path or unknown):
            m.emit(OptionMismatch(site=site, kind="name", option=name, selected=model.name))
            return


def batched(statement: Statement, arguments: Arguments, number: int, site: Site, m: Machine) -> None:
    """A statement with `yield_per` runs: joined collections and subquery loads need all rows at once."""
    options = arguments.keyword("execution_options")
    by_call = isinstance(options, DictValue) and any(name == "yield_per" for name, _ in options.items)
    if not statement.batched and not by_call:
        return
    joined = needs_unique(statement, m)
    relation = f"{joined.owner.name}.{joined.name}" if joined is not None else None
    for one in statement.entities or ():
        for name, branch in one.plan.branches:
            if relation is None and branch.strategy == "subquery":
                relation = f"{one.name}.{name}"
    if relation is not None:
        m.emit(OptionMismatch(site=site, kind="batched", option=relation, selected=""), number)


def eager(statement: Statement, number: int, site: Site, m: Machine) -> None:
    """A statement with `contains_eager()` runs: that takes the rows as they come, and joins nothing by itself.

    Facts 3b-contains_eager-no-join, 4-contains_eager-limit.
    """
    for one in statement.entities or ():
        for name, branch in one.plan.branches:
            if branch.strategy != "contains_eager" or one.model is None:
                continue
            relation = m.models.attribute(one.model, name)
            is_collection = relation is not None and relation.collection is True
            kind = "" if statement.joined else "unjoined"
            if not kind and statement.limited and is_collection:
                kind = "cut"
            if kind:
                m.emit(OptionMismatch(site=site, kind=kind, option=f"{one.name}.{name}", selected=one.name), number)


def _misfit(option: Option, entities: tuple[Entity, ...], m: Machine) -> str:
    """Why an option does not fit: `columns`, `entity`, `alias`, or an empty string when it does."""
    starts = option.steps or option.only or option.defer
    if option.model is None or not starts:
        return ""
    models = [one for one in entities if one.model is not None]
    if not models:
        return "columns" if option.steps else ""
    fitting = [one for one in models if one.model is not None and _related(one.model, option.model, m)]
    if not fitting:
        return "entity"
    return "" if any(one.aliased is option.aliased for one in fitting) else "alias"


def _related(model: ClassInfo, name: str, m: Machine) -> bool:
    """Whether a class, one above it or one below it has this name."""
    if any(one.qualname == name for one in m.index.mro(model)):
        return True
    return any(one.qualname == name or _above(one, name, m) for one in m.index.subclasses(model))


def _above(model: ClassInfo, name: str, m: Machine) -> bool:
    return any(one.qualname == name for one in m.index.mro(model))


def _leads_to(option: Option, others: list[Option], entities: tuple[Entity, ...], m: Machine) -> str:
    """The option of the same statement that loads what this one starts from: `selectinload(Order.lines)`."""
    for other in others:
        if other is option or not other.steps:
            continue
        for one in entities:
            model = one.model
            for step in other.steps:
                relation = m.models.attribute(model, step.attribute) if model is not None else None
                model = relation.target if relation is not None and relation.kind == "relationship" else None
            if model is not None and option.model is not None and _related(model, option.model, m):
                return _text(other)
    return ""


def _name(one: Entity) -> str:
    return f"an alias of `{one.name}`" if one.aliased else f"`{one.name}`"


_FUNCTIONS = {"selectin": "selectinload", "joined": "joinedload", "subquery": "subqueryload", "raise": "raiseload"}


def _text(option: Option) -> str:
    """An option as it is written."""
    owner = (option.model or "").rpartition(".")[2]
    if not option.steps:
        name = "load_only" if option.only else "defer"
        return f"{name}({owner}.{min(option.only or option.defer)})"
    step = option.steps[0]
    return f"{_FUNCTIONS.get(step.strategy, step.strategy)}({owner}.{step.attribute})"
