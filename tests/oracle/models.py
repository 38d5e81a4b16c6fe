"""Random models."""

from __future__ import annotations

from random import Random

from tests.oracle.responses import responses
from tests.oracle.schema import Entity, Names, Relation, Schema, pick, table_of
from tests.oracle.tree import Module, Node, Part, block, line

WORDS = (
    ("Author", "authors"),
    ("Book", "books"),
    ("Tag", "tags"),
    ("Order", "orders"),
    ("Item", "items"),
    ("Team", "teams"),
    ("Hero", "heroes"),
    ("Task", "tasks"),
    ("Course", "courses"),
    ("Album", "albums"),
    ("Photo", "photos"),
    ("Branch", "branches"),
)
DEFERRED = ("note", "memo", "remark", "summary", "details", "story")
MADE = ("created", "opened", "founded", "born")
CHANGED = ("changed", "touched", "edited", "seen")

LAZY_ONE = {
    "": 60,
    "select": 6,
    "selectin": 8,
    "joined": 12,
    "immediate": 3,
    "raise": 6,
    "raise_on_sql": 2,
    "noload": 3,
}
LAZY_MANY = {**LAZY_ONE, "subquery": 3, "selectin": 14, "dynamic": 4, "write_only": 4}


def make_schema(random: Random, names: Names) -> Schema:
    """A few models, with relationships between them."""
    flavour = "sqlmodel" if random.random() < 0.25 else "sqlalchemy"
    words = random.sample(WORDS, random.choices([2, 3, 4], [3, 4, 2])[0])
    schema = Schema(flavour, [Entity(*each) for each in words], attrs=flavour == "sqlalchemy" and random.random() < 0.6)
    return _Maker(random, names, schema).made()


class _Maker:
    """Writes the modules of a schema while it makes it up."""

    def __init__(self, random: Random, names: Names, schema: Schema) -> None:
        self.random = random
        self.names = names
        self.schema = schema
        self.is_sqlmodel = schema.flavour == "sqlmodel"
        self.fields: dict[str, list[Node]] = {entity.name: [] for entity in schema.entities}
        self.tables: list[Node] = []

    def made(self) -> Schema:
        """The schema, with its modules."""
        self._columns()
        first, *rest = self.schema.entities
        known = [first]
        for entity in rest:
            self._edge(self.random.choice(known), entity)
            known.append(entity)
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            one, other = self.random.choice(known), self.random.choice(known)
            if one is not other:
                self._many_to_many(one, other)
            elif not any(relation.target == one.name for relation in one.relations):
                self._tree(one)
        for entity in self.schema.entities:
            self._functions(entity)
        self.schema.modules = [self._database(), Module("models", self._models()), responses(self.random, self.schema)]
        return self.schema

    def _models(self) -> tuple[Node, ...]:
        classes = []
        for entity in self.schema.entities:
            bases = "SQLModel, table=True" if self.is_sqlmodel else "Base"
            header = line(f"class {entity.name}({bases}):", binds=entity.name)
            table = line(f'__tablename__ = "{table_of(entity)}"', binds=table_of(entity))
            classes.append(block(header, table, *self.fields[entity.name]))
        if self.is_sqlmodel:
            return (*self.tables, *classes)
        bases = "AsyncAttrs, DeclarativeBase" if self.schema.attrs else "DeclarativeBase"
        base = block(line(f"class Base({bases}):", binds="Base"), line("pass"))
        return (base, *self.tables, *classes)

    def _database(self) -> Module:
        engine = line('engine = create_async_engine(os.environ["DATABASE_URL"])', binds="engine")
        expires: str | Part = self.random.choice(["", Part(", expire_on_commit=True"), ", expire_on_commit=False"])
        of = ", class_=AsyncSession" if self.is_sqlmodel else ""
        maker = line("maker = async_sessionmaker(engine", of, expires, ")", binds="maker")
        return Module("database", (engine, maker))

    # -- columns

    def _columns(self) -> None:
        pools = [self.random.sample(pool, len(pool)) for pool in (DEFERRED, MADE, CHANGED)]
        for entity in self.schema.entities:
            self._column(entity, "id", "int", "primary_key=True")
            self._column(entity, "shard", "int", "default=0")
            self._column(entity, "name", "str", 'default="new"')
            for pool, to, chance in zip(
                pools, (entity.deferred, entity.made, entity.changed), (0.4, 0.3, 0.3), strict=True
            ):
                if pool and self.random.random() < chance and not (self.is_sqlmodel and to is entity.deferred):
                    to.append(pool.pop())
            for name in entity.deferred:
                self._column(entity, name, "Optional[str]", "deferred=True")
            for name in entity.made:
                self._column(entity, name, "datetime", "server_default=func.now()")
            for name in entity.changed:
                self._column(entity, name, "datetime", "server_default=func.now(), onupdate=func.now()")

    def _column(self, entity: Entity, name: str, kind: str, given: str) -> None:
        binds = "" if name in {"id", "shard", "name"} else name
        if not self.is_sqlmodel:
            made = f"{name}: Mapped[{kind}] = mapped_column({given})"
        elif name == "id":
            made = "id: Optional[int] = Field(default=None, primary_key=True)"
        elif "func" in given:
            keywords = ", ".join(
                f'"{key}": {value}' for key, _, value in (one.partition("=") for one in given.split(", "))
            )
            made = f"{name}: Optional[{kind}] = Field(default=None, sa_column_kwargs={{{keywords}}})"
        else:
            made = f"{name}: {kind} = Field({given})"
        self.fields[entity.name].append(line(made, binds=binds))

    def _foreign_key(self, entity: Entity, name: str, target: Entity, *, unique: bool = False) -> None:
        more = ", unique=True" if unique else ""
        if self.is_sqlmodel:
            made = f'{name}: Optional[int] = Field(default=None, foreign_key="{table_of(target)}.id"{more})'
        else:
            made = f'{name}: Mapped[Optional[int]] = mapped_column(ForeignKey("{table_of(target)}.id"){more})'
        self.fields[entity.name].append(line(made, binds=name))

    # -- relationships

    def _edge(self, one: Entity, other: Entity) -> None:
        kind = pick(self.random, {"one-to-many": 6, "many-to-one": 4, "many-to-many": 3, "one-to-one": 2})
        if kind == "many-to-many":
            self._many_to_many(one, other)
        elif kind == "many-to-one":
            self._one_to_many(other, one)
        else:
            self._one_to_many(one, other, single=kind == "one-to-one")

    def _one_to_many(self, one: Entity, other: Entity, *, single: bool = False) -> None:
        up = self.names.attribute(one.word)
        down = self.names.attribute(other.word if single else other.plural)
        self._foreign_key(other, f"{up}_id", one, unique=single)
        self._pair((other, up, False, ""), (one, down, not single, ', "uselist": False' if single else ""))

    def _many_to_many(self, one: Entity, other: Entity) -> None:
        table = self.names.new(f"{one.word}_{other.word}_")
        left, right = (f"{each.word}_id" for each in (one, other))
        if self.is_sqlmodel:
            rows = [
                f'{name}: Optional[int] = Field(default=None, foreign_key="{table_of(each)}.id", primary_key=True)'
                for name, each in ((left, one), (right, other))
            ]
            header = line(f"class {table}(SQLModel, table=True):", binds=table)
            self.tables.append(block(header, *(line(row) for row in rows)))
            given = f"link_model={table}"
        else:
            columns = ", ".join(
                f'Column("{name}", ForeignKey("{table_of(each)}.id"), primary_key=True)'
                for name, each in ((left, one), (right, other))
            )
            self.tables.append(line(f'{table} = Table("{table}", Base.metadata, {columns})', binds=table))
            given = f"secondary={table}"
        there = self.names.attribute(other.plural)
        back = self.names.attribute(one.plural)
        self._pair((one, there, True, given), (other, back, True, given))

    def _tree(self, entity: Entity) -> None:
        up, down = self.names.attribute("parent"), self.names.attribute("children")
        self._foreign_key(entity, f"{up}_id", entity)
        remote = f'"remote_side": "{entity.name}.id"' if self.is_sqlmodel else "remote_side=[id]"
        self._pair((entity, up, False, remote), (entity, down, True, ""))

    def _pair(self, one: tuple[Entity, str, bool, str], other: tuple[Entity, str, bool, str]) -> None:
        """Both sides of a relationship, sometimes only one."""
        alone = self.random.random() < 0.15
        first = self.random.random() < 0.5
        for (owner, name, many, given), (target, back, _, _) in ((one, other), (other, one)):
            if alone and first is (name == one[1]):
                continue
            self._relation(owner, name, target, many, given, "" if alone else back)

    def _relation(self, owner: Entity, name: str, target: Entity, many: bool, given: str, back: str) -> None:
        lazy = pick(self.random, LAZY_MANY if many else LAZY_ONE)
        if self.is_sqlmodel and lazy in {"dynamic", "write_only"}:
            lazy = ""
        backwards: list[str | Part] = [Part(f'back_populates="{back}"')] if back else []
        owner.relations.append(Relation(name, target.name, many, lazy, back))
        made = self._sqlmodel_relation if self.is_sqlmodel else self._plain_relation
        self.fields[owner.name].append(line(*made(name, target.name, many, given, lazy, backwards), binds=name))

    def _plain_relation(
        self, name: str, target: str, many: bool, given: str, lazy: str, backwards: list[str | Part]
    ) -> list[str | Part]:
        kinds = {"dynamic": f'DynamicMapped["{target}"]', "write_only": f'WriteOnlyMapped["{target}"]'}
        kind = kinds.get(lazy) or (f'Mapped[List["{target}"]]' if many else f'Mapped[Optional["{target}"]]')
        keywords = [*backwards]
        if given and "uselist" not in given:
            keywords.append(given)
        if lazy and lazy not in kinds:
            keywords.append(Part(f'lazy="{lazy}"'))
        return [f"{name}: {kind} = relationship(", *_separated(keywords), ")"]

    def _sqlmodel_relation(
        self, name: str, target: str, many: bool, given: str, lazy: str, backwards: list[str | Part]
    ) -> list[str | Part]:
        kind = f'List["{target}"]' if many else f'Optional["{target}"]'
        keywords = [*backwards]
        if given.startswith("link_model"):
            keywords.append(given)
        more = [given.removeprefix(", ")] if given and not given.startswith("link_model") else []
        if lazy:
            more.append(f'"lazy": "{lazy}"')
        if more:
            text = f"sa_relationship_kwargs={{{', '.join(more)}}}"
            keywords.append(text if given else Part(text))
        return [f"{name}: {kind} = Relationship(", *_separated(keywords), ")"]

    # -- functions of the classes

    def _functions(self, entity: Entity) -> None:
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            is_property = self.random.random() < 0.5
            name = self.names.attribute(self.random.choice(["title", "label", "total", "overview", "digest"]))
            (entity.properties if is_property else entity.methods).append(name)
            made = block(line(f"def {name}(self) -> object:"), line(f"return {self._body(entity)}", binds=name))
            self.fields[entity.name].append(block(line("@property"), clauses=(made,)) if is_property else made)

    def _body(self, entity: Entity) -> str:
        readable = [relation for relation in entity.relations if not relation.is_query]
        if not readable or self.random.random() < 0.2:
            return f"self.{self.random.choice(entity.columns)}"
        relation = self.random.choice(readable)
        if relation.many:
            forms = [
                "len(self.{})",
                "[x.name for x in self.{}]",
                "bool(self.{})",
                '", ".join(x.name for x in self.{})',
                "sum(1 for _ in self.{})",
            ]
            return self.random.choice(forms).format(relation.name)
        forms = ["self.{0}.name if self.{0} else None", "self.{0}", 'f"{{self.name}} {{self.{0} and self.{0}.name}}"']
        return self.random.choice(forms).format(relation.name)


def _separated(keywords: list[str | Part]) -> list[str | Part]:
    """Keywords with commas; Python takes one behind the last, too."""
    return [f"{each}, " if isinstance(each, str) else Part(f"{each.text}, ") for each in keywords]
