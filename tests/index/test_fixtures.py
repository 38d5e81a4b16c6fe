"""The fixture that a parameter is said to name is the one that pytest gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import libcst as cst
import pytest

from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo
from asyncsql_lint.index.fixtures import Fixtures
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.syntax.lower import lower

HEAD = "import os\nimport pytest\n\ndef tell(here, got):\n    with open(os.environ['SEEN'], 'a') as file:\n"
HEAD += "        print(here, *got, sep='\\t', file=file)\n\n"
IT = "@pytest.fixture\ndef it():\n    return __file__, 'it'\n\n"
THAT = IT.replace("def it", "def that").replace("'it'", "'that'")
OTHER = "@pytest.fixture\ndef other(it):\n    return it\n\n"
NAMED = "@pytest.fixture(name='it')\ndef make():\n    return __file__, 'make'\n\n"
OWN = "@pytest.fixture\ndef it(it):\n    return it\n\n"
TEST = "def test_it(it):\n    tell(__file__, it)\n"
IN_CLASS = "    @pytest.fixture\n    def it(self):\n        return __file__, '{0}.it'\n\n"
IN_TEST = "    def test_it(self, it):\n        tell(__file__, it)\n"

PROJECTS = {
    "shared": {"conftest": IT, "test": TEST},
    "nearer": {"conftest": IT, "inner/conftest": IT, "inner/test": TEST},
    "module": {"conftest": IT, "test": IT + TEST},
    "class": {"test": IT + "class TestA:\n" + IN_CLASS.format("TestA") + IN_TEST},
    "base": {"test": IT + "class Base:\n" + IN_CLASS.format("Base") + "class TestA(Base):\n" + IN_TEST},
    "imported": {"given": IT, "conftest": IT, "test": "from given_imported import it\n" + TEST},
    "renamed": {"given": THAT, "test": "from given_renamed import that as it\n" + TEST},
    "star": {"given": IT, "conftest": IT, "test": "from given_star import *\n" + TEST},
    "named": {"conftest": NAMED, "test": TEST},
    "named_near": {"conftest": IT, "test": NAMED + TEST},
    "plugin": {"given": IT, "test": "pytest_plugins = ['given_plugin']\n" + TEST},
    "own_name": {"conftest": IT, "test": OWN + TEST},
    "through": {"conftest": IT + OTHER, "test": IT + "def test_it(other):\n    tell(__file__, other)\n"},
}
"""Small suites: what each test tells is where the fixture that was asked for stands, and what it is called there."""


def written(folder: Path) -> list[Path]:
    """The suites, each in a folder; the files are named so that pytest imports each as a module of its own."""
    out: list[Path] = []
    for name, files in PROJECTS.items():
        for stem, text in files.items():
            last = stem if stem.endswith("conftest") else f"{stem}_{name}"
            path = folder / name / f"{last}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEAD + text, encoding="utf-8")
            out.append(path)
    return out


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], dict[str, tuple[str, str]]]:
    """The files of the suites, and what pytest has given: by the file of the test."""
    folder = tmp_path_factory.mktemp("suites")
    files = written(folder)
    seen = folder / "seen.txt"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", str(folder)]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "-c", os.devnull],
        cwd=folder,
        env=os.environ | {"SEEN": str(seen)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    rows = [row.split("\t") for row in seen.read_text(encoding="utf-8").splitlines()]
    return files, {test: (where, what) for test, where, what in rows}


def found(files: list[Path], test: str) -> tuple[str, str]:
    """What the index says of the one test in a file: it follows those who ask for what they are given."""
    index = ProjectIndex({str(path): lower(cst.parse_module(path.read_text(encoding="utf-8"))) for path in files}, [])
    fixtures = Fixtures(index)
    bindings = [b for bs in index.modules[test].bindings.values() for b in bs]
    methods = [m for b in bindings if isinstance(b, ClassInfo) for ms in b.members.values() for m in ms]
    tests = [b for b in (*bindings, *methods) if isinstance(b, FunctionInfo) and fixtures.is_test(b)]
    asking = tests[0]
    while asked := [p.name for p in asking.node.params if p.name != "self"]:
        fixture = fixtures.find(asked[0], tests[0], asking)
        assert fixture is not None, asked[0]
        asking = fixture.function
    return asking.module.path, asking.qualname


@pytest.mark.parametrize("name", PROJECTS)
def test_it_is_the_fixture_that_pytest_gives(name: str, suites: tuple[list[Path], dict[str, tuple[str, str]]]) -> None:
    files, given = suites
    (test,) = [path for path in given if f"/{name}/" in Path(path).as_posix()]

    assert found(files, test) == given[test]


NOT_GIVEN = {
    "parametrized": "@pytest.mark.parametrize('it', [1])\n" + TEST,
    "marked": "pytestmark = [pytest.mark.parametrize(['it', 'one'], [(1, 2)])]\n" + TEST,
    "patched": "from unittest.mock import patch\n\n@patch('os.getcwd')\n" + TEST,
    "by_default": TEST.replace("(it)", "(it=1)", 1),
}


@pytest.mark.parametrize("text", NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_others_give_a_parameter(text: str) -> None:
    index = ProjectIndex({"/p/test_it.py": lower(cst.parse_module(HEAD + IT + text))}, [])
    test = index.modules["/p/test_it.py"].bindings["test_it"][0]

    assert isinstance(test, FunctionInfo)
    assert "it" in (Fixtures(index).given(test) or ())


def test_nobody_knows_what_a_hook_gives() -> None:
    hook = "def pytest_generate_tests(metafunc):\n    metafunc.parametrize('it', [1])\n\n"
    index = ProjectIndex({"/p/test_it.py": lower(cst.parse_module(HEAD + IT + hook + TEST))}, [])
    test = index.modules["/p/test_it.py"].bindings["test_it"][0]

    assert isinstance(test, FunctionInfo)
    assert Fixtures(index).given(test) is None
