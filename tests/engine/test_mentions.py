"""What a commit breaks in files that it does not touch: reported when the file is given that the finding hangs on."""

from __future__ import annotations

import pytest

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.linter import Linter
from tests.source.memory import Memory

DB = """\
from contextlib import asynccontextmanager
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://localhost/shop")
maker = async_sessionmaker(engine)


async def get_session():
    async with maker() as session:
        yield session


@asynccontextmanager
async def scope():
    async with maker() as session:
        yield session
"""
MODELS = """\
from datetime import datetime
from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime())
    lines: Mapped[list["Line"]] = relationship()


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""

# What `api.py` holds, the rule that reports it, and the files that it hangs on.
CASES = {
    "the relationship": (
        "from models import Order\n\n\n"
        "async def f(session: AsyncSession):\n    return (await session.get(Order, 1)).lines\n",
        "ASL301", "models",
    ),
    "the column": (
        "from datetime import datetime, timezone\nfrom db import maker\nfrom models import Order\n\n\n"
        "async def f():\n    async with maker() as session:\n"
        "        session.add(Order(name='x', at=datetime.now(timezone.utc)))\n        await session.commit()\n",
        "ASL606", "db models",
    ),
    "the factory": ("from db import maker\n\n\ndef f():\n    maker().commit()\n", "ASL101", "db"),
    "the factory of a module": ("import db\n\n\ndef f():\n    db.maker().commit()\n", "ASL101", "db"),
    "the factory's options": (
        "from db import maker\nfrom models import Order\n\n\nasync def f():\n    async with maker() as session:\n"
        "        order = await session.get(Order, 1)\n        await session.commit()\n        return order.name\n",
        "ASL305", "db models",
    ),
    "the engine": (
        "from db import engine\n\n\nasync def f():\n    with engine.connect() as connection:\n        pass\n",
        "ASL103", "db",
    ),
    "the dependency": (
        "from db import get_session\n\n\n@app.get('/')\n"
        "async def f(session=Depends(get_session)):\n    session.commit()\n",
        "ASL101", "db",
    ),
    "the dependency, by another name": (
        "from deps import SessionDep\n\n\n@app.get('/')\nasync def f(session: SessionDep):\n    session.commit()\n",
        "ASL101", "db deps",
    ),
    "the context manager": (
        "from db import scope\n\n\nasync def f():\n    with scope() as session:\n        pass\n", "ASL103", "db",
    ),
    "the function that is called": (
        "from service import save\n\n\nasync def f(session: AsyncSession):\n    save(session)\n", "ASL101", "service",
    ),
    "what a method's class holds": (
        "from db import maker\n\n\nclass Repository:\n    def __init__(self):\n        self.session = maker()\n\n"
        "    async def save(self):\n        self.session.commit()\n",
        "ASL101", "db",
    ),
    "the response model": (
        "from models import Order\nfrom schemas import OrderOut\n\n\nasync def f(session: AsyncSession):\n"
        "    return OrderOut.model_validate(await session.get(Order, 1))\n",
        "ASL302", "lines models schemas",
    ),
    "the query": (
        "from repository import statement\n\n\nasync def f(session: AsyncSession):\n"
        "    return (await session.scalars(statement())).all()\n",
        "ASL401", "models repository",
    ),
}  # fmt: skip
FILES = {
    "db": DB,
    "models": MODELS,
    "deps": (
        "from typing import Annotated\nfrom fastapi import Depends\nfrom sqlalchemy.ext.asyncio import AsyncSession\n"
        "from db import get_session\n\nSessionDep = Annotated[AsyncSession, Depends(get_session)]\n"
    ),
    "service": (
        "from sqlalchemy.ext.asyncio import AsyncSession\nfrom unrelated import label\n\n\n"
        "async def save(session: AsyncSession):\n    label()\n    await session.commit()\n"
    ),
    "lines": (
        "from pydantic import BaseModel, ConfigDict\n\n\nclass LineOut(BaseModel):\n"
        "    model_config = ConfigDict(from_attributes=True)\n    id: int\n"
    ),
    "schemas": (
        "from pydantic import BaseModel, ConfigDict\nfrom lines import LineOut\n\n\nclass OrderOut(BaseModel):\n"
        "    model_config = ConfigDict(from_attributes=True)\n    id: int\n    lines: list[LineOut]\n"
    ),
    "repository": (
        "from sqlalchemy import select\nfrom sqlalchemy.orm import joinedload\nfrom models import Order\n\n\n"
        "def statement():\n    return select(Order).options(joinedload(Order.lines))\n"
    ),
    "unrelated": "def label():\n    return ''\n",
}
HEAD = "from fastapi import Depends, FastAPI\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\napp = FastAPI()\n"


@pytest.mark.parametrize(("body", "code", "behind"), CASES.values(), ids=CASES)
def test_a_finding_is_reported_with_each_file_that_it_hangs_on(body: str, code: str, behind: str) -> None:
    files = {f"/p/{name}.py": text.encode() for name, text in {**FILES, "api": HEAD + body}.items()}
    disk = Memory({**files, "/p/setup.py": b""})

    def reported(*paths: str, strictly: bool = False) -> set[str]:
        linter = Linter(Configuration(isolated=True), disk, report_only_given=strictly)
        return {d.code for d in linter.check(paths).diagnostics if d.span.path == "/p/api.py"}

    assert code in reported("/p/api.py")
    assert {name for name in FILES if code in reported(f"/p/{name}.py")} == set(behind.split())
    assert not any(reported(f"/p/{name}.py", strictly=True) for name in FILES)
