"""Completions for shells: the script that a shell loads, and the words that are not click's to know."""

from __future__ import annotations

from typing import TextIO

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


def write_script(out: TextIO, command: click.Command, program: str, shell: str) -> None:
    """Write what `shell` has to load to complete `program`, which runs `command`."""
    variable = f"_{program}_COMPLETE".replace("-", "_").upper()
    # Not the method of click's class for bash: that one runs bash to see its version, and the script is wanted anyhow.
    out.write(ShellComplete.source(SHELLS[shell](command, {}, program, variable)))


def complete_rules(parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes and names of rules that begin like the last word of a list with commas."""
    from asyncsql_lint.rules import RULES

    before, comma, word = incomplete.rpartition(",")
    metas = sorted((rule.meta for rule in RULES), key=lambda meta: meta.code)
    words = [(meta.code, meta.name) for meta in metas] + [(meta.name, meta.code) for meta in metas]
    known = [("ALL", "every rule"), *words] if parameter.multiple else words
    return [
        CompletionItem(before + comma + text, help=about)
        for text, about in known
        if text.lower().startswith(word.lower())
    ]
