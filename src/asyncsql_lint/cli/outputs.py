"""Which formats go where: `-o FORMAT` or `-o FORMAT:FILE`, as often as it is wanted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import click

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.errors import UsageError

STDOUT = "-"
"""The place that is standard output."""

FORMATS = {"text": OutputFormat.TEXT, "full": OutputFormat.TEXT, **{each.value: each for each in OutputFormat}}


@dataclass(frozen=True, slots=True)
class Output:
    """What `-o` says: a format, and a file, or `-`; None is the place that `--output-file` names."""

    format: OutputFormat
    place: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedOutput:
    """One format in one place: a file, or `-` for standard output."""

    format: OutputFormat
    place: str


def parse_outputs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """Each `FORMAT` or `FORMAT:FILE` of `values` as it is meant. Raises the usage error of click for what is none."""
    return tuple(_parsed(ctx, param, value) for value in values)


def complete_output(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """The formats that begin with `incomplete`, for a shell."""
    return [name for name in FORMATS if name.startswith(incomplete)]


def _parsed(ctx: click.Context, param: click.Parameter, value: str) -> Output:
    name, colon, place = value.partition(":")
    if name not in FORMATS:
        from asyncsql_lint.config.keys import did_you_mean

        known = ", ".join(FORMATS)
        meant = did_you_mean(name, tuple(FORMATS))
        raise click.BadParameter(f"{name!r} is not one of {known}{meant}", ctx, param)
    if colon and not place:
        raise click.BadParameter(f"{value!r} names no file after its colon (`-` is standard output)", ctx, param)
    return Output(FORMATS[name], place or None)


def settled(told: Sequence[Output], configured: OutputFormat, output_file: str | None) -> tuple[PlacedOutput, ...]:
    """All outputs with their places; `configured` is the format when none is told.

    Raises `UsageError` for two outputs in one place, and for a place where nothing can be written.
    """
    from asyncsql_lint.cli.writing import check_place

    found = tuple(told) or (Output(configured),)
    if output_file is not None and all(output.place is not None for output in found):
        raise UsageError("--output-file: every --output-format names a place of its own")
    placed = [PlacedOutput(output.format, output.place or output_file or STDOUT) for output in found]
    _refuse_shared_places(placed)
    for output in placed:
        if output.place != STDOUT:
            check_place(output.place)
    return tuple(placed)


def _refuse_shared_places(outputs: Sequence[PlacedOutput]) -> None:
    taken: dict[str, PlacedOutput] = {}
    for output in outputs:
        where = output.place if output.place == STDOUT else os.path.realpath(output.place)
        other = taken.setdefault(where, output)
        if other is not output:
            what = "standard output" if where == STDOUT else output.place
            name = output.format.value
            raise UsageError(
                f"--output-format: {other.format.value} and {name} cannot both go to {what}; "
                f"name a file: `-o {name}:FILE`"
            )
