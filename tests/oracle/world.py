"""What only the run of a program knows. This text stands beside the programs; nobody can tell from it what happens."""

import os

DISTINCT = 20
"""How many keys `fresh` has."""
ROWS = 4
"""How many rows have the same `shard`: the first is its key, the others follow."""
SPAN = 1000
"""How far the keys are apart."""

_calls: dict[int, int] = {}


def fresh() -> int:
    """The key of a row: every time of another one, or always of the only one. Its rows have it as their `shard`."""
    _calls[0] = _calls.get(0, 0) + 1
    if os.environ.get("ONE_ROW"):
        return SPAN * (DISTINCT + 2)
    return SPAN * (1 + _calls[0] % DISTINCT)


def taken() -> int:
    """A key that nobody else asks for, of a row that there is."""
    return SPAN * (DISTINCT + 1)


def flag(number: int) -> bool:
    """Something that is so in some runs, and perhaps not every time."""
    _calls[number] = _calls.get(number, 0) + 1
    pattern = os.environ.get(f"FLAG_{number}", "0")
    return pattern[_calls[number] % len(pattern)] == "1"


def show(*values: object) -> None:
    """Do nothing with what was read."""
