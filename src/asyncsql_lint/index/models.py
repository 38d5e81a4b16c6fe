"""ORM models: which classes are mapped, and what their attributes are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.index.definitions import Binding, ClassInfo, ExternalName, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.libraries.sqlalchemy_orm import COLLECTIONS, DECLARATIVE, LAZY_ALIASES
from asyncsql_lint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Attribute:
    """A mapped attribute.

    `kind` is `relationship`, `column`, `column_property`, `proxy` or `composite`. For relationships:
    `collection` and `direction` (`one-to-many`, `many-to-one`, `many-to-many`, `one-to-one` seen from the side
    without the foreign key) are None when not known; `lazy` is None when it could not be read. For columns:
    `server_update` tells that an UPDATE leaves it expired. `defaulted` is a relationship with a default of its own,
    which counts in dataclasses; `is_listed` one that only its annotation calls a collection; `stops` one that certainly
    has no `join_depth`; `deletes` one whose cascade, as far as it can be read, deletes the objects behind it, too.
    """

    name: str
    kind: str
    site: Site
    owner: ClassInfo
    target: ClassInfo | None = None
    collection: bool | None = None
    direction: str | None = None
    lazy: str | None = "select"
    back_populates: str | None = None
    passive_deletes: bool = False
    deletes: bool = False
    foreign_keys: frozenset[str] = frozenset()
    foreign_table: str | None = None
    primary_key: bool = False
    deferred: bool = False
    server_default: bool = False
    server_update: bool = False
    via: str = ""
    mutable: bool = False
    defaulted: bool = False
    stops: bool = False
    is_listed: bool = False

    def lazy_from(self, model: ClassInfo) -> str | None:
        """The `lazy=` that counts where `model` is queried: an eager one stops at a class that is in its path already.

        https://docs.sqlalchemy.org/en/20/orm/self_referential.html#configuring-self-referential-eager-loading
        """
        stops = self.stops and self.target is self.owner and model is self.owner
        return "select" if stops and self.lazy in {"joined", "selectin", "subquery"} else self.lazy


class Models:
    """Knows every mapped class of a project."""

    def __init__(self, index: ProjectIndex) -> None:
        self.index = index
        self._mapped: dict[ClassInfo, bool] = {}
        self._attributes: dict[ClassInfo, dict[str, Attribute]] = {}
        self._extra: dict[ClassInfo, list[tuple[str, f.Call, ModuleInfo]]] = {}
        self._imperative: set[ClassInfo] = set()
        self._tables: dict[str, list[ClassInfo]] = {}
        self._backrefs: dict[ClassInfo, dict[str, Attribute]] = {}
        self._named: dict[str, list[ClassInfo]] | None = None
        self._own: dict[ClassInfo, dict[str, Attribute]] = {}
        self._relations: dict[tuple[ClassInfo, str, bool | None, str | None, frozenset[str]], Attribute] = {}
        self._own_foreign: dict[ClassInfo, frozenset[str]] = {}
        self._foreign: dict[ClassInfo, frozenset[str]] = {}
        self._scan()

    # -- which classes are models

    def is_mapped(self, info: ClassInfo) -> bool:
        """Whether objects of this class are rows of a table."""
        found = self._mapped.get(info)
        if found is None:
            found = self._is_mapped(info)
            self._mapped[info] = found
        return found

    def _is_mapped(self, info: ClassInfo) -> bool:
        if info in self._imperative:
            return True
        if any(self._decorated(c, "mapped", "mapped_as_dataclass") for c in (info,)):
            return True
        names = self.index.externals(info)
        if "sqlmodel.SQLModel" in names:
            return any(
                k.name == "table" and isinstance(k.value, f.Const) and k.value.value is True for k in info.node.keywords
            )
        if "__abstract__" in info.members:
            return False
        tabled = any("__tablename__" in c.members or "__table__" in c.members for c in self.index.mro(info))
        if names & DECLARATIVE or any(n.endswith(".generate_base()") for n in names) or self._declared(info):
            direct = {n for d, _ in self.index.bases(info) if isinstance(d, ExternalName) for n in (d.name,)}
            if direct & DECLARATIVE or self._decorated(info, "as_declarative"):
                return False
            return tabled or self._has_columns(info)
        return "__tablename__" in info.members and self._has_columns(info)

    def is_dataclass(self, info: ClassInfo) -> bool:
        """Whether SQLAlchemy makes a dataclass of a mapped class."""
        if self._decorated(info, "mapped_as_dataclass"):
            return True
        return "sqlalchemy.MappedAsDataclass" in self.index.externals(info)

    def _declared(self, info: ClassInfo) -> bool:
        return any(self._decorated(c, "as_declarative") for c in self.index.mro(info))

    def _decorated(self, info: ClassInfo, *names: str) -> bool:
        for decorator in info.node.decorators:
            callee = decorator.func if isinstance(decorator, f.Call) else decorator
            last = callee.name if isinstance(callee, f.Attr) else callee.id if isinstance(callee, f.Name) else ""
            if last in names:
                return True
        return False

    def _has_columns(self, info: ClassInfo) -> bool:
        return any(a.kind in {"column", "relationship"} for a in self.attributes(info).values())

    # -- attributes

    def attributes(self, info: ClassInfo) -> dict[str, Attribute]:
        """The mapped attributes of a class by name, inherited and from mixins included."""
        found = self._attributes.get(info)
        if found is None:
            self._attributes[info] = {}
            found = self._collect(info)
            self._attributes[info] = found
        return found

    def attribute(self, info: ClassInfo, name: str) -> Attribute | None:
        """The mapped attribute `name`, if the class has it."""
        found = self._inherited(info, name)
        if found is not None or not self._backrefs:
            return found
        for owner in self.index.mro(info):
            backref = self._backrefs.get(owner, {}).get(name)
            if backref is not None:
                return backref
        return None

    def _inherited(self, info: ClassInfo, name: str) -> Attribute | None:
        """`attributes(info).get(name)`; a column is found without all the others, of which a deep heir has many."""
        if info not in self._attributes and "__table__" not in info.members:
            owners = (self.own_attributes(owner) for owner in self.index.mro(info))
            written = next((own[name] for own in owners if name in own), None)
            if written is None or written.kind != "relationship":
                return written
        return self.attributes(info).get(name)

    def relationships(self, info: ClassInfo) -> list[Attribute]:
        """The relationships of a class, those made by backrefs included, by name."""
        table = {n: a for o in reversed(self.index.mro(info)) for n, a in self._backrefs.get(o, {}).items()}
        table.update({n: a for n, a in self.attributes(info).items() if a.kind == "relationship"})
        return [table[n] for n in sorted(table)]

    def eager_defaults(self, info: ClassInfo) -> bool | None:
        """Whether `__mapper_args__` asks for what the database computes to come back with each UPDATE.

        None is what it says by itself: with each INSERT only. False forbids that, too.
        """
        _, bindings = self.index.member(info, "__mapper_args__")
        for binding in bindings:
            if isinstance(binding, Target) and isinstance(binding.value, f.DictDisplay):
                for key, value in zip(binding.value.keys, binding.value.values, strict=True):
                    if isinstance(key, f.Const) and key.value == "eager_defaults":
                        known = value.value if isinstance(value, f.Const) else None
                        return known if isinstance(known, bool) else None
        return None

    def tablename(self, info: ClassInfo) -> str | None:
        """The name of the table, when it is written down."""
        for owner in self.index.mro(info):
            for binding in owner.members.get("__tablename__", ()):
                if isinstance(binding, Target) and isinstance(binding.value, f.Const):
                    return str(binding.value.value)
                return None
        if self.index.inherits(info, "sqlmodel.SQLModel"):
            return info.name.lower()
        return None

    def of_table(self, name: str) -> list[ClassInfo]:
        """The classes that are mapped to a table with this name."""
        if self._named is None:
            self._named = {}
            for info in self.index.classes():
                if self.is_mapped(info) and (table := self.tablename(info)) is not None:
                    self._named.setdefault(table, []).append(info)
        return self._named.get(name, [])

    def _collect(self, info: ClassInfo) -> dict[str, Attribute]:
        table: dict[str, Attribute] = {}
        for owner in reversed(self.index.mro(info)):
            table.update(self.own_attributes(owner))
        self._borrow_columns(info, table)
        keys = [a for a in table.values() if a.foreign_table is not None]
        return {n: self._directed(info, a, keys) if a.kind == "relationship" else a for n, a in table.items()}

    def own_attributes(self, owner: ClassInfo) -> dict[str, Attribute]:
        """The mapped attributes that a class defines itself, as they are written: all that inherit them share them."""
        found = self._own.get(owner)
        if found is None:
            written = [(n, self._attribute(owner, n, bindings[-1])) for n, bindings in owner.members.items()]
            extra = self._extra.get(owner, ())
            written += [(n, self._from_call(owner, n, call, None, module)) for n, call, module in extra]
            found = {name: attribute for name, attribute in written if attribute is not None}
            self._own[owner] = found
        return found

    def _borrow_columns(self, info: ClassInfo, table: dict[str, Attribute]) -> None:
        """`__table__ = Other.metadata.tables["book"]` and `__table__ = Other.__table__`: the columns of that class."""
        bindings = info.members.get("__table__")
        if not bindings or not isinstance(bindings[-1], Target):
            return
        value = bindings[-1].value
        for other in self._of_same_table(info, value):
            columns = {n: a for n, a in self.attributes(other).items() if a.kind == "column"}
            table.update({n: replace(a, deferred=False) for n, a in columns.items() if n not in table})
        if isinstance(value, f.Call):
            for argument in value.args:
                if isinstance(argument, f.Call) and argument.args and isinstance(argument.args[0], f.Const):
                    column = self._column(str(argument.args[0].value), argument, info, info.module)
                    table.setdefault(column.name, column)

    def _of_same_table(self, info: ClassInfo, table: f.Expr | None) -> list[ClassInfo]:
        if isinstance(table, f.Sub) and isinstance(table.index, f.Const):
            named = self._tables.get(str(table.index.value), ())
            return [other for other in named if other is not info and other.module is info.module]
        if isinstance(table, f.Attr) and table.name == "__table__":
            found = self.index.resolve(info.module, table.value)
            return [other for other in found if isinstance(other, ClassInfo) and other is not info]
        return []

    def _attribute(self, owner: ClassInfo, name: str, binding: Binding) -> Attribute | None:
        if isinstance(binding, FunctionInfo):
            return self._declared_attr(owner, name, binding)
        if not isinstance(binding, Target) or name.startswith("__"):
            return None
        if isinstance(binding.value, f.Call):
            found = self._from_call(owner, name, binding.value, binding.annotation, owner.module)
            if found is not None:
                return found
        return self._annotated(owner, name, binding)

    def _declared_attr(self, owner: ClassInfo, name: str, function: FunctionInfo) -> Attribute | None:
        names = {self._decorator_name(owner.module, d) for d in function.node.decorators}
        if not names & {"sqlalchemy.declared_attr", "declared_attr"}:
            return None
        for statement in function.node.body:
            if isinstance(statement, f.Return) and isinstance(statement.value, f.Call):
                return self._from_call(owner, name, statement.value, function.node.returns, owner.module)
        return None

    def _decorator_name(self, module: ModuleInfo, decorator: f.Expr) -> str:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        for definition in self.index.resolve(module, callee):
            if isinstance(definition, ExternalName):
                name = definition.name
                return name.rpartition(".")[0] if name.endswith((".directive", ".cascading")) else name
        return callee.id if isinstance(callee, f.Name) else ""

    def _annotated(self, owner: ClassInfo, name: str, binding: Target) -> Attribute | None:
        """`title: Mapped[str]` and SQLModel's `title: str` are columns without a call."""
        annotation = binding.annotation
        if annotation is None:
            return None
        if isinstance(annotation, f.Sub):
            kind = self._external(owner.module, annotation.value)
            if kind == "sqlalchemy.Mapped":
                return Attribute(name, "column", Site(owner.module.path, binding.site), owner)
        if self.index.inherits(owner, "sqlmodel.SQLModel"):
            return Attribute(name, "column", Site(owner.module.path, binding.site), owner)
        return None

    def _external(self, module: ModuleInfo, expression: f.Expr) -> str:
        for definition in self.index.resolve(module, expression):
            if isinstance(definition, ExternalName):
                return definition.name
        return ""

    def _from_call(
        self, owner: ClassInfo, name: str, call: f.Call, annotation: f.Expr | None, module: ModuleInfo
    ) -> Attribute | None:
        kind = self._external(module, call.func)
        site = Site(module.path, call.at)
        match kind:
            case "sqlalchemy.relationship" | "sqlmodel.Relationship":
                return self._relationship(name, call, annotation, owner, module, kind)
            case "sqlalchemy.mapped_column" | "sqlalchemy.Column" | "sqlmodel.Field":
                return self._column(name, call, owner, module)
            case "sqlalchemy.deferred":
                inner = call.args[0] if call.args and isinstance(call.args[0], f.Call) else call
                return replace(self._column(name, inner, owner, module), deferred=True)
            case "sqlalchemy.column_property":
                return Attribute(name, "column_property", site, owner)
            case "sqlalchemy.association_proxy":
                via = call.args[0].value if call.args and isinstance(call.args[0], f.Const) else ""
                return Attribute(name, "proxy", site, owner, via=str(via))
            case "sqlalchemy.synonym" | "sqlalchemy.composite" | "sqlalchemy.query_expression":
                return Attribute(name, "composite", site, owner)
            case _:
                return None

    def _column(self, name: str, call: f.Call, owner: ClassInfo, module: ModuleInfo) -> Attribute:
        table: str | None = None
        deferred = server_default = server_update = primary_key = mutable = False
        for argument in call.args:
            if isinstance(argument, f.Call):
                kind = self._external(module, argument.func)
                if kind == "sqlalchemy.ForeignKey" and argument.args:
                    table = self._foreign_table(module, argument.args[0])
                elif isinstance(argument.func, f.Attr) and argument.func.name == "as_mutable":
                    mutable = True
                elif kind == "sqlalchemy.Computed":
                    server_default = server_update = True
        for keyword in call.keywords:
            match keyword.name:
                case "foreign_key" if isinstance(keyword.value, f.Const):
                    table = str(keyword.value.value).rpartition(".")[0].rpartition(".")[2]
                case "primary_key":
                    primary_key = isinstance(keyword.value, f.Const) and keyword.value.value is True
                case "deferred":
                    deferred = isinstance(keyword.value, f.Const) and keyword.value.value is True
                case "server_default":
                    server_default = True
                case "server_onupdate":
                    server_update = True
                case "onupdate":
                    server_update = server_update or self._is_sql(module, keyword.value)
                case "sa_column" if isinstance(keyword.value, f.Call):
                    return replace(self._column(name, keyword.value, owner, module), primary_key=primary_key)
                case "sa_column_kwargs" if isinstance(keyword.value, f.DictDisplay):
                    for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                        if isinstance(key, f.Const) and key.value == "onupdate":
                            server_update = self._is_sql(module, value)
                case _:
                    pass
        return Attribute(
            name,
            "column",
            Site(module.path, call.at),
            owner,
            foreign_table=table,
            primary_key=primary_key,
            deferred=deferred,
            server_default=server_default,
            server_update=server_update,
            mutable=mutable,
        )

    def _is_sql(self, module: ModuleInfo, value: f.Expr) -> bool:
        """Whether a default is an SQL expression: `func.now()`, `text("...")`."""
        callee = value.func if isinstance(value, f.Call) else value
        name = self._external(module, callee)
        return isinstance(value, f.Call) and (name.startswith("sqlalchemy.func.") or name == "sqlalchemy.text")

    def _foreign_table(self, module: ModuleInfo, argument: f.Expr) -> str | None:
        if isinstance(argument, f.Const):
            return str(argument.value).rpartition(".")[0].rpartition(".")[2]
        if isinstance(argument, f.Attr):
            for definition in self.index.resolve(module, argument.value):
                if isinstance(definition, ClassInfo):
                    return self.tablename(definition) or f"<{definition.name}>"
        return None

    # -- relationships

    def _relationship(
        self, name: str, call: f.Call, annotation: f.Expr | None, owner: ClassInfo, module: ModuleInfo, kind: str
    ) -> Attribute:
        options = {k.name: k.value for k in call.keywords if k.name is not None}
        complete = all(k.name is not None for k in call.keywords)
        if kind == "sqlmodel.Relationship":
            nested = options.get("sa_relationship")
            if isinstance(nested, f.Call):
                return self._relationship(name, nested, annotation, owner, module, "sqlalchemy.relationship")
            extra = options.get("sa_relationship_kwargs")
            if isinstance(extra, f.DictDisplay):
                for key, value in zip(extra.keys, extra.values, strict=True):
                    if isinstance(key, f.Const):
                        options[str(key.value)] = value
                    else:
                        complete = False
            elif extra is not None:
                complete = False
        collection, named = self._shape(annotation, module)
        target = self._target(call, options, module) or named
        uselist = options.get("uselist")
        if isinstance(uselist, f.Const) and isinstance(uselist.value, bool):
            collection = uselist.value
        elif kind == "sqlmodel.Relationship" and collection is None and annotation is not None:
            collection = False
        lazy = self._lazy(options.get("lazy"), annotation, module, complete)
        many = "secondary" in options or "link_model" in options
        back = options.get("back_populates")
        passive = options.get("passive_deletes")
        return Attribute(
            name,
            "relationship",
            Site(module.path, call.at),
            owner,
            target=target,
            collection=True if many and collection is None else collection,
            direction="many-to-many" if many else ("remote" if "remote_side" in options else None),
            lazy=lazy,
            back_populates=str(back.value) if isinstance(back, f.Const) else None,
            passive_deletes=isinstance(passive, f.Const) and bool(passive.value),
            deletes=not complete or _deletes(options.get("cascade")) or "cascade_delete" in options,
            defaulted=not options.keys().isdisjoint({"default", "default_factory"}),
            stops=complete and "join_depth" not in options,
            is_listed=bool(collection) and complete and not many and options.keys().isdisjoint(_SAY_THE_SIDE),
        )

    def _target(self, call: f.Call, options: dict[str, f.Expr], module: ModuleInfo) -> ClassInfo | None:
        expression = call.args[0] if call.args else options.get("argument")
        if isinstance(expression, f.Lambda) and isinstance(expression.function.body[0], f.Return):
            expression = expression.function.body[0].value
        if isinstance(expression, f.Const) and isinstance(expression.value, str):
            return self.index.class_named(module, expression.value)
        if expression is None:
            return None
        return next((d for d in self.index.resolve(module, expression) if isinstance(d, ClassInfo)), None)

    def _shape(self, annotation: f.Expr | None, module: ModuleInfo) -> tuple[bool | None, ClassInfo | None]:
        """Whether an annotation makes a collection, and of what class."""
        match annotation:
            case None:
                return None, None
            case f.Sub():
                base = annotation.value
                last = base.name if isinstance(base, f.Attr) else base.id if isinstance(base, f.Name) else ""
                items = annotation.index.items if isinstance(annotation.index, f.Sequence) else (annotation.index,)
                if last in {"Mapped", "WriteOnlyMapped", "DynamicMapped", "Optional", "Annotated", "ClassVar"}:
                    inner = self._shape(items[0], module)
                    many = last in {"WriteOnlyMapped", "DynamicMapped"} or inner[0]
                    return many, inner[1]
                if last in COLLECTIONS:
                    return True, self._shape(items[-1], module)[1]
                if last == "Union":
                    return next((s for s in (self._shape(i, module) for i in items) if s[1]), (False, None))
                return None, None
            case f.BinOp():
                left = self._shape(annotation.left, module)
                return left if left[1] is not None else self._shape(annotation.right, module)
            case f.Name():
                return False, self.index.class_named(module, annotation.id)
            case f.Attr():
                found = next((d for d in self.index.resolve(module, annotation) if isinstance(d, ClassInfo)), None)
                return False, found or self.index.class_named(module, annotation.name)
            case _:
                return None, None

    def _lazy(self, value: f.Expr | None, annotation: f.Expr | None, module: ModuleInfo, complete: bool) -> str | None:
        if isinstance(annotation, f.Sub):
            wrapper = self._external(module, annotation.value)
            if wrapper == "sqlalchemy.WriteOnlyMapped":
                return "write_only"
            if wrapper == "sqlalchemy.DynamicMapped":
                return "dynamic"
        if value is None:
            return "select" if complete else None
        if not isinstance(value, f.Const):
            return None
        if value.kind == "none" or isinstance(value.value, bool):
            return LAZY_ALIASES[value.value]
        return str(value.value)

    def _directed(self, info: ClassInfo, relation: Attribute, columns: list[Attribute]) -> Attribute:
        """Find out from `columns`, those with foreign keys, on which side a relationship stands."""
        if relation.direction == "many-to-many":
            return relation
        target = relation.target
        mine = frozenset(a.name for a in columns if target is not None and self._points_at(a, target))
        by_name = frozenset(a.name for a in columns if a.name == f"{relation.name}_id" and a.foreign_table)
        keys = (mine & by_name) or mine or by_name
        own = target is not None and (target is info or target in self.index.mro(info))
        if own and mine:
            remote = relation.direction == "remote"
            many_to_one = remote and relation.collection is not True
            collection = relation.collection if relation.collection is not None else not many_to_one
            direction = "many-to-one" if many_to_one else "one-to-many" if collection else "one-to-one"
            return self._settled(relation, collection, direction, keys)
        if relation.collection is True and not (relation.is_listed and self._is_only_mine(info, target, mine)):
            return self._settled(relation, True, "one-to-many")
        if keys:
            return self._settled(relation, False, "many-to-one", keys)
        if target is None or not self._columns_pointing(target, info):
            return self._settled(relation, relation.collection, None)
        if relation.collection is False:
            return self._settled(relation, False, "one-to-one")
        return self._settled(relation, True, "one-to-many")

    def _is_only_mine(self, info: ClassInfo, target: ClassInfo | None, mine: frozenset[str]) -> bool:
        """Whether the foreign key between two classes is on this side: then it is one object, whatever `list` says.

        `RelationshipProperty` takes from such an annotation what kind of collection it would be, not that it is one.
        """
        return target is not None and bool(mine) and not self._columns_pointing(target, info)

    def _settled(
        self, relation: Attribute, collection: bool | None, direction: str | None, keys: frozenset[str] = frozenset()
    ) -> Attribute:
        """`relation` with what was found out; the same object for all heirs of whom the same is true."""
        key = (relation.owner, relation.name, collection, direction, keys)
        if key not in self._relations:
            found = replace(relation, collection=collection, direction=direction, foreign_keys=keys)
            self._relations[key] = found
        return self._relations[key]

    def _points_at(self, column: Attribute, target: ClassInfo) -> bool:
        if column.foreign_table is None:
            return False
        return column.foreign_table in {self.tablename(target), f"<{target.name}>"}

    def _columns_pointing(self, source: ClassInfo, target: ClassInfo) -> bool:
        """Whether a class has a foreign key to `target`; asked of the raw columns."""
        return not self._foreign_tables(source).isdisjoint({self.tablename(target), f"<{target.name}>"})

    def _foreign_tables(self, source: ClassInfo) -> frozenset[str]:
        """The tables that the columns of a class, inherited ones included, have foreign keys to."""
        found = self._foreign.get(source)
        if found is None:
            found = frozenset(table for owner in self.index.mro(source) for table in self._own_foreign_tables(owner))
            self._foreign[source] = found
        return found

    def _own_foreign_tables(self, owner: ClassInfo) -> frozenset[str]:
        found = self._own_foreign.get(owner)
        if found is None:
            found = frozenset(self._written_foreign_tables(owner))
            self._own_foreign[owner] = found
        return found

    def _written_foreign_tables(self, owner: ClassInfo) -> Iterator[str]:
        for name, bindings in owner.members.items():
            binding = bindings[-1]
            if isinstance(binding, Target) and isinstance(binding.value, f.Call):
                kind = self._external(owner.module, binding.value.func)
                if kind in {"sqlalchemy.mapped_column", "sqlalchemy.Column", "sqlmodel.Field"}:
                    table = self._column(name, binding.value, owner, owner.module).foreign_table
                    if table is not None:
                        yield table

    # -- what is written outside of the class

    def _scan(self) -> None:
        """Read backrefs, imperative mappings and attributes set on a class after its definition."""
        for module in self.index.modules.values():
            words = module.facts.words
            if "map_imperatively" in words or "mapper" in words:
                self._imperative_mappings(module)
        for info in self.index.classes():
            if "__tablename__" in info.members:
                name = self.tablename(info)
                if name is not None:
                    self._tables.setdefault(name, []).append(info)
        for info in self.index.classes():
            if "backref" in info.module.facts.words:
                self._backrefs_of(info)

    def _imperative_mappings(self, module: ModuleInfo) -> None:
        stack = list(module.facts.body)
        while stack:
            statement = stack.pop()
            if isinstance(statement, f.Function):
                stack += statement.body
            value = statement.value if isinstance(statement, (f.ExprStmt, f.Assign)) else None
            if not isinstance(value, f.Call) or not value.args:
                continue
            callee = value.func
            last = callee.name if isinstance(callee, f.Attr) else callee.id if isinstance(callee, f.Name) else ""
            if last not in {"map_imperatively", "mapper"}:
                continue
            for definition in self.index.resolve(module, value.args[0]):
                if isinstance(definition, ClassInfo):
                    self._imperative.add(definition)
                    self._properties(definition, value, module)

    def _properties(self, info: ClassInfo, call: f.Call, module: ModuleInfo) -> None:
        for keyword in call.keywords:
            if keyword.name == "properties" and isinstance(keyword.value, f.DictDisplay):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    if isinstance(key, f.Const) and isinstance(value, f.Call):
                        self._extra.setdefault(info, []).append((str(key.value), value, module))

    def _backrefs_of(self, info: ClassInfo) -> None:
        for name, bindings in info.members.items():
            binding = bindings[-1]
            if not isinstance(binding, Target) or not isinstance(binding.value, f.Call):
                continue
            given = next((k.value for k in binding.value.keywords if k.name == "backref"), None)
            relation = self.attributes(info).get(name) if given is not None else None
            if relation is None or relation.target is None or relation.kind != "relationship":
                continue
            made = self._backref(info, relation, given)
            if made is not None:
                self._backrefs.setdefault(relation.target, {})[made.name] = made

    def _backref(self, info: ClassInfo, relation: Attribute, given: f.Expr | None) -> Attribute | None:
        lazy: str | None = "select"
        uselist: bool | None = None
        site = relation.site
        if isinstance(given, f.Call) and given.args and isinstance(given.args[0], f.Const):
            options = {k.name: k.value for k in given.keywords}
            lazy = self._lazy(options.get("lazy"), None, info.module, None not in options)
            flag = options.get("uselist")
            uselist = bool(flag.value) if isinstance(flag, f.Const) else None
            given = given.args[0]
        if not isinstance(given, f.Const) or not isinstance(given.value, str):
            return None
        reverse = {"one-to-many": "many-to-one", "many-to-one": "one-to-many", "many-to-many": "many-to-many"}
        direction = reverse.get(relation.direction or "", "many-to-one" if relation.direction == "one-to-one" else None)
        collection = uselist if uselist is not None else (direction != "many-to-one" if direction else None)
        if direction == "one-to-many" and collection is False:
            direction = "one-to-one"
        return Attribute(
            given.value,
            "relationship",
            site,
            info,
            target=info,
            collection=collection,
            direction=direction,
            lazy=lazy,
            back_populates=relation.name,
        )


_SAY_THE_SIDE = frozenset({"uselist", "primaryjoin", "foreign_keys", "remote_side"})
"""Options of a relationship beside which its foreign keys do not tell whether it is a collection."""


def _deletes(cascade: f.Expr | None) -> bool:
    """Whether a `cascade=` deletes what is behind the relationship, as far as it can be read."""
    if cascade is None:
        return False
    text = cascade.value if isinstance(cascade, f.Const) else None
    return not isinstance(text, str) or not {"all", "delete"}.isdisjoint(part.strip() for part in text.split(","))
