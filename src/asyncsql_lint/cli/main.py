"""The command: one flat `asyncsql-lint [OPTIONS] [PATH]...`. Here options are parsed and errors become exit codes."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from asyncsql_lint import __version__
from asyncsql_lint.cli.exit_codes import ExitCode
from asyncsql_lint.cli.outputs import FORMATS, complete_output, parse_outputs
from asyncsql_lint.errors import ISSUES, AsyncsqlLintError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM = "asyncsql-lint"
PARSER_THREAD = "asyncsql-lint"
"""The name that `syntax.parse.on_deep_stack` gives its thread."""

_VALUE_OPTIONAL = frozenset({"--add-noqa", "--add-ignore"})

Command = TypeVar("Command", bound=Callable[..., Any])


def _complete_rules(_: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from asyncsql_lint.cli.completions import complete_rules

    return complete_rules(parameter, incomplete)


def _complete_files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return click.Path().shell_complete(context, parameter, incomplete)


def _write_completions(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    if shell is None:
        return
    from asyncsql_lint.cli.completions import write_script
    from asyncsql_lint.cli.output import emit

    emit(partial(write_script, command=command, program=PROGRAM, shell=shell))
    context.exit()


def _rules_option(name: str, text: str) -> Callable[[Command], Command]:
    """An option that takes rules, separated by commas, and may be repeated."""
    return click.option(name, multiple=True, metavar="RULES", shell_complete=_complete_rules, help=text)


class _Command(click.Command):
    """Reads an option that may go without its value: `--add-noqa`, `--add-noqa=REASON`, never `--add-noqa REASON`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the options that came without a value an empty one."""
        options = args[: args.index("--")] if "--" in args else args
        rest = args[len(options) :]
        return super().parse_args(ctx, [f"{arg}=" if arg in _VALUE_OPTIONAL else arg for arg in options] + rest)


@click.command(cls=_Command, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=_complete_files)
@_rules_option("--select", "Rules to check, in place of the configured ones: codes, their beginnings, names, ALL.")
@_rules_option("--ignore", "Rules not to check.")
@_rules_option("--extend-select", "Rules to check besides the configured ones.")
@_rules_option("--extend-ignore", "Rules not to check, besides the configured ones.")
@click.option("--per-file-ignores", multiple=True, metavar="PATTERN:RULE", help="Rules not to check in some files.")
@_rules_option("--fixable", "Rules whose fixes may be applied.")
@_rules_option("--unfixable", "Rules whose fixes may not be applied.")
@click.option(
    "--min-confidence",
    type=click.Choice(["proved", "inferred", "guessed"]),
    help="Report only what the analysis is that sure of.  [default: inferred]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="Exit with 1 only for findings that bad, or worse.  [default: info]",
)
@click.option(
    "-o",
    "--output-format",
    multiple=True,
    callback=parse_outputs,
    shell_complete=complete_output,
    metavar="FORMAT[:FILE]",
    envvar="ASYNCSQL_LINT_OUTPUT_FORMAT",
    help=f"How to write the findings, and where; may be repeated: {', '.join(FORMATS)} (full is text). "
    "FILE `-` is standard output.  [default: text]",
)
@click.option(
    "--output-file",
    metavar="FILE",
    shell_complete=_complete_files,
    help="Where to write the format that names no file of its own.",
)
@click.option(
    "--explain",
    metavar="RULE",
    shell_complete=_complete_rules,
    help="Show the page of a rule (code or name), and exit.",
)
@click.option("--rules", is_flag=True, help="List all rules, and exit.")
@click.option("--why", metavar="FILE:LINE", help="Tell what the analysis knows of a line, and exit.")
@click.option("--fix", is_flag=True, help="Mend what has a safe fix, and report the rest.")
@click.option("--fix-only", is_flag=True, help="Mend what can be mended, and report nothing of the rest.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff, use also fixes that change a query.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--show-fixes", is_flag=True, help="With --fix or --diff, list by file and rule what was mended.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked, and exit.")
@click.option("--show-settings", is_flag=True, help="Show the settings for PATH, and exit.")
@click.option(
    "--config",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    shell_complete=_complete_files,
    help="A configuration file, or a single key of one, in TOML.",
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option(
    "--exclude", multiple=True, metavar="PATTERN", help="Patterns to leave out, in place of the default ones."
)
@click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Patterns to leave out besides.")
@click.option("--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what .gitignore names.")
@click.option("--force-exclude/--no-force-exclude", default=None, help="Leave out excluded files also when given.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what is read from standard input (PATH is `-`).")
@click.option(
    "--add-noqa",
    metavar="[=REASON]",
    shell_complete=_complete_files,  # the word after it is a path
    help="Write `# noqa: CODE` on the line of each finding.",
)
@click.option(
    "--add-ignore",
    metavar="[=REASON]",
    shell_complete=_complete_files,
    help="Write `# asl: ignore[CODE]` on the line of each finding.",
)
@click.option("--ignore-noqa", is_flag=True, help="Report also what comments take back.")
@click.option("--show-suppressed", is_flag=True, help="Show what comments take back, without counting it.")
@click.option("--report-only-given", is_flag=True, help="Report nothing outside of the given files.")
@click.option("--no-cache", is_flag=True, help="Work everything out anew, and keep nothing.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="ASYNCSQL_LINT_CACHE_DIR",
    help="Where to keep what was worked out.  [default: .asyncsql_lint_cache in the project]",
)
@click.option("--clear-cache", is_flag=True, help="Remove what was kept for PATH, and exit.")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Parse in N processes.  [default: one for each core]"
)
@click.option(
    "--baseline",
    metavar="FILE",
    shell_complete=_complete_files,
    help="Report only what FILE, a baseline, does not know.",
)
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew, so that it knows what is found.")
@click.option("--ignore-baseline", is_flag=True, help="Report also what the baseline knows.")
@click.option("--error-on-stale-baseline", is_flag=True, help="Exit with 1 when the baseline knows what is mended.")
@click.option("--new-since", metavar="REV", help="Report only what was not there where REV and HEAD part (git).")
@click.option("--watch", is_flag=True, help="Check again whenever files change, and show what came and went.")
@click.option("--statistics", is_flag=True, help="Count by rule, file and confidence, in place of the findings.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when there are findings.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 also when everything found was mended.")
@click.option("-q", "--quiet", is_flag=True, help="Write findings only: no summary, no warnings, no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Tell what is done, and show tracebacks.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours; auto minds the terminal, NO_COLOR and FORCE_COLOR.",
)
@click.option(
    "--completions",
    type=click.Choice(["bash", "zsh", "fish"]),
    expose_value=False,
    is_eager=True,
    callback=_write_completions,
    help="Write what this shell has to load to complete options, rules and files, and exit.",
)
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
def command(**given: Any) -> ExitCode:  # noqa: ANN401 -- click gives what the options say
    """Find where async SQLAlchemy and SQLModel code will fail at run time, and say why.

    Checks the Python files at each PATH (the current folder by default; `-` for standard input), and knows the whole
    project around them. Exits with 0 when nothing is found, 1 when something is, 2 when the job could not be done.
    """
    # `--version` and `--help` need nothing of it.
    from asyncsql_lint.cli.options import Options
    from asyncsql_lint.cli.session import run_options

    try:
        os.getcwd()
    except OSError as error:
        raise UsageError("the current folder is gone, or cannot be read") from error
    return run_options(Options(**given))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (those of the process by default) and return its exit code."""
    verbose = any(argument in ("-v", "--verbose") for argument in (sys.argv[1:] if arguments is None else arguments))
    try:
        code: int | None = command.main(arguments, prog_name=PROGRAM, standalone_mode=False)
        return ExitCode.CLEAN if code is None else code
    except click.ClickException as error:
        error.show()
        return ExitCode.FAILED
    except (KeyboardInterrupt, click.Abort):
        _leave_at_once()
        return ExitCode.INTERRUPTED
    except AsyncsqlLintError as error:
        from asyncsql_lint.cli.output import say

        say(f"error: {error}")
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001 -- the last place where a bug can be told as one, not as a wall of frames
        _tell_bug(error, verbose)
        return ExitCode.FAILED


def _leave_at_once() -> None:
    """End the process if a parse is still going on in its thread.

    The interpreter would pull the ground from under the native parser, which then aborts with a core dump.
    """
    if any(thread.name == PARSER_THREAD for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ExitCode.INTERRUPTED)


def _tell_bug(error: Exception, verbose: bool) -> None:
    from asyncsql_lint.cli.output import say

    path = _file_at_work(error)
    where = f" while it checked {path}" if path else ""
    say(f"error: asyncsql-lint {__version__} has a bug{where}: {type(error).__name__}: {error}")
    say(f"Please report it at {ISSUES}, with the traceback that -v shows.")
    if verbose:
        say("".join(traceback.format_exception(error)).rstrip())


def _file_at_work(error: BaseException) -> str | None:
    """The file that the innermost frame of `error` was busy with, if a frame holds it or one of its functions."""
    from asyncsql_lint.index.definitions import FunctionInfo
    from asyncsql_lint.source.files import SourceFile

    path: str | None = None
    frame = error.__traceback__
    while frame is not None:
        for value in frame.tb_frame.f_locals.values():
            if isinstance(value, SourceFile):
                path = value.path
            elif isinstance(value, FunctionInfo):
                path = value.module.path
        frame = frame.tb_next
    return path
