"""`--show-settings`: what counts for a folder, and who says so."""

from __future__ import annotations

import sys

import pytest

from tests.cli.conftest import Command

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BASE = """\
select = ["ASL1", "ASL3"]
fail-on = "error"
extend-exclude = ["old/"]
baseline = "known.json"
"""
PART = """\
extend = "../base.toml"
ignore = ["ASL101"]
required-version = ">=0.0.1"
library-versions = {fastapi = "0.110"}

[per-file-ignores]
"tests/*" = ["ASL301"]
"""


def shown(command: Command, *arguments: str) -> dict[str, tuple[str, str]]:
    """The value of each setting, and where it comes from; the comments at the top are under `#`."""
    lines = [line for line in command("--show-settings", *arguments).out.splitlines() if not line.startswith("#")]
    found = (line.partition("  # ") for line in lines)
    return {setting.split(" = ")[0]: (setting.split(" = ")[1], where) for setting, _, where in found}


def test_where_each_setting_comes_from(command: Command) -> None:
    command.write(
        {
            "base.toml": BASE,
            "part/asyncsql-lint.toml": PART,
            "uv.lock": '[[package]]\nname = "sqlmodel"\nversion = "0.0.24"\n',
        }
    )
    base, part = f"{command.folder}/base.toml", f"{command.folder}/part/asyncsql-lint.toml"
    out = command("--show-settings", "part", "--extend-exclude", "tmp/").out
    assert out.startswith(f"# for the files in {command.folder}/part\n# read from {part}, which extends {base}\n")
    settings = shown(command, "part", "--extend-exclude", "tmp/", "--config", "src = ['lib']")
    origins = {key: where for key, (_, where) in settings.items()}
    assert origins == {
        "enabled": f"select: {base}; ignore: {part}",
        "exclude": f"default; extend-exclude: {base}; extend-exclude: the command line",
        "fixable": "default",
        "unfixable": "default",
        "respect-gitignore": "default",
        "force-exclude": "default",
        "src": "--config",
        "fail-on": base,
        "min-confidence": "default",
        "output-format": "the command line",
        "baseline": base,
        "required-version": part,
        'per-file-ignores."tests/*"': part,
        "library-versions.sqlalchemy": "unknown: no lock file or requirement",
        "library-versions.sqlmodel": "uv.lock",
        "library-versions.fastapi": part,
    }
    assert settings["enabled"][0] == '["ASL102", "ASL301", "ASL305", "ASL900"]'
    assert settings["fail-on"][0] == '"error"'
    assert settings["baseline"][0] == f'"{command.folder}/known.json"'
    assert settings["exclude"][0].endswith('"venv", "old/", "tmp/"]')


BASE_UNFIXABLE = ["--config", "unfixable = ['ASL101']"]
ORIGINS = [
    ([], "enabled", "default"),
    (["--select", "ASL1"], "enabled", "select: the command line"),
    (["--extend-ignore", "ASL1"], "enabled", "default; extend-ignore: the command line"),
    (["--exclude", "a"], "exclude", "exclude: the command line"),
    (["--baseline", "b.json"], "baseline", "the command line"),
    (["--config", "fail-on = 'error'", "--fail-on", "info"], "fail-on", "the command line"),
    (["--config", "fail-on = 'error'"], "fail-on", "--config"),
    (["--unfixable", "ASL3", *BASE_UNFIXABLE], "unfixable", "--config, the command line"),
    (["--fixable", "ASL3", *BASE_UNFIXABLE], "unfixable", "default"),
    (["--fixable", "ASL3", "--unfixable", "ASL301", *BASE_UNFIXABLE], "unfixable", "the command line"),
]


@pytest.mark.parametrize(("arguments", "key", "origin"), ORIGINS)
def test_the_command_line(command: Command, arguments: list[str], key: str, origin: str) -> None:
    assert shown(command, *arguments)[key][1] == origin


def test_what_adds_up_is_shown_whole(command: Command) -> None:
    assert shown(command, "--unfixable", "ASL3", *BASE_UNFIXABLE)["unfixable"][0] == '["ASL101", "ASL3"]'
    assert shown(command, "--fixable", "ASL3", *BASE_UNFIXABLE)["unfixable"][0] == "[]"


def test_it_is_toml_whatever_the_names(command: Command) -> None:
    name = "a\n\x1b[31m\u202e"
    command.write({f"{name}/asyncsql-lint.toml": '[per-file-ignores]\n"ä\\n*" = ["ASL1"]\n'})
    out = command("--show-settings", name).out
    table = tomllib.loads(out)
    assert table["per-file-ignores"] == {"ä\n*": ["ASL1"]}
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_each_part_of_a_monorepo_goes_by_its_own(command: Command) -> None:
    command.write({
        "pyproject.toml": "[tool.asyncsql-lint]\nselect = ['ASL101']\n",
        "a.py": "bad101()\nbad301()\n",
        "one/pyproject.toml": "[project]\nname = 'one'\n",
        "one/a.py": "bad101()\nbad301()\n",
        "two/pyproject.toml": "[tool.asyncsql-lint]\nextend = '../pyproject.toml'\nextend-select = ['ASL301']\n",
        "two/deep/a.py": "bad101()\nbad301()\n",
        "two/deep/er/asyncsql-lint.toml": "",
        "two/deep/er/a.py": "bad301()\nbad305()\n",
        "three/.asyncsql-lint.toml": "[per-file-ignores]\n'gen/*' = ['ALL']\n",
        "three/gen/a.py": "bad101()\n",
        "three/a.py": "bad101()\n",
    })  # fmt: skip
    everything = [
        "a.py:1 101", "one/a.py:1 101", "three/a.py:1 101", "two/deep/a.py:1 101", "two/deep/a.py:2 301",
        "two/deep/er/a.py:1 301", "two/deep/er/a.py:2 305",
    ]  # fmt: skip
    assert command().places == everything
    by_itself = [place for name in ("a.py", "one", "two", "three") for place in command(name).places]
    assert sorted(by_itself) == everything, "whatever else is checked beside it"
    command.monkeypatch.chdir(command.folder / "two" / "deep")
    assert command(".").places == ["a.py:1 101", "a.py:2 301", "er/a.py:1 301", "er/a.py:2 305"]


def test_a_wrong_configuration_of_one_part_is_told(command: Command) -> None:
    command.write({"a.py": "", "two/pyproject.toml": "[tool.asyncsql-lint]\n\nslect = []\n", "two/a.py": ""})
    done = command()
    assert (done.code, done.out) == (2, "")
    assert done.err == f'error: {command.folder}/two/pyproject.toml:3: unknown key "slect", did you mean "select"?\n'
