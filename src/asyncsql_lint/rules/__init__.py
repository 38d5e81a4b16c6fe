"""All rules, in the order of their codes."""

from __future__ import annotations

from typing import Any

from asyncsql_lint.rule import Rule
from asyncsql_lint.rules.async_event_listener import AsyncEventListener
from asyncsql_lint.rules.begin_in_transaction import BeginInTransaction
from asyncsql_lint.rules.blocking_database_call import BlockingDatabaseCall
from asyncsql_lint.rules.create_all_without_run_sync import CreateAllWithoutRunSync
from asyncsql_lint.rules.datetime_awareness import DatetimeAwareness
from asyncsql_lint.rules.deferred_column_access import DeferredColumnAccess
from asyncsql_lint.rules.dependency_called_directly import DependencyCalledDirectly
from asyncsql_lint.rules.detached_access import DetachedAccess
from asyncsql_lint.rules.driver_arguments import DriverArguments
from asyncsql_lint.rules.driver_mismatch import DriverMismatch
from asyncsql_lint.rules.engine_across_loops import EngineAcrossLoops
from asyncsql_lint.rules.engine_per_call import EnginePerCall
from asyncsql_lint.rules.engine_session_mismatch import EngineSessionMismatch
from asyncsql_lint.rules.expire_on_commit_default import ExpireOnCommitDefault
from asyncsql_lint.rules.expired_after_commit import ExpiredAfterCommit
from asyncsql_lint.rules.expired_after_rollback import ExpiredAfterRollback
from asyncsql_lint.rules.global_session import GlobalSession
from asyncsql_lint.rules.lazy_relationship_access import LazyRelationshipAccess
from asyncsql_lint.rules.lazy_serialization import LazySerialization
from asyncsql_lint.rules.lazy_strategy import LazyStrategy
from asyncsql_lint.rules.legacy_query import LegacyQuery
from asyncsql_lint.rules.loader_option_mismatch import LoaderOptionMismatch
from asyncsql_lint.rules.missing_await import MissingAwait
from asyncsql_lint.rules.missing_commit import MissingCommit
from asyncsql_lint.rules.missing_pool_pre_ping import MissingPoolPrePing
from asyncsql_lint.rules.missing_rollback import MissingRollback
from asyncsql_lint.rules.missing_unique import MissingUnique
from asyncsql_lint.rules.pool_class import PoolClass
from asyncsql_lint.rules.row_as_entity import RowAsEntity
from asyncsql_lint.rules.scoped_session_scope import ScopedSessionScope
from asyncsql_lint.rules.server_generated_access import ServerGeneratedAccess
from asyncsql_lint.rules.session_outlives_request import SessionOutlivesRequest
from asyncsql_lint.rules.shared_session_in_tasks import SharedSessionInTasks
from asyncsql_lint.rules.stream_after_close import StreamAfterClose
from asyncsql_lint.rules.superfluous_await import SuperfluousAwait
from asyncsql_lint.rules.sync_context_manager import SyncContextManager
from asyncsql_lint.rules.sync_session_dependency import SyncSessionDependency
from asyncsql_lint.rules.syntax_error import SyntaxErrorRule
from asyncsql_lint.rules.text_parameters import TextParameters
from asyncsql_lint.rules.unclosed_session import UnclosedSession
from asyncsql_lint.rules.unentered_transaction import UnenteredTransaction
from asyncsql_lint.rules.unknown_rule import UnknownRule
from asyncsql_lint.rules.unloaded_collection_write import UnloadedCollectionWrite
from asyncsql_lint.rules.unused_suppression import UnusedSuppression
from asyncsql_lint.rules.use_after_close import UseAfterClose
from asyncsql_lint.rules.wrong_async_session import WrongAsyncSession

RULES: tuple[type[Rule[Any]], ...] = (
    MissingAwait,
    SuperfluousAwait,
    SyncContextManager,
    UnenteredTransaction,
    BlockingDatabaseCall,
    SyncSessionDependency,
    LegacyQuery,
    CreateAllWithoutRunSync,
    DriverMismatch,
    EngineSessionMismatch,
    WrongAsyncSession,
    AsyncEventListener,
    PoolClass,
    LazyRelationshipAccess,
    LazySerialization,
    UnloadedCollectionWrite,
    DeferredColumnAccess,
    ExpiredAfterCommit,
    ExpiredAfterRollback,
    ServerGeneratedAccess,
    DetachedAccess,
    LazyStrategy,
    LoaderOptionMismatch,
    MissingUnique,
    RowAsEntity,
    StreamAfterClose,
    SharedSessionInTasks,
    GlobalSession,
    SessionOutlivesRequest,
    ScopedSessionScope,
    DependencyCalledDirectly,
    ExpireOnCommitDefault,
    EnginePerCall,
    EngineAcrossLoops,
    DriverArguments,
    MissingPoolPrePing,
    DatetimeAwareness,
    TextParameters,
    UnclosedSession,
    BeginInTransaction,
    MissingRollback,
    MissingCommit,
    UseAfterClose,
    SyntaxErrorRule,
    UnusedSuppression,
    UnknownRule,
)
