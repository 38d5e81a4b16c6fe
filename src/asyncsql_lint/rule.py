"""The contract between a rule and the engine: events in, findings out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from asyncsql_lint.diagnostics import Applicability, Confidence, Severity
from asyncsql_lint.diagnostics.repair import Repair
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import Event
from asyncsql_lint.rule_doc import RuleDoc, parse_rule_doc

SYNTAX_ERROR = "ASL900"
"""A file that does not parse is never passed over in silence: this rule is on unless it is ignored."""


@dataclass(frozen=True, slots=True)
class RuleMeta:
    """What is fixed about a rule.

    `fix` is how far its fix may be trusted, or None when it has none; `default` tells whether it is on
    without `--select`; `raises` is the error of the run time that it prevents; `errors` are others that the same
    mistake shows, as a log has them, with `...` for what varies, and "no error: ..." for what goes wrong in silence;
    `since` the first version.
    """

    code: str
    name: str
    severity: Severity
    fix: Applicability | None = None
    raises: str = ""
    errors: tuple[str, ...] = ()
    since: str = "0.1.0"
    default: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, in sites; the engine makes a `Diagnostic` of it."""

    meta: RuleMeta
    site: Site
    message: str
    confidence: Confidence
    related: tuple[tuple[Site, str], ...] = ()
    repair: Repair | None = None
    repair_title: str = ""
    help: str = ""
    symbol: str = ""
    context: str = ""
    raises: str = ""


E = TypeVar("E", bound=Event)


class Rule(ABC, Generic[E]):
    """One rule, listening to one kind of event. Its docstring is its page."""

    meta: ClassVar[RuleMeta]
    listens_to: ClassVar[type[Event]]

    @abstractmethod
    def check(self, event: E) -> Iterator[Finding]:
        """Yield what is wrong with `event`."""

    def found(
        self,
        event: E,
        message: str,
        *,
        related: tuple[tuple[Site, str], ...] | None = None,
        repair: Repair | None = None,
        repair_title: str = "",
        help: str = "",  # noqa: A002 -- as the report calls it
        symbol: str = "",
        raises: str = "",
    ) -> Finding:
        """A finding at the event's place, with its story as the trace unless `related` says otherwise."""
        return Finding(
            meta=self.meta,
            site=event.site,
            message=message,
            confidence=event.confidence,
            related=event.trace if related is None else related,
            repair=repair,
            repair_title=repair_title,
            help=help,
            symbol=symbol,
            context=event.context,
            raises=raises or self.meta.raises,
        )

    @classmethod
    def doc(cls) -> RuleDoc:
        """The page of this rule, read from its docstring."""
        return parse_rule_doc(cls.__doc__ or "")
