"""pytest: which functions are tests and fixtures, and where pytest looks for a fixture.

https://docs.pytest.org/en/stable/reference/fixtures.html#fixture-availability
"""

from __future__ import annotations

DECORATORS = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
"""https://docs.pytest.org/en/stable/reference/reference.html#pytest-fixture,
https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html."""

SCOPE = "function"
"""The scope of a fixture that says none: made anew for each test.
https://docs.pytest.org/en/stable/how-to/fixtures.html#fixture-scopes."""

PARAMETRIZE = "pytest.mark.parametrize"
"""Gives a test its parameters itself, but for those that are `indirect`:
https://docs.pytest.org/en/stable/how-to/fixtures.html#override-a-fixture-with-direct-test-parametrization."""

USE = "pytest.mark.usefixtures"
"""https://docs.pytest.org/en/stable/how-to/fixtures.html#use-fixtures-in-classes-and-modules-with-usefixtures."""

MARKS = "pytestmark"
"""A name in a module or class that marks all tests in it:
https://docs.pytest.org/en/stable/reference/reference.html#globalvar-pytestmark."""

PLUGINS = "pytest_plugins"
"""A name in a `conftest.py` or test module for modules whose fixtures are known, too:
https://docs.pytest.org/en/stable/reference/reference.html#globalvar-pytest_plugins."""

GENERATES = "pytest_generate_tests"
"""A hook that may give tests any parameter:
https://docs.pytest.org/en/stable/how-to/parametrize.html#basic-pytest-generate-tests-example."""

SHARED = "conftest.py"
"""Whose fixtures all tests below its folder have:
https://docs.pytest.org/en/stable/reference/fixtures.html#conftest-py-sharing-fixtures-across-multiple-files."""

TESTS, TEST_CLASSES = "test", "Test"
"""How the names of tests and of their classes begin:
https://docs.pytest.org/en/stable/explanation/goodpractices.html#conventions-for-python-test-discovery."""

UNITTEST = frozenset({"unittest.TestCase", "unittest.IsolatedAsyncioTestCase"})
"""Classes whose methods are given no fixtures:
https://docs.pytest.org/en/stable/how-to/unittest.html#pytest-features-in-unittest-testcase-subclasses."""

PATCHES = frozenset({"unittest.mock.patch", "unittest.mock.patch.object", "mock.patch", "mock.patch.object"})
"""Decorators that give a mock to the next parameter, unless they are told what to put in place:
https://docs.python.org/3/library/unittest.mock.html#patch."""
