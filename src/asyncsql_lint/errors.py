"""Every error that the program raises on purpose. The command line maps each of them to exit code 2."""

from __future__ import annotations

HOME = "https://github.com/asyncsql-lint/asyncsql-lint"
"""Where the program is kept."""

ISSUES = f"{HOME}/issues"
"""Where bugs of ours are told."""


class AsyncsqlLintError(Exception):
    """Base of all errors that are told to the user without a traceback."""


class UsageError(AsyncsqlLintError):
    """An option, a path or a combination of them that cannot be carried out."""


class ConfigError(AsyncsqlLintError):
    """A configuration that cannot be read or that says something impossible; the message names file and key."""


class SourceError(AsyncsqlLintError):
    """A file or folder that cannot be read; the message names it and says why."""


class BaselineError(AsyncsqlLintError):
    """A baseline that cannot be read or written, or that is none; the message names it and says why."""


class RevisionError(AsyncsqlLintError):
    """A state of the repository that cannot be had: no git, no repository, no such revision; the message says which."""
