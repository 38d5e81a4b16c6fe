"""What the user wants: the keys of a configuration, and the settings that they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.config.library_versions import VersionRange
from asyncsql_lint.diagnostics import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns in the language of `.gitignore`, relative to the folder `base`."""

    base: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What one configuration, or the command line, says about rules. `select` is None when it does not say it."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PerFileIgnore:
    """Rules that do not count in the files that `pattern` matches; when `inverted`, in all others."""

    pattern: Patterns
    selectors: tuple[str, ...]
    inverted: bool = False


DEFAULT_EXCLUDE = (
    ".asyncsql_lint_cache",
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""Names that are left out below the root of a walk, unless `exclude` says otherwise."""


SELECTING = ("select", "extend-select", "ignore", "extend-ignore")
"""The keys that say which rules count."""
ADDED_UP = frozenset({*SELECTING, "unfixable", "extend-exclude"})
"""The keys of which more than one layer may count; of all others the uppermost that says it."""
_BEGIN_ANEW = {"select": SELECTING, "fixable": ("unfixable",)}
"""The keys that begin anew when a layer says them, each with those that do not count any more in the layers below."""


@dataclass(frozen=True, slots=True)
class Config:
    """One layer of wishes: a file, what it extends, or the command line. None, or empty, is "not said".

    `selections` are applied in their order, the farthest ancestor of `extend` first. `files` are those that were read,
    each before the one that it extends; `said_in` names for each key who says it, in the order in which they count.
    """

    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] | None = None
    fixable: tuple[str, ...] | None = None
    unfixable: tuple[str, ...] | None = None
    exclude: Patterns | None = None
    extend_exclude: tuple[Patterns, ...] = ()
    respect_gitignore: bool | None = None
    force_exclude: bool | None = None
    src: tuple[str, ...] | None = None
    fail_on: Severity | None = None
    min_confidence: Confidence | None = None
    output_format: OutputFormat | None = None
    baseline: str | None = None
    required_version: str | None = None
    library_versions: tuple[tuple[str, VersionRange], ...] | None = None
    files: tuple[str, ...] = field(default=(), compare=False)
    said_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def over(self, below: Config) -> Config:
        """This layer on top of `below`: what it says counts, and the lists that extend are added up.

        `unfixable` goes together with the `fixable` that it takes from: the one of `below` counts beside it.
        """
        said = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        said["selections"] = below.selections + self.selections
        said["extend_exclude"] = below.extend_exclude + self.extend_exclude
        if self.fixable is not None:
            said["unfixable"] = self.unfixable or ()
        elif self.unfixable is not None:
            said["unfixable"] = (below.unfixable or ()) + self.unfixable
        said["files"] = self.files + below.files
        said["said_in"] = self._said_over(below.said_in)
        return replace(below, **said)

    def _said_over(self, below: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Who says each key when this layer lies on one with `below`."""
        void = {key for first, keys in _BEGIN_ANEW.items() if first in self.said_in for key in keys}
        left = {key: who for key, who in below.items() if key not in void}
        more = {key: left.get(key, ()) + who if key in ADDED_UP else who for key, who in self.said_in.items()}
        return {**left, **more}


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts for one file: every question answered. `source` is the configuration file, if there is one.

    `files` are all that were read for it, and `said_in` who says each key; one that nobody says has its default.
    """

    source: str | None = None
    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    exclude: tuple[Patterns, ...] = field(default_factory=lambda: (Patterns("", DEFAULT_EXCLUDE),))
    respect_gitignore: bool = True
    force_exclude: bool = False
    src: tuple[str, ...] = ()
    fail_on: Severity = Severity.INFO
    min_confidence: Confidence = Confidence.INFERRED
    output_format: OutputFormat = OutputFormat.TEXT
    baseline: str | None = None
    required_version: str | None = None
    library_versions: tuple[tuple[str, VersionRange], ...] = ()
    files: tuple[str, ...] = field(default=(), compare=False)
    said_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def settle(config: Config, source: str | None) -> Settings:
    """The settings that `config`, read from `source`, comes to, with the defaults for what it does not say."""
    default = Settings(source)
    excluded = default.exclude if config.exclude is None else (config.exclude,)
    said = {
        key: value
        for key in (f.name for f in fields(default))
        if key not in ("source", "exclude") and (value := getattr(config, key)) is not None
    }
    return replace(default, exclude=excluded + config.extend_exclude, **said)
