"""With what earlier runs left behind, a run says the same, only sooner."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncsql_lint.cache.disk import DiskStore
from asyncsql_lint.cache.packing import packed, unpacked
from asyncsql_lint.cli.main import main
from asyncsql_lint.syntax import workers
from tests.support.readme import README, write_program

Lint = Callable[..., tuple[int, str, str]]

CACHE = ".asyncsql_lint_cache"
UNCHANGED = "nothing has changed since a run before"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's program, in a folder that is marked as a project; the current folder."""
    monkeypatch.delenv("ASYNCSQL_LINT_CACHE_DIR", raising=False)
    write_program(README.read_text(encoding="utf-8"), tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.asyncsql-lint]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lint(shop: Path, capsys: pytest.CaptureFixture[str]) -> Lint:
    """Runs the command verbosely: its code, what it found, what it told."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "-v", "--output-format", "json"])
        captured = capsys.readouterr()
        return int(code), captured.out, captured.err

    return call


def _nothing(shop: Path) -> list[str]:
    return []


def _touch(shop: Path) -> list[str]:
    os.utime(shop / "shop/api.py", (0, 0))
    return []


def _append(shop: Path) -> list[str]:
    with (shop / "shop/api.py").open("a") as file:
        file.write("\n# more\n")
    return []


def _mend_the_query(shop: Path) -> list[str]:
    path = shop / "shop/models.py"
    path.write_text(path.read_text().replace("relationship()", 'relationship(lazy="selectin")'))
    return []


def _rename_a_file(shop: Path) -> list[str]:
    (shop / "shop/api.py").rename(shop / "shop/web.py")
    return []


def _remove_a_file(shop: Path) -> list[str]:
    (shop / "shop/api.py").unlink()
    return []


def _break_a_file(shop: Path) -> list[str]:
    (shop / "shop/queries.py").write_text("def (:\n")
    return []


def _not_text(shop: Path) -> list[str]:
    (shop / "shop/queries.py").write_bytes(b"\xff\xfe\x00")
    return []


def _ask_for_more_rules(shop: Path) -> list[str]:
    return ["--select", "ALL"]


def _ask_for_fewer_rules(shop: Path) -> list[str]:
    return ["--select", "ASL1"]


def _ask_for_one_file(shop: Path) -> list[str]:
    return ["shop/queries.py"]


def _ask_for_what_the_findings_hang_on(shop: Path) -> list[str]:
    return ["shop/models.py"]


def _lock_a_version(shop: Path) -> list[str]:
    (shop / "requirements.txt").write_text("sqlalchemy==2.0.40\nfastapi==0.106.0\n")
    return []


def _suppress(shop: Path) -> list[str]:
    path = shop / "shop/api.py"
    path.write_text("# asl: file-ignore\n" + path.read_text())
    return []


CHANGES = [
    (_nothing, True),
    (_touch, True),
    (_ask_for_fewer_rules, True),
    (_ask_for_one_file, True),
    (_ask_for_what_the_findings_hang_on, True),
    (_append, False),
    (_mend_the_query, False),
    (_rename_a_file, False),
    (_remove_a_file, False),
    (_break_a_file, False),
    (_not_text, False),
    (_ask_for_more_rules, False),
    (_lock_a_version, False),
    (_suppress, False),
]


@pytest.mark.parametrize(("change", "is_known"), CHANGES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_warm_is_as_cold(shop: Path, lint: Lint, change: Callable[[Path], list[str]], is_known: bool) -> None:
    lint()
    options = change(shop)
    warm = lint(*options)
    cold = lint(*options, "--no-cache")
    assert warm[:2] == cold[:2]
    assert (UNCHANGED in warm[2]) is is_known
    assert UNCHANGED not in cold[2]
    assert UNCHANGED in lint(*options)[2]


def test_only_what_changed_is_parsed(shop: Path, lint: Lint) -> None:
    files = len(list(shop.rglob("*.py")))
    assert f", {files} parsed, 0 taken from the cache, in" in lint()[2]
    _append(shop)
    assert f", 1 parsed, {files - 1} taken from the cache, in" in lint()[2]
    shutil.copyfile(shop / "shop/api.py", shop / "shop/again.py")
    told = lint("--no-cache")[2]
    assert f"{files + 1} files read, {files} parsed, 0 taken from the cache, 1 the same as another, in" in told


def test_a_fix_counts_as_a_change(shop: Path, lint: Lint) -> None:
    lint()
    code, found, _ = lint("--fix", "--unsafe-fixes")
    assert (code, found.strip()) == (0, "[]")
    assert lint()[:2] == lint("--no-cache")[:2]


def test_a_moved_project_is_looked_at_anew(shop: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    lint()
    moved = shop.with_name(f"{shop.name}-moved")
    shutil.copytree(shop, moved)
    monkeypatch.chdir(moved)
    found = lint()
    assert ", 0 parsed," in found[2]
    assert str(moved) in found[1]
    assert f"{shop}/" not in found[1]


def test_a_warm_run_imports_no_parser(shop: Path, lint: Lint) -> None:
    wanted = "[name for name in sys.modules if name in ('libcst', 'asyncsql_lint.flow.interpreter')]"
    program = f"import sys; from asyncsql_lint.cli.main import main; main(['-q']); print({wanted})"
    run = [sys.executable, "-c", program]
    first, second = (subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert "'libcst'" in first
    assert second.splitlines()[-1] == "[]"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start_up_imports_little(option: str) -> None:
    program = f"import sys; from asyncsql_lint.cli.main import main; main(['{option}']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"libcst", "rich", "msgspec", "asyncsql_lint.linter"} & set(done.stdout.split())


def test_where_it_is_kept(shop: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lint("--no-cache")
    assert not (shop / CACHE).exists()
    lint("--cache-dir", "kept")
    assert (shop / "kept" / "CACHEDIR.TAG").exists()
    monkeypatch.setenv("ASYNCSQL_LINT_CACHE_DIR", str(tmp_path / "by-env"))
    lint()
    assert (tmp_path / "by-env" / "CACHEDIR.TAG").exists()
    assert not (shop / CACHE).exists()
    monkeypatch.delenv("ASYNCSQL_LINT_CACHE_DIR")
    monkeypatch.chdir(shop / "shop")
    lint("api.py")
    assert (shop / CACHE / "CACHEDIR.TAG").exists()


def test_the_cache_is_not_linted(shop: Path, lint: Lint) -> None:
    lint()
    (shop / CACHE / "planted.py").write_text("import sqlalchemy\n")
    assert str(shop / CACHE) not in lint("--show-files")[1]


def test_code_outside_of_a_project_leaves_nothing_behind(shop: Path, lint: Lint) -> None:
    (shop / "pyproject.toml").unlink()
    lint()
    assert not list(shop.rglob("CACHEDIR.TAG"))


def test_clear_cache(shop: Path, lint: Lint) -> None:
    lint()
    code, _, told = lint("--clear-cache")
    assert (code, told) == (0, f"removed {shop / CACHE}\n")
    assert not (shop / CACHE).exists()
    assert lint("--clear-cache")[2] == "no cache to clear\n"
    (shop / "mine").mkdir()
    code, _, told = lint("--clear-cache", "--cache-dir", "mine")
    assert (code, told) == (2, f"error: --clear-cache: {shop / 'mine'}: this is no cache of asyncsql-lint\n")


@pytest.mark.parametrize("path", ["/etc/passwd", "{shop}/shop/gone.py"])
def test_a_planted_answer_about_other_files_is_not_believed(
    shop: Path, lint: Lint, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DiskStore.get

    def planted(self: DiskStore, keys: list[bytes]) -> dict[bytes, bytes]:
        other = path.format(shop=shop).encode()
        told = str(shop / "shop/api.py").encode()
        swap = {}
        for key, value in real(self, keys).items():
            data = unpacked(value)
            swap[key] = packed(data.replace(bytes([0xD9, len(told)]) + told, bytes([0xD9, len(other)]) + other))
        return swap

    cold = lint()
    monkeypatch.setattr(DiskStore, "get", planted)
    warm = lint()
    assert warm[:2] == cold[:2]
    assert UNCHANGED not in warm[2]


def test_an_answer_of_another_kind_is_not_believed(shop: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = lint()
    monkeypatch.setattr(DiskStore, "get", lambda _, keys: {key: packed(b"\x93\x01\x02\x03") for key in keys})
    assert lint()[:2] == cold[:2]


@pytest.fixture
def many_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncsql_lint.engine.facts.WORTH_A_PROCESS", 10)


def test_several_processes_find_the_same(shop: Path, lint: Lint, many_jobs: None) -> None:
    _break_a_file(shop)
    assert lint("--no-cache", "--jobs", "3")[:2] == lint("--no-cache", "--jobs", "1")[:2]


DYING = """
import os, sys
sys.path[:] = sys.argv[1:]
from asyncsql_lint.syntax import worker
real = worker.parsed
worker.parsed = lambda text: os._exit(7) if "KILLER" in text else real(text)
worker.serve()
"""


def test_a_file_that_kills_its_process_costs_only_itself(
    shop: Path, lint: Lint, many_jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "BOOT", DYING)
    (shop / "shop/killer.py").write_text("KILLER = 1\n")
    code, found, _ = lint("--no-cache", "--jobs", "2")
    assert code == 1
    assert '"ASL301"' in found
    assert "the parser died of it (exit status 7)" in found


@pytest.mark.parametrize("boot", ["raise SystemExit(1)", "import time; time.sleep(0.01)"])
def test_processes_that_do_not_start(
    shop: Path, lint: Lint, many_jobs: None, monkeypatch: pytest.MonkeyPatch, boot: str
) -> None:
    expected = lint("--no-cache")
    monkeypatch.setattr(workers, "BOOT", boot)
    assert lint("--no-cache", "--jobs", "2")[:2] == expected[:2]


def test_a_module_in_the_checked_folder_is_not_imported_by_a_process(shop: Path, lint: Lint, many_jobs: None) -> None:
    for name in ("libcst", "msgspec", "asyncsql_lint", "gc", "threading", "sitecustomize"):
        (shop / f"{name}.py").write_text(f"open('imported-{name}', 'w')\n")
    program = [sys.executable, "-P", "-m", "asyncsql_lint"] if sys.version_info >= (3, 11) else ["asyncsql-lint"]
    subprocess.run([*program, "--no-cache", "--jobs", "2", "-q"], capture_output=True, check=False)
    lint("--no-cache", "--jobs", "2")
    assert not list(shop.glob("imported-*"))
