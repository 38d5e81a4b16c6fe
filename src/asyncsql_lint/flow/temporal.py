"""Dates and times as values: which are aware of their time zone.

A datetime is `Primitive("datetime", Const(awareness))`: `aware`, `naive` (of a time zone that only the writer knows) or
`local` (of the process, as `datetime.now()` gives it).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from asyncsql_lint.flow.values import NONE, UNKNOWN, Arguments, Const, Opaque, Primitive, Value

AWARE = Primitive("datetime", Const("aware"))
NAIVE = Primitive("datetime", Const("naive"))
LOCAL = Primitive("datetime", Const("local"))
TEXT = Primitive("plain", Const(""))
"""Some string."""

KINDS = frozenset({"datetime", "date", "time", "timedelta", "uuid", "decimal", "tzinfo"})
"""Kinds of primitives that are made here."""

_OFFSET = re.compile(r"\d(Z|[+-]\d\d:?\d\d(:?\d\d)?)$", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d")


def awareness(value: Value | None) -> str:
    """`aware`, `naive` or `local` for a datetime; empty for anything else."""
    if isinstance(value, Primitive) and value.kind == "datetime" and isinstance(value.of, Const):
        return str(value.of.value)
    return ""


def _zoned(zone: Value | None, without: Value) -> Value:
    """A datetime in a time zone; `without` when there is none."""
    if zone is None or zone == NONE:
        return without
    return UNKNOWN if isinstance(zone, Opaque) else AWARE


def _now(arguments: Arguments) -> Value:
    return UNKNOWN if arguments.open else _zoned(arguments.get(0, "tz"), LOCAL)


def _from_timestamp(arguments: Arguments) -> Value:
    return UNKNOWN if arguments.open else _zoned(arguments.get(1, "tz"), LOCAL)


def _literal(arguments: Arguments) -> Value:
    return UNKNOWN if arguments.open else _zoned(arguments.get(7, "tzinfo"), NAIVE)


def _from_iso(arguments: Arguments) -> Value:
    text = arguments.get(0, "date_string")
    if not isinstance(text, Const) or not isinstance(text.value, str) or not _DATE.match(text.value):
        return UNKNOWN
    return AWARE if _OFFSET.search(text.value) and "T" in text.value.upper().replace(" ", "T") else NAIVE


def _parsed(arguments: Arguments) -> Value:
    pattern = arguments.get(1, "format")
    if not isinstance(pattern, Const) or not isinstance(pattern.value, str):
        return UNKNOWN
    return AWARE if "%z" in pattern.value else NAIVE


def _always(value: Value) -> Callable[[Arguments], Value]:
    return lambda _: value


MAKERS: dict[str, Callable[[Arguments], Value]] = {
    "datetime.datetime": _literal,
    "datetime.datetime.now": _now,
    "datetime.datetime.utcnow": _always(NAIVE),
    "datetime.datetime.utcfromtimestamp": _always(NAIVE),
    "datetime.datetime.today": _always(LOCAL),
    "datetime.datetime.fromtimestamp": _from_timestamp,
    "datetime.datetime.fromisoformat": _from_iso,
    "datetime.datetime.strptime": _parsed,
    "datetime.date": _always(Primitive("date")),
    "datetime.date.today": _always(Primitive("date")),
    "datetime.date.fromisoformat": _always(Primitive("date")),
    "datetime.time": _always(Primitive("time")),
    "datetime.timedelta": _always(Primitive("timedelta")),
    "datetime.timezone": _always(Primitive("tzinfo")),
    "zoneinfo.ZoneInfo": _always(Primitive("tzinfo")),
    "pytz.timezone": _always(Primitive("tzinfo")),
    "uuid.uuid1": _always(Primitive("uuid")),
    "uuid.uuid4": _always(Primitive("uuid")),
    "uuid.UUID": _always(Primitive("uuid")),
    "decimal.Decimal": _always(Primitive("decimal")),
    "json.dumps": _always(TEXT),
}
"""Library functions that make dates, times and other values of a known type."""


def method(receiver: Primitive, name: str, arguments: Arguments) -> Value:
    """Call a method of one of these values."""
    if receiver.kind != "datetime":
        return TEXT if name in {"isoformat", "strftime", "ctime", "__str__"} else UNKNOWN
    match name:
        case "replace":
            zone = arguments.keyword("tzinfo")
            if arguments.open or len(arguments.positional) > 7:
                return UNKNOWN
            return receiver if zone is None else _zoned(zone, NAIVE)
        case "astimezone":
            return AWARE
        case "isoformat" | "strftime" | "ctime":
            return TEXT
        case "date":
            return Primitive("date")
        case "time" | "timetz":
            return Primitive("time")
        case _:
            return UNKNOWN


def attribute(receiver: Primitive, name: str) -> Value | None:
    """An attribute of one of these values; None when it is a method."""
    if name == "tzinfo" and awareness(receiver):
        return Primitive("tzinfo") if awareness(receiver) == "aware" else NONE
    if name in {"year", "month", "day", "hour", "minute", "second", "microsecond", "days", "seconds", "fold"}:
        return Primitive("plain")
    return TEXT if name == "hex" else None


def combined(left: Value, right: Value, op: str) -> Value | None:
    """A datetime and a timedelta added or subtracted; None when it is about something else."""
    kinds = {v.kind for v in (left, right) if isinstance(v, Primitive)} & KINDS
    if not kinds:
        return None
    if awareness(left) and awareness(right):
        return Primitive("timedelta") if op == "-" else UNKNOWN
    if op not in {"+", "-"}:
        return UNKNOWN
    if awareness(left):
        return left
    if awareness(right) and op == "+":
        return right
    return UNKNOWN


def clash(left: Value, right: Value) -> bool:
    """Whether one is aware of its time zone and the other is not: Python neither compares nor subtracts them."""
    one, other = awareness(left), awareness(right)
    return bool(one and other) and "aware" in {one, other} and one != other
