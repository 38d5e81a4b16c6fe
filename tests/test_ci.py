"""The GitHub Action, and the pieces of `docs/ci.md` that people copy: they parse, and name what there is."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from asyncsql_lint.cli.main import command
from asyncsql_lint.cli.outputs import FORMATS
from tests.support.linter import ROOT

DOCUMENT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION_TEXT = (ROOT / "action.yml").read_text(encoding="utf-8")
ACTION = yaml.safe_load(ACTION_TEXT)
PINNED = re.compile(r"^\s*-? ?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[\s/])asyncsql-lint(?= -)([^\n|;]*)", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def snippet(name: str) -> Any:  # noqa: ANN401 -- what YAML holds
    (found,) = (block for block in blocks("yaml") if block.startswith(f"# {name}\n"))
    return yaml.safe_load(found)


def check(value: object, schema: str) -> None:
    faults = Draft7Validator(get_builtin_schema(schema)).iter_errors(value)
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in faults] == []


def words(value: object) -> Iterator[str]:
    """All texts of a YAML document."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from (str(key), *words(each))
    elif isinstance(value, list):
        for each in value:
            yield from words(each)
    else:
        yield str(value)


SNIPPETS = [
    (".github/workflows/asyncsql-lint.yml", "vendor.github-workflows"),
    (".gitlab-ci.yml", "vendor.gitlab-ci"),
    ("azure-pipelines.yml", "vendor.azure-pipelines"),
]


@pytest.mark.parametrize(("name", "schema"), SNIPPETS)
def test_a_piece_is_what_its_service_takes(name: str, schema: str) -> None:
    loaded = snippet(name)
    if name.startswith(".github"):
        loaded["on"] = loaded.pop(True)  # YAML 1.1 takes `on` for a truth value; GitHub does not
    check(loaded, schema)


def test_every_block_of_yaml_parses() -> None:
    assert len(blocks("yaml")) == 5
    for block in blocks("yaml"):
        assert yaml.safe_load(block)


def commands() -> list[str]:
    return [found.strip() for found in COMMAND.findall(DOCUMENT)]


@pytest.mark.parametrize("text", commands())
def test_commands_name_options_and_formats_that_there_are(text: str) -> None:
    with command.make_context("asyncsql-lint", shlex.split(text)) as context:
        assert context.params["output_format"]


def test_there_are_commands() -> None:
    assert len(commands()) == 6


def test_every_format_is_told_of() -> None:
    table = DOCUMENT.partition("## Formats")[2].partition("## GitHub")[0]
    assert set(re.findall(r"`([a-z]+)`", table)) == set(FORMATS) - {"full"}


def test_the_workflow_uses_the_action_as_it_is() -> None:
    workflow = snippet(".github/workflows/asyncsql-lint.yml")
    job = workflow["jobs"]["asyncsql-lint"]
    (ours,) = (step for step in job["steps"] if step["uses"].startswith("asyncsql-lint/"))
    assert ours["with"].keys() <= ACTION["inputs"].keys()
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    with command.make_context("asyncsql-lint", shlex.split(ours["with"]["args"])):
        pass


def test_actions_of_others_are_pinned() -> None:
    used = re.findall(r"^\s*-? ?uses: (?!asyncsql-lint/).*$", DOCUMENT, re.MULTILINE)
    assert len(used) == 2
    assert all(PINNED.match(line) for line in used)


def test_the_hook_is_one() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (repository,) = snippet(".pre-commit-config.yaml")["repos"]
    assert {hook["id"] for hook in repository["hooks"]} <= hooks


# -- the action


def test_the_action_is_what_github_takes() -> None:
    check(ACTION, "vendor.github-actions")


def test_the_action_uses_no_other_one_and_no_input_becomes_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "uses" not in step
        assert "${{" not in step["run"]
    inputs = re.findall(r"\$\{\{ inputs\.(\w+) \}\}", ACTION_TEXT)
    assert sorted(inputs) == sorted(ACTION["inputs"]) == ["args", "path", "sarif", "version"]


def test_the_scripts_of_the_action_are_bash() -> None:
    for step in ACTION["runs"]["steps"]:
        subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = spec_from_file_location("action_run", ROOT / "action" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GITHUB = ["--output-format", "github:-"]
INPUTS = [
    ("nothing", {}, [*GITHUB, "--", "."]),
    ("a path", {"LINT_PATHS": "src"}, [*GITHUB, "--", "src"]),
    ("paths, with blanks in them", {"LINT_PATHS": "src\n my app \n\n"}, [*GITHUB, "--", "src", "my app"]),
    ("a path like an option", {"LINT_PATHS": "--fix"}, [*GITHUB, "--", "--fix"]),
    ("sarif", {"LINT_SARIF": "o u t.sarif"}, [*GITHUB, "--output-format", "sarif:o u t.sarif", "--", "."]),
    ("options", {"LINT_ARGS": "--select 'ASL3' -q"}, [*GITHUB, "--select", "ASL3", "-q", "--", "."]),
    ("a shell's tricks", {"LINT_ARGS": "$(x) `y` ; z > w * $HOME"},
     [*GITHUB, "$(x)", "`y`", ";", "z", ">", "w", "*", "$HOME", "--", "."]),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "expected"), [case[1:] for case in INPUTS], ids=[case[0] for case in INPUTS])
def test_inputs_become_arguments(runner: ModuleType, inputs: dict[str, str], expected: list[str]) -> None:
    assert runner.command(inputs) == expected


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"LINT_ARGS": "'open"}, "args cannot be taken apart: No closing"),
        ({"LINT_SARIF": "a\nb"}, "name one file"),
    ],
)
def test_inputs_that_are_none(runner: ModuleType, inputs: dict[str, str], words: str) -> None:
    with pytest.raises(runner.InputError, match=words):
        runner.command(inputs)


BAD = "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def f(s: AsyncSession) -> None:\n    s.commit()\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checked-out project, with modules named as those that the action might import, and a runner's tools."""
    workspace, bin_folder = tmp_path / "workspace", tmp_path / "temp" / "asyncsql-lint" / "bin"
    workspace.mkdir()
    (workspace / "app.py").write_text(BAD)
    for name in ("asyncsql_lint", "click", "shlex", "subprocess", "os"):
        (workspace / f"{name}.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')\n")
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    (bin_folder / "python").chmod(0o755)
    return workspace


def run_step(workspace: Path, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """A step of the action as a runner runs it, on what is installed here."""
    (step,) = (step for step in ACTION["runs"]["steps"] if step["name"] == name)
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(workspace.parent / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(workspace.parent / "outputs"),
        **dict.fromkeys(step["env"], ""),
        **inputs,
    }
    environment.pop("GITHUB_STEP_SUMMARY", None)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=workspace,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "version", ["$(touch pwned)", "0.1.0; touch pwned", "1 @ https://evil.example", "--index-url=x", "../x", "1\n2"]
)
def test_a_version_that_is_none(workspace: Path, version: str) -> None:
    done = run_step(workspace, "Install asyncsql-lint", LINT_VERSION=version)
    assert done.returncode == 2
    assert done.stdout == "::error title=asyncsql-lint::The input version must be one, such as 0.1.0.\n"
    assert not list(workspace.parent.glob("**/pwned"))


def test_the_run_annotates_and_writes_sarif(workspace: Path) -> None:
    program = Path(sys.executable).with_name("asyncsql-lint")
    assert program.exists(), "the package is installed where the tests run"
    done = run_step(workspace, "Run asyncsql-lint", LINT_PATHS="app.py", LINT_SARIF="out.sarif", LINT_ARGS="--isolated")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=asyncsql-lint (ASL101),file=app.py,line=5,col=5,")
    log = json.loads((workspace / "out.sarif").read_text(encoding="utf-8"))
    assert log["runs"][0]["results"][0]["ruleId"] == "ASL101"
    assert (workspace.parent / "outputs").read_text() == "sarif=out.sarif\n"
    assert not list(workspace.parent.glob("**/pwned"))


def test_an_input_that_cannot_be_taken_apart_is_an_annotation(workspace: Path) -> None:
    done = run_step(workspace, "Run asyncsql-lint", LINT_ARGS="'open")
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=asyncsql-lint::The input args cannot be taken apart")
