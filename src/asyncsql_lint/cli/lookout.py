"""Waiting until files change, with watchfiles, which is asked for by the extra `watch`."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING

from asyncsql_lint.cli.watched import Area, can_matter
from asyncsql_lint.errors import UsageError

if TYPE_CHECKING:
    from watchfiles.main import FileChange

STEP = 100
"""Milliseconds without a change that end a storm of them, and after which single files are asked about."""
LONGEST = 1600
"""Milliseconds after which a storm is acted on, though it goes on."""


class Lookout:
    """Tells when something has changed in an area. Raises `UsageError` when it is made without watchfiles."""

    def __init__(self) -> None:
        try:
            import watchfiles
        except ImportError as error:
            raise UsageError("--watch needs watchfiles: pip install 'asyncsql-lint[watch]'") from error
        self._watchfiles = watchfiles
        self._area = Area((), ())
        self._stamps = self._area.stamps()
        self._changes: Generator[set[FileChange], None, None] | None = None

    def look_at(self, area: Area) -> None:
        """Heed what changes in `area` from now on. Raises `UsageError` when the system does not let it."""
        stamps = area.stamps()
        if area.folders != self._area.folders or stamps[0] != self._stamps[0] or self._changes is None:
            self._begin(area.folders)
        self._area, self._stamps = area, stamps

    def wait(self, holding: frozenset[str]) -> None:
        """Return when something has changed that can matter; `holding` are the folders of checked files."""
        while True:
            changed = self._next()
            if changed is None or any(can_matter(path, self._area, holding) for _, path in changed):
                return
            if self._area.stamps() != self._stamps:
                time.sleep(STEP / 1000)  # who has begun to write may go on
                return

    def _begin(self, folders: tuple[str, ...]) -> None:
        if self._changes is not None:
            self._changes.close()
            self._changes = None
        if not folders:
            return
        changes = self._watchfiles.watch(
            *folders,
            watch_filter=None,
            debounce=LONGEST,
            step=STEP,
            rust_timeout=STEP,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        try:
            next(changes)  # it watches from its first turn on
        except FileNotFoundError:  # gone since it was seen, which its stamp will tell
            return
        except (OSError, RuntimeError) as error:  # RuntimeError is what its native part raises
            raise UsageError(f"--watch: {folders[0]}: {error}") from error
        self._changes = changes

    def _next(self) -> set[FileChange] | None:
        """What has changed in the last moment; None when that cannot be told."""
        if self._changes is None:
            time.sleep(STEP / 1000)
            return set()
        with suppress(OSError, RuntimeError):
            return next(self._changes, None)
        self._changes = None
        return None
