"""Rows of one entity or of columns, and what is read of them."""

from __future__ import annotations

from tests.oracle.blocks import lines_in
from tests.oracle.queries import Query, with_unique
from tests.oracle.reads import read
from tests.oracle.scope import Scope, Session, Var
from tests.oracle.tree import Node, block, line


def rows(scope: Scope) -> list[Node]:
    """Rows of one entity, of two, or of columns."""
    session = scope.session()
    session.begun = True
    entity = scope.random.choice(scope.world.schema.entities)
    inside = scope.block(loop=True)
    row = scope.world.names.new("row")
    query = Query(scope, entity, single=False)
    roll = scope.random.random()
    if roll < 0.25:
        columns = ", ".join(f"{entity.name}.{name}" for name in ["id", *scope.random.sample(entity.columns, 1)])
        read_ = scope.random.choice(["id", "name", *entity.columns])
        chosen = f"select({columns}).where({entity.name}.shard == fresh())"
        text = f"for {row} in (await {session.name}.execute({chosen})).all():"
        return [block(line(text, binds=row), line(f"show({row}.{read_})", kind="read"))]
    if roll < 0.5:
        name = scope.world.names.new(entity.word)
        one = inside.add(Var(name, entity, False, session, query.likely))
        forms = [
            "for ({v},) in (await {s}.execute({q})){u}.all():",
            "for {v} in (await {s}.execute({q})){u}.scalars(){u}:",
            "async for {v} in (await {s}.stream_scalars({q})){u}:",
            "for {v} in (await {s}.scalars({q})){u}:",
        ]
        form = scope.random.choice(forms).replace("{s}", session.name).replace("{v}", name)
        left, _, right = form.partition("{q}")
        header = line(left, *query.pieces, *with_unique(scope, right, query), binds=name)
        return [block(header, *read(inside, one), *lines_in(inside, scope.random.randint(0, 2)))]
    form = scope.random.choice(["one", "many"])
    if form == "one":
        query = Query(scope, entity, single=True)
        head = line(
            f"{row} = (await {session.name}.execute(",
            *query.pieces,
            *with_unique(scope, ")){u}.one()", query),
            binds=row,
        )
        return [head, *_of_row(scope, row, query, session)]
    head = line(
        f"for {row} in (await {session.name}.execute(",
        *query.pieces,
        *with_unique(scope, ")){u}.all():", query),
        binds=row,
    )
    return [block(head, *_of_row(inside, row, query, session))]


def _of_row(scope: Scope, row: str, query: Query, session: Session) -> list[Node]:
    if scope.world.chance(0.25):
        name = scope.random.choice(["id", *query.entity.columns, *(r.name for r in query.entity.relations)])
        return [line(f"show({row}.{name})", kind="read")]
    name = scope.world.names.new(query.entity.word)
    var = scope.add(Var(name, query.entity, False, session, query.likely))
    entity = query.entity.name
    value = scope.random.choice([f"{row}[0]", f"{row}.{entity}", f"{row}.{entity}", f"{row}._mapping[{entity}]"])
    return [line(f"{name} = {value}", binds=name, kind="read"), *read(scope, var)]
