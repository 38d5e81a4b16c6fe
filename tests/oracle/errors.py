"""Which rules tell of the error that a run ended with."""

from __future__ import annotations

from tests.oracle.run import Raised, Run
from tests.oracle.tree import Node

JUDGED = frozenset(
    "ASL301 ASL302 ASL303 ASL304 ASL305 ASL306 ASL307 ASL308 ASL309 ASL310 ASL401 ASL402 ASL501 ASL506".split()
)
"""The rules that are held against what ran."""
CERTAIN_TO_FAIL = frozenset("ASL101 ASL102 ASL103 ASL203 ASL207".split())
"""Rules of which no program should ever show a finding: the grammar makes no such mistakes."""

CAUSES = {"commit": "ASL305", "expire": "ASL305", "rollback": "ASL306", "server": "ASL307"}
BY_WORDS = {
    "DetachedInstanceError": "ASL308",
    "The unique() method must be invoked": "ASL401",
    "A transaction is already begun": "ASL506",
    "Can't operate on closed transaction": "ASL506",
    "does not apply to any of the root entities": "ASL310",
    "does not link from": "ASL310",
    "Query has only expression-based entities": "ASL310",
    "raiseload=True": "ASL304",
    "WriteOnly": "ASL309",
    "has no len()": "ASL309",
    "sqlalchemy.engine.row.Row' is not mapped": "ASL402",
}
SHARING = (
    "concurrent operations",
    "IllegalStateChangeError",
    "ResourceClosedError",
    "another operation",
    "isce",
    "already flushing",
)


def rules_for(run: Run, raised: Raised, node: Node) -> frozenset[str]:
    """The rules of which one should be reported where `raised` came from; none for an error of another kind.

    `node` is the innermost line of the program.
    """
    text = f"{raised.kind}: {raised.message}"
    if run.watch.is_shared and any(words in text for words in SHARING):
        return frozenset({"ASL501"})
    if "dynamic relationship cannot return a correct result" in text or "no contextual session" in text:
        return frozenset({"ASL308", "ASL309"})
    if "Can't operate on closed transaction" in text and run.watch.failed is not None:
        return _unloaded(run, node) | {"ASL506"}
    for words, code in BY_WORDS.items():
        if words in text:
            return frozenset({code})
    if "MissingGreenlet" in text:
        return _unloaded(run, node)
    if "is not available due to lazy=" in text:
        return frozenset({"ASL309"}) if node.kind == "awaitable" else _unloaded(run, node)
    if raised.kind == "AttributeError" and raised.message.isidentifier():
        return frozenset({"ASL402"})
    if raised.places[0] in run.watch.emptied:
        return frozenset({"ASL309"})
    return frozenset()


def label(rules: frozenset[str]) -> str:
    """The rule that stands for several in the table: the one that says most of why it fails."""
    return next((rule for rule in ("ASL506", "ASL307", "ASL306", "ASL305") if rule in rules), min(rules))


def _unloaded(run: Run, node: Node) -> frozenset[str]:
    read = run.watch.failed
    if read is None and node.kind == "write":
        return frozenset({"ASL303", "ASL305", "ASL306"})  # SQLModel sets attributes in its own way
    if read is None:
        return frozenset({"ASL309"})  # a dynamic collection ran its query
    causes = {CAUSES[cause] for cause in read.causes}
    if not read.is_relationship:
        return frozenset(causes | ({"ASL304"} if read.is_deferred else set()))
    own = {"write": {"ASL303"}, "serialise": {"ASL302", "ASL301"}}.get(node.kind, {"ASL301", "ASL302"})
    return frozenset(own | (causes - {"ASL307"}))
