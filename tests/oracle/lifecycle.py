"""Lines that flush, commit, roll back, expire, refresh, merge, take out and delete, and responses made of objects."""

from __future__ import annotations

from tests.oracle.reads import new, read
from tests.oracle.schema import pick
from tests.oracle.scope import FLAGS, Scope, Var
from tests.oracle.tree import Node, Part, block, line

OF_SESSION = {
    "await {s}.commit()": 8,
    "await {s}.rollback()": 3,
    "await {s}.flush()": 4,
    "{s}.expire_all()": 2,
    "{s}.expunge_all()": 1,
    "await {s}.close()": 1,
}
OF_OBJECT = {
    "await {s}.refresh({v})": 6,
    "{s}.expire({v})": 3,
    "{s}.expunge({v})": 2,
    "{s}.add({v})": 1,
    "await {s}.delete({v})": 1,
}
OF_NAMES = {
    'await {s}.refresh({v}, ["{r}"])': 5,
    'await {s}.refresh({v}, attribute_names=["{r}"])': 4,
    'await {s}.refresh({v}, ["{c}"])': 1,
    '{s}.expire({v}, ["{c}"])': 2,
    '{s}.expire({v}, ["{r}"])': 2,
}
RESPONSES = {
    "show({m}.model_validate({v}))": 5,
    "show({m}.model_validate({v}, from_attributes=True).model_dump())": 1,
    "show(TypeAdapter({m}).validate_python({v}))": 1,
}
RESPONSES_OF_MANY = {
    "show([{m}.model_validate(x) for x in {v}])": 4,
    "show(TypeAdapter(List[{m}]).validate_python({v}))": 2,
}


def of_session(scope: Scope) -> list[Node]:
    """A line that ends or moves on a transaction, or expires or takes out everything."""
    session = scope.session()
    form = pick(scope.random, OF_SESSION)
    session.begun = "flush" in form or (session.begun and "expire" in form)
    return [line(form.replace("{s}", session.name), kind="session")]


def of_object(scope: Scope, var: Var) -> list[Node]:
    """A line that does something with one object."""
    session = var.session if var.session is not None and var.session.is_open else scope.session()
    session.begun = True
    names = [relation.name for relation in var.entity.relations]
    if names and scope.world.chance(0.45):
        name = scope.random.choice(names)
        form = pick(scope.random, OF_NAMES)
        if "refresh" in form and "{r}" in form:
            var.likely.setdefault(name, {})
    else:
        name = ""
        form = pick(scope.random, OF_OBJECT)
    column = scope.random.choice(var.entity.columns)
    text = form.replace("{s}", session.name).replace("{v}", var.name).replace("{r}", name).replace("{c}", column)
    return [line(text, kind="session")]


def merge(scope: Scope, var: Var) -> list[Node]:
    """A line that merges an object into a session."""
    session = scope.session()
    name = scope.world.names.new("merged")
    load = Part(", load=False") if scope.world.chance(0.1) else ""
    scope.add(Var(name, var.entity, False, session, dict(var.likely)))
    return [line(f"{name} = await {session.name}.merge({var.name}", load, ")", binds=name, kind="session")]


def save(scope: Scope) -> list[Node]:
    """Lines that make an object, add it, and flush, commit or refresh it."""
    session = scope.session()
    session.begun = True
    nodes, var = new(scope, scope.random.choice(scope.world.schema.entities))
    var.session = session
    nodes.append(line(f"{session.name}.add({var.name})", kind="session"))
    end = scope.random.choice(["", "flush", "commit", "commit", "flush"])
    if end:
        nodes.append(line(f"await {session.name}.{end}()", kind="session"))
        session.begun = end == "flush"
    if end and scope.world.chance(0.5):
        nodes.append(line(f"await {session.name}.refresh({var.name})", kind="session"))
    scope.add(var)
    return nodes


def respond(scope: Scope, var: Var) -> list[Node]:
    """A line that makes a response model of an object or of several."""
    model = scope.random.choice([var.entity.response, var.entity.response, var.entity.brief])
    form = pick(scope.random, RESPONSES_OF_MANY if var.many else RESPONSES)
    return [line(form.replace("{m}", model).replace("{v}", var.name), kind="serialise")]


def failing_insert(scope: Scope) -> list[Node]:
    """A `try` whose flush may find that a row is there already, and what comes after it."""
    session = scope.session()
    session.begun = True
    entity = scope.random.choice(scope.world.schema.entities)
    add = line(f'{session.name}.add({entity.name}(id=taken(), name="twice"))', kind="session")
    if scope.world.flags < FLAGS and scope.world.chance(0.6):
        add = block(line(f"if {scope.world.flag()}:"), add)
    flush = line(f"await {session.name}.{scope.random.choice(['flush', 'commit'])}()", kind="session")
    inside = scope.block()
    handler: list[Node] = [line(f"await {session.name}.rollback()", kind="session")]
    objects = inside.objects()
    if objects and scope.world.chance(0.5):
        handler += read(inside, scope.random.choice(objects))
    if scope.in_loop and scope.world.chance(0.3):
        handler.append(line("continue"))
    return [block(line("try:"), add, flush, clauses=(block(line("except IntegrityError:"), *handler),))]
