"""Which database a project works on, as far as it says so: by its engines, its URLs and imports, its requirements.

After a failed *statement* only PostgreSQL's transaction is dead; SQLite, MySQL and SQL Server go on in it. So what
hangs on that is claimed only where PostgreSQL is named, and no other server beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.index.modules import is_test
from asyncsql_lint.libraries.drivers import DATABASES, SERVERS, database_of
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_DIALECTS = "sqlalchemy.dialects"


def ends_with_a_statement(session: Session, m: Machine) -> bool:
    """Whether a failed statement certainly ends the transaction of a session that the analysed function uses."""
    path = m.frame.module.path
    engine = session.engine if session.engine is not None and session.engine.driver else m.engines.near(path)
    if engine is not None and engine.driver:
        return database_of(engine.driver) == "postgresql"
    if _mentions_sqlite(m):
        return False
    named = _named(m, with_tests=is_test(path))
    if not named:
        named = frozenset(map(database_of, m.versions(Site(path, 0)).drivers))
    return named & SERVERS == {"postgresql"}


def is_sqlite(m: Machine) -> bool:
    """Whether the database is SQLite: by the engines near the module.

    Where their driver is not known, what the module or all URLs of the project mention may leave a claim out.
    """
    engine = m.engines.near(m.frame.module.path)
    if engine is not None and engine.driver:
        return database_of(engine.driver) == "sqlite"
    named = _named(m, with_tests=True)
    return _mentions_sqlite(m) or ("sqlite" in named and named.isdisjoint(SERVERS))


def _mentions_sqlite(m: Machine) -> bool:
    return any("sqlite" in word.lower() for word in m.frame.module.facts.words)


def _named(m: Machine, *, with_tests: bool) -> frozenset[str]:
    """The databases that the project's URLs and imports name."""
    if with_tests not in m.databases:
        modules = [one.facts for one in m.index.modules.values() if with_tests or not is_test(one.path)]
        names = (name for facts in modules for name in (*facts.schemes, *_imported(facts)))
        m.databases[with_tests] = frozenset(map(database_of, names)) - {""}
    return m.databases[with_tests]


def _imported(module: f.ModuleFacts) -> Iterator[str]:
    """What `import asyncpg` and `from sqlalchemy.dialects.postgresql import ...` name."""
    if module.words.isdisjoint(DATABASES):
        return
    for node in inside(module.body):
        if isinstance(node, f.ImportFrom) and node.module == _DIALECTS:
            yield node.name
        elif isinstance(node, (f.ImportName, f.ImportFrom)):
            yield node.module.removeprefix(f"{_DIALECTS}.").partition(".")[0]
