"""Baselines as a user meets them: what counts, what is told, what is written. The analysis itself is a fake."""

from __future__ import annotations

import builtins
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.support.git import begin

THREE = {"a.py": "bad101()\nbad101()\n", "pkg/b.py": "x = 1\nbad301()\n"}
WRITE = ("--baseline", "known.json", "--update-baseline")
READ = ("--baseline", "known.json")


@pytest.fixture
def known(command: Command) -> Command:
    """Three findings, all of them known."""
    command.write(THREE)
    done = command(*WRITE)
    assert (done.code, done.places, done.err) == (0, [], "known.json: 3 added, 0 dropped, 3 in all\n")
    assert done.out == "All checks passed!\n3 known, 0 new, 0 fixed.\n"
    return command


def entries(command: Command, name: str = "known.json") -> dict[str, Counter[str]]:
    """How often a baseline knows each rule, by file."""
    files: dict[str, list[dict[str, Any]]] = json.loads((command.folder / name).read_text())["files"]
    known: dict[str, Counter[str]] = {path: Counter() for path in files}
    for path, listed in files.items():
        for entry in listed:
            known[path][entry["rule"]] += entry["count"]
    return known


EVERY = "a.py:1 101", "a.py:2 101", "pkg/b.py:2 301"
LATER = [
    ("nothing", {}, [], 0, [], "3 known, 0 new, 0 fixed.", ""),
    ("lines above", {"a.py": "\n\nx\nbad101()\nbad101()\n"}, [], 0, [], "3 known, 0 new, 0 fixed.", ""),
    ("the statement", {"a.py": "x = bad101()\ny = bad101()\n"}, [], 0, [], "3 known, 0 new, 0 fixed.", ""),
    ("one more of the same", {"a.py": "bad101()\n" * 3}, [], 1, ["a.py:3 101"], "3 known, 1 new, 0 fixed.", ""),
    ("one of another rule", {"a.py": THREE["a.py"] + "bad305()\n"}, [], 1, ["a.py:3 305"],
     "3 known, 1 new, 0 fixed.", ""),
    ("one below fail-on", {"a.py": THREE["a.py"] + "bad305()\n"}, ["--fail-on", "error"], 0, ["a.py:3 305"],
     "3 known, 1 new, 0 fixed.", ""),
    ("one in another file", {"c.py": "bad101()\n"}, [], 1, ["c.py:1 101"], "3 known, 1 new, 0 fixed.", ""),
    ("one is mended", {"a.py": "bad101()\n"}, [], 0, [], "2 known, 0 new, 1 fixed.", "1 known finding is gone"),
    ("one is mended, a gate", {"a.py": "bad101()\n"}, ["--error-on-stale-baseline"], 1, [], "2 known, 0 new, 1 fixed.",
     "error: known.json: 1 known finding is gone; --update-baseline drops them:\n  a.py: ASL101 in f\n"),
    ("one is mended, a gate without force", {"a.py": ""}, ["--error-on-stale-baseline", "--exit-zero"], 0, [],
     "1 known, 0 new, 2 fixed.", "  a.py: ASL101 in f (2 times)\n"),
    ("none is mended, a gate", {}, ["--error-on-stale-baseline"], 0, [], "3 known, 0 new, 0 fixed.", ""),
    ("one mended, one new", {"a.py": "bad101()\nbad301()\n"}, [], 1, ["a.py:2 301"],
     "2 known, 1 new, 1 fixed.", "1 known"),
    ("a comment takes one back", {"pkg/b.py": "x = 1\nbad301()  # noqa: ASL301\n"}, [], 0, [],
     "2 known, 0 new, 1 fixed.", "pkg/b.py: ASL301"),
    ("a file is gone", {"pkg/b.py": None}, [], 0, [], "2 known, 0 new, 1 fixed.", "pkg/b.py: ASL301 in f"),
    ("a file was moved", {"pkg/b.py": None, "pkg/c.py": THREE["pkg/b.py"]}, [], 1, ["pkg/c.py:2 301"],
     "2 known, 1 new, 1 fixed.", "pkg/b.py: ASL301 in f"),
    ("only some files", {"a.py": ""}, ["pkg"], 0, [], "1 known, 0 new, 0 fixed.", ""),
    ("only one file", {"pkg/b.py": ""}, ["a.py"], 0, [], "2 known, 0 new, 0 fixed.", ""),
    ("one file, mended", {"a.py": ""}, ["a.py"], 0, [], "0 known, 0 new, 2 fixed.", "a.py: ASL101 in f (2 times)"),
    ("a file is gone elsewhere", {"a.py": None}, ["pkg"], 0, [], "1 known, 0 new, 0 fixed.", ""),
    ("a file is left out", {}, ["--extend-exclude", "pkg"], 0, [], "2 known, 0 new, 0 fixed.", ""),
    ("a rule is off", {}, ["--ignore", "ASL301"], 0, [], "2 known, 0 new, 0 fixed.", ""),
    ("less sure than wanted", {"pkg/b.py": "bad301_inferred()\n"}, ["--min-confidence", "proved"], 0, [],
     "2 known, 0 new, 0 fixed.", ""),
    ("a file does not parse", {"c.py": "\0", "a.py": ""}, [], 1, ["c.py:1 900"], "1 known, 1 new, 0 fixed.", ""),
    ("without the baseline", {}, ["--ignore-baseline"], 1, [*EVERY], "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "options", "code", "places", "summary", "told"),
    [case[1:] for case in LATER],
    ids=[case[0] for case in LATER],
)
def test_after_a_change(
    known: Command,
    change: dict[str, str | None],
    options: list[str],
    code: int,
    places: list[str],
    summary: str,
    told: str,
) -> None:
    known.write(change)
    done = known(*READ, *options)
    assert (done.code, done.places) == (code, places)
    assert f"\n{summary}" in f"\n{done.out}"
    assert ("fixed." in done.out) is bool(summary)
    assert told in done.err
    assert bool(told) is bool(done.err)


UPDATES = [
    ("nothing", {}, [], {"a.py": {"ASL101": 2}, "pkg/b.py": {"ASL301": 1}}),
    ("one more", {"a.py": "bad101()\n" * 3}, [], {"a.py": {"ASL101": 3}, "pkg/b.py": {"ASL301": 1}}),
    ("one mended", {"a.py": "bad101()\n"}, [], {"a.py": {"ASL101": 1}, "pkg/b.py": {"ASL301": 1}}),
    ("all of a file mended", {"a.py": ""}, [], {"pkg/b.py": {"ASL301": 1}}),
    ("a file is gone", {"a.py": None}, [], {"pkg/b.py": {"ASL301": 1}}),
    ("only some files", {"a.py": "", "pkg/b.py": "bad101()\n"}, ["pkg"],
     {"a.py": {"ASL101": 2}, "pkg/b.py": {"ASL101": 1}}),
    ("a rule is off", {"a.py": ""}, ["--select", "ASL301"], {"a.py": {"ASL101": 2}, "pkg/b.py": {"ASL301": 1}}),
    ("what a change breaks elsewhere", {"models.py": "", "a.py": "bad101_at_models()\n"}, ["models.py"],
     {"a.py": {"ASL101": 2}, "pkg/b.py": {"ASL301": 1}}),
    ("a file that does not parse", {"c.py": "\0", "a.py": "bad101()\nbad305()\n"}, [],
     {"a.py": {"ASL101": 2, "ASL305": 1}, "pkg/b.py": {"ASL301": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "options", "expected"), [c[1:] for c in UPDATES], ids=[c[0] for c in UPDATES])
def test_update(
    known: Command, change: dict[str, str | None], options: list[str], expected: dict[str, dict[str, int]]
) -> None:
    known.write(change)
    done = known(*WRITE, *options)
    assert entries(known) == expected
    assert done.code == ("\0" in change.values()), "what cannot be in a baseline counts"
    after = known(*READ, *options)
    assert (after.code, after.err, after.places) == (done.code, "", done.places)


def test_a_finding_that_a_given_file_causes_elsewhere_is_known(command: Command) -> None:
    command.write({"models.py": "", "a.py": "bad101_at_models()\n"})
    assert command("models.py").places == ["a.py:1 101"]
    command(*WRITE, "models.py")
    assert entries(command) == {"a.py": {"ASL101": 1}}
    assert command(*READ, "models.py").places == []


def test_it_is_the_same_on_every_machine(known: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = (known.folder / "known.json").read_bytes()
    os.rename(known.folder, tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere" / "pkg")
    assert known("--baseline", "../known.json", "..").code == 0
    known("--baseline", "../again.json", "--update-baseline", "..", str(tmp_path / "elsewhere" / "a.py"))
    assert (tmp_path / "elsewhere" / "again.json").read_bytes() == written


def test_a_baseline_in_another_folder(command: Command) -> None:
    command.write({**THREE, "ci/readme.md": ""})
    command("--baseline", "ci/known.json", "--update-baseline")
    assert entries(command, "ci/known.json") == {"../a.py": {"ASL101": 2}, "../pkg/b.py": {"ASL301": 1}}
    assert command("--baseline", "ci/known.json").code == 0


def test_what_does_not_change_is_not_written(known: Command) -> None:
    path = known.folder / "known.json"
    os.utime(path, (1, 1))
    assert known(*WRITE).err == "known.json: 0 added, 0 dropped, 3 in all\n"
    assert path.stat().st_mtime == 1


def test_the_key_names_a_file_beside_its_configuration(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command.write({**THREE, "pyproject.toml": '[tool.asyncsql-lint]\nbaseline = "known.json"\n'})
    monkeypatch.chdir(command.folder / "pkg")
    assert command("--update-baseline", "..").code == 0
    assert entries(command) == {"a.py": {"ASL101": 2}, "pkg/b.py": {"ASL301": 1}}
    assert command("..").out == "All checks passed!\n3 known, 0 new, 0 fixed.\n"
    assert len(command("..", "--ignore-baseline").places) == 3


def test_each_part_of_a_monorepo_has_its_own(command: Command) -> None:
    command.write({
        **THREE,
        "pyproject.toml": '[tool.asyncsql-lint]\nbaseline = "known.json"\n',
        "pkg/asyncsql-lint.toml": 'baseline = "own.json"\n',
        "free/asyncsql-lint.toml": "",
        "free/c.py": "bad101()\n",
    })  # fmt: skip
    assert command("--update-baseline").places == ["free/c.py:1 101"]
    assert entries(command) == {"a.py": {"ASL101": 2}}
    assert entries(command, "pkg/own.json") == {"b.py": {"ASL301": 1}}
    command.write({"a.py": "", "pkg/b.py": "bad101()\n"})
    done = command()
    assert done.places == ["free/c.py:1 101", "pkg/b.py:1 101"]
    assert done.err.count("gone; --update-baseline drops") == 2


def test_fixes_leave_alone_what_is_known(command: Command) -> None:
    command.write({"a.py": "bad101_fixed()\n"})
    command(*WRITE)
    command.write({"b.py": "bad101_fixed()\n"})
    assert command(*READ, "--fix").out == "Fixed 1 error.\n1 known, 0 new, 0 fixed.\n"
    assert (command.folder / "a.py").read_text() == "bad101_fixed()\n"
    assert command(*READ, "--fix", "--ignore-baseline").out == "Fixed 1 error.\n"
    assert (command.folder / "a.py").read_text() == "good()\n"


def test_what_remains_after_fixes_is_written(command: Command) -> None:
    command.write({"a.py": "bad101_fixed()\nbad301()\n"})
    assert command(*WRITE, "--fix").code == 0
    assert entries(command) == {"a.py": {"ASL301": 1}}


def test_json_holds_findings_only(known: Command) -> None:
    known.write({"a.py": "bad101()\nbad301()\n"})
    done = known(*READ, "-o", "json")
    assert [found["code"] for found in json.loads(done.out)] == ["ASL301"]
    assert done.err.endswith("2 known, 1 new, 1 fixed.\n")
    assert known(*READ, "-o", "json", "-q").err == ""


def test_standard_input_is_set_against_it(known: Command) -> None:
    done = known(*READ, "-", "--stdin-filename", "a.py", stdin=b"bad101()\nbad101()\nbad305()\n")
    assert (done.code, done.places) == (1, ["a.py:3 305"])


def test_many_stale_entries_are_not_all_told(command: Command) -> None:
    command.write({f"m{number}.py": "bad101()\n" for number in range(12)})
    command(*WRITE)
    command.write({f"m{number}.py": "" for number in range(12)})
    err = command(*READ).err
    assert err.startswith("warning: known.json: 12 known findings are gone")
    assert err.count("ASL101") == 10
    assert err.endswith("  and 2 more entries\n")


def test_nothing_in_it_can_write_lines_of_its_own(known: Command) -> None:
    path = known.folder / "known.json"
    path.write_text(path.read_text().replace('"f"', '"f\\nerror: \\u001b[31m"').replace('"ASL101"', '"ASL1"'))
    err = known(*READ).err
    assert "\x1b" not in err
    assert [line[:4] for line in err.splitlines()] == ["warn", "  a.", "  pk"]


ERRORS = [
    ("there is none", READ, None, "known.json: there is no such baseline; --update-baseline writes one"),
    ("a merge", READ, "{\n<<<<<<< HEAD\n", "known.json:2: a merge left its marks here"),
    ("a merge, to update", WRITE, "{\n=======\n", "known.json:2: a merge left its marks here"),
    ("a later version", READ, '{"version": 9}', 'known.json: "version" is 9'),
    ("no JSON", WRITE, "{", "known.json:1:2: not valid JSON"),
    ("a folder", ("--baseline", "pkg"), None, "pkg: the baseline is not a file"),
    ("a folder, to update", ("--baseline", "pkg", "--update-baseline"), None, "pkg: the baseline is not a file"),
    ("nowhere to write", ("--baseline", "no/known.json", "--update-baseline"), None,
     "no/known.json: the baseline cannot be written: no such file or directory"),
    ("no name", ("--baseline", ""), None, '"baseline" must be the name of a file'),
    ("none to update", ("--update-baseline",), None, "--update-baseline: there is no baseline: give --baseline FILE"),
    ("update and ignore", (*WRITE, "--ignore-baseline"), None, "it does not go with --ignore-baseline"),
    ("update and since", (*WRITE, "--new-since", "HEAD"), None, "it does not go with --new-since"),
    ("update and diff", (*WRITE, "--diff"), None, "it does not go with --diff"),
    ("update and comments", (*WRITE, "--add-noqa"), None, "it does not go with --add-noqa"),
    ("update and our comments", (*WRITE, "--add-ignore=why"), None, "it does not go with --add-ignore"),
    ("update and standard input", (*WRITE, "-"), None, "it does not go with standard input"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "text", "words"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_error(command: Command, options: tuple[str, ...], text: str | None, words: str) -> None:
    command.write(THREE if text is None else {**THREE, "known.json": text})
    before = sorted(command.folder.rglob("*"))
    done = command(*options)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert sorted(command.folder.rglob("*")) == before
    assert text is None or (command.folder / "known.json").read_text() == text


def test_what_remains_is_known_when_only_fixes_are_told(known: Command) -> None:
    known.write({"a.py": "", "c.py": "bad101_fixed()\nbad301()\n"})
    done = known(*WRITE, "--fix-only")
    assert (done.code, done.out) == (0, "Fixed 1 error.\n")
    assert done.err == "known.json: 1 added, 2 dropped, 2 in all\n"
    assert entries(known) == {"c.py": Counter(ASL301=1), "pkg/b.py": Counter(ASL301=1)}


def test_nothing_is_told_of_what_remains_but_a_stale_baseline_counts(known: Command) -> None:
    known.write({"a.py": "bad301()\n"})
    done = known(*READ, "--fix-only")
    assert (done.code, done.out) == (0, "")
    done = known(*READ, "--fix-only", "--error-on-stale-baseline")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: known.json: 2 known findings are gone")


def test_comments_are_written_about_what_is_new(known: Command) -> None:
    known.write({"a.py": "bad101()\nbad101()\nbad301()\n"})
    done = known(*READ, "--add-noqa")
    assert (done.code, done.out) == (0, "All checks passed!\n3 known, 0 new, 0 fixed.\n")
    assert (known.folder / "a.py").read_text() == "bad101()\nbad101()\nbad301()  # noqa: ASL301\n"


def test_nothing_is_written_when_not_all_could_be_checked(known: Command) -> None:
    known.write({"a.py": ""})
    before = (known.folder / "known.json").read_bytes()
    done = known(*WRITE, ".", "nowhere.py")
    assert done.code == 2
    assert "error: the baseline is left as it is, for not all could be checked\n" in done.err
    assert (known.folder / "known.json").read_bytes() == before


def test_a_baseline_that_nobody_may_read(known: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusal is a fake, for no file is closed to a test that runs as root."""
    real = builtins.open

    def refusing(path: str, *arguments: object, **options: object) -> object:
        if str(path).endswith("known.json"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **options)  # type: ignore[call-overload]  # whatever it was called with

    monkeypatch.setattr(builtins, "open", refusing)
    for options in (READ, WRITE):
        done = known(*options)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"error: {known.folder}/known.json: the baseline cannot be read: permission denied\n"


def test_changes_of_two_branches_merge(command: Command) -> None:
    command.write({f"m{number}.py": "bad101()\nbad301()\n" for number in range(9)})
    command(*WRITE)
    repository = begin(command.folder)
    repository.commit()
    for branch, change in (("one", {"m2.py": "bad101()\nbad301()\nbad305()\n"}), ("two", {"m7.py": "bad101()\n"})):
        repository.git("checkout", "--quiet", "-b", branch, "main")
        command.write({**change})
        command(*WRITE)
        repository.commit(branch)
    repository.git("merge", "--quiet", "one")
    merged = (command.folder / "known.json").read_bytes()
    assert command(*READ, "--error-on-stale-baseline").code == 0
    command(*WRITE)
    assert (command.folder / "known.json").read_bytes() == merged


def test_nothing_is_half_written(known: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    known.write({"a.py": ""})
    before = (known.folder / "known.json").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    done = known(*WRITE)
    assert done.code == 2
    assert done.err.endswith("known.json: the baseline cannot be written: no space left on device\n")
    assert (known.folder / "known.json").read_bytes() == before
    assert sorted(path.name for path in known.folder.iterdir()) == ["a.py", "known.json", "pkg", "pyproject.toml"]
