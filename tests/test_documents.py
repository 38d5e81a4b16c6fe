"""What the documents say of the program is so: the README, the change log, the configuration that they show."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asyncsql_lint.cli.main import command
from asyncsql_lint.config.keys import known_keys
from asyncsql_lint.config.load import read_config
from asyncsql_lint.rules import RULES
from tests.support import pages, readme
from tests.support.linter import ROOT, run_linter
from tests.support.postgres import Server

CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
TEXT = readme.README.read_text(encoding="utf-8")


def test_the_report_and_the_table_of_rules_are_fresh() -> None:
    assert readme.renewed(TEXT) == TEXT, "run: python -m tests.support.readme"


def test_every_option_is_named() -> None:
    options = {name for option in command.params for name in option.opts if name.startswith("--")} | {"--help"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT))
    assert options - named == set()
    assert named - options == {"--extra"}, "uv's own; all else must be an option"


def test_the_configuration_shown_is_one(tmp_path: Path) -> None:
    shown = next(
        block for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "[tool.asyncsql-lint]" in block
    )
    (tmp_path / "below").mkdir()
    (tmp_path / "asyncsql-lint.toml").touch()
    (tmp_path / "below" / "pyproject.toml").write_text(shown)
    read_config(str(tmp_path / "below" / "pyproject.toml"))
    assert {key for key in known_keys() if not re.search(rf"^(\[tool\..*)?{key}\b", shown, re.MULTILINE)} == set()


def test_the_change_log_names_every_rule() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [rule.meta.code for rule in RULES if f"{rule.meta.code} ({rule.meta.name})" not in log] == []


def test_links_lead_to_files() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        prose = CODE.sub("", document.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_pages_are_fresh() -> None:
    made, stored = pages.pages(), pages.stored()
    advice = "run: python -m tests.support.pages"

    assert sorted(stored) == sorted(made), advice
    assert [name for name in made if made[name] != stored[name]] == [], advice


def test_every_rule_is_in_a_family() -> None:
    codes = [rule.meta.code for rule in RULES]

    assert [code for code in codes if f"| {code} |" not in pages.index()] == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("greenlet_spawn has not been called", "ASL301"),
        ("The unique() method must be invoked", "ASL401"),
        ("another operation is in progress", "ASL501"),
        ("was never awaited", "ASL101"),
        ("can't subtract offset-naive and offset-aware datetimes", "ASL606"),
        ("is not bound to a Session", "ASL308"),
        ("attached to a different loop", "ASL603"),
        ("no attribute 'query'", "ASL203"),
    ],
)
def test_a_search_for_an_error_finds_its_rule(message: str, code: str) -> None:
    rows = [row for row in pages.errors_table().splitlines() if message in row]

    assert any(f"[{code} " in row for row in rows)


@pytest.mark.parametrize("form", ["as shown", "mended"])
def test_the_program_shown_fails_until_it_is_mended(postgres: Server, tmp_path: Path, form: str) -> None:
    readme.write_program(TEXT, tmp_path)
    if form == "mended":
        done = run_linter("--isolated", "--fix", "--unsafe-fixes", str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
    database = postgres.create_database("readme")
    with database.connect() as connection:
        connection.execute("create table orders (id int primary key)")
        connection.execute("create table lines (id int primary key, price int not null, order_id int not null)")
        connection.execute("insert into orders values (1)")
        connection.execute("insert into lines values (1, 3, 1), (2, 4, 1)")

    answer = ask(tmp_path, database.url("asyncpg"))

    if form == "mended":
        assert answer == {"status": 200, "body": 7}
    else:
        assert "MissingGreenlet: greenlet_spawn has not been called" in answer["error"]


def ask(folder: Path, url: str) -> dict[str, Any]:
    """What the program shown answers to its one request."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.app_driver", str(folder), "shop.api"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        input=json.dumps([("GET", "/orders/1/total", None)]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)[0]
    return answer


def test_the_bounds_are_those_of_the_code() -> None:
    text = readme.ARCHITECTURE.read_text(encoding="utf-8")
    assert readme.with_bounds(text) == text, "run: python -m tests.support.readme"


def test_the_files_that_the_documents_name_are_there() -> None:
    for document in ROOT.glob("*.md"):
        for path in re.findall(r"`((?:tests|src|benchmarks|\.ci)/[\w./-]+)`", document.read_text(encoding="utf-8")):
            assert "NNN" in path or (ROOT / path).exists(), f"{document.name} names {path}"
