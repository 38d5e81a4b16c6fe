"""Sessions of the running request that a library keeps: `db.session` of fastapi-async-sqlalchemy.

Whoever asks for it in one request gets the same session, so that there is one here for all functions. A block of
`async with db():` has a session of its own in the meantime, and closes it.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import lifecycle
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.names import calls_in
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, Primitive, Ref, Value
from asyncsql_lint.index.definitions import ModuleInfo
from asyncsql_lint.libraries import session_proxies as table
from asyncsql_lint.libraries.names import canonical
from asyncsql_lint.syntax import facts as f

KIND = "session-block"
"""The kind of a block's context manager."""


class Proxies:
    """The session behind each name, made when it is first asked for."""

    def __init__(self, machine: Machine) -> None:
        self._m = machine
        self._sessions: dict[str, Value] = {}

    def session(self, name: str) -> Value:
        """The session that `name.session` gives; unknown where the project may ask for a new one each time."""
        if name not in self._sessions:
            self._sessions[name] = self._made()
        return self._sessions[name]

    def _made(self) -> Value:
        m = self._m
        if any(_asks_for_several(module) for module in m.index.modules.values()):
            return UNKNOWN
        return Ref(m.new_global(Session(True, library="", expires=table.EXPIRES, scope="dependency")))


def block(session: Value, site: Site, state: State, m: Machine) -> Value:
    """`db(...)`: a session of the block's own; what is known of the objects of the one outside ends here."""
    if not isinstance(session, Ref):
        return UNKNOWN
    lifecycle.doubted_all(session.id, state)
    m.effect(KIND, session.id, site, state)
    return Primitive(KIND, session)


def left(session: Ref, site: Site, state: State) -> None:
    """The end of a block closes its session: what was done in it was not done to the one outside."""
    lifecycle.detached_all(session.id, site, state)
    own = [n for n, e in enumerate(state.effects) if e.session == session.id and e.kind == KIND]
    begin = own[-1] if own else len(state.effects)
    state.effects = (*state.effects[:begin], *(e for e in state.effects[begin:] if e.session != session.id))


def _asks_for_several(module: ModuleInfo) -> bool:
    """Whether a module has `db(multi_sessions=...)`."""
    imports = (b for bindings in module.bindings.values() for b in bindings if isinstance(b, f.ImportFrom))
    if not any(canonical(f"{b.module}.{b.name}") in table.PROXIES for b in imports):
        return False
    return any(k.name == table.SEVERAL for call in calls_in(module.facts.body) for k in call.keywords)
