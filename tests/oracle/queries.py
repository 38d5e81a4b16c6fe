"""Statements with their options, and the many ways to run them."""

from __future__ import annotations

from tests.oracle.schema import Entity, Relation, pick
from tests.oracle.scope import Likely, Scope, Session, Var
from tests.oracle.tree import Node, Part, line

LOADS = {"selectin", "joined", "subquery", "immediate"}
OPTIONS = {
    "selectinload": 9,
    "joinedload": 7,
    "subqueryload": 2,
    "immediateload": 1,
    "contains_eager": 2,
    "raiseload": 2,
    "lazyload": 1,
    "noload": 1,
}
LOADING = {"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager"}
JOINING = {"joinedload", "contains_eager"}

Pieces = list["str | Part"]


class Query:
    """A random `select()`: `pieces` is its text, `likely` what it loads, `repeats` whether its rows need unique()."""

    def __init__(self, scope: Scope, entity: Entity, *, single: bool, key: str = "") -> None:
        self.scope = scope
        self.entity = entity
        self.likely = defaults(scope, entity)
        self._taken: dict[str, str] = {}
        self.repeats = any(r.many and r.lazy == "joined" for r in entity.relations)
        self.options = [option for _ in range(scope.random.choice([0, 0, 1, 1, 1, 2, 3])) for option in self._option()]
        wanted = key or "fresh()"
        where = f".where({entity.name}.id == {wanted})" if single else f".where({entity.name}.shard == {wanted})"
        self.pieces: Pieces = [f"select({entity.name})", *self.options, where]
        if not single and scope.world.chance(0.2):
            self.pieces.append(Part(f".order_by({entity.name}.id)"))

    def _option(self) -> Pieces:
        """One `.options(...)`, or nothing where there is nothing to load."""
        if self.scope.world.chance(0.12):
            return [Part(f".options({self._columns(self.entity)})")]
        if self.scope.world.chance(0.03):
            return self._wrong()
        text, join = self._chain(self.entity, self.likely, top=True)
        return [Part(f"{join}.options({text})")] if text else []

    def _chain(self, entity: Entity, likely: Likely, *, top: bool, above: str = "") -> tuple[str, str]:
        relations = [relation for relation in entity.relations if not relation.is_query]
        if not relations:
            return "", ""
        relation = self.scope.random.choice(relations)
        kind = pick(self.scope.random, OPTIONS)
        if kind == "contains_eager" and above:
            kind = "joinedload"
        attribute = f"{entity.name}.{relation.name}"
        path = f"{above}/{relation.name}"
        kind = self._taken.setdefault(path, kind)  # one attribute is loaded in one way
        target = self.scope.world.schema.entity(relation.target)
        if top and relation.many and kind in JOINING:
            self.repeats = True
        join = f".join({attribute})" if kind == "contains_eager" else ""
        text = f"{kind}({attribute})"
        if kind not in LOADING:
            likely.pop(relation.name, None)
            return text, join
        below = likely.setdefault(relation.name, defaults(self.scope, target))
        if path.count("/") < 3 and self.scope.world.chance(0.3):
            more, _ = self._chain(target, below, top=top and kind in JOINING, above=path)
            text += f".{more}" if more else ""
        elif self.scope.world.chance(0.06):
            text += f".{self._columns(target)}"
        return text, join

    def _columns(self, entity: Entity) -> str:
        kind = self.scope.random.choice(["load_only", "defer", "undefer"])
        column = self.scope.random.choice(entity.columns)
        return f"{kind}({entity.name}.{column})"

    def _wrong(self) -> Pieces:
        others = [e for e in self.scope.world.schema.entities if e is not self.entity and e.relations]
        if not others:
            return []
        other = self.scope.random.choice(others)
        relation = self.scope.random.choice(other.relations)
        return [] if relation.is_query else [Part(f".options(selectinload({other.name}.{relation.name}))")]


def defaults(scope: Scope, entity: Entity, depth: int = 0) -> Likely:
    """What the model's own `lazy=` loads."""
    if depth > 2:
        return {}
    return {
        relation.name: defaults(scope, scope.world.schema.entity(relation.target), depth + 1)
        for relation in entity.relations
        if relation.lazy in LOADS
    }


ONE = {
    "scalars {u}.one()": 8,
    "scalars .first()": 4,
    "scalars {u}.one_or_none()": 3,
    "execute {u}.scalar_one()": 6,
    "execute {u}.scalar_one_or_none()": 4,
    "execute {u}.scalars(){u}.one()": 3,
    "execute .scalars().first()": 3,
    "execute .scalar()": 1,
    "execute {u}.one()[0]": 1,
    "=await {s}.scalar({q})": 3,
    "=await (await {s}.stream_scalars({q})){u}.one()": 1,
}
MANY = {
    "scalars {u}.all()": 10,
    "scalars {u}.fetchall()": 1,
    "execute {u}.scalars(){u}.all()": 6,
    "=list((await {s}.scalars({q})){u})": 2,
    "=[x for x in (await {s}.scalars({q})){u}]": 1,
    "=[row[0] for row in (await {s}.execute({q})){u}.all()]": 1,
    "=await (await {s}.stream_scalars({q})){u}.all()": 1,
}
EXEC_ONE = {"exec {u}.one()": 8, "exec .first()": 4, "exec {u}.one_or_none()": 3}
EXEC_MANY = {"exec {u}.all()": 10, "=list((await {s}.exec({q})){u})": 1}
"""How a result is fetched: the session's method with what follows it, or after `=` the whole expression; a result may
be made unique at `{u}`."""


def fetch(scope: Scope, session: Session, entity: Entity, *, many: bool, key: str = "") -> tuple[list[Node], Var]:
    """Lines that fetch one object of `entity`, or several, into a new variable."""
    session.begun = True
    name = scope.world.names.new(entity.plural if many else entity.word)
    if not many and scope.world.chance(0.2):
        return _get(scope, session, entity, name, key)
    query = Query(scope, entity, single=not many, key=key)
    is_sqlmodel = scope.world.schema.flavour == "sqlmodel"
    forms = (EXEC_MANY if many else EXEC_ONE) if is_sqlmodel and scope.world.chance(0.6) else (MANY if many else ONE)
    form = pick(scope.random, forms)
    var = Var(name, entity, many, session, query.likely)
    plain = f"{name} = await {session.name}.get_one({entity.name}, {key or 'fresh()'})"
    if many:
        rows = f"select({entity.name}).where({entity.name}.shard == {key or 'fresh()'})"
        plain = f"{name} = (await {session.name}.scalars({rows})).all()"
    before, pieces = _apart(scope, query) if scope.world.chance(0.25) else ([], query.pieces)
    method, _, tail = form.partition(" ")
    if not form.startswith("=") and scope.world.chance(0.15):
        result = scope.world.names.new("result")
        run = line(f"{result} = await {session.name}.{method}(", *pieces, ")", binds=result)
        return [
            *before,
            run,
            line(f"{name} = {result}", *with_unique(scope, tail, query), binds=name, plain=plain),
        ], var
    whole = form[1:] if form.startswith("=") else f"(await {{s}}.{method}({{q}})){tail}"
    left, _, right = whole.replace("{s}", session.name).partition("{q}")
    made = line(f"{name} = {left}", *pieces, *with_unique(scope, right, query), binds=name, plain=plain)
    return [*before, made], var


def with_unique(scope: Scope, tail: str, query: Query) -> Pieces:
    """What follows a run statement, mostly with unique() where it is needed, as a part that can go."""
    pieces = tail.split("{u}")
    place = scope.random.randrange(1, len(pieces)) if len(pieces) > 1 else 0
    if not place or not scope.world.chance(0.85 if query.repeats else 0.08):
        return ["".join(pieces)]
    return ["".join(pieces[:place]), Part(".unique()"), "".join(pieces[place:])]


def _apart(scope: Scope, query: Query) -> tuple[list[Node], Pieces]:
    """The statement in a variable of its own, perhaps with options that are added later, or only on some ways."""
    name = scope.world.names.new("statement")
    nodes = [line(f"{name} = ", *query.pieces, binds=name, kind="statement")]
    if query.options and scope.world.chance(0.5):
        pieces = [piece for piece in query.pieces if piece not in query.options]
        more = line(f"{name} = {name}", *query.options, kind="statement")
        nodes = [line(f"{name} = ", *pieces, binds=name, kind="statement"), more]
    return nodes, [name]


def _get(scope: Scope, session: Session, entity: Entity, name: str, key: str) -> tuple[list[Node], Var]:
    query = Query(scope, entity, single=True)
    given = [
        option.text for option in query.options if isinstance(option, Part) and option.text.startswith(".options(")
    ]
    options = [Part(f"{text.removeprefix('.options(')[:-1]}, ") for text in given if "contains_eager" not in text]
    verb = scope.random.choice(["get", "get", "get_one"])
    wanted = key or "fresh()"
    pieces: Pieces = [f"{name} = await {session.name}.{verb}({entity.name}, {wanted}"]
    if options:
        pieces += [", options=[", *options, "]"]
    return [line(*pieces, ")", binds=name)], Var(name, entity, False, session, query.likely)


def relation_of(scope: Scope, var: Var, *, many: bool | None = None) -> Relation | None:
    """A relationship of an object to read, mostly one that is likely to be loaded."""
    fitting = [r for r in var.entity.relations if many in (None, r.many)]
    loaded = [r for r in fitting if r.name in var.likely]
    if loaded and scope.world.chance(0.6):
        return scope.random.choice(loaded)
    return scope.random.choice(fitting) if fitting else None
