"""What the user wants: the keys of a configuration, and the settings that they come to."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import Enum

from asyncsql_lint.config.library_versions import VersionRange
from asyncsql_lint.diagnostics import Confidence, Severity


class OutputFormat(Enum):
    """How findings are written."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"


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


@dataclass(frozen=True, slots=True)
class Config:
    """One layer of wishes: a file, what it extends, or the command line. None, or empty, is "not said".

    `selections` are applied in their order, the farthest ancestor of `extend` first.
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
    required_version: str | None = None
    library_versions: tuple[tuple[str, VersionRange], ...] | None = None

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
        return replace(below, **said)


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts for one file: every question answered. `source` is the configuration file, if there is one."""

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
    library_versions: tuple[tuple[str, VersionRange], ...] = ()


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
