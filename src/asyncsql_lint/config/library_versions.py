"""The versions of the checked project's libraries, as far as anybody says them.

A lock file names one release; a requirement such as `sqlalchemy>=2.0` leaves a range, in which a question about 2.1 has
no answer. A rule that depends on a version asks `at_least` and says the weaker thing when the answer is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

Numbers = tuple[int, ...]

_WIDTH = 4
_CLAUSE = re.compile(
    r"(?P<operator>===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*v?(?P<numbers>\d{1,9}(?:\.\d{1,9})*)(?P<star>\.\*)?"
    r"(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|dev|post|rev|r)[-_.]?\d*)*(?:\+[a-z0-9.]+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The releases that may be there: from `low` on, and below `high` (None: without end).

    `text` is what was written, `source` the name of the file or key that says it; both are empty when nobody does.
    """

    low: Numbers = ()
    high: Numbers | None = None
    text: str = ""
    source: str = ""

    def at_least(self, *numbers: int) -> bool | None:
        """Whether the library is of this release or a later one; None when that is not known."""
        wanted = _padded(numbers)
        if _padded(self.low) >= wanted:
            return True
        if self.high is not None and self.high <= wanted:
            return False
        return None

    def overlaps(self, other: VersionRange) -> bool:
        """Whether some release lies in both ranges."""
        starts_below = other.high is None or _padded(self.low) < other.high
        return starts_below and (self.high is None or _padded(other.low) < self.high)

    def __str__(self) -> str:
        return f"{self.text} ({self.source})" if self.text else "unknown"


UNKNOWN = VersionRange()


@dataclass(frozen=True, slots=True)
class Versions:
    """What is known of the libraries around one folder; `drivers` are those that are required, whatever version."""

    sqlalchemy: VersionRange = UNKNOWN
    sqlmodel: VersionRange = UNKNOWN
    fastapi: VersionRange = UNKNOWN
    drivers: tuple[str, ...] = ()


LIBRARIES = tuple(field.name for field in fields(Versions) if field.name != "drivers")

DRIVERS = frozenset(
    "asyncpg psycopg psycopg2 pg8000 psqlpy aiomysql asyncmy pymysql mysqlclient aioodbc pyodbc pymssql oracledb"
    " aiosqlite".split()
)
"""Packages of database drivers, which say what database a project works on."""


def release(text: str, source: str) -> VersionRange | None:
    """The one release that a lock file names; None when `text` is none."""
    return range_of(f"=={text.strip()}", source, text.strip())


def series(text: str, source: str) -> VersionRange | None:
    """What somebody means by a bare version: `2.0` is any 2.0, `2.0.57` that release; else as in a requirement."""
    bare = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", text)
    return range_of(f"=={bare[1]}.*" if bare else text, source, text.strip())


def range_of(specifier: str, source: str, text: str = "") -> VersionRange | None:
    """The releases that a requirement allows: `>=2.0,<2.1`, `==2.0.*`, `~=2.0.3`, and Poetry's `^2.0` and `~2.0`.

    None when it allows all, or when it cannot be understood.
    """
    low: Numbers = ()
    high: Numbers | None = None
    for part in specifier.split(","):
        if part.strip() in {"", "*"}:
            continue
        clause = _CLAUSE.fullmatch(part.strip())
        if clause is None:
            return None
        first, end = _bounds(clause)
        low = max(low, first)
        high = end if high is None else high if end is None else min(high, end)
    found = VersionRange(low, high, text or "".join(specifier.split()), source)
    return found if (low or high is not None) and (high is None or _padded(low) < high) else None


def joined(ranges: Iterable[VersionRange]) -> VersionRange | None:
    """One range for what several requirements or locked releases say, none of which is known to count."""
    distinct = list(dict.fromkeys(ranges))
    if len(distinct) < 2:
        return distinct[0] if distinct else None
    highs = [one.high for one in distinct]
    return VersionRange(
        min(one.low for one in distinct),
        None if None in highs else max(high for high in highs if high is not None),
        " or ".join(sorted({one.text for one in distinct})),
        ", ".join(sorted({one.source for one in distinct})),
    )


def _bounds(clause: re.Match[str]) -> tuple[Numbers, Numbers | None]:
    """The first release that a clause allows, and the first after it that it does not."""
    numbers = tuple(int(number) for number in clause["numbers"].split("."))
    exact, after = _padded(numbers), (*_padded(numbers), 0)
    match clause["operator"] or "==":
        case "==" | "===" | "=" if clause["star"]:
            return exact, _next(numbers, len(numbers))
        case "==" | "===" | "=":
            return exact, after
        case "~=":
            return exact, _next(numbers, len(numbers) - 1)
        case "~":
            return exact, _next(numbers, min(len(numbers), 2))
        case "^":
            return exact, _next(numbers, _leading(numbers))
        case ">=" | ">":
            return exact, None
        case "<":
            return (), exact
        case "<=":
            return (), after
        case _:
            return (), None


def _leading(numbers: Numbers) -> int:
    """How many numbers Poetry's `^` keeps: up to the first that is not zero."""
    return next((place for place, number in enumerate(numbers, 1) if number), len(numbers))


def _next(numbers: Numbers, kept: int) -> Numbers:
    """The first release that differs from `numbers` in the first `kept` of them."""
    kept = max(kept, 1)
    return _padded((*numbers[: kept - 1], numbers[kept - 1] + 1))


def _padded(numbers: Numbers) -> Numbers:
    """`numbers` of one length, so that 2.0 and 2.0.0 are the same release."""
    return (*numbers, *(0,) * _WIDTH)[:_WIDTH]
