"""Which findings are taken for known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user wants of baselines.

    With `ignore_baseline` nothing is known; with `update_baseline` a baseline need not be there, for it is about to be
    written.
    """

    ignore_baseline: bool = False
    update_baseline: bool = False
