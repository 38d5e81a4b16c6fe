"""The defaults of columns that Python makes: `default=`, `onupdate=`, `default_factory=`."""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import datatypes, faults
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.names import Names
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, Arguments, External, FunctionValue, Value
from asyncsql_lint.index.column_types import Default
from asyncsql_lint.index.definitions import ClassInfo


def check(model: ClassInfo, names: Names, m: Machine) -> None:
    """Tell of defaults that do not go with their columns."""
    engine = m.engines.of_all(model.module.path)
    for name, column in m.models.attributes(model).items():
        found = m.column_types.of(model, column)
        if found is None or found.kind not in datatypes.TEMPORAL:
            continue
        for default in m.column_types.defaults(column):
            site = Site(default.module.path, default.value.at)
            wrong = datatypes.column_faults(model, name, _made(default, site, names, m), site, m)
            faults.tell(wrong, engine, m)


def _made(default: Default, site: Site, names: Names, m: Machine) -> Value:
    """The value that a default gives."""
    value = names.evaluate_global(default.module, default.value)
    if not isinstance(value, (FunctionValue, External)):
        return value if default.name != "default_factory" else UNKNOWN
    return m.call(value, Arguments(), site, State({}, {}))
