"""Lines that read what hangs on objects, and lines that change it."""

from __future__ import annotations

from tests.oracle.queries import Likely, defaults, relation_of
from tests.oracle.schema import Entity, Relation, pick
from tests.oracle.scope import Scope, Var
from tests.oracle.tree import Node, line

ONE = {
    "show({v}.{r})": 3,
    "show({v}.{r}.name)": 5,
    "show({v}.{r} is None)": 2,
    "show(bool({v}.{r}))": 1,
    'show(f"{{{v}.{r}}}")': 1,
    'show(getattr({v}, "{r}"))': 2,
    "show({v}.{r} and {v}.{r}.name)": 1,
    "show({v}.{r}.name if {v}.{r} else None)": 2,
}
MANY = {
    "show(len({v}.{r}))": 4,
    "show([x.name for x in {v}.{r}])": 4,
    "show({v}.{r})": 3,
    "show(bool({v}.{r}))": 1,
    "show(not {v}.{r})": 1,
    'show(", ".join(x.name for x in {v}.{r}))': 2,
    "show(list({v}.{r}))": 1,
    "show({v}.{r}[0].name)": 1,
    'show(getattr({v}, "{r}"))': 1,
    "show(sorted({v}.{r}, key=lambda x: x.id))": 1,
    "show({x.id: x for x in {v}.{r}})": 1,
    "show(*{v}.{r})": 1,
    "show(any(x.name for x in {v}.{r}))": 1,
}
DYNAMIC = {"show([x.name for x in {v}.{r}])": 2, "show({v}.{r}.all())": 2, "show({v}.{r}.first())": 1}
WRITE_ONLY = {"show([x.name for x in {v}.{r}])": 2, "show(len({v}.{r}))": 1}
QUERIED = {
    "dynamic": "show((await {s}.scalars({v}.{r}.statement)).all())",
    "write_only": "show((await {s}.scalars({v}.{r}.select())).all())",
}
ALL = {
    "show([x.{a} for x in {v}])": 3,
    "show({v}[0].{a})": 3,
    "show({x.id: x.{a} for x in {v}})": 1,
    "show([(x.id, x.{a}) for x in {v} if x.id])": 1,
    "show(*(x.{a} for x in {v}))": 1,
}


def filled(form: str, **words: str) -> str:
    """`form` with words in the place of `{v}` and the like; other braces stay."""
    for key, word in words.items():
        form = form.replace(f"{{{key}}}", word)
    return form.replace("{{", "{").replace("}}", "}")


def read(scope: Scope, var: Var) -> list[Node]:
    """A line that reads something of the object or objects in `var`."""
    roll = scope.random.random()
    if roll < 0.2 or not var.entity.relations:
        return [_read_column(scope, var)]
    functions = [*var.entity.properties, *(f"{name}()" for name in var.entity.methods)]
    if roll < 0.3 and functions:
        return [line(filled(_form_of(scope, var), v=var.name, a=scope.random.choice(functions)), kind="read")]
    relation = relation_of(scope, var)
    if relation is None:
        return [_read_column(scope, var)]
    if var.many:
        plain = f"show({var.name}[0].{relation.name})"
        return [line(filled(pick(scope.random, ALL), v=var.name, a=relation.name), kind="read", plain=plain)]
    if relation.is_query:
        return [_read_query(scope, var, relation)]
    if scope.world.schema.attrs and scope.world.chance(0.08) and var.session is not None:
        return [line(f"show(await {var.name}.awaitable_attrs.{relation.name})", kind="awaitable")]
    if scope.world.chance(0.25):
        return _bound(scope, var, relation)
    forms = MANY if relation.many else ONE
    plain = f"show({var.name}.{relation.name})"
    return [line(filled(pick(scope.random, forms), v=var.name, r=relation.name), kind="read", plain=plain)]


def _form_of(scope: Scope, var: Var) -> str:
    return pick(scope.random, ALL) if var.many else "show({v}.{a})"


def _read_column(scope: Scope, var: Var) -> Node:
    column = scope.random.choice(["id", *var.entity.columns])
    return line(filled(_form_of(scope, var), v=var.name, a=column), kind="read")


def _read_query(scope: Scope, var: Var, relation: Relation) -> Node:
    if scope.world.chance(0.5) and any(session.is_open for session in scope.sessions):
        form = filled(QUERIED[relation.lazy], s=scope.session().name)
        return line(filled(form, v=var.name, r=relation.name), kind="read")
    forms = DYNAMIC if relation.lazy == "dynamic" else WRITE_ONLY
    return line(filled(pick(scope.random, forms), v=var.name, r=relation.name), kind="read")


def _bound(scope: Scope, var: Var, relation: Relation) -> list[Node]:
    """The related object or objects in a variable of their own."""
    target = scope.world.schema.entity(relation.target)
    name = scope.world.names.new(target.plural if relation.many else target.word)
    made = scope.add(Var(name, target, relation.many, var.session, var.likely.get(relation.name, {})))
    value = f"{var.name}.{relation.name}"
    if relation.many and scope.world.chance(0.3):
        value = f"list({value})"
    return [line(f"{made.name} = {value}", binds=name, kind="read")]


# -- changes


def write(scope: Scope, var: Var) -> list[Node]:
    """A line that changes the object in `var`."""
    relation = relation_of(scope, var)
    if relation is None or scope.world.chance(0.4):
        column = scope.random.choice(["name", *var.entity.deferred])
        value = 'func.lower("NEW")' if scope.world.chance(0.08) else '"other"'
        return [line(f"{var.name}.{column} = {value}", kind="write")]
    others = [
        v
        for v in scope.objects(many=False)
        if v.entity.name == relation.target and v.session is var.session and v is not var
    ]
    made = f'{relation.target}(name="made")'
    other = scope.random.choice(others).name if others and scope.world.chance(0.6) else made
    place = f"{var.name}.{relation.name}"
    if not relation.many:
        return [line(f"{place} = {scope.random.choice([other, other, 'None'])}", kind="write")]
    if relation.is_query:
        return [
            line(f"{place}.add({made})" if relation.lazy == "write_only" else f"{place}.append({made})", kind="write")
        ]
    forms = {
        f"{place}.append({other})": 5,
        f"{place}.extend([{other}])": 1,
        f"{place} = [{other}]": 2,
        f"{place} = []": 1,
        f"{place}.clear()": 1,
        f"{place}.insert(0, {other})": 1,
        f"{place} += [{other}]": 1,
    }
    return [line(pick(scope.random, forms), kind="write")]


def new(scope: Scope, entity: Entity) -> tuple[list[Node], Var]:
    """A line that makes an object, sometimes with related ones."""
    name = scope.world.names.new(entity.word)
    given = ['name="new"']
    likely: Likely = defaults(scope, entity) if scope.world.chance(0.1) else {}
    for relation in entity.relations:
        if relation.is_query or not scope.world.chance(0.3):
            continue
        others = [v.name for v in scope.objects(many=False) if v.entity.name == relation.target and not v.is_new]
        other = scope.random.choice(others) if others and scope.world.chance(0.5) else f'{relation.target}(name="made")'
        value = scope.random.choice([f"[{other}]", f"[{other}]", "[]"]) if relation.many else other
        given.append(f"{relation.name}={value}")
        likely[relation.name] = {}
    given += [f'{column}="text"' for column in entity.deferred if scope.world.chance(0.5)]
    return [line(f"{name} = {entity.name}({', '.join(given)})", binds=name)], Var(
        name, entity, likely=likely, is_new=True
    )
