"""The type of a mapped column: what is written in its call, or what its annotation means.

https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html#orm-declarative-mapped-column-type-map
"""

from __future__ import annotations

from dataclasses import dataclass

from asyncsql_lint.index.definitions import ClassInfo, ExternalName, ModuleInfo, Target
from asyncsql_lint.index.models import Attribute
from asyncsql_lint.index.project import Definition, ProjectIndex
from asyncsql_lint.libraries.datatypes import COLUMN_TYPES, NO_TYPES, PYTHON_TYPES, SQLMODEL_TYPES
from asyncsql_lint.syntax import facts as f

_COLUMN_CALLS = frozenset({"sqlalchemy.mapped_column", "sqlalchemy.Column", "sqlmodel.Field"})
_KNOWN_BASES = ("sqlalchemy.", "sqlmodel.", "pydantic.", "typing.", "typing_extensions.", "abc.", "builtins.")
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A kind of `libraries.datatypes`; `item` is the kind of an array's elements."""

    kind: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Default:
    """What a column is given when nobody says: `name` is the keyword, `callee` tells that it may be called."""

    name: str
    value: f.Expr
    module: ModuleInfo


UTC_SINCE = (0, 0, 45)
"""The first SQLModel whose `datetime` fields are aware ones."""


class ColumnTypes:
    """Answers what type a column has. `naive` are folders with a SQLModel from before 0.0.45."""

    def __init__(self, index: ProjectIndex) -> None:
        self._index = index
        self._types: dict[tuple[ClassInfo, str], ColumnType | None] = {}
        self._maps: dict[ClassInfo, tuple[bool, dict[Definition, ColumnType | None]]] = {}
        self.naive: frozenset[str] = frozenset()

    def of(self, model: ClassInfo, column: Attribute) -> ColumnType | None:
        """The type of a column as `model` has it; None when it is not known."""
        key = (model, column.name)
        if key not in self._types:
            self._types[key] = self._of(model, column) if column.kind == "column" else None
        return self._types[key]

    def defaults(self, column: Attribute) -> list[Default]:
        """The defaults of a column that Python makes."""
        found = self._binding(column)
        call = self._call(found, column.owner.module) if found is not None else None
        if call is None:
            return []
        module = column.owner.module
        out: list[Default] = []
        for keyword in call.keywords:
            if keyword.name in {"default", "onupdate", "default_factory", "insert_default"}:
                out.append(Default(keyword.name, keyword.value, module))
            elif keyword.name == "sa_column" and isinstance(keyword.value, f.Call):
                inner = keyword.value.keywords
                out += [Default(k.name, k.value, module) for k in inner if k.name in {"default", "onupdate"}]
            elif keyword.name == "sa_column_kwargs" and isinstance(keyword.value, f.DictDisplay):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    if isinstance(key, f.Const) and key.value in {"default", "onupdate"}:
                        out.append(Default(str(key.value), value, module))
        return out

    def _binding(self, column: Attribute) -> Target | None:
        bindings = column.owner.members.get(column.name, ())
        last = bindings[-1] if bindings else None
        return last if isinstance(last, Target) else None

    def _call(self, binding: Target, module: ModuleInfo) -> f.Call | None:
        value = binding.value
        if not isinstance(value, f.Call):
            return None
        name = self._external(module, value.func)
        if name == "sqlalchemy.deferred" and value.args and isinstance(value.args[0], f.Call):
            value = value.args[0]
            name = self._external(module, value.func)
        return value if name in _COLUMN_CALLS else None

    def _of(self, model: ClassInfo, column: Attribute) -> ColumnType | None:
        binding = self._binding(column)
        if binding is None:
            return None
        module = column.owner.module
        call = self._call(binding, module)
        if binding.value is not None and call is None and isinstance(binding.value, f.Call):
            return None
        if call is not None:
            written, found = self._written(call, module)
            if written:
                return found
        if binding.annotation is None:
            return None
        if self._index.inherits(column.owner, "sqlmodel.SQLModel"):
            return self._of_field(binding.annotation, module)
        if isinstance(binding.annotation, f.Sub) and self._external(module, binding.annotation) == "sqlalchemy.Mapped":
            return self._of_annotation(binding.annotation.index, model, module)
        return None

    # -- types that are written down

    def _written(self, call: f.Call, module: ModuleInfo) -> tuple[bool, ColumnType | None]:
        """Whether a column's call says its type (or a foreign key, which takes that of its target), and the type."""
        for keyword in call.keywords:
            if keyword.name in {"type_", "sa_type"}:
                return True, self.of_expression(keyword.value, module)
            if keyword.name == "sa_column":
                if isinstance(keyword.value, f.Call):
                    return True, self._written(keyword.value, module)[1]
                return True, None
            if keyword.name is None or keyword.name == "foreign_key":
                return True, None
        for position, argument in enumerate(call.args):
            if position == 0 and isinstance(argument, f.Const):
                continue
            if isinstance(argument, f.Star):
                return True, None
            last = self._external(module, argument.func if isinstance(argument, f.Call) else argument)
            last = last.rpartition(".")[2]
            if last == "ForeignKey":
                return True, None
            if last not in NO_TYPES:
                return True, self.of_expression(argument, module)
        return False, None

    def of_expression(self, expression: f.Expr, module: ModuleInfo, depth: int = 0) -> ColumnType | None:
        """The type that an expression makes: `DateTime`, `DateTime(timezone=True)`, a name for one of these."""
        call = expression if isinstance(expression, f.Call) else None
        callee = call.func if call is not None else expression
        for definition in self._index.resolve(module, callee):
            if isinstance(definition, ExternalName) and definition.name.startswith(("sqlalchemy.", "sqlmodel.")):
                return self._of_library(definition.name, call, module)
            if isinstance(definition, tuple) and call is None and depth < _DEPTH:
                other, target = definition
                if target.value is not None and target.how == "assigned":
                    return self.of_expression(target.value, other, depth + 1)
        return None

    def _of_library(self, name: str, call: f.Call | None, module: ModuleInfo) -> ColumnType | None:
        kind = COLUMN_TYPES.get(name.rpartition(".")[2], "")
        if not kind or any(part in name for part in (".mysql.", ".sqlite.", ".oracle.", ".mssql.")):
            return None
        if kind == "array":
            item = self.of_expression(call.args[0], module) if call is not None and call.args else None
            return ColumnType("array", item.kind if item is not None else "")
        if kind not in {"timestamp", "time"} or call is None:
            return ColumnType(kind)
        zone = next((k.value for k in call.keywords if k.name == "timezone"), call.args[0] if call.args else None)
        if any(k.name is None for k in call.keywords):
            return None
        if zone is None:
            return ColumnType(kind)
        if not isinstance(zone, f.Const) or not isinstance(zone.value, bool):
            return None
        return ColumnType(f"{kind}tz" if zone.value and kind == "timestamp" else kind)

    # -- types of annotations

    def _of_field(self, annotation: f.Expr, module: ModuleInfo) -> ColumnType | None:
        """The type of a SQLModel field that only has an annotation."""
        for definition in self._plain(annotation, module):
            if isinstance(definition, ExternalName) and definition.name in SQLMODEL_TYPES:
                is_old = module.path.rpartition("/")[0] in self.naive
                kinds = PYTHON_TYPES if is_old else SQLMODEL_TYPES
                return ColumnType(kinds[definition.name]) if definition.name in kinds else None
        return None

    def _of_annotation(self, annotation: f.Expr, model: ClassInfo, module: ModuleInfo) -> ColumnType | None:
        """The type of a `Mapped[...]`: by the map of the base, by the alias, by Python's type."""
        if not all(name.startswith(_KNOWN_BASES) for name in self._index.externals(model)):
            return None
        meant = self._plain(annotation, module)
        if model not in self._maps:
            self._maps[model] = self._map(model)
        known, kinds = self._maps[model]
        if not known:
            return None
        for definition in meant:
            if definition in kinds:
                return kinds[definition]
            if isinstance(definition, tuple):
                return self._of_alias(definition, model)
            if isinstance(definition, ExternalName) and definition.name in PYTHON_TYPES:
                return ColumnType(PYTHON_TYPES[definition.name])
        return None

    def _of_alias(self, definition: tuple[ModuleInfo, Target], model: ClassInfo) -> ColumnType | None:
        """`stamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]`."""
        module, target = definition
        value = target.value
        if not isinstance(value, f.Sub) or target.how != "assigned":
            return None
        items = value.index.items if isinstance(value.index, f.Sequence) else (value.index,)
        for item in items[1:]:
            if isinstance(item, f.Call) and self._external(module, item.func) in _COLUMN_CALLS:
                written, found = self._written(item, module)
                if written:
                    return found
        inner = self._plain(items[0], module)
        if any(isinstance(one, tuple) for one in inner):
            return None
        return self._of_annotation(items[0], model, module)

    def _plain(self, annotation: f.Expr, module: ModuleInfo) -> tuple[Definition, ...]:
        """What an annotation names, without `Optional` and `None`."""
        match annotation:
            case f.BinOp(op="|"):
                sides = [s for s in (annotation.left, annotation.right) if not _is_none(s)]
                return self._plain(sides[0], module) if len(sides) == 1 else ()
            case f.Sub():
                last = self._external(module, annotation).rpartition(".")[2]
                items = annotation.index.items if isinstance(annotation.index, f.Sequence) else (annotation.index,)
                if last in {"Optional", "Union"}:
                    kept = [i for i in items if not _is_none(i)]
                    return self._plain(kept[0], module) if len(kept) == 1 else ()
                return ()
            case f.Name(id=name) if not (found := self._index.resolve(module, annotation)):
                return (ExternalName(name),) if name in PYTHON_TYPES and not found else ()
            case _:
                return self._index.resolve(module, annotation)

    def _map(self, model: ClassInfo) -> tuple[bool, dict[Definition, ColumnType | None]]:
        """The `type_annotation_map` of a model's base, and whether it could be read."""
        owner, bindings = self._index.member(model, "type_annotation_map")
        if owner is None:
            owner, bindings = self._index.member(model, "registry")
            value = bindings[-1].value if bindings and isinstance(bindings[-1], Target) else None
            if owner is None:
                return True, {}
            if not isinstance(value, f.Call):
                return False, {}
            given = next((k.value for k in value.keywords if k.name == "type_annotation_map"), None)
            if given is None:
                return True, {}
        else:
            given = bindings[-1].value if isinstance(bindings[-1], Target) else None
        if not isinstance(given, f.DictDisplay):
            return False, {}
        out: dict[Definition, ColumnType | None] = {}
        for key, expression in zip(given.keys, given.values, strict=True):
            if key is None:
                return False, {}
            for definition in self._plain(key, owner.module):
                out[definition] = self.of_expression(expression, owner.module)
        return True, out

    def _external(self, module: ModuleInfo, expression: f.Expr) -> str:
        for definition in self._index.resolve(module, expression):
            if isinstance(definition, ExternalName):
                return definition.name
        return ""


def _is_none(expression: f.Expr) -> bool:
    return isinstance(expression, f.Const) and expression.kind == "none"
