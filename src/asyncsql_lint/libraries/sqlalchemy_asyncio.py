"""SQLAlchemy's and SQLModel's sessions, connections, engines and results: which methods do what.

https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html; tests hold these tables against the installed
SQLAlchemy 2.0 and 2.1 by introspection.
"""

from __future__ import annotations

SESSION_COROUTINES = frozenset(
    """
    aclose close close_all commit connection delete delete_all execute flush get get_one invalidate merge merge_all
    refresh reset rollback run_sync scalar scalars stream stream_scalars exec
    """.split()
)
"""Coroutine functions of AsyncSession (`delete_all` and `merge_all` since 2.1; `exec` of SQLModel's only)."""

SESSION_SYNC = frozenset(
    """
    add add_all expire expire_all expunge expunge_all get_bind get_nested_transaction get_transaction
    in_nested_transaction in_transaction is_modified bind_mapper bind_table get_async_bind
    """.split()
)
"""Methods of AsyncSession that are no coroutine functions and whose value cannot be awaited."""

SESSION_ATTRIBUTES = frozenset(
    "dirty new deleted identity_map is_active no_autoflush autoflush info bind sync_session".split()
)
"""Attributes of AsyncSession that cannot be awaited."""

CONNECTION_COROUTINES = frozenset(
    """
    aclose close commit exec_driver_sql execute execution_options get_isolation_level get_raw_connection invalidate
    rollback run_sync scalar scalars start
    """.split()
)
"""Coroutine functions of AsyncConnection."""

CONNECTION_IO = CONNECTION_COROUTINES - {"aclose", "close", "get_raw_connection", "run_sync", "start"}
"""Methods of a sync Connection that may talk to the database. Some coroutine functions have no counterpart."""

CONNECTION_SYNC = frozenset(
    "closed get_nested_transaction get_transaction in_nested_transaction in_transaction".split()
)

ENGINE_COROUTINES = frozenset({"dispose", "raw_connection"})
"""Coroutine functions of AsyncEngine; `connect()` and `begin()` are none."""

ASYNC_RESULT_COROUTINES = frozenset(
    "all close fetchall fetchmany fetchone first freeze one one_or_none scalar scalar_one scalar_one_or_none".split()
)
"""Coroutine functions of AsyncResult and its kin."""

RESULT_VIEWS = frozenset({"scalars", "mappings", "unique", "columns", "tuples", "yield_per"})
"""Methods of every result, sync or async, that give a result again."""

NEEDS_UNIQUE = frozenset(
    "all one one_or_none fetchall fetchone fetchmany partitions scalar_one scalar_one_or_none".split()
)
"""Fetch methods that ask for unique() on joined collections; `first`, `scalar` and `get` never do."""

RESULT_FETCHES = NEEDS_UNIQUE | {"first", "scalar", "close", "freeze", "keys"}

SESSION_IO = frozenset(
    """
    execute scalar scalars get get_one commit flush refresh merge rollback query bulk_save_objects exec connection
    bulk_insert_mappings bulk_update_mappings
    """.split()
)
"""Methods of a sync Session that may talk to the database; `delete` and `add` only mark."""

LEGACY_SESSION = frozenset({"query", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})
"""Methods of Session that AsyncSession does not have."""

LEGACY_ENGINE = frozenset({"execute", "scalar", "scalars", "exec_driver_sql", "run_sync"})
"""Methods of a connection, or of an engine of old, that AsyncEngine does not have."""

WIDER_THAN_TASK = {
    "threading.get_ident": "the thread",
    "threading.get_native_id": "the thread",
    "threading.current_thread": "the thread",
    "os.getpid": "the process",
    "asyncio.get_running_loop": "the event loop",
    "asyncio.get_event_loop": "the event loop",
    "greenlet.getcurrent": "the greenlet",
}
"""Functions that give the same in several tasks, and so are no scope for an `async_scoped_session`."""

ROWS_ONLY = frozenset(
    "columns fetchone freeze keys mappings merge scalar scalar_one scalar_one_or_none scalars t tuples".split()
)
"""Methods of a result of rows that one of scalars does not have."""

TAKES_OBJECT = frozenset({"add", "delete", "refresh", "merge", "expunge", "expire"})
"""Methods of a session whose first argument is an ORM object."""

QUERY_IO = frozenset("all first one one_or_none scalar count delete update get".split())
"""Methods of a legacy Query that talk to the database."""

SHARING_IO = SESSION_COROUTINES - {"close_all", "aclose"}
"""Coroutine functions that use the session's connection, and so must not run twice at once."""

TRANSACTION_OPENS = frozenset(
    "execute scalars scalar stream stream_scalars exec exec_driver_sql refresh connection get get_one".split()
)
"""Coroutine functions that begin a transaction and ask for its connection; `get()` only for what is not there."""

TRANSACTION_MARKS = frozenset({"delete", "merge", "merge_all", "delete_all"})
"""Coroutine functions that begin a transaction and may do without a connection, as `add()` does."""

TRANSACTION_ENDS = frozenset({"close", "aclose", "reset", "invalidate", "remove", "rollback", "commit"})
"""Methods after which no transaction is begun (`remove` of a scoped session)."""

STATEMENT_ERRORS = frozenset(
    """
    SQLAlchemyError StatementError DBAPIError DatabaseError ProgrammingError InternalError InterfaceError
    """.split()
)
"""Errors of `sqlalchemy.exc` that any statement may raise under asyncpg."""
