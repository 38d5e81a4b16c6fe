"""Imports that loader options need: the top of a file before and after."""

from __future__ import annotations

import textwrap

import pytest

from asyncsql_lint.diagnostics.repair import AddLoaderOptions
from tests.edits.chains import chains
from tests.edits.support import located, repaired, site

QUERY = """

async def f(session):
    return await session.scalars(select(Order))
"""

_MODEL = "from app.models import Order"

CASES = {
    "a new line after the last of sqlalchemy": (
        "lines",
        f"import os\nfrom sqlalchemy import select  # é\n\n{_MODEL}",
        f"import os\nfrom sqlalchemy import select  # é\nfrom sqlalchemy.orm import selectinload\n\n{_MODEL}",
    ),
    "in the order of the alphabet": (
        "lines",
        f"from sqlalchemy import select\nfrom sqlalchemy.sql import func\n{_MODEL}",
        f"from sqlalchemy import select\nfrom sqlalchemy.orm import selectinload\n"
        f"from sqlalchemy.sql import func\n{_MODEL}",
    ),
    "before sqlmodel": (
        "lines",
        f"from fastapi import FastAPI\nfrom sqlmodel import select\n{_MODEL}",
        f"from fastapi import FastAPI\nfrom sqlalchemy.orm import selectinload\nfrom sqlmodel import select\n{_MODEL}",
    ),
    "after the last import": (
        "lines",
        f"import os\n{_MODEL}, select\n\nx = 1",
        f"import os\n{_MODEL}, select\nfrom sqlalchemy.orm import selectinload\n\nx = 1",
    ),
    "after __future__": (
        "lines",
        '"""Doc."""\nfrom __future__ import annotations\n\nclass Order: ...',
        '"""Doc."""\nfrom __future__ import annotations\n\nfrom sqlalchemy.orm import selectinload\n\nclass Order: ...',
    ),
    "after the docstring": (
        "lines",
        '"""Doc."""\n\nclass Order: ...',
        '"""Doc."""\n\nfrom sqlalchemy.orm import selectinload\n\nclass Order: ...',
    ),
    "after the comments of the file": (
        "lines",
        "#!/usr/bin/python\n# why\n\nclass Order: ...",
        "#!/usr/bin/python\n# why\n\nfrom sqlalchemy.orm import selectinload\nclass Order: ...",
    ),
    "several names": (
        "lines customer",
        f"from sqlalchemy import select\n{_MODEL}",
        f"from sqlalchemy import select\nfrom sqlalchemy.orm import joinedload, selectinload\n{_MODEL}",
    ),
    "extended at the end": (
        "lines",
        f"from sqlalchemy.orm import joinedload\n{_MODEL}",
        f"from sqlalchemy.orm import joinedload, selectinload\n{_MODEL}",
    ),
    "extended where it belongs": (
        "lines customer",
        f"from sqlalchemy.orm import Mapped, relationship, sessionmaker\n{_MODEL}",
        f"from sqlalchemy.orm import Mapped, joinedload, relationship, selectinload, sessionmaker\n{_MODEL}",
    ),
    "extended without an order": (
        "customer",
        f"from sqlalchemy.orm import selectinload, relationship as r # é\n{_MODEL}",
        f"from sqlalchemy.orm import selectinload, relationship as r, joinedload # é\n{_MODEL}",
    ),
    "extended in upper and lower case": (
        "customer",
        f"from sqlalchemy.orm import aliased, Mapped, relationship\n{_MODEL}",
        f"from sqlalchemy.orm import aliased, joinedload, Mapped, relationship\n{_MODEL}",
    ),
    "extended in parentheses": (
        "lines",
        f"from sqlalchemy.orm import (joinedload)\n{_MODEL}",
        f"from sqlalchemy.orm import (joinedload, selectinload)\n{_MODEL}",
    ),
    "extended over lines": (
        "lines customer",
        f"from sqlalchemy.orm import (\n    Mapped,\n    relationship,  # é\n)\n{_MODEL}",
        f"from sqlalchemy.orm import (\n    Mapped,\n    joinedload,\n    relationship,  # é\n    selectinload,\n"
        f")\n{_MODEL}",
    ),
    "extended over lines without a last comma": (
        "lines",
        f"from sqlalchemy.orm import (\n\tjoinedload  # é\n)\n{_MODEL}",
        f"from sqlalchemy.orm import (\n\tjoinedload,  # é\n\tselectinload\n)\n{_MODEL}",
    ),
    "extended with a backslash": (
        "customer",
        f"from sqlalchemy.orm import aliased, \\\n    relationship\n{_MODEL}",
        f"from sqlalchemy.orm import aliased, \\\n    joinedload, relationship\n{_MODEL}",
    ),
    "never for type checkers alone": (
        "lines",
        f"from typing import TYPE_CHECKING\n{_MODEL}\nif TYPE_CHECKING:\n    from sqlalchemy.orm import Mapped, "
        f"selectinload",
        f"from typing import TYPE_CHECKING\n{_MODEL}\nfrom sqlalchemy.orm import selectinload\n"
        "if TYPE_CHECKING:\n    from sqlalchemy.orm import Mapped, selectinload",
    ),
    "the class of a later step, from where others come": (
        "lines.product",
        f"from sqlalchemy.orm import selectinload\n{_MODEL}",
        f"from sqlalchemy.orm import selectinload\n{_MODEL}, OrderLine",
    ),
    "the class of a later step, relative": (
        "lines.product.maker",
        "from sqlalchemy.orm import selectinload\nfrom .models import Order",
        "from sqlalchemy.orm import selectinload\nfrom .models import Order, OrderLine, Product",
    ),
    "the class of a later step, from its own module": (
        "lines.product",
        "import sqlalchemy.orm\nimport app.settings\nfrom app import extra\nclass Order: ...",
        "import sqlalchemy.orm\nimport app.settings\nfrom app import extra\n"
        "from app.models import OrderLine\nclass Order: ...",
    ),
}

USED = {
    "an alias": ("lines", f"from sqlalchemy.orm import selectinload as load\n{_MODEL}", "load(Order.lines)"),
    "a module": ("lines", f"from sqlalchemy import orm\n{_MODEL}", "orm.selectinload(Order.lines)"),
    "a module by another name": ("lines", f"import sqlalchemy.orm as so\n{_MODEL}", "so.selectinload(Order.lines)"),
    "a dotted module": (
        "lines",
        f"import sqlalchemy\nimport sqlalchemy.orm\n{_MODEL}",
        "sqlalchemy.orm.selectinload(Order.lines)",
    ),
    "a class by another name": (
        "lines.product",
        f"from sqlalchemy.orm import selectinload\n{_MODEL}, OrderLine as Line",
        "selectinload(Order.lines).joinedload(Line.product)",
    ),
    "a class in a module": (
        "lines.product",
        f"from sqlalchemy.orm import selectinload\nfrom app import models as m\n{_MODEL}",
        "selectinload(Order.lines).joinedload(m.OrderLine.product)",
    ),
    "a class in the same file": (
        "lines.product",
        "from sqlalchemy.orm import selectinload\nclass Order: ...\nclass OrderLine: ...",
        "selectinload(Order.lines).joinedload(OrderLine.product)",
    ),
    "an import that is tried": (
        "lines",
        f"{_MODEL}\ntry:\n    from sqlalchemy.orm import selectinload\nexcept ImportError:\n    pass",
        "selectinload(Order.lines)",
    ),
}

REFUSED = {
    "a strategy's name means something else": ("lines", f"{_MODEL}\n\ndef selectinload(): ..."),
    "a strategy comes from elsewhere": ("lines", f"{_MODEL}\nfrom app.loading import selectinload"),
    "a strategy may be something else": (
        "lines",
        f"{_MODEL}\ntry:\n    from sqlalchemy.orm import selectinload\nexcept ImportError:\n    selectinload = None",
    ),
    "a class's name means something else": (
        "lines.product",
        f"from sqlalchemy.orm import selectinload\n{_MODEL}\nfrom app.schemas import OrderLine",
    ),
    "a class is for type checkers alone": (
        "lines.product",
        f"from sqlalchemy.orm import selectinload\n{_MODEL}\nif TYPE_CHECKING:\n    from app.models import OrderLine",
    ),
}


def _repaired(top: str, short: str, query: str = QUERY) -> str | None:
    found = located(top + query)
    return repaired(found, AddLoaderOptions(site(found, "select("), chains(short), is_get=False))


@pytest.mark.parametrize("name", CASES)
def test_imports_are_added(name: str) -> None:
    short, before, after = CASES[name]
    text = _repaired(before, short)
    assert text is not None
    assert text[: text.index("\n\nasync def")] == after


@pytest.mark.parametrize("name", USED)
def test_what_is_imported_is_used(name: str) -> None:
    short, top, option = USED[name]
    assert _repaired(top, short) == top + QUERY.replace("select(Order)", f"select(Order).options({option})")


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_written_when(name: str) -> None:
    short, top = REFUSED[name]
    assert _repaired(top, short) is None


def test_a_local_import_is_used() -> None:
    query = textwrap.dedent(
        """

        async def f(session):
            from sqlalchemy.orm import selectinload
            return await session.scalars(select(Order))
        """
    )
    assert _repaired(_MODEL, "lines", query) == _MODEL + query.replace(
        "select(Order)", "select(Order).options(selectinload(Order.lines))"
    )


def test_a_local_import_that_comes_later_is_in_the_way() -> None:
    query = "\n\nasync def f(session):\n    q = select(Order)\n    from sqlalchemy.orm import selectinload\n"
    assert _repaired(_MODEL, "lines", query) is None


def test_a_query_at_the_top_level_needs_its_import_before_it() -> None:
    top = f"from sqlalchemy import select\n{_MODEL}\nq = select(Order)\nfrom sqlalchemy.orm import joinedload\n"
    assert _repaired(top, "lines", "") == (
        f"from sqlalchemy import select\nfrom sqlalchemy.orm import selectinload\n{_MODEL}\n"
        "q = select(Order).options(selectinload(Order.lines))\nfrom sqlalchemy.orm import joinedload\n"
    )
