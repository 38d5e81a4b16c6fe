"""Statements and loader options as values: `select(Order).options(selectinload(Order.lines))`."""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import datatypes, keys
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.plans import Option, Plan, Step
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    NONE,
    UNKNOWN,
    Alias,
    Arguments,
    ClassValue,
    Const,
    DictValue,
    Entity,
    External,
    ListValue,
    LoaderOption,
    MappedAttribute,
    Opaque,
    Primitive,
    Statement,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.index.models import Attribute
from asyncsql_lint.libraries.sqlalchemy_orm import CHAINED, HARMLESS_OPTIONS, LOADERS

_OPAQUE_OPTION = LoaderOption(None)
_HARMLESS = LoaderOption(Option(None))

SAME = frozenset(
    """
    where filter filter_by order_by group_by having limit offset distinct join outerjoin join_from outerjoin_from
    select_from with_for_update prefix_with suffix_with correlate correlate_except params slice fetch values
    on_conflict_do_nothing on_conflict_do_update with_hint with_statement_hint add_cte execution_options
    full_join populate_existing enable_eagerloads yield_per autoflush from_statement bindparams columns
    inline ordered_values reduce_columns set_label_style from_self with_dialect_options
    """.split()
)
"""Methods of a statement that change neither what it selects nor its options."""

_FROM = frozenset(
    "where filter filter_by join outerjoin join_from outerjoin_from full_join select_from from_statement".split()
)
"""Methods by which a statement may come to select from more than its entities."""

_CONDITIONS = frozenset("where filter filter_by having join outerjoin from_statement".split())
"""Methods by which a statement comes to be about fewer rows."""

COMPUTED = Primitive("sql", Const("function"))
"""What an SQL function gives: only the database can work it out."""

_LIMITS = frozenset({"limit", "fetch", "slice"})


def entity(value: Value, m: Machine) -> Entity | None:
    """What one argument of `select()` stands for; None when it is unknown."""
    match value:
        case ClassValue() if m.models.is_mapped(value.info):
            return Entity(value.info, name=value.info.name)
        case Alias():
            return Entity(value.model, name=value.model.name, aliased=True)
        case MappedAttribute():
            return Entity(None, name=value.name, of=value.model)
        case Primitive(kind="sql"):
            return Entity(None)
        case External() if value.name.startswith("sqlalchemy."):
            return Entity(None)
        case Const():
            return Entity(None)
        case _:
            return None


def select(arguments: Arguments, site: Site, library: str, m: Machine) -> Statement:
    """The value of `select(...)`."""
    entities = [entity(a, m) for a in arguments.positional]
    if arguments.open or not entities or any(e is None for e in entities):
        if not entities or entities[0] is None or arguments.open:
            return Statement("select", None, site, library)
        known = tuple(e if e is not None else Entity(None, known=False) for e in entities)
        return Statement("select", known, site, library)
    return Statement("select", tuple(e for e in entities if e is not None), site, library)


def method(statement: Statement, name: str, arguments: Arguments, m: Machine, state: State) -> Value:
    """The value of `statement.name(...)`."""
    if name == "options":
        return with_options(statement, [*arguments.positional], arguments.open, m)
    if name == "execution_options":
        if arguments.keyword("yield_per") is not None:
            statement = replace(statement, batched=True)
        if arguments.open or arguments.keyword("autoflush") is not None:
            statement = replace(statement, autoflush=False)
        if arguments.keyword("synchronize_session") == Const(False):
            statement = replace(statement, synchronized=False)
        populate = arguments.keyword("populate_existing")
        return replace(statement, populate_existing=True) if populate is not None else statement
    if name in SAME:
        grown = _grown(_keyed(checked(statement, name, arguments, m), name, arguments, m), name, arguments)
        return _set(grown, arguments) if name == "values" else _asking(grown, name, arguments)
    if name == "returning":
        return replace(select(arguments, statement.site or Site("", 0), "sqlalchemy", m), kind=statement.kind)
    if name in {"add_columns", "column", "add_entity"} and statement.entities is not None:
        more = tuple(entity(a, m) or Entity(None, known=False) for a in arguments.positional)
        return replace(statement, entities=(*statement.entities, *more), library="sqlalchemy")
    if name in {"with_only_columns", "union", "union_all", "intersect", "except_"}:
        return Statement("select", None, statement.site)
    if name in {"scalar_subquery", "subquery", "cte", "alias", "exists", "label", "as_scalar", "lateral", "in_"}:
        return Primitive("sql")
    return UNKNOWN


def _keyed(statement: Statement, name: str, arguments: Arguments, m: Machine) -> Statement:
    """The same statement, with the key of the row that its method `name` asks for."""
    entities = statement.entities or ()
    if statement.kind == "update" and statement.table is not None:
        entities = (Entity(statement.table),)
    if name not in {"where", "filter", "filter_by"} or len(entities) != 1 or statement.key is not None:
        return statement
    key = keys.of_where(entities[0], name, arguments, m)
    return statement if key is None else replace(statement, key=key)


def _grown(statement: Statement, name: str, arguments: Arguments) -> Statement:
    """The same statement, with what is to be known of its FROM and its LIMIT after its method `name`."""
    if name in _FROM and not statement.joined:
        return replace(statement, joined=True)
    if name in _LIMITS and not statement.limited and arguments.get(0, "limit") != NONE:
        return replace(statement, limited=True)
    return statement


def _asking(statement: Statement, name: str, arguments: Arguments) -> Statement:
    """The same statement, with how many conditions it has after its method `name`."""
    if name not in _CONDITIONS:
        return statement
    more = len(arguments.positional) + len(arguments.keywords) + arguments.open
    return replace(statement, conditions=statement.conditions + more)


def _set(statement: Statement, arguments: Arguments) -> Statement:
    """The same statement, with what it sets: `values(name=func.upper(Order.name))`."""
    pairs = list(arguments.keywords)
    for value in arguments.positional:
        pairs += value.items if isinstance(value, DictValue) else ()
    computed = {name for name, value in pairs if value == COMPUTED}
    return replace(
        statement,
        computed=statement.computed | computed,
        assigned=statement.assigned | {name for name, _ in pairs},
    )


def checked(statement: Statement, name: str, arguments: Arguments, m: Machine) -> Statement:
    """The same statement, with what is wrong in the arguments of its method `name`."""
    wrong = datatypes.faults_in(*arguments.positional)
    site = statement.site or Site("", 0)
    if arguments.node is not None:
        site = Site(m.frame.module.path, arguments.node.at)
    if name == "values" and statement.table is not None:
        wrong = (*wrong, *datatypes.given(statement.table, arguments, site, m))
        wrong = (*wrong, *datatypes.written(statement.table, arguments.get(0, ""), site, m))
    elif name == "filter_by" and statement.entities and statement.entities[0].model is not None:
        wrong = (*wrong, *datatypes.given(statement.entities[0].model, arguments, site, m))
    elif name in {"bindparams", "params"} and statement.kind == "text":
        return replace(statement, sql="", faults=tuple(f for f in statement.faults if not f.bound))
    return replace(statement, faults=(*statement.faults, *wrong)) if wrong else statement


def with_options(statement: Statement, options: list[Value], is_open: bool, m: Machine) -> Statement:
    """A statement with more loader options."""
    if statement.entities is None:
        return statement
    flat, unreadable = flatten(options)
    entities = statement.entities
    for option in flat:
        entities = tuple(_apply(e, option, m) for e in entities)
    if unreadable or is_open:
        entities = tuple(replace(e, plan=replace(e.plan, unknown=True)) if e.model else e for e in entities)
    return replace(statement, entities=entities)


def flatten(options: list[Value]) -> tuple[list[Option], bool]:
    """The single options in a list of values, and whether some could not be read."""
    out: list[Option] = []
    unreadable = False
    for value in options:
        match value:
            case LoaderOption(option=option) if option is not None:
                out += option.flattened()
            case ListValue(items=items) if items is not None:
                inner, bad = flatten(list(items))
                out += inner
                unreadable |= bad
            case TupleValue():
                inner, bad = flatten(list(value.items))
                out += inner
                unreadable |= bad
            case ListValue():
                inner, _ = flatten([value.element])
                out += inner
                unreadable = True
            case _:
                unreadable = True
    return out, unreadable


def plan_of(model: ClassInfo, options: Value | None, m: Machine) -> Plan:
    """The plan for `session.get(Model, pk, options=[...])`."""
    if options is None or (isinstance(options, Const) and options.value is None):
        return Plan()
    statement = Statement("select", (Entity(model),), None)
    applied = with_options(statement, [options], False, m)
    return applied.entities[0].plan if applied.entities else Plan(unknown=True)


def _apply(one: Entity, option: Option, m: Machine) -> Entity:
    if one.model is None:
        return one
    if option.model is not None:
        owner = next((c for c in m.index.mro(one.model) if c.qualname == option.model), None)
        if owner is None:
            below = [c for c in m.index.subclasses(one.model) if c.qualname == option.model]
            if not below:
                return one
    return replace(one, plan=one.plan.with_option(option))


# -- options


def loader(name: str, arguments: Arguments) -> Value:
    """The value of `selectinload(Order.lines)` and its like; `name` is canonical."""
    if name == "sqlalchemy.undefer_group":
        return LoaderOption(Option(None, undefer=frozenset({"*"})))
    if name in HARMLESS_OPTIONS:
        return _HARMLESS
    if name == "sqlalchemy.selectin_polymorphic":
        return _polymorphic(arguments)
    if name in LOADERS:
        return _relationship_option(Option(None), LOADERS[name], arguments)
    return _column_option(Option(None), name.rpartition(".")[2], arguments)


def option_method(option: LoaderOption, name: str, arguments: Arguments) -> Value:
    """The value of `option.name(...)`: one step further, or columns of where it leads."""
    if option.option is None:
        return option
    if name in CHAINED:
        return _relationship_option(option.option, CHAINED[name], arguments)
    if name in {"load_only", "defer", "undefer"}:
        return _column_option(option.option, name, arguments)
    if name == "options":
        flat, unreadable = flatten(list(arguments.positional))
        if unreadable or arguments.open:
            return _OPAQUE_OPTION
        return LoaderOption(replace(option.option, more=(*option.option.more, *flat)))
    return option


def _relationship_option(base: Option, strategy: str, arguments: Arguments) -> Value:
    option = base
    if strategy == "raise" and arguments.keyword("sql_only") not in {None, Const(False)}:
        strategy = "raise_on_sql"
    depth = arguments.keyword("recursion_depth")
    recursion = 0
    if depth is not None:
        recursion = depth.value if isinstance(depth, Const) and isinstance(depth.value, int) else -1
    for value in arguments.positional:
        if isinstance(value, MappedAttribute):
            if option.model is None and not option.steps:
                option = replace(option, model=value.model.qualname, aliased=value.aliased)
            option = option.extended(Step(value.name, strategy, recursion))
        elif isinstance(value, Const) and value.value == "*":
            option = option.extended(Step("*", strategy))
        else:
            return _OPAQUE_OPTION
    return LoaderOption(option) if arguments.positional and not arguments.open else _OPAQUE_OPTION


def _column_option(base: Option, kind: str, arguments: Arguments) -> Value:
    names = frozenset(v.name for v in arguments.positional if isinstance(v, MappedAttribute))
    if len(names) != len(arguments.positional) or arguments.open:
        return _OPAQUE_OPTION
    if base.model is None and not base.steps:
        first = next((v for v in arguments.positional if isinstance(v, MappedAttribute)), None)
        if first is not None:
            base = replace(base, model=first.model.qualname, aliased=first.aliased)
    if kind == "load_only":
        return LoaderOption(replace(base, only=base.only | names))
    if kind == "defer":
        return LoaderOption(replace(base, defer=base.defer | names))
    return LoaderOption(replace(base, undefer=base.undefer | names))


def _polymorphic(arguments: Arguments) -> Value:
    if len(arguments.positional) < 2:
        return _OPAQUE_OPTION
    base, subclasses = arguments.positional[:2]
    if not isinstance(base, ClassValue):
        return _OPAQUE_OPTION
    items: tuple[Value, ...] | None = None
    if isinstance(subclasses, (ListValue, TupleValue)):
        items = subclasses.items
    if items is None:
        return _OPAQUE_OPTION
    names = frozenset(v.info.qualname for v in items if isinstance(v, ClassValue))
    return LoaderOption(Option(base.info.qualname, polymorphic=names))


def is_opaque(value: Value) -> bool:
    """Whether nothing is known of a value."""
    return isinstance(value, Opaque)


# -- uniqueness


def needs_unique(statement: Statement, m: Machine) -> Attribute | None:
    """The joined collection that makes `unique()` necessary; None when there is none.

    Facts 4-joined-*: only collections joined into the top-level row count, also below a joined many-to-one; not those
    below a selectin or subquery load, and not where an option overrides the joined loading.
    """
    for one in statement.entities or ():
        if one.model is not None:
            found = _joined_collection(one.model, one.plan, m, ())
            if found is not None:
                return found
    return None


def _joined_collection(
    model: ClassInfo, plan: Plan, m: Machine, seen: tuple[tuple[ClassInfo, str], ...]
) -> Attribute | None:
    for relation in m.models.relationships(model):
        branch = plan.get(relation.name)
        strategy = branch.strategy if branch is not None else None
        if strategy in {None, "default"}:
            if plan.wildcard is not None:
                strategy = plan.wildcard
            elif plan.unknown:
                continue
            else:
                strategy = relation.lazy  # a circular one asks for unique() although it joins nothing
        if strategy not in {"joined", "contains_eager"} or relation.collection is None:
            continue
        if relation.collection:
            return relation
        key = (model, relation.name)
        if relation.target is None or key in seen or len(seen) > 6:
            continue
        below = branch.plan if branch is not None else (Plan(unknown=True) if plan.unknown else Plan())
        found = _joined_collection(relation.target, below, m, (*seen, key))
        if found is not None:
            return found
    return None
