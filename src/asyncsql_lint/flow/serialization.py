"""What reads attributes without saying so: pydantic models made of ORM objects, response models, encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import graphql
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.objects import Instance, Loaded
from asyncsql_lint.flow.repeated import is_router
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, Arguments, FunctionValue, ListValue, Ref, TupleValue, Value
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.syntax import facts as f

if TYPE_CHECKING:
    from asyncsql_lint.flow.machine import Machine

SCHEMAS = frozenset({"pydantic.BaseModel", "sqlmodel.SQLModel"})
MAX_NESTING = 3
"""How deep nested models are followed; a model that contains itself is followed that often."""


def validated(
    value: Value, schema: ClassInfo, serializer: str, site: Site, state: State, m: Machine, depth: int = 0
) -> None:
    """`schema` is made of `value`: read what its fields name."""
    match value:
        case Ref() if isinstance(m.instance(value, state), Instance):
            _read_fields(value, schema, serializer, site, state, m, depth)
        case ListValue(items=items):
            for one in items if items is not None else (value.element,):
                validated(one, schema, serializer, site, state, m, depth)
        case TupleValue():
            for one in value.items:
                validated(one, schema, serializer, site, state, m, depth)


def _read_fields(
    ref: Ref, schema: ClassInfo, serializer: str, site: Site, state: State, m: Machine, depth: int
) -> None:
    if m.models.is_mapped(schema):
        _read_columns(ref, serializer, site, state, m)
        return
    if graphql.is_graphene(schema, m):
        for field in graphql.fields(schema, m):
            _resolve(ref, field, serializer, site, state, m, depth)
        return
    if not is_schema(schema, m) or _custom(schema, m):
        return
    for name, annotation, module in fields(schema, m):
        instance = m.instance(ref, state)
        if instance is None or depth > MAX_NESTING:
            return
        attribute = m.models.attribute(instance.model, name)
        if attribute is None:
            method = m.index.method(instance.model, name)
            if method is not None:
                m.attribute(ref, name, site, state)
            continue
        was = orm.relationship_loaded(instance, attribute)[0] if attribute.kind == "relationship" else Loaded.YES
        inner = orm.read(ref, name, site, state, m, serializer=serializer)
        nested = _schema_in(annotation, module, m)
        if nested is not None and was is Loaded.YES:
            validated(inner, nested, serializer, site, state, m, depth + 1)


def _resolve(ref: Ref, field: graphql.Field, serializer: str, site: Site, state: State, m: Machine, depth: int) -> None:
    """Graphene calls the resolver of a field, or reads the attribute of its name."""
    if field.resolver is not None:
        value = m.call(FunctionValue(field.resolver), Arguments((ref, UNKNOWN), open=True), site, state)
    else:
        value = orm.read(ref, field.name, site, state, m, serializer=serializer)
    if field.holds is not None and depth <= MAX_NESTING:
        validated(value, field.holds, serializer, site, state, m, depth + 1)


def _read_columns(ref: Ref, serializer: str, site: Site, state: State, m: Machine) -> None:
    instance = m.instance(ref, state)
    if instance is None:
        return
    for name, attribute in m.models.attributes(instance.model).items():
        if attribute.kind == "column":
            loaded, _ = orm.column_loaded(instance, attribute)
            if loaded is Loaded.NO:
                orm.read(ref, name, site, state, m, serializer=serializer)
                return


def encoded(value: Value, serializer: str, site: Site, state: State, m: Machine) -> None:
    """An object is encoded as it is: SQLModel's table objects lose what has expired (fact 3k-sm-no-response_model)."""
    match value:
        case Ref():
            instance = m.instance(value, state)
            expired = instance is not None and instance.expired is not None
            if instance is not None and expired and m.index.inherits(instance.model, "sqlmodel.SQLModel"):
                _read_columns(value, serializer, site, state, m)
        case ListValue(items=None):
            encoded(value.element, serializer, site, state, m)
        case ListValue(items=items) if items is not None:
            for one in items:
                encoded(one, serializer, site, state, m)


def _custom(schema: ClassInfo, m: Machine) -> bool:
    """Whether a schema prepares its input itself, so that nobody can say what it reads."""
    for owner in m.index.mro(schema):
        for bindings in owner.members.values():
            function = bindings[-1]
            if isinstance(function, FunctionInfo):
                for decorator in function.node.decorators:
                    callee = decorator.func if isinstance(decorator, f.Call) else decorator
                    last = (
                        callee.id if isinstance(callee, f.Name) else callee.name if isinstance(callee, f.Attr) else ""
                    )
                    if last in {"model_validator", "root_validator", "model_serializer"}:
                        return True
    return False


def fields(schema: ClassInfo, m: Machine) -> list[tuple[str, f.Expr, ModuleInfo]]:
    """The attributes that a schema reads, with the annotations of their fields: by the field's name or its alias."""
    out: dict[str, tuple[str, f.Expr, ModuleInfo]] = {}
    for owner in reversed(m.index.mro(schema)):
        for name, bindings in owner.members.items():
            binding = bindings[-1]
            if not isinstance(binding, Target) or binding.annotation is None or name.startswith("_"):
                continue
            read = _attribute_read(name, binding.value)
            if name == "model_config" or read is None or _last(binding.annotation) in {"ClassVar", "Private"}:
                out.pop(name, None)
                continue
            out[name] = (read, binding.annotation, owner.module)
    return list(out.values())


def _attribute_read(name: str, value: f.Expr | None) -> str | None:
    """The attribute that fills a field: its own name, or its alias where that is one name; None when nobody knows."""
    if not isinstance(value, f.Call):
        return name
    for keyword in value.keywords:
        if keyword.name in {"alias", "validation_alias"}:
            return str(keyword.value.value) if isinstance(keyword.value, f.Const) else None
        if keyword.name in {"init", "resolver"}:
            return None
    return name


def _last(annotation: f.Expr) -> str:
    if isinstance(annotation, f.Sub):
        return _last(annotation.value)
    return (
        annotation.id if isinstance(annotation, f.Name) else annotation.name if isinstance(annotation, f.Attr) else ""
    )


def _schema_in(annotation: f.Expr, module: ModuleInfo, m: Machine) -> ClassInfo | None:
    """The first schema that an annotation names: `list[BookOut]`, `Optional[TeamRead]`."""
    match annotation:
        case f.Sub():
            items = annotation.index.items if isinstance(annotation.index, f.Sequence) else (annotation.index,)
            return next((s for s in (_schema_in(i, module, m) for i in items) if s is not None), None)
        case f.BinOp():
            return _schema_in(annotation.left, module, m) or _schema_in(annotation.right, module, m)
        case f.Name() | f.Attr():
            for definition in m.index.resolve(module, annotation):
                if isinstance(definition, ClassInfo) and is_schema(definition, m):
                    return definition
            return None
        case _:
            return None


def is_schema(info: ClassInfo, m: Machine) -> bool:
    """Whether a class says by its fields what is read: a pydantic model, a type of GraphQL."""
    return bool(m.index.externals(info) & SCHEMAS) or graphql.is_type(info, m)


def response_model(info: FunctionInfo, m: Machine) -> tuple[ClassInfo | None, bool, str] | None:
    """What a framework makes of what an endpoint returns: (model, whether it is an endpoint at all, how it is named).

    None when the function is no endpoint.
    """
    made = graphql.held_by(info, m)
    if made is not None:
        return made, True, f"the GraphQL type {made.name}"
    if graphql.is_resolver(info, m):
        found = _schema_in(info.node.returns, info.module, m) if info.node.returns is not None else None
        return (found, True, f"the GraphQL type {found.name}") if found is not None else None
    for decorator in info.node.decorators:
        if not isinstance(decorator, f.Call) or not isinstance(decorator.func, f.Attr):
            continue
        if decorator.func.name not in {"get", "post", "put", "patch", "delete", "api_route", "head", "options"}:
            continue
        if not decorator.args or not isinstance(decorator.args[0], (f.Const, f.FString, f.Name, f.Attr)):
            continue
        if not is_router(decorator.func.value, info, m):
            continue
        for keyword in decorator.keywords:
            if keyword.name == "response_model":
                if isinstance(keyword.value, f.Const):
                    return None, False, ""
                found = _schema_in(keyword.value, info.module, m)
                return found, True, f"response_model={found.name}" if found is not None else ""
        if info.node.returns is not None:
            found = _schema_in(info.node.returns, info.module, m)
            if found is not None:
                return found, True, f"the return type {found.name}"
            return None, False, ""
        return None, True, ""
    return None
