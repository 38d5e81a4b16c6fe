"""Database drivers by the name in a URL: which of them an async engine wants.

https://docs.sqlalchemy.org/en/20/dialects/; facts 2d-create_async_engine(*), 2d-create_engine(asyncpg)-*.
"""

from __future__ import annotations

ASYNC_DRIVERS = frozenset({"asyncpg", "aiosqlite", "aiomysql", "asyncmy", "aioodbc", "psycopg_async", "oracledb_async"})
"""Drivers that only an async engine can use."""

BOTH = frozenset({"psycopg", "oracledb", "psqlpy"})
"""Drivers that serve both kinds of engine."""

SYNC_DRIVERS = frozenset(
    "psycopg2 psycopg2cffi pg8000 pysqlite pysqlcipher pymysql mysqldb mysqlconnector pyodbc pymssql cx_oracle"
    " cymysql mariadbconnector mssqlpython".split()
)
"""Drivers that an async engine refuses."""

SYNC_DEFAULTS = {
    "mysql": "mysqldb",
    "mariadb": "mysqldb",
    "sqlite": "pysqlite",
    "mssql": "pyodbc",
}
"""Dialects without a driver in the URL whose default driver is sync, on SQLAlchemy 2.0 and 2.1."""

DRIVERS = frozenset({"asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg", "psycopg2"})
"""Drivers that are taken for dialects: `asyncpg://`."""

DIALECTS = {"aiosqlite": "sqlite+aiosqlite", "aiomysql": "mysql+aiomysql", "asyncmy": "mysql+asyncmy"}
"""What is meant by these; by the others it is PostgreSQL."""

POOLS = frozenset({"sqlalchemy.QueuePool", "sqlalchemy.pool.SingletonThreadPool", "sqlalchemy.pool.QueuePool"})
"""Pool classes that an async engine refuses."""


UNSIZED = frozenset({"sqlalchemy.NullPool", "sqlalchemy.StaticPool", "sqlalchemy.pool.AssertionPool"})
"""Pool classes that hold no connections, or one."""

SIZES = frozenset({"pool_size", "max_overflow", "pool_timeout", "pool_use_lifo"})
"""Arguments of an engine that only a pool with a size takes."""


def split(drivername: str) -> tuple[str, str]:
    """`postgresql+asyncpg` as dialect and driver; the driver is empty when the URL does not name one."""
    dialect, _, driver = drivername.partition("+")
    return dialect, driver


DATABASES = {
    **dict.fromkeys(
        "postgresql postgres cockroachdb asyncpg psycopg psycopg2 psycopg2cffi psycopg_async pg8000 psqlpy".split(),
        "postgresql",
    ),
    **dict.fromkeys(
        "mysql mariadb aiomysql asyncmy pymysql cymysql mysqldb mysqlclient mysqlconnector mariadbconnector".split(),
        "mysql",
    ),
    **dict.fromkeys("mssql aioodbc pyodbc pymssql mssqlpython".split(), "mssql"),
    **dict.fromkeys("oracle oracledb oracledb_async cx_oracle".split(), "oracle"),
    **dict.fromkeys("sqlite aiosqlite pysqlite pysqlcipher".split(), "sqlite"),
}
"""The database of each dialect and driver, by the names that URLs, imports and requirements have for it."""

SERVERS = frozenset({"postgresql", "mysql", "mssql", "oracle"})
"""The databases that are no file."""


def database_of(name: str) -> str:
    """The database that a URL's scheme, a dialect, or a driver is for; empty where that is not known."""
    dialect, driver = split(name.lower())
    return DATABASES.get(dialect) or DATABASES.get(driver, "")
