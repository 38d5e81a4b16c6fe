"""The command line's wishes, in the terms of a configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asyncsql_lint.cli.outputs import Output
from asyncsql_lint.config.keys import Place, config_of
from asyncsql_lint.config.load import Configuration, inline_config
from asyncsql_lint.config.model import Config
from asyncsql_lint.engine.suppressions import CommentStyle, Wording
from asyncsql_lint.errors import UsageError
from asyncsql_lint.source.filesystem import absolute, normal


@dataclass(frozen=True, slots=True)
class Options:
    """Every option, as it was given."""

    paths: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_select: tuple[str, ...]
    extend_ignore: tuple[str, ...]
    per_file_ignores: tuple[str, ...]
    fixable: tuple[str, ...]
    unfixable: tuple[str, ...]
    min_confidence: str | None
    fail_on: str | None
    output_format: tuple[Output, ...]
    output_file: str | None
    explain: str | None
    rules: bool
    why: str | None
    fix: bool
    fix_only: bool
    unsafe_fixes: bool
    show_fixes: bool
    diff: bool
    show_files: bool
    show_settings: bool
    config: tuple[str, ...]
    isolated: bool
    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    respect_gitignore: bool | None
    force_exclude: bool | None
    stdin_filename: str | None
    add_noqa: str | None
    add_ignore: str | None
    ignore_noqa: bool
    show_suppressed: bool
    report_only_given: bool
    no_cache: bool
    cache_dir: str | None
    clear_cache: bool
    jobs: int | None
    baseline: str | None
    update_baseline: bool
    ignore_baseline: bool
    error_on_stale_baseline: bool
    new_since: str | None
    watch: bool
    statistics: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    quiet: bool
    verbose: bool
    color: str


def wording(options: Options) -> Wording | None:
    """How suppressions are to be written, None when none are. Raises `UsageError` when they cannot be."""
    given = {CommentStyle.NOQA: options.add_noqa, CommentStyle.IGNORE: options.add_ignore}
    asked = {style: reason for style, reason in given.items() if reason is not None}
    if not asked:
        return None
    if len(asked) > 1:
        raise UsageError("--add-noqa and --add-ignore write the same in two ways: use one of them")
    ((style, reason),) = asked.items()
    name = f"--add-{style.value}"
    if options.fix or options.fix_only:
        raise UsageError(f"{name} cannot be used together with --fix: mend first, then write comments about the rest")
    if options.ignore_noqa:
        raise UsageError(f"{name} minds the comments that are there: it cannot be used together with --ignore-noqa")
    if "#" in reason or not reason.isprintable():
        raise UsageError(f"{name}: a reason is one line of text without `#`")
    return Wording(style, reason.strip())


def configuration(options: Options) -> Configuration:
    """What counts for each file, with the options on top. Raises `ConfigError` and `UsageError`."""
    here = normal(os.getcwd())
    files = [text for text in options.config if os.path.exists(text) or "=" not in text]
    inline = [text for text in options.config if text not in files]
    if len(files) > 1:
        raise UsageError("--config: give one file, and single keys as `key = value`")
    if files and options.isolated:
        raise UsageError("--isolated reads no configuration: it cannot be used with --config FILE")
    fixed = absolute(files[0]) if files else None
    if fixed is not None and not os.path.isfile(fixed):
        raise UsageError(f"--config: {files[0]}: no such file")
    overrides = _overrides(options, here).over(inline_config(inline, here))
    return Configuration(overrides, fixed=fixed, isolated=options.isolated)


def refuse_contradictions(options: Options) -> None:
    """Raise `UsageError` for options that cannot be carried out together."""
    changing = {
        "--diff": options.diff,
        "--add-noqa": options.add_noqa is not None,
        "--add-ignore": options.add_ignore is not None,
        "standard input": "-" in options.paths,
    }
    if options.update_baseline:
        against = {"--ignore-baseline": options.ignore_baseline, "--new-since": options.new_since is not None}
        _refuse("--update-baseline writes down all that the files hold", against | changing)
    if options.watch:
        against = {
            "--fix": options.fix,
            "--fix-only": options.fix_only,
            "--update-baseline": options.update_baseline,
            "--output-file": options.output_file is not None,
            "--statistics": options.statistics,
            "--why": options.why is not None,
            "--explain": options.explain is not None,
            "--rules": options.rules,
            "--show-files": options.show_files,
            "--show-settings": options.show_settings,
            "--clear-cache": options.clear_cache,
        }
        _refuse("--watch goes on checking, and changes nothing", against | changing)


def _refuse(reason: str, against: Mapping[str, bool]) -> None:
    """Raise `UsageError`, for this reason, about the first option that was given."""
    for name, is_given in against.items():
        if is_given:
            raise UsageError(f"{reason}: it does not go with {name}")


def _overrides(options: Options, here: str) -> Config:
    """The options that are configuration keys, too."""
    lists = {
        "select": options.select,
        "ignore": options.ignore,
        "extend-select": options.extend_select,
        "extend-ignore": options.extend_ignore,
        "fixable": options.fixable,
        "unfixable": options.unfixable,
        "exclude": options.exclude,
        "extend-exclude": options.extend_exclude,
    }
    single = {
        "min-confidence": options.min_confidence,
        "fail-on": options.fail_on,
        "baseline": options.baseline,
        "output-format": options.output_format[0].format.value if options.output_format else None,
        "respect-gitignore": options.respect_gitignore,
        "force-exclude": options.force_exclude,
    }
    table: dict[str, object] = {key: list(_comma_separated(value)) for key, value in lists.items() if value}
    table |= {key: value for key, value in single.items() if value is not None}
    if options.per_file_ignores:
        table["per-file-ignores"] = _per_file_ignores(options.per_file_ignores)
    return config_of(table, Place("the command line", here))


def _per_file_ignores(texts: Iterable[str]) -> dict[str, list[str]]:
    """`tests/*:ASL301,docs/*:ASL2` as a table. Raises `UsageError` for what has no colon."""
    table: dict[str, list[str]] = {}
    for text in _comma_separated(texts):
        pattern, colon, selector = text.rpartition(":")
        if not colon or not pattern or not selector:
            raise UsageError(f"--per-file-ignores takes PATTERN:RULE, not {text!r}")
        table.setdefault(pattern, []).append(selector.strip())
    return table


def _comma_separated(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        yield from (part.strip() for part in value.split(",") if part.strip())
