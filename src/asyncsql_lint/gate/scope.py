"""What a run has looked at, and so of which known findings it can say that they are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.paths import below
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """A run over the `paths` that were given.

    `checked` holds the rules that were on in each file that was given, `rules` all that there are. `is_whole` is False
    when some file could not be analysed: what it defines makes findings in others, so none of them is known to be gone.
    """

    paths: Collection[str]
    checked: Mapping[str, Collection[str]]
    rules: Collection[str]
    is_whole: bool
    configuration: Configuration
    files: FileSystem

    def baseline_of(self, path: str) -> str | None:
        """The baseline of the file at `path`, None when it has none. Raises `ConfigError`."""
        return self.configuration.of_file(path).baseline

    def baselines(self) -> frozenset[str]:
        """The baselines of all that was given. Raises `ConfigError`."""
        named = {self.baseline_of(path) for path in self.checked}
        named |= {self.configuration.of_folder(path).baseline for path in self.paths if path not in self.checked}
        return frozenset(baseline for baseline in named if baseline is not None)

    def could_find(self, rule: str, path: str) -> bool:
        """Whether a finding of `rule` in the file at `path` would have been found if it were still there."""
        if not self.is_whole:
            return False
        if path in self.checked:
            return rule in self.checked[path] or rule not in self.rules
        return any(below(path, folder) is not None for folder in self.paths) and self._is_gone(path)

    def _is_gone(self, path: str) -> bool:
        try:
            return self.files.kind(path) is Kind.MISSING
        except SourceError:
            return False
