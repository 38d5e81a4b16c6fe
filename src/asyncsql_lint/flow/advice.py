"""What is no defect, but costs something sooner or later: told at the end, when all is known of a factory or engine."""

from __future__ import annotations

from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine


def check(m: Machine) -> None:
    """Tell of factories whose sessions expire their objects, and of engines that do not look at their connections."""
    for site, context in m.engines.expiring.items():
        if site not in m.configured:
            problem = "makes sessions that expire every object on commit: each later read wants I/O"
            m.events.setdefault(
                Mismatch(site=site, context=context, kind="expiry", what="The factory", problem=problem, remedy="")
            )
    for site, context in m.engines.unpinged.items():
        problem = "hands out connections that the server may have closed: one request fails after each restart"
        m.events.setdefault(
            Mismatch(site=site, context=context, kind="ping", what="The engine", problem=problem, remedy="")
        )
