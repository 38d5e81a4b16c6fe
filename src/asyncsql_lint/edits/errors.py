"""Why a repair cannot be written as edits."""

from __future__ import annotations


class Unwritable(Exception):
    """There is no text that would carry out the repair here; never leaves the package `edits`."""
