"""Statements as text: what is wrong with their SQL, their parameters, and the values of these.

`text()` replaces each `:name` by a parameter of the driver, and asyncpg lets PostgreSQL prepare the rest as it is.
"""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import datatypes, faults, sqltext
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.temporal import awareness
from asyncsql_lint.flow.values import (
    NONE,
    Arguments,
    Const,
    DictValue,
    Engine,
    Fault,
    ListValue,
    Statement,
    TupleValue,
    Value,
)
from asyncsql_lint.libraries.datatypes import WORDS
from asyncsql_lint.syntax import facts as f

ASYNCPG = datatypes.ASYNCPG
SERVER_SIDE = frozenset({"asyncpg", "psycopg"})
"""Drivers that leave the parameters to the server, which takes them only where a value may stand."""

_SYNTAX = "ProgrammingError: syntax error"
_MISSING = "StatementError: a value is required for bind parameter"
_UNDETERMINED = "ProgrammingError: could not determine data type of parameter"
_MANY = "ProgrammingError: cannot insert multiple commands into a prepared statement"


def statement(sql: Value | None, site: Site, m: Machine) -> Statement:
    """The value of `text(sql)`."""
    made = Statement("text", (), site)
    if not isinstance(sql, Const) or not isinstance(sql.value, str):
        return made
    if not any(mark in sql.value for mark in ":;%$?"):
        return made
    found = sqltext.read(sql.value)
    if found is None:
        return made
    kept = sql.value if found.names or found.placeholder else ""
    return replace(made, sql=kept, faults=tuple(_of_text(found, site, m)))


def _of_text(found: sqltext.Text, site: Site, m: Machine) -> list[Fault]:
    """What is wrong whatever the values are."""
    context = m.frame.context

    def fault(what: str, problem: str, remedy: str, raises: str, drivers: frozenset[str], bound: bool = False) -> Fault:
        return Fault("text", site, context, f"`{what}`", problem, remedy, raises, drivers, bound)

    out = [
        fault(
            f":{name}::{kind}",
            "is no parameter: `text()` leaves a name before `::` as it is",
            f"write `CAST(:{name} AS {kind})`",
            _SYNTAX,
            frozenset(),
        )
        for name, kind in found.casts
    ]
    if found.statements > 1:
        problem = f"holds {found.statements} statements, but asyncpg prepares one at a time"
        out.append(fault("text()", problem, "execute them one by one", _MANY, ASYNCPG))
    out += [
        fault(
            f"in :{name}",
            "is given one value, but IN wants a list in brackets",
            f'write `= ANY(:{name})`, or `.bindparams(bindparam("{name}", expanding=True))`',
            _SYNTAX,
            SERVER_SIDE,
            bound=True,
        )
        for name in sorted(found.whole)
    ]
    out += [
        fault(
            f"{kind} :{name}",
            "is no typed literal: a parameter cannot stand in one",
            f"write `CAST(:{name} AS {kind})`",
            _SYNTAX,
            SERVER_SIDE,
        )
        for kind, name in found.typed_literals
    ]
    if found.command and found.names - found.literal:
        problem = "takes no parameters: the server knows them only in queries, INSERT, UPDATE, DELETE and VALUES"
        remedy = "use `set_config(...)`" if found.command == "set" else "write the value into the statement"
        out.append(fault(found.command.upper(), problem, remedy, _SYNTAX, SERVER_SIDE))
    out += [
        fault(
            f":{name} is null",
            "tells nothing of the parameter's type, and the server asks for it",
            f"write `CAST(:{name} AS ...) IS NULL`",
            _UNDETERMINED,
            ASYNCPG,
            bound=True,
        )
        for name in sorted(found.untyped)
    ]
    out += [
        fault(
            f"order by :{name}",
            "sorts by a constant, so in no order",
            "write the column's name into the statement, from a list of those that are allowed",
            "no error and no warning: a parameter is a value, not a column",
            frozenset(),
        )
        for name in sorted(found.sorting)
    ]
    return out


def executed(
    given: Value | None, method: str, arguments: Arguments, engine: Engine | None, site: Site, m: Machine
) -> None:
    """A session or connection runs a statement."""
    if method == "exec_driver_sql":
        _as_it_is(given, arguments, engine, site, m)
        return
    if not isinstance(given, Statement):
        return
    if given.faults:
        faults.tell(given.faults, engine, m)
    params = arguments.get(1, "params") or arguments.keyword("parameters")
    if given.table is not None and params is not None:
        faults.tell(datatypes.written(given.table, params, site, m), engine, m)
    if given.kind == "text" and given.sql:
        faults.tell(_with_values(given, params, arguments, site, m), engine, m)


def _as_it_is(given: Value | None, arguments: Arguments, engine: Engine | None, site: Site, m: Machine) -> None:
    """`exec_driver_sql()`: the driver's own parameters, which asyncpg writes `$1`."""
    found = sqltext.read(given.value) if isinstance(given, Const) and isinstance(given.value, str) else None
    if found is None or faults.driver_of(engine) != "asyncpg":
        return
    context = m.frame.context
    if found.statements > 1:
        problem = f"is given {found.statements} statements, but asyncpg prepares one at a time"
        wrong = Fault("text", site, context, "`exec_driver_sql()`", problem, "execute them one by one", _MANY, ASYNCPG)
        faults.tell_one(wrong, m)
    first = f":{min(found.names - found.literal)}" if found.names - found.literal else ""
    style = first or (found.placeholder if not found.placeholder.startswith("$") else "")
    if style and arguments.get(1, "parameters") is not None:
        problem = "is no parameter of asyncpg, which numbers them: `$1`"
        wrong = Fault("text", site, context, f"`{style}`", problem, "write `$1`, or use `text()`", _SYNTAX, ASYNCPG)
        faults.tell_one(wrong, m)


def _with_values(given: Statement, params: Value | None, arguments: Arguments, site: Site, m: Machine) -> list[Fault]:
    """What is wrong with the values of the parameters."""
    found = sqltext.read(given.sql)
    if found is None or (params is None and arguments.open):
        return []
    context = m.frame.context
    rows = _rows(params)
    if rows is None:
        positional = isinstance(params, (ListValue, TupleValue)) and _scalars(params)
        if not positional:
            return []
        problem = "gives the values by their place, but `text()` knows parameters by their names"
        remedy = 'write `:name` in the text and give `{"name": ...}`'
        raises = "ArgumentError: List argument must consist only of dictionaries"
        return [Fault("text", site, context, "The list", problem, remedy, raises)]
    out: list[Fault] = []
    if found.placeholder:
        problem = "is no parameter of `text()`, which writes them `:name`"
        remedy = 'write `:name` and give `{"name": ...}`'
        out.append(Fault("text", site, context, f"`{found.placeholder}`", problem, remedy, _SYNTAX, ASYNCPG))
    for row in rows:
        if params is None or _is_written_there(arguments):
            out += _missing(found, row, site, context)
        for name, value in row.items:
            out += _of_value(found, name, value, site, m)
    return out


def _is_written_there(arguments: Arguments) -> bool:
    """Whether the parameters are a dict in the call itself: one that has a name may have got more keys since."""
    call = arguments.node
    if call is None:
        return False
    written = [k.value for k in call.keywords if k.name in {"params", "parameters"}] + list(call.args[1:2])
    return any(isinstance(one, f.DictDisplay) for one in written)


def _rows(params: Value | None) -> list[DictValue] | None:
    """The dicts of parameters; None when they are not known."""
    if params is None or params == NONE:
        return [DictValue((), NONE)]
    if isinstance(params, DictValue):
        return [params]
    if isinstance(params, (ListValue, TupleValue)) and params.items:
        rows = [item for item in params.items if isinstance(item, DictValue)]
        return rows if len(rows) == len(params.items) else None
    return None


def _scalars(params: ListValue | TupleValue) -> bool:
    """Whether a list of parameters is one of plain values."""
    return bool(params.items) and all(
        datatypes.kind_of(item) not in {"", "dict", "list", "tuple"} for item in params.items or ()
    )


def _missing(found: sqltext.Text, row: DictValue, site: Site, context: str) -> list[Fault]:
    """Parameters without a value."""
    if row.other != NONE:
        return []
    missing = sorted(found.names - {name for name, _ in row.items})
    out: list[Fault] = []
    for name in missing[:1]:
        problem, remedy = "has no value", f'give it one: `{{"{name}": ...}}`'
        if name in found.literal:
            problem = "in a literal is taken for a parameter, and has no value"
            remedy = f"write `\\\\:{name}`"
        out.append(Fault("text", site, context, f"`:{name}`", problem, remedy, _MISSING))
    return out


def _of_value(found: sqltext.Text, name: str, value: Value, site: Site, m: Machine) -> list[Fault]:
    """What is wrong with one value."""
    kind = datatypes.kind_of(value)
    if not kind or name in found.literal:
        return []
    context = m.frame.context
    refused = datatypes.REFUSED
    what = f"`:{name}`"
    if name in found.listed and kind in {"list", "tuple"}:
        remedy = f"write `= ANY(:{name})`"
        return [
            Fault("text", site, context, f"`in (:{name})`", "is given a list as one value", remedy, refused, ASYNCPG)
        ]
    if kind != "str" and (name in found.bare or name in found.joined):
        problem = f"is given {_article(kind)}, but the server takes it for a text"
        remedy = f"write `CAST(:{name} AS ...)`"
        return [Fault("text", site, context, what, problem, remedy, refused, ASYNCPG)]
    columns = {one.column or one.cast: _column_kind(one, found, m) for one in found.uses if one.name == name}
    known = {kind for kind in columns.values() if kind}
    if len(known) > 1 and _foreign(known):
        problem = f"is compared with {' and '.join(WORDS.get(k, k.upper()) for k in sorted(known))} at once"
        return [Fault("text", site, context, what, problem, "use two parameters", _SYNTAX, ASYNCPG)]
    for column, wanted in columns.items():
        if not _fits(kind, awareness(value), wanted):
            problem = f"is given {_article(kind, value)}, but `{column}` is {WORDS[wanted]}: asyncpg refuses it"
            remedy = f"give it a value of the column's type, or write `CAST(CAST(:{name} AS text) AS ...)`"
            return [Fault("text", site, context, what, problem, remedy, refused, ASYNCPG)]
    return []


def _article(kind: str, value: Value | None = None) -> str:
    words = f"{awareness(value)} {kind}".strip() if awareness(value) == "aware" else f"`{kind}`"
    return f"an {words}" if words.lstrip("`")[0] in "aeio" else f"a {words}"


def _foreign(kinds: set[str]) -> bool:
    """Whether kinds have no common type."""
    return "string" in kinds and bool(kinds & {"integer", "float", "numeric", "timestamp", "timestamptz", "date"})


_TAKES: dict[str, frozenset[str]] = {
    "integer": frozenset({"int", "bool"}),
    "string": frozenset({"str"}),
    "timestamp": frozenset({"datetime", "date"}),
    "timestamptz": frozenset({"datetime", "date"}),
    "date": frozenset({"datetime", "date"}),
    "json": frozenset({"str"}),
}
"""What asyncpg takes for a type; types that are not here take what nobody knows."""


def _fits(kind: str, aware: str, wanted: str) -> bool:
    """Whether asyncpg takes a value for a parameter of a type."""
    wanted = "timestamptz" if wanted == "utc" else wanted
    takes = _TAKES.get(wanted)
    if takes is None or kind in {"uuid", "decimal", "timedelta"}:
        return True
    return kind in takes and not (wanted == "timestamp" and aware == "aware")


def _column_kind(use: sqltext.Use, found: sqltext.Text, m: Machine) -> str:
    """The kind of what a parameter is compared with, when all tables of the text that have it agree."""
    if use.cast:
        return sqltext.kind_of_type(use.cast)
    kinds: set[str] = set()
    for table in sorted(found.tables):
        models = m.models.of_table(table)
        if not models:
            return ""
        for model in models:
            attribute = m.models.attribute(model, use.column)
            if attribute is not None and attribute.kind == "column":
                column = m.column_types.of(model, attribute)
                kinds.add(column.kind if column is not None else "")
    return kinds.pop() if len(kinds) == 1 else ""
