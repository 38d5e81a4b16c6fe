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
from asyncsql_lint.index.models import Attribute


def check(model: ClassInfo, names: Names, m: Machine) -> None:
    """Tell of defaults that do not go with their columns. Those of a model that it inherits from are told there."""
    engine = m.engines.of_all(model.module.path)
    for name, column in _columns(model, m).items():
        written = m.column_types.defaults(column)
        found = m.column_types.of(model, column) if written else None
        if found is None or found.kind not in datatypes.TEMPORAL:
            continue
        for default in written:
            site = Site(default.module.path, default.value.at)
            wrong = datatypes.column_faults(model, name, _made(default, site, names, m), site, m)
            faults.tell(wrong, engine, m)


def _columns(model: ClassInfo, m: Machine) -> dict[str, Attribute]:
    """The attributes that a model has of its own, and of what it inherits from that is no model: bases and mixins.

    It never asks for all that a model inherits: in a web of classes that is the square of their number.
    """
    owners = [model]
    for owner in owners:
        parents = [base for base in m.index.parents(owner) if not m.models.is_mapped(base)]
        owners += [base for base in parents if base not in owners]
    if len(owners) > 2:
        owners = [owner for owner in m.index.mro(model) if owner in owners]
    return {name: a for owner in reversed(owners) for name, a in m.models.own_attributes(owner).items()}


def _made(default: Default, site: Site, names: Names, m: Machine) -> Value:
    """The value that a default gives."""
    value = names.evaluate_global(default.module, default.value)
    if not isinstance(value, (FunctionValue, External)):
        return value if default.name != "default_factory" else UNKNOWN
    return m.call(value, Arguments(), site, State({}, {}))
