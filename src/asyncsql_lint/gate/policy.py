"""Which findings are taken for known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user says about findings that are known.

    With `ignore_baseline` no baseline knows any; with `update_baseline` it need not be there, for it is about to be
    written. `new_since` is a revision: what was there already where it and HEAD part is known.
    """

    ignore_baseline: bool = False
    update_baseline: bool = False
    new_since: str | None = None
