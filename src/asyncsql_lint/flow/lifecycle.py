"""What happens to ORM objects: flushed, committed, rolled back, expired, refreshed, added, deleted, changed.

As in `instances`, each is a fact of the library that a case on Postgres holds.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import datatypes, faults
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.instances import (
    MAYBE,
    NO,
    YES,
    by_plan,
    column_loaded,
    doubted,
    join_far_side,
    put,
    read,
    refs_in,
    relationship_loaded,
)
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Cause, Instance, Life, Session, Slot, Transaction
from asyncsql_lint.flow.plans import NEVER, Plan
from asyncsql_lint.flow.state import State, dull
from asyncsql_lint.flow.values import NONE, Const, Opaque, Primitive, Ref, Statement, Value
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.index.models import Attribute

_HAS_ROW = frozenset({Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED})
_IN_SESSION = frozenset({Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED, Life.PENDING, Life.DELETED})


def each(session: int, state: State, change: Callable[[Instance], Instance | None]) -> None:
    """Put `change(instance)` in place of each object of a session, where it gives one."""
    for number, found in list(state.heap.items()):
        if isinstance(found, Instance) and found.session == session:
            changed = change(found)
            if changed is not None:
                state.heap[number] = changed


def committed(session: int, expires: bool | None, site: Site, state: State) -> None:
    """A commit: new objects are persistent, and all expire unless the session was told not to."""

    def change(one: Instance) -> Instance | None:
        if one.life not in _IN_SESSION:
            return None
        one = flushed_instance(one, site)
        if one.life is Life.DELETED:
            return _without_row(one, expires, site)
        life = Life.PERSISTENT if one.life is Life.FLUSHED else one.life
        if expires is True:
            return replace(one, life=life, expired=one.expired or Cause("commit", site), over={}, dirty=False)
        if expires is None:
            return replace(one, life=life, over=_doubtful(one), partial=True)
        return replace(one, life=life)

    each(session, state, change)


def _without_row(one: Instance, expires: bool | None, site: Site) -> Instance:
    """A deleted object after the commit: a session that expires nothing does not let go of it either."""
    return one if expires is False else replace(one, life=Life.DETACHED, closed=Cause("delete", site))


def _doubtful(one: Instance) -> dict[str, Slot]:
    """Nobody knows whether the commit expired it: what was loaded may be gone, what was not loaded is not there."""
    return {name: slot if slot.loaded is NO else Slot(MAYBE, slot.value) for name, slot in one.over.items()}


def flushed(session: int, site: Site, state: State) -> None:
    """A flush: new objects get their INSERT; an UPDATE leaves expired what the database computes."""
    _keys_loaded(session, state)
    each(session, state, lambda one: flushed_instance(one, site) if one.life in _IN_SESSION else None)


def _keys_loaded(session: int, state: State) -> None:
    """The rows that a flush writes hold keys of what hangs on them: expired objects are loaded for that."""
    for one in list(state.heap.values()):
        if not isinstance(one, Instance) or one.session != session or not (one.life is Life.PENDING or one.dirty):
            continue
        for ref in (ref for slot in one.over.values() for ref in refs_in(slot.value)):
            other = state.heap.get(ref.id)
            if isinstance(other, Instance) and other.expired is not None and other.session == session:
                state.heap[ref.id] = reloaded(other)


def flushed_instance(one: Instance, site: Site) -> Instance:
    """One object after a flush."""
    if one.life is Life.PENDING:
        given = frozenset(n for n in one.given if not n.startswith("~"))
        return replace(one, life=Life.FLUSHED, over={**one.over, **_stale(one)}, given=given, dirty=False)
    if one.life is Life.DELETED:
        return replace(reloaded(one), plan=Plan(unknown=True))  # the unit of work looks for what hangs on it
    if one.dirty and one.expired is not None:
        return replace(reloaded(one), over={**one.over, **_stale(one)})
    if one.dirty:
        return replace(one, dirty=False, over={**one.over, **_stale(one)}, assigned=frozenset())
    return one


def reloaded(one: Instance) -> Instance:
    """An expired object of which something was loaded: then its columns are, and what the query's options named may be.

    An UPDATE needs the primary key, and a refresh of a relationship its foreign key: both load all expired columns but
    those that are deferred in the model.
    """
    why = one.expired.kind if one.expired is not None else one.plan.doubtful
    plan = replace(one.plan, doubtful=why)
    return replace(one, expired=None, plan=plan, dirty=False, assigned=frozenset())


def _stale(one: Instance) -> dict[str, Slot]:
    """What a flush leaves to the database: columns with `onupdate=func...`, and those set to an SQL expression."""
    computed = {n[1:]: Slot(NO) for n in one.given if n.startswith("~") and n[1:] not in one.assigned}
    sql = {n: Slot(NO) for n, s in one.over.items() if isinstance(s.value, Primitive) and s.value.kind == "sql"}
    return {**computed, **sql}


def autoflushed(session: int, flushes: bool | None, site: Site, state: State) -> None:
    """A query flushes before it runs unless the session was told not to; None when nobody knows."""
    if flushes:
        flushed(session, site, state)
        return

    def change(one: Instance) -> Instance | None:
        if one.life is Life.PENDING:
            return replace(one, life=Life.UNKNOWN)
        return (
            flushed_instance(one, site) if one.life in _IN_SESSION and (one.dirty or one.life is Life.DELETED) else None
        )

    if flushes is None:
        each(session, state, change)


def rolled_back(session: int, site: Site, state: State) -> None:
    """A rollback: everything persistent expires, whatever expire_on_commit says; what was new is transient again."""

    def change(one: Instance) -> Instance | None:
        if one.life in {Life.PENDING, Life.FLUSHED}:
            return replace(one, life=Life.TRANSIENT, session=None)
        if one.life in {Life.PERSISTENT, Life.ASSUMED, Life.DELETED}:
            life = Life.PERSISTENT if one.life is Life.DELETED else one.life
            return replace(one, life=life, expired=one.expired or Cause("rollback", site), over={}, dirty=False)
        return None

    each(session, state, change)


def failed(session: int, site: Site, state: State) -> None:
    """A flush or a commit raised: the session has rolled back by itself, and wants a rollback before it reads anything.

    What was new before it is still transient, so its attributes are there: fact 3l-no-rollback-in-except.
    """

    def change(one: Instance) -> Instance | None:
        if one.life in {Life.PENDING, Life.FLUSHED}:
            return replace(one, life=Life.TRANSIENT, session=None)
        if one.life in {Life.PERSISTENT, Life.ASSUMED, Life.DELETED}:
            return replace(one, life=Life.PERSISTENT, expired=Cause("failure", site), over={}, dirty=False)
        return None

    each(session, state, change)


def is_idle(session: int, site: Site, state: State) -> bool:
    """Whether a session had certainly no transaction before `site`: committed or rolled back, and not used since."""
    last = next((e for e in reversed(state.effects) if e.session == session and e.site != site), None)
    if last is None or last.kind not in {"commit", "rollback"}:
        return False
    found = state.heap.get(session)
    if not isinstance(found, Session) or found.blocks or found.transaction in {Transaction.MARKED, Transaction.OPEN}:
        return False
    mine = (one for one in state.heap.values() if isinstance(one, Instance) and one.session == session)
    return not any(one.dirty or one.life in {Life.PENDING, Life.DELETED, Life.UNKNOWN} for one in mine)


def expired_all(session: int, site: Site, state: State) -> None:
    """`expire_all()`."""

    def change(one: Instance) -> Instance | None:
        if one.life in {Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED}:
            return replace(one, expired=one.expired or Cause("expire", site), over={})
        return None

    each(session, state, change)


def detached_all(session: int, site: Site, state: State) -> None:
    """The session was closed: its objects are detached."""

    def change(one: Instance) -> Instance | None:
        if one.life is Life.PENDING:
            return replace(one, life=Life.TRANSIENT, session=None)
        if one.life is Life.DELETED and one.plan.unknown:
            return None  # whose row is gone, whom a session does not know any more, and lets go of with itself
        if one.life in _IN_SESSION:
            return replace(one, life=Life.DETACHED, closed=Cause("close", site))
        return None

    each(session, state, change)


def doubted_all(session: int, state: State) -> None:
    """The session went where nobody can look: nothing is known of its objects any more."""
    each(session, state, doubted)


def updated(statement: Statement, session: int, state: State, m: Machine) -> None:
    """An UPDATE by statement: on the objects that it certainly changes, what only the database knows has expired.

    Those are columns that are set to SQL functions and those with `onupdate=func...`: facts 3i-bulk-update-stmt-*. What
    Python can work out is set on the objects.
    """
    table = statement.table
    if table is None:
        return
    columns = m.models.attributes(table).values()
    left = statement.computed | {c.name for c in columns if c.server_update and c.name not in statement.assigned}

    def change(one: Instance) -> Instance | None:
        if one.model is not table or one.life not in {Life.PERSISTENT, Life.FLUSHED} or one.expired is not None:
            return None
        by_key = statement.conditions == 1 and statement.key is not None and statement.key == one.pk
        if statement.conditions and not by_key:
            return None
        return replace(one, over={**one.over, **dict.fromkeys(left, Slot(NO))})

    each(session, state, change)


def dropped(value: Value, newer: int, state: State) -> None:
    """What a query gave was kept in no name: a session holds its objects weakly, so those after `newer` are gone."""
    fresh = [ref.id for ref in refs_in(value) if ref.id > newer]
    for number in fresh and set(fresh) - reachable(state.env.values(), state.heap):
        found = state.heap.get(number)
        if isinstance(found, Instance) and found.born == "query" and found.life is Life.PERSISTENT and not found.dirty:
            del state.heap[number]


def queried_again(
    model: ClassInfo,
    session: int,
    plan: Plan,
    state: State,
    m: Machine,
    key: Value | None = None,
    *,
    overwrites: bool = False,
) -> None:
    """Another query of the same model: it may have refreshed what was expired and filled what was not loaded.

    `key` is the primary key that it asks for, as far as that is known: objects with another are left as they are.
    What `noload` has left empty counts as loaded: it stays so unless the query `overwrites` what is there.
    """

    def change(one: Instance) -> Instance | None:
        if one.life is Life.DETACHED or (isinstance(key, Const) and isinstance(one.pk, Const) and one.pk != key):
            return None
        if not (m.index.is_subclass(one.model, model) or m.index.is_subclass(model, one.model)):
            return None
        if key is not None and one.pk == key and one.model is model and one.life is Life.PERSISTENT and not overwrites:
            return _met(one, plan, m)
        stale = {n: Slot(MAYBE) for n, s in one.over.items() if s.loaded is NO}
        filled = {
            name: Slot(MAYBE)
            for name, branch in plan.branches
            if branch.strategy not in NEVER and _open(one, name) and (overwrites or not _stays_empty(one, name, m))
        }
        over = {**one.over, **stale, **filled}
        if one.expired is not None:
            kept = {**left(one), **_unasked(one, plan, m)}
            return replace(one, expired=None, over={**over, **kept}, plan=Plan(unknown=True))
        return replace(one, over=over) if over != one.over else None

    def left(one: Instance) -> dict[str, Slot]:
        """The relationships that no query fills: they have expired, and neither options nor models load them."""
        if plan.unknown or one.plan.unknown or one.life is not Life.PERSISTENT or one.born != "query":
            return {}
        relations = [r for r in m.models.relationships(one.model) if r.name not in one.over]
        why = one.expired.kind if one.expired is not None else ""
        return {r.name: Slot(NO, None, why) for r in relations if by_plan(plan, r, one.model)[0] is NO}

    each(session, state, change)


def _unasked(one: Instance, plan: Plan, m: Machine) -> dict[str, Slot]:
    """The columns of an expired object that a query with the options of `plan` does not bring back."""
    if plan.unknown or one.expired is None or one.life not in {Life.PERSISTENT, Life.FLUSHED}:
        return {}
    out: dict[str, Slot] = {}
    for name, column in m.models.attributes(one.model).items():
        if name not in one.over and _leaves_out(plan, column):
            out[name] = Slot(NO, None, one.expired.kind)
    return out


def _leaves_out(plan: Plan, column: Attribute) -> bool:
    """Whether a query with the options of `plan` certainly does not load a column."""
    if plan.unknown or column.primary_key or column.name in plan.only | plan.undefer or "*" in plan.undefer:
        return False
    return column.deferred is True or column.name in plan.defer or bool(plan.only)


def _met(one: Instance, plan: Plan, m: Machine) -> Instance:
    """An object after a query with the options of `plan` has given it again: it has what either has loaded."""
    if one.expired is not None:
        kept = {name: slot for name, slot in one.over.items() if slot.loaded is YES}
        return replace(one, plan=plan, expired=None, over=kept)
    over = dict(one.over)
    merged = one.plan
    for attribute in (*m.models.attributes(one.model).values(), *m.models.relationships(one.model)):
        if attribute.kind != "relationship":
            if column_loaded(one, attribute)[0] is NO and not _leaves_out(plan, attribute):
                over[attribute.name] = Slot(MAYBE)
            continue
        loaded, why = by_plan(plan, attribute, one.model)
        if loaded is NO or why == "noload" or relationship_loaded(one, attribute)[0] is not NO:
            continue
        over[attribute.name] = Slot(loaded)
        branch = plan.get(attribute.name)
        merged = merged.with_branch(attribute.name, branch) if branch is not None else merged
    return replace(one, over=over, plan=merged)


def _open(one: Instance, name: str) -> bool:
    slot = one.over.get(name)
    return slot is None or slot.loaded is NO


# -- what happens to one object


def refreshed(ref: Ref, names: tuple[str, ...] | None, state: State, m: Machine) -> None:
    """`refresh(obj)` gives the columns back and what the query loaded; `refresh(obj, names)` those names."""
    instance = m.instance(ref, state)
    if instance is None or instance.life in {Life.UNKNOWN, Life.TRANSIENT}:
        return
    if names is not None:
        if instance.expired is not None:
            instance = _partly_refreshed(instance, names, m)
        over = {**instance.over, **{name: Slot(YES) for name in names if not _stays_empty(instance, name, m)}}
        state.heap[ref.id] = replace(instance, over=over)
        return
    kept: dict[str, Slot] = {}
    for name, slot in instance.over.items():
        attribute = m.models.attribute(instance.model, name)
        if attribute is not None and attribute.kind == "relationship":
            made = instance.born == "new" and attribute.collection is True and slot.value is not None
            if attribute.direction is None and slot.loaded is YES:
                kept[name] = Slot(MAYBE, slot.value)
            elif made:
                continue  # what the constructor was given is dropped (fact 3m-refresh-after-ctor-children)
            elif slot.loaded is MAYBE:
                kept[name] = slot
    plan = replace(instance.plan, doubtful="")
    state.heap[ref.id] = replace(instance, over=kept, expired=None, dirty=False, born="query", partial=False, plan=plan)
    for name in instance.over.keys() - kept.keys():
        _let_go(instance.over[name].value, state, m)


def _let_go(value: Value | None, state: State, m: Machine) -> None:
    """Objects that were made for this attribute, which drops them: a session holds them weakly, so they are gone."""
    held = reachable([*state.env.values(), *m.frame.closure.values()], state.heap)
    for ref in refs_in(value):
        found = m.instance(ref, state)
        if found is None or found.born != "new" or found.dirty or ref.id in held:
            continue
        if found.life in {Life.PERSISTENT, Life.FLUSHED}:
            del state.heap[ref.id]


def _stays_empty(one: Instance, name: str, m: Machine) -> bool:
    """Whether `refresh()` leaves an attribute as empty as `noload` has made it."""
    relation = m.models.attribute(one.model, name)
    if relation is None or relation.kind != "relationship":
        return False
    return by_plan(one.plan, relation, one.model)[1] == "noload"


def _partly_refreshed(one: Instance, names: tuple[str, ...], m: Machine) -> Instance:
    """An expired object of which `names` are refreshed, without them.

    A relationship needs columns of the object: a many-to-one all of them, a collection the primary key. What the
    options of its query name comes back with it.
    """
    table = m.models.attributes(one.model)
    relations = [found for name in names if (found := m.models.attribute(one.model, name)) and found.kind != "column"]
    if not relations:
        return one
    if any(relation.collection is not True for relation in relations):
        return reloaded(one)
    key = {name: Slot(YES) for name, column in table.items() if column.primary_key}
    named = {name: Slot(MAYBE) for name, branch in one.plan.branches if branch.strategy not in NEVER}
    return replace(one, over={**one.over, **key, **named})


def deleted(ref: Ref, state: State, m: Machine) -> None:
    """`delete(obj)` loads what its cascades delete, too; the flush looks through the other collections.

    Neither loads what passive_deletes leaves to the database, nor a many-to-one.
    """
    instance = m.instance(ref, state)
    if instance is None or instance.life not in {Life.PERSISTENT, Life.FLUSHED, Life.ASSUMED}:
        return
    relations = [r for r in m.models.relationships(instance.model) if r.lazy not in {"dynamic", "write_only"}]
    over = dict(instance.over)
    cascades = False
    for relation in relations:
        loaded, why = relationship_loaded(instance, relation)
        if relation.deletes and not relation.passive_deletes:
            over[relation.name] = Slot(MAYBE)
            cascades = True
        elif relation.passive_deletes or relation.direction == "many-to-one":
            over[relation.name] = over.get(relation.name, Slot(loaded, None, why))
        elif relation.name in over and loaded is NO:
            over[relation.name] = Slot(MAYBE)
    if cascades and instance.expired is not None:
        instance = reloaded(instance)
    state.heap[ref.id] = replace(instance, life=Life.DELETED, over=over)


def added(ref: Ref, session: int, state: State, m: Machine) -> None:
    """`add(obj)`: a new object is pending, and so are those that hang on it."""
    instance = m.instance(ref, state)
    if instance is None:
        return
    if instance.faults:
        holder = m.session(session, state)
        faults.tell(instance.faults, holder.engine if holder is not None else None, m)
    if instance.life is Life.TRANSIENT:
        state.heap[ref.id] = replace(instance, life=Life.PENDING, session=session)
        for slot in list(instance.over.values()):
            for child in refs_in(slot.value):
                added(child, session, state, m)
    elif instance.life is Life.ASSUMED:
        state.heap[ref.id] = replace(instance, life=Life.UNKNOWN, expired=None)
    elif instance.life is Life.DETACHED:
        state.heap[ref.id] = replace(instance, life=Life.PERSISTENT, session=session)


def cascaded(owner: Instance, value: Value | None, state: State, m: Machine) -> None:
    """What is put on an object of a session is in that session, too."""
    if owner.session is not None and owner.life in {Life.PERSISTENT, Life.FLUSHED, Life.PENDING}:
        for child in refs_in(value):
            found = m.instance(child, state)
            if found is not None and found.life is Life.TRANSIENT:
                added(child, owner.session, state, m)


def assigned(ref: Ref, name: str, value: Value, site: Site, state: State, m: Machine) -> None:
    """`obj.name = value`: a collection that is not loaded has to be; a column makes the object dirty."""
    instance = m.instance(ref, state)
    if instance is None:
        return
    attribute = m.models.attribute(instance.model, name)
    if attribute is None:
        return
    if attribute.kind == "relationship":
        if instance.life not in {Life.TRANSIENT, Life.PENDING}:
            read(ref, name, site, state, m, write="=")
        put(ref, name, Slot(YES, value if not isinstance(value, Opaque) else None), state)
        join_far_side(ref, attribute, value, state, m)
        ids = [one.id for one in refs_in(value)]
        is_new = any(one.life is Life.TRANSIENT for one in map(state.heap.get, ids) if isinstance(one, Instance))
        cascaded(instance, value, state, m)
        changed = m.instance(ref, state)
        if changed is None or attribute.collection is not False:
            return
        if is_new and instance.life in _HAS_ROW and attribute.direction == "many-to-one":
            given = changed.given | _left_to_database(changed, m)
            state.heap[ref.id] = replace(changed, dirty=True, given=given)
        elif changed.expired is not None:
            state.heap[ref.id] = replace(changed, dirty=True)  # its foreign key is written by the next flush
        return
    if attribute.primary_key and column_loaded(instance, attribute)[0] is NO:
        read(ref, name, site, state, m, write="=")  # the UPDATE looks for the old key
    instance = m.instance(ref, state) or instance
    wrong = datatypes.column_faults(instance.model, name, value, site, m)
    if wrong:
        holder = m.session(instance.session, state)
        faults.tell(wrong, m.engines.near(site.path) if holder is None else holder.engine, m)
        instance = replace(instance, faults=(*instance.faults, *wrong))
    _column_assigned(ref, instance, attribute, value, state, m)


def _left_to_database(one: Instance, m: Machine) -> frozenset[str]:
    """What an UPDATE of an object leaves to the database, as `given` has it."""
    if m.models.eager_defaults(one.model):
        return frozenset()
    return frozenset(f"~{a.name}" for a in m.models.attributes(one.model).values() if a.server_update)


def _column_assigned(ref: Ref, instance: Instance, column: Attribute, value: Value, state: State, m: Machine) -> None:
    stale: frozenset[str] = frozenset()
    over = {**instance.over}
    if instance.life in _HAS_ROW:
        stale = _left_to_database(instance, m)
        for relation in m.models.relationships(instance.model):
            if column.name in relation.foreign_keys:
                over.pop(relation.name, None)
    over.pop(column.name, None)
    is_sql = isinstance(value, Primitive) and value.kind == "sql"
    is_plain = value != NONE and not is_sql and dull(value, state.heap)
    bare = replace(instance, over=over, version=instance.version + 1)
    if instance.born != "new" and is_plain and not stale and column_loaded(bare, column)[0] is not NO:
        # nothing that a later read or flush could ask for: ways that set it or not stay alike
        state.heap[ref.id] = bare
        return
    state.heap[ref.id] = replace(
        bare,
        given=(instance.given if value == NONE else instance.given | {column.name}) | stale,
        dirty=True,
        over={**over, column.name: Slot(YES, value)},
        assigned=instance.assigned | {column.name},
    )


def taken_back(before: dict[int, int], site: Site, state: State) -> None:
    """A savepoint is rolled back: what was changed in it expires (fact 3l-savepoint-rollback-modified)."""
    for number, version in before.items():
        found = state.heap.get(number)
        if isinstance(found, Instance) and found.version != version and found.life in {Life.PERSISTENT, Life.ASSUMED}:
            state.heap[number] = replace(found, expired=Cause("rollback", site), over={}, dirty=False)
