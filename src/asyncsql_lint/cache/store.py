"""Where entries are kept. A store never fails: at worst it holds nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class Store(Protocol):
    """Bytes by key."""

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """The entries that are there, of those asked for."""

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep `entries`, in the place of those with the same keys."""
