"""The examples on the rules' pages: linted, run on PostgreSQL, fixed, and run again. See `tests.support.snippets`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Applicability
from asyncsql_lint.rule import Rule
from asyncsql_lint.rules import RULES
from tests.support.fixture_project import FixtureProject
from tests.support.linter import Finding, lint, run_linter
from tests.support.snippets import Snippet, fails_as, runs_well, write_project

OWN_RULES = "ASL9"
"""The linter's own rules are about text and comments; they have no run time."""

ON_DATABASES = [rule for rule in RULES if not rule.meta.code.startswith(OWN_RULES)]
FIXABLE = [rule for rule in ON_DATABASES if rule.meta.fix in (Applicability.SAFE, Applicability.UNSAFE)]

EVERY_RULE = pytest.mark.parametrize("rule", ON_DATABASES, ids=lambda rule: rule.meta.code)
EVERY_FIXABLE_RULE = pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.meta.code)

AnyRule = type[Rule[Any]]


class Pages:
    """All examples of one kind in one project, and what the linter says of them."""

    def __init__(self, folder: Path, heading: str, fix: bool = False) -> None:
        rules = FIXABLE if fix else ON_DATABASES
        self.snippets = write_project(folder, {_stem(rule): rule.doc().example(heading) for rule in rules})
        advice = [rule for rule in rules if not rule.meta.default]
        if fix:
            codes = ",".join(rule.meta.code for rule in FIXABLE if rule.meta.default)
            run_linter("--select", codes, "--fix", "--unsafe-fixes", "--quiet", str(folder))
            for rule in advice:
                page = str(self.snippet(rule).path)
                run_linter("--select", rule.meta.code, "--fix", "--unsafe-fixes", "--quiet", page)
        self.findings = lint(folder)
        for rule in advice:
            self.findings += lint(self.snippet(rule).path, "--select", rule.meta.code)

    def snippet(self, rule: AnyRule) -> Snippet:
        """The example of `rule`."""
        return self.snippets[_stem(rule)]

    def of(self, rule: AnyRule) -> list[Finding]:
        """What is reported on the example of `rule`."""
        return [finding for finding in self.findings if finding.path.stem == _stem(rule)]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What fails."""
    return Pages(tmp_path_factory.mktemp("examples"), "Example")


@pytest.fixture(scope="module")
def instead(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What to write instead."""
    return Pages(tmp_path_factory.mktemp("instead"), "Use instead")


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What fails, mended by the linter."""
    return Pages(tmp_path_factory.mktemp("fixed"), "Example", fix=True)


@EVERY_RULE
def test_a_page_has_both_examples(rule: AnyRule) -> None:
    doc = rule.doc()

    assert doc.example("Example").strip()
    assert doc.example("Use instead").strip()


@EVERY_RULE
def test_the_example_is_reported_for_its_rule_alone(rule: AnyRule, examples: Pages) -> None:
    codes = {finding.code for finding in examples.of(rule)}

    assert codes == {rule.meta.code}, examples.of(rule)


@EVERY_RULE
def test_the_example_fails_as_its_rule_says(rule: AnyRule, examples: Pages, fixture_project: FixtureProject) -> None:
    fixture_project.reset()

    outcome = examples.snippet(rule).run()

    assert fails_as(rule.meta.raises, outcome), f"{rule.meta.code} tells of {rule.meta.raises!r}, but {outcome}"


@EVERY_RULE
def test_what_to_use_instead_is_silent(rule: AnyRule, instead: Pages) -> None:
    assert not instead.of(rule)


@EVERY_RULE
def test_what_to_use_instead_runs(rule: AnyRule, instead: Pages, fixture_project: FixtureProject) -> None:
    fixture_project.reset()

    outcome = instead.snippet(rule).run()

    assert runs_well(outcome), f"{rule.meta.code}: {outcome}"


@EVERY_FIXABLE_RULE
def test_the_fixed_example_is_silent(rule: AnyRule, fixed: Pages) -> None:
    assert not fixed.of(rule)


@EVERY_FIXABLE_RULE
def test_the_fixed_example_runs(rule: AnyRule, fixed: Pages, fixture_project: FixtureProject) -> None:
    fixture_project.reset()

    outcome = fixed.snippet(rule).run()

    assert runs_well(outcome), f"{rule.meta.code}: {outcome}\n{fixed.snippet(rule).path.read_text()}"


def _stem(rule: AnyRule) -> str:
    return f"{rule.meta.code.lower()}_{rule.meta.name.replace('-', '_')}"
