"""ORM objects: what is loaded on them, what expires them, what a read finds.

The rules of this file are the facts of the library, each held by a case on Postgres: refresh() loads no
relationship that the query did not load; a rollback expires whatever expire_on_commit says; a new object is safe
until it is flushed; the far side of a loaded one-to-many is there, the other way round it is not.
"""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import datatypes
from asyncsql_lint.flow.events import AttributeRead, LoopBlocked, Trace
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import NEAR, Cause, Instance, Life, Loaded, Slot
from asyncsql_lint.flow.plans import EMPTY, LOADS, Plan
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, ListValue, Primitive, Ref, Value
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.index.models import Attribute

YES, NO, MAYBE = Loaded.YES, Loaded.NO, Loaded.UNKNOWN
MOST_STEPS = 8
"""Steps from object to object that are followed."""

_HELD = frozenset({Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED, Life.DELETED, Life.UNKNOWN})


_TWO_SIDES = ({"one-to-many", "many-to-one"}, {"one-to-one", "many-to-one"}, {"many-to-many"})
"""Directions of two relationships that may be each other's far side."""


def update(ref: Ref | int, state: State, **changes: object) -> None:
    """Change fields of the ORM object behind a number."""
    number = ref.id if isinstance(ref, Ref) else ref
    found = state.heap.get(number)
    if isinstance(found, Instance):
        state.heap[number] = replace(found, **changes)


def put(ref: Ref | int, name: str, slot: Slot, state: State) -> None:
    """Note what is known of one attribute."""
    number = ref.id if isinstance(ref, Ref) else ref
    found = state.heap.get(number)
    if isinstance(found, Instance):
        state.heap[number] = replace(found, over={**found.over, name: slot})


def doubted(one: Instance) -> Instance | None:
    """An object of which nothing is known any more."""
    if one.life in {Life.UNKNOWN, Life.DETACHED}:
        return None
    return one.forgotten()


def refs_in(value: Value | None) -> list[Ref]:
    """The objects in a value: itself or the elements of a list."""
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, ListValue):
        return [r for item in (value.items or (value.element,)) for r in refs_in(item)]
    return []


# -- what is loaded


def relationship_loaded(instance: Instance, relation: Attribute) -> tuple[Loaded, str]:
    """Whether a relationship is there, and if not, why: `lazy`, `raise`, `noload`, `commit`, `rollback` ..."""
    slot = instance.over.get(relation.name)
    if slot is not None and slot.why == NEAR and instance.life is Life.DETACHED:
        loaded, why = by_plan(instance.plan, relation, instance.model)
        return (MAYBE, "") if loaded is YES else (loaded, why)
    if slot is not None and slot.loaded is not NO:
        return slot.loaded, "noload" if slot.why == "noload" else ""
    if instance.life in {Life.TRANSIENT, Life.PENDING}:
        return YES, ""
    if relation.lazy in {"dynamic", "write_only"}:
        return YES, relation.lazy
    if instance.expired is not None:
        return NO, instance.expired.kind
    if slot is not None:
        return NO, slot.why or _unless_loaded(relation)
    if instance.life is Life.UNKNOWN or instance.life is Life.ASSUMED:
        return MAYBE, ""
    if instance.born == "new":
        return _on_new(instance, relation)
    if instance.life is Life.DETACHED and may_look(instance, relation):
        return NO, "lazy"  # there is no session to look in
    return by_plan(instance.plan, relation, instance.model)


def _on_new(instance: Instance, relation: Attribute) -> tuple[Loaded, str]:
    """A new object after its INSERT has what its constructor was given, whatever the model's `lazy=` says.

    A foreign key that is NULL needs no query, but a session all the same.
    """
    why = _unless_loaded(relation)
    has_key = bool(relation.foreign_keys & instance.given) or f"{relation.name}_id" in instance.given
    if relation.lazy == "noload":
        return YES, "noload" if has_key else ""
    if relation.direction == "many-to-one":
        if has_key:
            return NO, why
        if instance.open or not relation.foreign_keys:
            return MAYBE, ""
        return (NO, why) if relation.lazy == "raise" or instance.life is Life.DETACHED else (YES, "")
    if relation.direction is None and relation.collection is not True:
        return MAYBE, ""
    return NO, why


def _unless_loaded(relation: Attribute) -> str:
    """Why an attribute that nothing has loaded is not there."""
    return "raise" if relation.lazy in {"raise", "raise_on_sql"} else "lazy"


def strategy_of(plan: Plan, relation: Attribute, model: ClassInfo) -> str | None:
    """How a query of `model` with the options of `plan` loads a relationship; None when nobody knows."""
    branch = plan.get(relation.name)
    if branch is not None and branch.strategy != "default":
        return branch.strategy
    if plan.wildcard is not None:
        return plan.wildcard
    return None if plan.unknown else relation.lazy_from(model)


def by_plan(plan: Plan, relation: Attribute, model: ClassInfo) -> tuple[Loaded, str]:
    """Whether a query of `model` with the options of `plan` loads a relationship, and if not, why."""
    strategy = strategy_of(plan, relation, model)
    if strategy is None:
        return MAYBE, ""
    if strategy in LOADS:
        return (MAYBE, "") if plan.doubtful else (YES, "")
    if strategy == "noload":
        return YES, "noload"
    if strategy in {"raise", "raise_on_sql"}:
        return NO, "raise"
    return (NO, "lazy") if strategy in {"select", "lazy", "default"} else (MAYBE, "")


def column_loaded(instance: Instance, column: Attribute) -> tuple[Loaded, str]:
    """Whether a column is there, and if not, why: `deferred`, `commit`, `rollback`, `expire`, `server`."""
    slot = instance.over.get(column.name)
    if slot is not None and slot.loaded is not NO:
        return slot.loaded, ""
    if instance.life in {Life.TRANSIENT, Life.PENDING}:
        return YES, ""
    if instance.expired is not None:
        return NO, instance.expired.kind
    if slot is not None:
        return NO, slot.why or "server"
    if instance.life is Life.UNKNOWN or instance.life is Life.ASSUMED or instance.plan.unknown:
        return MAYBE, ""
    if instance.plan.doubtful:
        return (NO, instance.plan.doubtful) if column.deferred else (MAYBE, "")
    if column.kind == "column_property":
        return (NO, "deferred") if instance.born == "new" else (YES, "")
    if instance.entity is not None and column.owner is not instance.entity and instance.born == "query":
        return NO, "deferred"
    if column.deferred or column.name in instance.plan.defer:
        if column.name in instance.plan.undefer:
            return YES, ""
        if "*" in instance.plan.undefer:
            return MAYBE, ""
        if instance.born == "new" and (column.name in instance.given or instance.open):
            return MAYBE, ""
        return NO, "deferred"
    if instance.plan.only and column.name not in instance.plan.only and not column.primary_key:
        return (NO, "deferred") if column.name not in instance.plan.undefer else (YES, "")
    return YES, ""


# -- reading


def read(ref: Ref, name: str, site: Site, state: State, m: Machine, *, write: str = "", serializer: str = "") -> Value:
    """Read the mapped attribute `name`; tell when that fails; give its value."""
    instance = m.instance(ref, state)
    if instance is None:
        return UNKNOWN
    attribute = m.models.attribute(instance.model, name)
    if attribute is None:
        return UNKNOWN
    if attribute.kind == "relationship":
        return _read_relationship(ref, instance, attribute, site, state, m, write, serializer)
    if attribute.kind == "proxy":
        via = m.models.attribute(instance.model, attribute.via)
        if via is not None and via.kind == "relationship":
            _read_relationship(ref, instance, via, site, state, m, write, serializer)
        return UNKNOWN
    return _read_column(ref, instance, attribute, site, state, m, write, serializer)


def _read_column(
    ref: Ref, instance: Instance, column: Attribute, site: Site, state: State, m: Machine, write: str, serializer: str
) -> Value:
    if instance.entity is not None and column.owner in m.index.mro(instance.entity):
        instance = replace(instance, entity=None)
    loaded, why = column_loaded(instance, column)
    if why == "deferred" and not column.deferred and _is_met_again(instance, m):
        loaded = MAYBE
    _note(m, site, instance, column, loaded, why)
    if loaded is NO:
        _failed(ref, instance, column, why, site, state, m, write, serializer)
    slot = instance.over.get(column.name)
    if column.mutable:
        return Primitive("mutable", ref)
    if slot is not None and slot.value is not None:
        return slot.value
    return _stored(instance, column, state, m)


def _is_met_again(instance: Instance, m: Machine) -> bool:
    """Whether the models lead from an object back to its class, where no option leaves columns out."""
    for model in (instance.model, *(above for above, _ in instance.path)):
        there = (r.target for r in m.models.relationships(model) if r.lazy in LOADS and r.target is not None)
        back = (r.target for target in there for r in m.models.relationships(target) if r.lazy in LOADS)
        if any(target is model for target in back):
            return True
    return False


def _stored(instance: Instance, column: Attribute, state: State, m: Machine) -> Value:
    """What the database gives for a column: of datetimes it is known whether they have a time zone."""
    session = m.session(instance.session, state)
    if session is None or session.engine is None or not session.engine.driver.startswith("postgresql"):
        return UNKNOWN
    return datatypes.read_value(instance.model, column.name, m) or UNKNOWN


def _read_relationship(
    ref: Ref, instance: Instance, relation: Attribute, site: Site, state: State, m: Machine, write: str, serializer: str
) -> Value:
    loaded, why = relationship_loaded(instance, relation)
    _note(m, site, instance, relation, loaded, why)
    if why in {"dynamic", "write_only"}:
        if write == "=":
            _replaced(ref, instance, relation, why, site, state, m)
        return UNKNOWN
    if site.node in m.frame.glanced and _is_fleeting(instance, relation):
        return ListValue(UNKNOWN)
    if loaded is NO and write == "=" and relation.collection is not True:
        return UNKNOWN  # assigning a scalar loads nothing
    is_to_one = relation.direction == "many-to-one"
    may_be_near = is_to_one and (why == "lazy" or (why == "raise" and may_look(instance, relation)))
    if may_be_near and instance.life is not Life.DETACHED:
        near = at_hand(relation.target, ref.id, instance.session, state, m, relation.name)
        loaded = MAYBE if near else loaded
    if loaded is YES and not why and _is_cut(instance, relation, state, m):
        loaded, why = NO, "lazy"
    is_bare = loaded is NO and why in {"lazy", "raise"} and instance.born == "query"
    if is_bare and _comes_back(instance.plan, instance.model, relation, m):
        loaded = MAYBE
    if why == "noload" and not write and not serializer:
        _left_empty(ref, instance, relation, site, state, m)
    if loaded is NO:
        _failed(ref, instance, relation, why, site, state, m, write, serializer)
    elif loaded is MAYBE:
        return value_of(ref, relation, state, m, MAYBE)
    slot = instance.over.get(relation.name)
    if slot is not None and slot.why == NEAR:
        put(ref, relation.name, Slot(YES, slot.value), state)  # from now on it is there by itself
    value = value_of(ref, relation, state, m, YES)
    if why == "noload" and write and write != "=":
        put(ref, relation.name, Slot(YES, value, why), state)  # what is added to it stands alone there
    return value


def _is_fleeting(instance: Instance, relation: Attribute) -> bool:
    """Whether reading an unset collection makes an empty one that does not stay: on new objects, before the flush."""
    is_new = instance.life in {Life.TRANSIENT, Life.PENDING}
    return is_new and relation.collection is True and relation.name not in instance.over


def _replaced(
    ref: Ref, instance: Instance, relation: Attribute, why: str, site: Site, state: State, m: Machine
) -> None:
    """A dynamic or write-only collection of an object with a row cannot be assigned: the old one would be needed."""
    session = m.session(instance.session, state)
    held = instance.life in {Life.PERSISTENT, Life.FLUSHED}
    if held and session is not None and session.is_async and m.frame.mode not in {"greenlet", "thread"}:
        tell(ref, instance, relation, why, site, state, m, "=")


def _is_cut(instance: Instance, relation: Attribute, state: State, m: Machine) -> bool:
    """Whether the model alone loads a relationship, and not here: an eager one stops at a class above in its path.

    The same object may have come from a query of its own, as long as the session has such a one.
    """
    if instance.born != "query" or relation.name in instance.over or relation.target is None or not instance.path:
        return False
    if instance.plan.get(relation.name) is not None or instance.plan.wildcard is not None or instance.plan.unknown:
        return False
    if not relation.stops or relation.lazy not in {"selectin", "subquery"}:
        return False  # a joined one goes on below one that has a query of its own
    if not any(m.index.is_subclass(model, relation.target) for model, _ in instance.path):
        return False
    others = (one for one in state.heap.values() if isinstance(one, Instance) and one.session == instance.session)
    return not any(one.path != instance.path and m.index.is_subclass(one.model, relation.owner) for one in others)


def _comes_back(plan: Plan, model: ClassInfo, relation: Attribute, m: Machine) -> bool:
    """Whether a path of the options leads back to the object itself, and loads a relationship there.

    `selectinload(Order.lines).selectinload(OrderLine.order).selectinload(Order.tags)` loads the tags of the order.
    """
    for name, branch in plan.branches:
        there = m.models.attribute(model, name)
        if there is None or there.target is None:
            continue
        for other, below in branch.plan.branches:
            back = m.models.attribute(there.target, other)
            if back is None or back.target is not model or there.back_populates not in {None, other}:
                continue
            if {there.direction, back.direction} in _TWO_SIDES and by_plan(below.plan, relation, model)[0] is not NO:
                return True
    return False


def may_look(instance: Instance, relation: Attribute) -> bool:
    """Whether only SQL is forbidden (`raise_on_sql`), not to look for the object in the session."""
    return strategy_of(instance.plan, relation, instance.model) == "raise_on_sql"


def _left_empty(ref: Ref, instance: Instance, relation: Attribute, site: Site, state: State, m: Machine) -> None:
    """`lazy="noload"` gives an empty collection or None, whatever rows there are: facts 3b-noload, 3c-noload-*."""
    session = m.session(instance.session, state)
    held = {Life.PERSISTENT, Life.FLUSHED, Life.DETACHED}
    if instance.life in held and session is not None and (session.is_async or session.greenlet):
        put(ref, relation.name, Slot(YES), state)
        tell(ref, instance, relation, "noload", site, state, m)


def _note(m: Machine, site: Site, instance: Instance, attribute: Attribute, loaded: Loaded, why: str) -> None:
    """Keep what was known of a read, for those who ask why it was reported or not."""
    words = f"`{instance.model.name}.{attribute.name}`: {loaded.value}"
    if why:
        words += f" ({why})"
    words += f"; the object is {instance.life.value}"
    m.notes.setdefault(site, set()).add(words)


def at_hand(
    target: ClassInfo | None, reader: int, session: int | None, state: State, m: Machine, relation: str = ""
) -> bool:
    """Whether a many-to-one of the object `reader` needs no I/O: its session holds an object of the class `target`.

    The identity map is weak (fact 3a-m2o-in-identity-map-weak), so the object must be one that the function has. One
    from which the same `relation` has led to the reader does not count: parents of parents do not go round in circles.
    """
    if target is None:
        return False
    below: set[int] | None = None
    for number, other in state.heap.items():
        if not isinstance(other, Instance) or number == reader or other.expired is not None:
            continue
        if session is not None and other.session not in {session, None}:
            continue
        if other.life in _HELD and m.index.is_subclass(other.model, target):
            below = below if below is not None else _below(relation, reader, state) if relation else set()
            if number not in below:
                return True
    return False


def _below(relation: str, reader: int, state: State) -> set[int]:
    """The objects from which `relation` leads to `reader`, again and again, from one that stands for itself alone."""
    below: set[int] = set()
    for start, one in state.heap.items():
        if isinstance(one, Instance) and (one.pk is not None or (one.is_get and not one.path)):
            passed = _way(relation, start, state)
            if reader in passed:
                below.update(passed[: passed.index(reader)])
    return below


def _way(relation: str, start: int, state: State) -> list[int]:
    """The objects to which a loaded many-to-one leads, again and again, with the first."""
    passed = [start]
    while len(passed) < MOST_STEPS:
        one = state.heap.get(passed[-1])
        slot = one.over.get(relation) if isinstance(one, Instance) else None
        if slot is None or not isinstance(slot.value, Ref):
            break
        passed.append(slot.value.id)
    return passed


def met_before(event: AttributeRead, session: int | None, state: State, m: Machine) -> bool:
    """Whether a caller's session makes up for what a read does not find: by the target, or the object itself."""
    if at_hand(event.target, -1, session, state, m):
        return True
    return event.twin is not None and event.attribute in _met(event.twin, session, event.query, state, m)


def _met(model: ClassInfo, session: int | None, statement: Site | None, state: State, m: Machine) -> set[str]:
    """The relationships that may be there on an object of a class because its session has got it before.

    Whatever comes to a row that the session holds gives the same object, with all that is loaded on it. Those that the
    same `statement` has given are different rows.
    """
    names: set[str] = set()
    for one in state.heap.values():
        if not isinstance(one, Instance) or session is None or one.session != session or one.path:
            continue
        if one.expired is not None or one.life not in _HELD or one.statement == statement:
            continue
        if m.index.is_subclass(one.model, model):
            names |= {r.name for r in m.models.relationships(model) if relationship_loaded(one, r)[0] is not NO}
    return names


def _failed(
    ref: Ref,
    instance: Instance,
    attribute: Attribute,
    why: str,
    site: Site,
    state: State,
    m: Machine,
    write: str,
    serializer: str,
) -> None:
    """A read that finds nothing: on a sync session it loads, on an async one it fails."""
    put(ref, attribute.name, Slot(MAYBE), state)
    session = m.session(instance.session, state)
    if session is None and instance.session is not None:
        return  # nobody knows any more what kind of session it is
    if m.frame.mode in {"greenlet", "thread"} and instance.life is not Life.DETACHED:
        put(ref, attribute.name, Slot(YES), state)
        return
    if session is not None and not session.is_async and instance.life is not Life.DETACHED:
        put(ref, attribute.name, Slot(YES), state)
        if m.frame.mode == "loop" and not session.greenlet:
            what = f"{attribute.owner.name}.{attribute.name}"
            blocked(m, site, f"the lazy load of `{what}`", "a sync session", state, session.confidence)
        return
    if m.frame.mode == "thread" or (session is not None and not session.is_async and m.frame.mode == "sync"):
        return
    tell(ref, instance, attribute, why, site, state, m, write, serializer)
    if instance.expired is not None and instance.expired.kind == why:
        _past(instance.expired, ref.id, state)


def _past(cause: Cause, number: int, state: State) -> None:
    """The first read of what a commit or rollback has expired fails: nothing comes after it, for all of them."""
    for other, found in list(state.heap.items()):
        if isinstance(found, Instance) and (other == number or found.expired == cause):
            state.heap[other] = doubted(found) or found


def not_awaitable(instance: Instance, attribute: Attribute, m: Machine) -> str:
    """Why `awaitable_attrs` cannot help: the class has none (`no-attrs`), or loading is forbidden (`forbidden`)."""
    names = m.index.externals(instance.model)
    finds_its_own = m.index.method(instance.model, "__getattr__") is not None
    if "sqlalchemy.AsyncAttrs" not in names and m.index.is_closed(instance.model) and not finds_its_own:
        return "no-attrs"
    if attribute.kind == "relationship":
        loaded, why = relationship_loaded(instance, attribute)
        if loaded is NO and (why == "raise" or _is_forbidden(instance, attribute)):
            return "forbidden"
    return ""


def _is_forbidden(instance: Instance, relation: Attribute) -> bool:
    return by_plan(instance.plan, relation, instance.model)[1] == "raise"


def tell(
    ref: Ref,
    instance: Instance,
    attribute: Attribute,
    why: str,
    site: Site,
    state: State,
    m: Machine,
    write: str = "",
    serializer: str = "",
) -> None:
    """Tell that an attribute is not there when it is read."""
    session = m.session(instance.session, state)
    confidence = min(instance.confidence, session.confidence if session is not None else instance.confidence)
    if instance.life is Life.ASSUMED or (why == "commit" and session is not None and session.scope == "parameter"):
        confidence = min(confidence, Confidence.INFERRED)
    if len(state.assumed) > 1:
        confidence = Confidence.GUESSED  # two flags set against each other: callers rarely combine them like that
    is_forbidden = attribute.lazy == "raise" and not _is_let(instance.plan, attribute)
    expiry = instance.expired or (instance.closed if instance.life is Life.DETACHED else None)
    event = AttributeRead(
        site=site,
        confidence=confidence,
        trace=story(instance, attribute, m),
        model=instance.model.name,
        attribute=attribute.name,
        kind=attribute.kind,
        why=why,
        detached=instance.life is Life.DETACHED and why != "raise" and not is_forbidden,
        write=write,
        serializer=serializer,
        query=instance.statement,
        is_get=instance.is_get,
        born=instance.born,
        collection=attribute.collection,
        chain=(*chain(instance, m), step(instance.model, attribute)),
        cause=expiry.site if expiry is not None else None,
        target=attribute.target if attribute.direction == "many-to-one" and why == "lazy" else None,
        twin=instance.model if why == "lazy" and _is_behind_one(instance, m) else None,
    )
    m.emit(event, asked_of(event, ref.id, instance.session, m))


def asked_of(event: AttributeRead, number: int, session: int | None, m: Machine) -> int:
    """Of what among the things that its function was given a read hangs: the object `number`, if that was given.

    Of an object that the function has queried itself, the session: what is missing may be there, held by the callers.
    """
    if 0 <= number < m.frame.entries or (event.target is None and event.twin is None):
        return number
    return session if session is not None and 0 <= session < m.frame.entries else number


def _is_behind_one(instance: Instance, m: Machine) -> bool:
    """Whether an object was reached by a relationship to one."""
    if not instance.path or instance.life is Life.DETACHED:
        return False
    model, name = instance.path[-1]
    relation = m.models.attribute(model, name)
    return relation is not None and relation.collection is False


def _is_let(plan: Plan, relation: Attribute) -> bool:
    """Whether options let a relationship be loaded when it is read: one that loads it at once counts once."""
    branch = plan.get(relation.name)
    return plan.wildcard is not None or (branch is not None and branch.strategy not in LOADS)


def chain(instance: Instance, m: Machine) -> tuple[tuple[str, str, str, bool], ...]:
    """The path from the queried entity to this object, as loader steps."""
    out: list[tuple[str, str, str, bool]] = []
    for model, name in instance.path:
        attribute = m.models.attribute(model, name)
        if attribute is not None:
            out.append(step(model, attribute))
    return tuple(out)


def step(model: ClassInfo, attribute: Attribute) -> tuple[str, str, str, bool]:
    """Module, class and name of an attribute, and whether it is a collection."""
    return (model.module.name, model.qualname, attribute.name, attribute.collection is True)


def story(instance: Instance, attribute: Attribute, m: Machine) -> Trace:
    """What happened to an object, in order: declared, queried, changed."""
    out: list[tuple[Site, str]] = []
    label = f"{attribute.owner.name}.{attribute.name}"
    if attribute.kind == "relationship":
        lazy = attribute.lazy or "?"
        out.append((attribute.site, f'`{label}` is declared here, lazy="{lazy}"'))
    elif attribute.deferred or attribute.server_update:
        out.append((attribute.site, f"`{label}` is declared here"))
    if instance.origin is not None:
        if instance.born == "new":
            out.append((instance.origin, f"the `{instance.model.name}` is made here"))
        elif attribute.kind == "relationship":
            out.append((instance.origin, f"queried here, without an option that loads `{attribute.name}`"))
        else:
            out.append((instance.origin, "queried here"))
    if instance.expired is not None:
        out.append((instance.expired.site, f"expired here by {_spell(instance.expired.kind)}"))
    if instance.closed is not None and instance.life is Life.DETACHED:
        out.append((instance.closed.site, "the session ends here: the object is detached"))
    return tuple(out)


def _spell(kind: str) -> str:
    return _SPELLED.get(kind, kind)


_SPELLED = {
    "commit": "`commit()`",
    "rollback": "`rollback()`",
    "failure": "the failure that is caught",
    "expire": "`expire()`",
    "flush": "the flush",
}


def blocked(m: Machine, site: Site, what: str, of: str, state: State, confidence: Confidence) -> None:
    """Note that the event loop stands still here; in a plain function its async caller is told."""
    frame = m.frame
    frame.database = True
    if frame.mode not in {"loop", "greenlet"} or frame.awaited == site.node:
        return  # an `await` of it fails: that is what is told
    event = LoopBlocked(site=site, context=frame.context, confidence=confidence, what=what, of=of, where=site)
    frame.blocked.append(event)


# -- values


def value_of(ref: Ref, relation: Attribute, state: State, m: Machine, loaded: Loaded) -> Value:
    """The objects behind a relationship: one that stands for all, made when first asked for."""
    instance = m.instance(ref, state)
    if instance is None or relation.target is None or relation.collection is None:
        return UNKNOWN
    slot = instance.over.get(relation.name)
    if slot is not None and slot.value is not None:
        return slot.value
    child = child_of(instance, relation, relation.target, loaded, m, ref, state)
    value = ListValue(child) if relation.collection else Ref(child.id, optional=True)
    why = relationship_loaded(instance, relation)[1]
    kept = Slot(loaded, value, "noload" if why == "noload" else "") if slot is None else replace(slot, value=value)
    put(ref, relation.name, kept, state)
    return value


def child_of(
    parent: Instance, relation: Attribute, target: ClassInfo, loaded: Loaded, m: Machine, ref: Ref, state: State
) -> Ref:
    """A new object for what a loaded relationship holds."""
    plan = parent.plan.below(relation.name) if parent.born == "query" else EMPTY
    if loaded is not YES:
        plan = Plan(unknown=True)
    over: dict[str, Slot] = {}
    back = _reverse(relation, target, m)
    is_key_there = relation.direction in {"one-to-many", "one-to-one"}
    if back is not None and is_key_there and strategy_of(plan, back, target) not in {"raise", "noload"}:
        over[back.name] = Slot(YES, ref, NEAR)
    if relation.collection is False:
        met = _met(target, parent.session, parent.statement, state, m) - over.keys()
        relations = [r for r in m.models.relationships(target) if r.name in met]
        over.update({r.name: Slot(MAYBE) for r in relations if by_plan(plan, r, target)[0] is NO})
    child = Instance(
        model=target,
        plan=plan,
        life=parent.life if loaded is YES else Life.UNKNOWN,
        session=parent.session,
        born="query" if parent.born == "query" else parent.born,
        origin=parent.origin,
        statement=parent.statement,
        over=over,
        closed=parent.closed,
        confidence=parent.confidence,
        path=(*parent.path, (parent.model, relation.name)),
        is_get=parent.is_get,
    )
    if parent.born != "query":
        child = replace(child, life=Life.UNKNOWN)
    if _repeats(child):
        child = replace(child, plan=Plan(unknown=True), life=Life.UNKNOWN)
    return m.new(child, state)


def _repeats(child: Instance) -> bool:
    """Past so many steps nobody can follow; SQLAlchemy itself cuts cycles of eager relationships."""
    return len(child.path) > MOST_STEPS


def join_far_side(owner: Ref, relation: Attribute, value: Value, state: State, m: Machine) -> None:
    """`OrderLine(order=order)` puts the line into `order.lines`: on a new object the collection is there from then."""
    for ref in refs_in(value):
        other = m.instance(ref, state)
        back = _reverse(relation, other.model, m) if other is not None else None
        if other is None or back is None:
            continue
        if back.direction == "many-to-one":
            put(ref, back.name, Slot(YES, owner), state)  # whoever is put into a collection is told at once
        elif back.name not in other.over and other.life in {Life.TRANSIENT, Life.PENDING}:
            put(ref, back.name, Slot(YES), state)


def _reverse(relation: Attribute, target: ClassInfo, m: Machine) -> Attribute | None:
    if relation.back_populates is not None:
        return m.models.attribute(target, relation.back_populates)
    return None
