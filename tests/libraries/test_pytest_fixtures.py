"""What is said of pytest, held against the installed one: small suites, run."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import pytest

from asyncsql_lint.libraries import pytest_fixtures as tables

FIXTURE = "import pytest\n\n@pytest.fixture\ndef {name}({asks}):\n    return {value}\n"


def passes(folder: Path, files: dict[str, str]) -> bool:
    """Whether every test in some files passes, and there is one."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", str(folder)]
    return (
        subprocess.run([*command, "--rootdir", str(folder)], cwd=folder, check=False, capture_output=True).returncode
        == 0
    )


@pytest.mark.parametrize("name", sorted(tables.DECORATORS))
def test_the_decorator_makes_a_fixture_for_each_test(name: str) -> None:
    module, _, last = name.rpartition(".")
    decorator = getattr(importlib.import_module(module), last)
    parameters = inspect.signature(decorator).parameters
    told = {"scope", "name", "autouse"} & parameters.keys()
    assert told or "kwargs" in parameters
    assert inspect.signature(pytest.fixture).parameters["scope"].default == tables.SCOPE


def test_the_nearest_conftest_counts(tmp_path: Path) -> None:
    assert passes(
        tmp_path,
        {
            tables.SHARED: FIXTURE.format(name="it", asks="", value="1"),
            f"inner/{tables.SHARED}": FIXTURE.format(name="it", asks="it", value="it + 1"),
            "test_outer.py": f"def {tables.TESTS}_it(it):\n    assert it == 1\n",
            "inner/test_inner.py": f"def {tables.TESTS}_it(it):\n    assert it == 2\n",
        },
    )


def test_a_fixture_gets_what_is_nearest_to_the_test(tmp_path: Path) -> None:
    shared = FIXTURE.format(name="it", asks="", value="1") + FIXTURE.format(name="other", asks="it", value="it")
    near = FIXTURE.format(name="it", asks="", value="2")
    held = f"class {tables.TEST_CLASSES}It:\n    @pytest.fixture\n    def it(self):\n        return 3\n\n"
    inner = f"    def {tables.TESTS}_it(self, other):\n        assert other == 3\n"
    outer = f"\ndef {tables.TESTS}_it(other):\n    assert other == 2\n"
    assert passes(tmp_path, {tables.SHARED: shared, "test_it.py": f"{near}\n{held}{inner}{outer}"})


def test_plugins_and_imports_bring_fixtures(tmp_path: Path) -> None:
    assert passes(
        tmp_path,
        {
            tables.SHARED: f'{tables.PLUGINS} = ["given_fixtures"]\n',
            "given_fixtures.py": FIXTURE.format(name="it", asks="", value="1"),
            "more_fixtures.py": FIXTURE.format(name="more", asks="", value="2"),
            "pytest.ini": "[pytest]\npythonpath = .\n",
            "test_it.py": "from more_fixtures import more as most\n\n"
            f"def {tables.TESTS}_it(it, most):\n    assert it < most\n",
        },
    )


def test_parametrize_takes_the_place_of_a_fixture(tmp_path: Path) -> None:
    mark = f'@{tables.PARAMETRIZE}("it", [7])\n'
    test = f"def {tables.TESTS}_it(it):\n    assert it == 7\n"
    assert passes(tmp_path, {"test_it.py": f"{FIXTURE.format(name='it', asks='', value='1')}\n{mark}{test}"})


def test_a_module_may_mark_its_tests(tmp_path: Path) -> None:
    used = "\nused = []\n\n@pytest.fixture\ndef it():\n    used.append(1)\n"
    mark = f'\n{tables.MARKS} = {tables.USE}("it")\n'
    test = f"\ndef {tables.TESTS}_it():\n    assert used\n"
    assert passes(tmp_path, {"test_it.py": f"import pytest\n{used}{mark}{test}"})


def test_a_hook_may_give_parameters(tmp_path: Path) -> None:
    hook = f'\ndef {tables.GENERATES}(metafunc):\n    metafunc.parametrize("it", [7])\n'
    test = f"\ndef {tables.TESTS}_it(it):\n    assert it == 7\n"
    assert passes(tmp_path, {"test_it.py": f"{FIXTURE.format(name='it', asks='', value='1')}{hook}{test}"})


@pytest.mark.parametrize("name", sorted(tables.UNITTEST))
def test_methods_of_unittest_get_no_fixtures(name: str, tmp_path: Path) -> None:
    assert inspect.isclass(getattr(unittest, name.rpartition(".")[2]))
    text = FIXTURE.format(name="it", asks="", value="1")
    case = f"\nimport unittest\n\nclass {tables.TEST_CLASSES}It({name}):\n    def test_it(self, it):\n        pass\n"
    assert not passes(tmp_path, {"test_it.py": text + case})


@pytest.mark.parametrize("name", sorted(n for n in tables.PATCHES if n.startswith("unittest.")))
def test_a_patch_gives_the_next_parameter(name: str) -> None:
    patch = mock.patch("json.dumps") if name.endswith("patch") else mock.patch.object(Path, "exists")

    @patch
    def given(it: object) -> object:
        return it

    assert isinstance(given(), mock.Mock)
