"""What asyncpg and SQLAlchemy's dialect for it take, and what they refuse.

https://magicstack.github.io/asyncpg/current/api/index.html#connection,
https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#module-sqlalchemy.dialects.postgresql.asyncpg
"""

from __future__ import annotations

CONNECT = frozenset(
    """
    dsn host port user password passfile service servicefile database loop timeout statement_cache_size
    max_cached_statement_lifetime max_cacheable_statement_size command_timeout ssl direct_tls connection_class
    record_class server_settings target_session_attrs krbsrvname gsslib
    """.split()
)
"""Parameters of `asyncpg.connect()`."""

DIALECT = frozenset(
    "prepared_statement_cache_size prepared_statement_name_func async_creator_fn async_fallback".split()
)
"""What SQLAlchemy takes out before it calls `asyncpg.connect()`."""

REMEDIES = {
    "sslmode": 'write `ssl=require` in the URL, or `connect_args={"ssl": ...}`',
    "sslrootcert": 'give an `ssl.SSLContext`: `connect_args={"ssl": context}`',
    "sslcert": 'give an `ssl.SSLContext`: `connect_args={"ssl": context}`',
    "sslkey": 'give an `ssl.SSLContext`: `connect_args={"ssl": context}`',
    "application_name": 'write `connect_args={"server_settings": {"application_name": ...}}`',
    "options": 'write `connect_args={"server_settings": {...}}`',
    "connect_timeout": "asyncpg calls it `timeout`",
    "channel_binding": "leave it out: asyncpg has no such setting",
    "pgbouncer": "leave it out, and set `prepared_statement_cache_size=0`",
    "check_same_thread": "leave it out: it is an argument of SQLite",
}
"""What to write for what other drivers call otherwise."""

ENGINE = frozenset(
    """
    connect_args creator async_creator echo echo_pool enable_from_linting execution_options future hide_parameters
    implicit_returning insertmanyvalues_page_size isolation_level json_deserializer json_serializer label_length
    logging_name max_identifier_length max_overflow module native_inet_types paramstyle plugins pool
    pool_events pool_logging_name pool_pre_ping pool_recycle pool_reset_on_return pool_size pool_timeout
    pool_use_lifo poolclass query_cache_size server_side_cursors skip_autocommit_rollback supports_native_boolean
    use_insertmanyvalues compiler_linting dbapi strategy empty_in_strategy url _initialize _coerce_config _is_async
    """.split()
)
"""Keywords of `create_async_engine()` with asyncpg."""
