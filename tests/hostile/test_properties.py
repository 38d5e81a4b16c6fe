"""What does not change a result: the order of files, processes, what is kept; and what fixes never do."""

from __future__ import annotations

import difflib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import libcst
import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.diagnostics import Applicability
from asyncsql_lint.rules import RULES
from tests.hostile.fuzz import BESIDE, put_beside
from tests.hostile.mutate import MEANING, mutated
from tests.support.fixture_project import FIXTURES
from tests.support.readme import README, write_program

Run = Callable[..., tuple[int, str, str]]

APPLICATIONS = ("readme", "heroes/published", "sale_orders/published", "story_app/published", "task_manager/published")


def set_up(name: str, folder: Path) -> Path:
    """The application `name` in `folder`, which is marked as a project."""
    if name == "readme":
        write_program(README.read_text(encoding="utf-8"), folder)
    else:
        shutil.copytree(FIXTURES / "seeds" / name, folder, dirs_exist_ok=True)
    (folder / "pyproject.toml").write_text("[tool.asyncsql-lint]\n")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The program in the current folder: its code, what it wrote, what it told."""
    monkeypatch.setattr("asyncsql_lint.engine.facts.WORTH_A_PROCESS", 100)
    monkeypatch.delenv("ASYNCSQL_LINT_CACHE_DIR", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["-q", *arguments])
        captured = capsys.readouterr()
        return int(code), captured.out, captured.err

    return call


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("name", APPLICATIONS)
def test_order_processes_and_cache_change_nothing(tmp_path: Path, run: Run, name: str) -> None:
    set_up(name, tmp_path)
    chance = random.Random(name)
    plain = run("-o", "json", "--no-cache", "--jobs", "1")
    assert plain[0] in (0, 1)
    for jobs in ("2", "1"):
        given = [str(path) for path in files_of(tmp_path)]
        chance.shuffle(given)
        assert run("-o", "json", "--no-cache", "--jobs", jobs, *given) == plain
        assert run("-o", "json", "--jobs", jobs, *given) == plain
        assert run("-o", "json", "--jobs", jobs) == plain
        folders = sorted({str(path.parent) for path in files_of(tmp_path)})
        chance.shuffle(folders)
        assert run("-o", "json", "--no-cache", *folders, given[0]) == plain


@pytest.mark.parametrize("name", APPLICATIONS[:3])
def test_after_any_edit_warm_is_as_cold(tmp_path: Path, run: Run, name: str) -> None:
    set_up(name, tmp_path)
    chance = random.Random(name)
    texts = {path: path.read_bytes() for path in files_of(tmp_path)}
    run()
    seen = set()
    for _ in range(8):
        path = chance.choice(sorted(texts))
        path.write_bytes(mutated(chance, [texts[path]], MEANING))
        warm = run("-o", "json")
        assert warm == run("-o", "json", "--no-cache")
        seen.add(warm)
        if chance.random() < 0.5:
            path.write_bytes(texts[path])
    assert len(seen) > 1, "the edits matter"


FIXED = {rule.meta.code.lower() for rule in RULES if rule.meta.fix in (Applicability.SAFE, Applicability.UNSAFE)}
CASES = [path for path in sorted((FIXTURES / "cases").glob("*.py")) if path.name.partition("_")[0] in FIXED]


@pytest.fixture
def case(tmp_path: Path) -> Callable[[random.Random], Path]:
    """Puts a spoiled case of the rules beside the packages that it imports, and says where."""
    put_beside(tmp_path, *BESIDE, "board")

    def make(chance: random.Random) -> Path:
        text = chance.choice(CASES).read_bytes()
        tries = (mutated(chance, [text], MEANING) for _ in range(10))
        path = tmp_path / "case.py"
        path.write_bytes(next(filter(parses, tries), text[: len(text) // 2]))
        return path

    return make


def parses(text: bytes) -> bool:
    try:
        libcst.parse_module(text)
    except (libcst.ParserSyntaxError, UnicodeError):
        return False
    return True


def test_fixes_of_spoiled_code(tmp_path: Path, run: Run, case: Callable[[random.Random], Path]) -> None:
    """They never break a file, change nothing but what `--diff` shows, and leave nothing to a second run."""
    chance = random.Random(11)
    changed = 0
    for _ in range(8):
        path = case(chance)
        before = {each: each.read_bytes() for each in files_of(tmp_path)}
        was_whole = parses(before[path])
        shown = run("--diff", "--unsafe-fixes")
        assert {each: each.read_bytes() for each in files_of(tmp_path)} == before
        assert run("--fix", "--unsafe-fixes", "-o", "json")[2] == ""
        after = {each: each.read_bytes() for each in files_of(tmp_path)}
        assert after.keys() == before.keys()
        assert parses(after[path]) or not was_whole
        assert shown[1] == "".join(diff(tmp_path, each, before[each], after[each]) for each in before)
        assert run("--diff", "--unsafe-fixes")[:2] == (0, "")
        changed += before != after
        for each, data in before.items():
            each.write_bytes(data)
    assert changed > 3


def diff(folder: Path, path: Path, before: bytes, after: bytes) -> str:
    """What turns the one into the other, as `diff` writes it."""
    name = str(path.relative_to(folder))
    lines = difflib.unified_diff(*(data.decode().splitlines(keepends=True) for data in (before, after)), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def test_fixes_of_a_whole_application(tmp_path: Path, run: Run) -> None:
    for name in APPLICATIONS:
        folder = set_up(name, tmp_path / name)
        run("--fix", "--unsafe-fixes", str(folder))
        mended = {path: path.read_bytes() for path in files_of(folder)}
        code, found, _ = run("--fix", "--unsafe-fixes", "-o", "json", str(folder))
        assert {path: path.read_bytes() for path in files_of(folder)} == mended
        assert bool(json.loads(found)) == bool(code)
        assert all(parses(data) for data in mended.values())
