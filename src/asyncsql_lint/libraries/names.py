"""Canonical names: one name for a thing that a library exports in several places.

SQLAlchemy re-exports most of its names (`sqlalchemy.select`, `sqlalchemy.future.select`,
`sqlalchemy.sql.expression.select`); here each has the name `sqlalchemy.select`.
"""

from __future__ import annotations

from functools import lru_cache

from asyncsql_lint.libraries import aiogram, session_proxies

_SQLALCHEMY = frozenset(
    """
    AsyncAttrs AsyncConnection AsyncEngine AsyncSession AsyncSessionTransaction AsyncTransaction AsyncResult
    AsyncScalarResult async_scoped_session async_sessionmaker create_async_engine async_engine_from_config
    create_engine engine_from_config Engine Connection Session sessionmaker scoped_session declarative_base
    DeclarativeBase DeclarativeBaseNoMeta MappedAsDataclass registry as_declarative declared_attr declarative_mixin
    relationship backref mapped_column column_property deferred synonym composite association_proxy
    hybrid_property hybrid_method Mapped WriteOnlyMapped DynamicMapped Column ForeignKey Computed Identity
    FetchedValue select insert update delete text union union_all exists aliased with_polymorphic
    selectinload joinedload subqueryload immediateload contains_eager lazyload raiseload noload defaultload
    load_only defer undefer undefer_group with_loader_criteria selectin_polymorphic with_expression
    Select Result ScalarResult Row ChunkedIteratorResult IteratorResult MetaData Table
    NullPool StaticPool QueuePool AsyncAdaptedQueuePool object_session async_object_session inspect
    make_url URL func literal_column mapper clear_mappers greenlet_spawn set_committed_value
    IntegrityError SQLAlchemyError DBAPIError OperationalError NoResultFound MultipleResultsFound ProgrammingError
    DataError InterfaceError InternalError StatementError PendingRollbackError InvalidRequestError StaleDataError
    FlushError TimeoutError query_expression make_transient class_mapper object_mapper
    """.split()
)

_PREFIXED = ("sqlalchemy.func.", "sqlalchemy.event.", "sqlalchemy.types.", "sqlalchemy.dialects.postgresql.asyncpg")


@lru_cache(maxsize=65536)
def canonical(name: str) -> str:
    """The canonical name of the library thing that is imported as `name`."""
    if name.startswith("sqlalchemy.") and not name.startswith(_PREFIXED):
        last = name.rpartition(".")[2]
        if last in _SQLALCHEMY:
            return f"sqlalchemy.{last}"
        return name
    if name.startswith("sqlmodel."):
        return _sqlmodel(name)
    if name.startswith(("fastapi.", "starlette.")):
        return _fastapi(name)
    return aiogram.MODULES.get(name) or session_proxies.MODULES.get(name, name)


def _sqlmodel(name: str) -> str:
    last = name.rpartition(".")[2]
    if last == "AsyncSession":
        return "sqlmodel.AsyncSession"
    if last in {"Session", "SQLModel", "Field", "Relationship", "select"}:
        return f"sqlmodel.{last}"
    return f"sqlalchemy.{last}" if last in _SQLALCHEMY else name


_FASTAPI = frozenset(
    "Depends Security FastAPI APIRouter BackgroundTask BackgroundTasks HTTPException jsonable_encoder "
    "run_in_threadpool StreamingResponse JSONResponse Response".split()
)


def _fastapi(name: str) -> str:
    last = name.rpartition(".")[2]
    return f"fastapi.{last}" if last in _FASTAPI else name
