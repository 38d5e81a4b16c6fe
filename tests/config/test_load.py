"""Configuration files: found, read, merged, and refused with the file, the key and what was meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.config.library_versions import VersionRange
from asyncsql_lint.config.load import Configuration, inline_config, read_config
from asyncsql_lint.config.model import Config, Patterns, PerFileIgnore, Selection
from asyncsql_lint.diagnostics import Confidence, Severity
from asyncsql_lint.errors import ConfigError


@pytest.fixture
def root(tmp_path: Path) -> str:
    return os.path.realpath(tmp_path)


def write(root: str, name: str, text: str) -> str:
    path = Path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


KEYS = [
    ('select = ["ASL3"]', lambda r: Config(selections=(Selection(select=("ASL3",)),))),
    ("select = []", lambda r: Config(selections=(Selection(select=()),))),
    ('ignore = ["ASL301"]\nextend-select = ["ASL6"]\nextend-ignore = ["missing-await"]',
     lambda r: Config(selections=(Selection(None, ("ASL301",), ("ASL6",), ("missing-await",)),))),
    ('exclude = ["gen"]', lambda r: Config(exclude=Patterns(r, ("gen",)))),
    ('extend-exclude = ["gen"]', lambda r: Config(extend_exclude=(Patterns(r, ("gen",)),))),
    ("respect-gitignore = false", lambda r: Config(respect_gitignore=False)),
    ("force-exclude = true", lambda r: Config(force_exclude=True)),
    ('src = ["src", "../lib"]', lambda r: Config(src=(f"{r}/src", f"{os.path.dirname(r)}/lib"))),
    ('fail-on = "warning"', lambda r: Config(fail_on=Severity.WARNING)),
    ('min-confidence = "proved"', lambda r: Config(min_confidence=Confidence.PROVED)),
    ('output-format = "json"', lambda r: Config(output_format=OutputFormat.JSON)),
    ('fixable = ["ASL1"]\nunfixable = ["ASL101"]', lambda r: Config(fixable=("ASL1",), unfixable=("ASL101",))),
    ('required-version = ">=0.1"', lambda r: Config(required_version=">=0.1")),
    ('baseline = "../known.json"', lambda r: Config(baseline=f"{os.path.dirname(r)}/known.json")),
    ('library-versions = {sqlalchemy = "2.0", fastapi = ">=0.118"}',
     lambda r: Config(library_versions=(
         ("fastapi", VersionRange((0, 118, 0, 0), None, ">=0.118", "library-versions")),
         ("sqlalchemy", VersionRange((2, 0, 0, 0), (2, 1, 0, 0), "2.0", "library-versions"))))),
    ('[per-file-ignores]\n"tests/*" = ["ASL301"]\n"!src/*" = ["ALL"]',
     lambda r: Config(per_file_ignores=(PerFileIgnore(Patterns(r, ("tests/*",)), ("ASL301",)),
                                        PerFileIgnore(Patterns(r, ("src/*",)), ("ALL",), inverted=True)))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KEYS, ids=[text.split(" ")[0] for text, _ in KEYS])
def test_key(root: str, text: str, expected: object) -> None:
    path = write(root, "asyncsql-lint.toml", text)
    assert callable(expected)
    assert read_config(path) == expected(root)
    table = text if text.startswith("[") else f"[tool.asyncsql-lint]\n{text}"
    table = table.replace("[per-file-ignores]", "[tool.asyncsql-lint.per-file-ignores]")
    assert read_config(write(root, "pyproject.toml", table)) == expected(root)


REFUSED = [
    ("unknown key", 'selct = ["ASL3"]', 'unknown key "selct", did you mean "select"?'),
    ("unknown key, nothing like it", "zzz = 1", 'unknown key "zzz"'),
    ("underscore", "fail_on = 'error'", 'unknown key "fail_on", did you mean "fail-on"?'),
    ("string for list", 'select = "ASL3"', '"select" must be a list of strings, not a string'),
    ("list of numbers", "ignore = [301]", '"ignore" must be a list of strings, not a list of something else'),
    ("string for boolean", 'force-exclude = "yes"', '"force-exclude" must be true or false, not a string'),
    ("number for string", "required-version = 1", '"required-version" must be a string, not a number'),
    (
        "unknown choice",
        'fail-on = "eror"',
        'must be one of "error", "warning", "info", not "eror", did you mean "error"?',
    ),
    ("choice of a wrong type", "min-confidence = 3", 'must be one of "proved", "inferred", "guessed", not a number'),
    ("list for table", 'per-file-ignores = ["a"]', '"per-file-ignores" must be a table of patterns'),
    (
        "table without lists",
        '[per-file-ignores]\na = "ASL3"',
        '"per-file-ignores", pattern "a" must be a list of strings',
    ),
    ("library without table", 'library-versions = "2.0"', '"library-versions" must be a table of libraries'),
    (
        "unknown library",
        'library-versions = {sqlalchmy = "2.0"}',
        'unknown library "sqlalchmy", did you mean "sqlalchemy"?',
    ),
    ("number for a version", "library-versions = {sqlalchemy = 2.0}", '"sqlalchemy" must be a string, not a number'),
    (
        "no version",
        'library-versions = {sqlalchemy = "new"}',
        'must be as in "2.0", "2.0.40" or ">=2.0, <2.1", not "new"',
    ),
    ("baseline without a name", 'baseline = ""', '"baseline" must be the name of a file'),
    ("bad pattern", 'exclude = ["a/!("]\nextend-exclude = ["!"]', 'the pattern "!" cannot be understood'),
    ("broken toml", "select = [\n", ":2:1: not valid TOML"),
    ("broken value", "fail-on = \n", ":1:11: not valid TOML: Invalid value"),
    ("extends nothing", 'extend = "nowhere.toml"', '"extend" names'),
    ("extends a number", "extend = 1", '"extend" must be a string, not a number'),
    ("extends itself", 'extend = "asyncsql-lint.toml"', '"extend" comes back to this file'),
]


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(root: str, text: str, words: str) -> None:
    path = write(root, "asyncsql-lint.toml", text)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value).startswith(path)
    assert words in str(caught.value)


def test_not_utf8(root: str) -> None:
    path = Path(root, "asyncsql-lint.toml")
    path.write_bytes(b"# fine\n# \xff\n")
    with pytest.raises(ConfigError, match=":2: not valid TOML: the file is not UTF-8"):
        read_config(str(path))


def test_nearest_file_counts(root: str) -> None:
    write(root, "pyproject.toml", "[tool.asyncsql-lint]\nfail-on = 'error'\n")
    write(root, "a/pyproject.toml", "[tool.other]\nx = 1\n")
    write(root, "b/pyproject.toml", "[tool.asyncsql-lint]\n")
    write(root, "c/.asyncsql-lint.toml", "fail-on = 'warning'\n")
    write(root, "c/pyproject.toml", "[tool.asyncsql-lint]\nfail-on = 'error'\n")
    configuration = Configuration()
    sources = {name: configuration.of_file(f"{root}/{name}/x/y.py") for name in ("a", "b", "c")}
    assert sources["a"].source == f"{root}/pyproject.toml", "a pyproject without our table is passed over"
    assert sources["b"].fail_on is Severity.INFO, "an empty table stops the search"
    assert sources["c"].source == f"{root}/c/.asyncsql-lint.toml"
    assert sources["c"].fail_on is Severity.WARNING


TEMPLATES = ["{% if cookiecutter.x %}\n[tool.poetry]\n{% endif %}\n", "[project\nname =", "\xff"]


@pytest.mark.parametrize("text", TEMPLATES)
def test_somebody_elses_broken_pyproject_is_passed_over(root: str, text: str) -> None:
    Path(root, "pyproject.toml").write_bytes(text.encode("latin-1"))
    assert Configuration().of_folder(root).source != f"{root}/pyproject.toml"


def test_our_table_in_a_broken_pyproject_is_told(root: str) -> None:
    write(root, "pyproject.toml", "[tool.asyncsql-lint]\nselect = [\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:3:1: not valid TOML"):
        Configuration().of_folder(root)


def test_extend(root: str) -> None:
    write(root, "base/base.toml", 'select = ["ASL1"]\nextend-exclude = ["x"]\nfail-on = "error"\nexclude = ["y"]\n')
    path = write(
        root, "app/asyncsql-lint.toml", 'extend = "../base/base.toml"\nextend-select = ["ASL3"]\nexclude = ["z"]'
    )
    assert read_config(path) == Config(
        selections=(Selection(select=("ASL1",)), Selection(extend_select=("ASL3",))),
        exclude=Patterns(f"{root}/app", ("z",)),
        extend_exclude=(Patterns(f"{root}/base", ("x",)),),
        fail_on=Severity.ERROR,
    )


def test_fixed_file_and_isolation(root: str) -> None:
    write(root, "asyncsql-lint.toml", "fail-on = 'error'\n")
    fixed = write(root, "other.toml", "fail-on = 'warning'\n")
    assert Configuration(fixed=fixed).of_folder(root).fail_on is Severity.WARNING
    assert Configuration(isolated=True).of_folder(root).fail_on is Severity.INFO
    assert Configuration(Config(fail_on=Severity.WARNING)).of_folder(root).fail_on is Severity.WARNING


def test_inline() -> None:
    assert inline_config(["fail-on = 'error'", "src = ['a']"], "/p") == Config(fail_on=Severity.ERROR, src=("/p/a",))
    assert inline_config(["fail-on='error'", "fail-on='info'"], "/p").fail_on is Severity.INFO
    for text in ("fail-on = error", "failon = 'error'", "extend = 'a.toml'"):
        with pytest.raises(ConfigError, match="--config"):
            inline_config([text], "/p")


VERSIONS = [
    ("0.1.0", True),
    ("==0.1", True),
    (">=0.1, <0.2", True),
    ("!=0.1.0", False),
    (">0.1.0", False),
    ("<=0.0.9", False),
    ("1", False),
]


@pytest.mark.parametrize(("wanted", "fits"), VERSIONS)
def test_required_version(monkeypatch: pytest.MonkeyPatch, wanted: str, fits: bool) -> None:
    monkeypatch.setattr("asyncsql_lint.config.load.__version__", "0.1.0")
    if fits:
        assert inline_config([f"required-version = '{wanted}'"], "/p").required_version == wanted
    else:
        with pytest.raises(ConfigError, match=r'--config: "required-version" is .*, this is 0\.1\.0 of asyncsql-lint'):
            inline_config([f"required-version = '{wanted}'"], "/p")


@pytest.mark.parametrize("wanted", ["~=0.1 beta", "", "latest", ">=", "9" * 5_000])
def test_required_version_that_is_none(wanted: str) -> None:
    with pytest.raises(ConfigError, match="must be as in"):
        inline_config([f"required-version = '{wanted}'"], "/p")


def test_a_version_that_is_not_wanted_is_told_before_its_keys(root: str) -> None:
    parent = write(root, "base.toml", '# for all\nrequired-version = ">=99"\nnot-yet-known = 1\n')
    path = write(root, "asyncsql-lint.toml", 'extend = "base.toml"\n')
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f'{parent}:2: "required-version" is >=99, this is ')


LINES = [
    ('x = 1\n[tool.other]\nfail-on = "no"\n[tool.asyncsql-lint]\n\nfail-on = "no"\n', 6),
    ('[tool]\nasyncsql-lint.fail-on = "no"\n', 2),
    ('[ tool . "asyncsql-lint" ]\n\n"fail-on" = "no"\n', 3),
    ('tool.asyncsql-lint.fail-on = "no"\r\n', 1),
    ('[tool.asyncsql-lint]\nexclude = [\n  "a = b",\n]\nfail-on = "no"\n', 5),
    ('tool = {asyncsql-lint = {fail-on = "no"}}\n', None),
]


@pytest.mark.parametrize(("text", "line"), LINES)
def test_the_line_of_a_wrong_value(root: str, text: str, line: int | None) -> None:
    path = write(root, "pyproject.toml", text)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    where = path if line is None else f"{path}:{line}"
    assert str(caught.value).startswith(f'{where}: "fail-on" must be one of')


BROKEN = [
    ("fail-on = ", '1:11: not valid TOML: Invalid value (at "fail-on")'),
    ('select = ["a"]\n\nignore = [\n  "x",\n  y\n]', '5:3: not valid TOML: Invalid value (at "ignore")'),
    ("[per-file-ignores]\n'tests/*' = [\n", '3:1: not valid TOML: Invalid value (at "tests/*")'),
    ("src = []\nsrc = []\n", '2:9: not valid TOML: Cannot overwrite a value (at "src")'),
    ("src = []\nselect\n", "2:7: not valid TOML: Expected '=' after a key in a key/value pair"),
    ("src = []\n= 3\n", "2:1: not valid TOML: Invalid statement"),
    ("src = " + "[" * 10_000, ""),
    ("src = " + "9" * 5_000, ""),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=range(len(BROKEN)))
def test_broken_toml(root: str, text: str, message: str) -> None:
    path = write(root, "asyncsql-lint.toml", text)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:{message}")
    assert "not valid TOML" in said
    if message:
        assert said == f"{path}:{message}"


def test_extend_in_a_circle(root: str) -> None:
    path = write(root, "asyncsql-lint.toml", 'extend = "a/one.toml"\n')
    write(root, "a/one.toml", 'extend = "../b/two.toml"\n')
    two = write(root, "b/two.toml", 'extend = "../a/../a/one.toml"\n')
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value) == f'{root}/a/one.toml: "extend" comes back to this file'
    Path(two).unlink()
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value) == f'{root}/a/one.toml:1: "extend" names {two}, which is no file'


def test_who_says_what(root: str) -> None:
    base = write(
        root, "base.toml", 'select = ["ASL1"]\nignore = ["ASL101"]\nfail-on = "error"\nextend-exclude = ["x"]\n'
    )
    path = write(
        root, "asyncsql-lint.toml", 'extend = "base.toml"\nignore = ["ASL3"]\nextend-exclude = ["y"]\nsrc = ["s"]'
    )
    config = inline_config(['fail-on = "info"'], root).over(read_config(path))
    assert config.files == (path, base)
    assert config.said_in == {
        "extend": (path,),
        "select": (base,),
        "ignore": (base, path),
        "fail-on": ("--config",),
        "extend-exclude": (base, path),
        "src": (path,),
    }
    assert inline_config(["select = ['ALL']"], root).over(read_config(path)).said_in == {
        "extend": (path,),
        "select": ("--config",),
        "fail-on": (base,),
        "extend-exclude": (base, path),
        "src": (path,),
    }
