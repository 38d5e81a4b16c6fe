"""Which rules count for which file.

A selector is a code (`ASL301`), the beginning of one (`ASL3`), a rule's name, or `ALL`. Within one configuration the
longer selector wins over the shorter, and of two equal ones the one that ignores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from asyncsql_lint.config.keys import did_you_mean
from asyncsql_lint.config.model import Selection, Settings
from asyncsql_lint.config.paths import matches
from asyncsql_lint.errors import ConfigError
from asyncsql_lint.rule import SYNTAX_ERROR, RuleMeta

ABOUT_COMMENTS = frozenset({"ASL901", "ASL902"})
"""The rules about suppression comments themselves: no comment is judged by them."""


class Catalogue:
    """The rules that there are, and what selectors mean among them."""

    def __init__(self, metas: Sequence[RuleMeta]) -> None:
        self.metas = tuple(sorted(metas, key=lambda meta: meta.code))
        self.codes = frozenset(meta.code for meta in metas)
        self._by_name = {meta.name: meta.code for meta in metas}
        self.default = frozenset(meta.code for meta in metas if meta.default)
        self._of_settings = lru_cache(maxsize=None)(self._enabled)

    def codes_of(self, selector: str, where: str) -> frozenset[str]:
        """The codes that `selector` means. Raises `ConfigError`, naming `where` it was written, when it means none."""
        if selector.upper() == "ALL":
            return self.codes
        if selector.lower() in self._by_name:
            return frozenset({self._by_name[selector.lower()]})
        found = frozenset(code for code in self.codes if selector and code.startswith(selector.upper()))
        if not found:
            raise ConfigError(f"{where}: unknown rule `{selector}`{self.meant(selector)}")
        return found

    def meant(self, selector: str) -> str:
        """`, did you mean "..."?` for a selector that means nothing, or an empty string."""
        return did_you_mean(selector, tuple(sorted({*self.codes, *self._by_name, "ALL"})))

    def enabled(self, settings: Settings, path: str) -> frozenset[str]:
        """The codes that count in the file `path` under `settings`. Raises `ConfigError` for an unknown selector."""
        ignored: set[str] = set()
        for entry in settings.per_file_ignores:
            if matches(entry.pattern, path) is not entry.inverted:
                ignored |= self._union(entry.selectors, _where(settings, "per-file-ignores"))
        return self._of_settings(settings) - ignored

    def fixable(self, settings: Settings) -> frozenset[str]:
        """The codes whose fixes may be applied under `settings`. Raises `ConfigError` for an unknown selector."""
        steps = [(self._length(selector), False, selector) for selector in settings.fixable]
        steps += [(self._length(selector), True, selector) for selector in settings.unfixable]
        fixable: frozenset[str] = frozenset()
        for _, is_taken, selector in sorted(steps):
            codes = self.codes_of(selector, _where(settings, "unfixable" if is_taken else "fixable"))
            fixable = fixable - codes if is_taken else fixable | codes
        return fixable

    def check(self, settings: Settings) -> None:
        """Raise `ConfigError` when any selector in `settings` means nothing, whatever file it is about."""
        self._of_settings(settings)
        self.fixable(settings)
        for entry in settings.per_file_ignores:
            self._union(entry.selectors, _where(settings, "per-file-ignores"))

    def _enabled(self, settings: Settings) -> frozenset[str]:
        enabled = self.default | ({SYNTAX_ERROR} & self.codes)
        for selection in settings.selections:
            if selection.select is not None:
                enabled = frozenset({SYNTAX_ERROR} & self.codes)
            enabled = self._after(enabled, selection, settings)
        return enabled

    def _after(self, enabled: frozenset[str], selection: Selection, settings: Settings) -> frozenset[str]:
        """`enabled` after what `selection` says, from its shortest selector to its longest."""
        ons = ((s, "select") for s in selection.select or ())
        more = ((s, "extend-select") for s in selection.extend_select)
        offs = ((s, "ignore") for s in selection.ignore)
        less = ((s, "extend-ignore") for s in selection.extend_ignore)
        steps = [(self._length(s), False, s, key) for s, key in (*ons, *more)]
        steps += [(self._length(s), True, s, key) for s, key in (*offs, *less)]
        for _, is_ignored, selector, key in sorted(steps):
            codes = self.codes_of(selector, _where(settings, key))
            enabled = enabled - codes if is_ignored else enabled | codes
        return enabled

    def _length(self, selector: str) -> int:
        """How much `selector` narrows down; a name says as much as a whole code."""
        if selector.upper() == "ALL":
            return 0
        return len(SYNTAX_ERROR) if selector.lower() in self._by_name else len(selector)

    def _union(self, selectors: Iterable[str], where: str) -> frozenset[str]:
        return frozenset().union(*(self.codes_of(selector, where) for selector in selectors))


def _where(settings: Settings, key: str) -> str:
    return f'{settings.source or "the command line"}: "{key}"'
