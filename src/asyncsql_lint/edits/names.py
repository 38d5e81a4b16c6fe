"""What an edit asks of the project: the meaning of names in a file."""

from __future__ import annotations

from typing import Protocol


class Names(Protocol):
    """Answers about names; the project index gives them."""

    def meaning(self, path: str, dotted: str) -> str | None:
        """The full name (`app.models.Order`) of what `dotted` means at the top level of the file, or None."""

    def importable(self, path: str, module: str, name: str) -> str | None:
        """The full name of what `from module import name` would import into the file.

        `module` is as written, with its leading dots. None when there is no such thing, or when the import would
        close a circle of imports.
        """
