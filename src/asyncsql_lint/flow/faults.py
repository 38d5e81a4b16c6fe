"""Tells what is wrong with a statement or an object once a session runs it whose driver is known to refuse it."""

from __future__ import annotations

from collections.abc import Iterable

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.values import Engine, Fault
from asyncsql_lint.libraries.drivers import split


def driver_of(engine: Engine | None) -> str:
    """The driver of an engine, empty when it is not known."""
    return split(engine.driver)[1] if engine is not None else ""


def tell(faults: Iterable[Fault], engine: Engine | None, m: Machine) -> None:
    """Tell those that the engine's driver refuses."""
    driver = driver_of(engine)
    for fault in faults:
        if not fault.drivers or driver in fault.drivers:
            tell_one(fault, m)


def tell_one(fault: Fault, m: Machine, confidence: Confidence = Confidence.PROVED) -> None:
    """Tell one, where it is written."""
    m.emit(
        Mismatch(
            site=fault.site,
            context=fault.context,
            confidence=confidence,
            kind=fault.kind,
            what=fault.what,
            problem=fault.problem,
            remedy=fault.remedy,
            raises=fault.raises,
        )
    )
