"""The examples in the rules' pages, as programs. How to write them:

- `## Example` and `## Use instead` each hold one ```python block: whole statements, no imports needed, because
  `PRELUDE` stands above them. What is not in it may be imported by the block itself.
- The block runs in one of two ways.
  1. It defines `async def example(...)`. A parameter `session` gets a fresh `AsyncSession` of `maker` (with
     `expire_on_commit=False`), or of the board's maker if it is annotated `BoardSession`. Anything else it opens
     itself: `async with expiring() as session:`.
  2. It has no `example`, but routes on `app` (a FastAPI application of its own): each GET route without parameters in
     its path is requested twice at the same time.
- The rows of `tests/fixtures/rows.sql` are there: orders 1 to 4 (1 and 2 of contact 1, order 4 without a contact),
  contacts 1 to 3 (unique e-mail addresses: ann@example.org ...), products 1 to 3, tags 1 to 3.
- "Example" must be reported for its rule and for nothing else, and must fail as `meta.raises` says: by an exception
  whose class `raises` names (`MissingGreenlet`, wrapped or not), by the words "never awaited" (Python's warning), by
  the words "event loop" (then it sleeps 0.4 s in the server: `text("select pg_sleep(0.4)")`), or by the words "no error
  and no warning" (then `example` returns False, where the one in "Use instead" returns True).
- "Use instead" must be silent and run without any of these.
- When the rule has a safe or unsafe fix, the fixed "Example" must be silent and run, too.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.case_runner import BLOCKED_SECONDS, Outcome, is_good, run_case
from tests.support.fixture_project import FIXTURES, load

PRELUDE = """\
import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, load_only, selectinload, undefer
from sqlmodel import select as sm_select
from sqlmodel.ext.asyncio.session import AsyncSession as BoardSession

from board.models import Hero, Project, Task, Team, Worker
from shop.database import (
    engine,
    expiring,
    get_expiring_session,
    get_session,
    get_sync_session,
    maker,
    sync_engine,
    sync_maker,
)
from shop.models import Basket, Category, Contact, Invoice, Order, OrderLine, Product, Reading, Supplier, Tag, Voucher
from shop.schemas import ContactOut, ContactWithOrders, OrderOut, OrderWithLines

app = FastAPI()


"""
PARTS = ("shop", "board", "pyproject.toml")
"""What of the fixture project the snippets stand on."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One block of a page, as a file of a project of its own."""

    path: Path

    def run(self) -> Outcome:
        """Run it as its form asks for."""
        module = self._load()
        if hasattr(module, "example"):
            return run_case(module.example)
        return run_case(lambda: request_all(module.app))

    def _load(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"snippet_{self.path.parent.name}_{self.path.stem}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def write_project(folder: Path, blocks: dict[str, str]) -> dict[str, Snippet]:
    """A project in `folder`, with a module for each of `blocks`."""
    for part in PARTS:
        source = FIXTURES / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    pages = folder / "pages"
    pages.mkdir()
    for name, block in blocks.items():
        (pages / f"{name}.py").write_text(PRELUDE + block, encoding="utf-8")
    return {name: Snippet(pages / f"{name}.py") for name in blocks}


async def request_all(app: Any) -> list[Any]:  # noqa: ANN401 - of a module made at run time
    """Request each plain GET route of `app` twice at once; the first error comes through."""
    call = load("http_client").call
    answers: list[Any] = []
    for route in app.routes:
        if "GET" in getattr(route, "methods", ()) and "{" not in route.path and route.include_in_schema:
            two = (call(app, "GET", route.path), call(app, "GET", route.path))
            answers += await asyncio.gather(*two, return_exceptions=True)
    assert answers, "the block has neither a function `example` nor a GET route without parameters in its path"
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers


def fails_as(raises: str, outcome: Outcome) -> bool:
    """Whether `outcome` is the failure that a rule's `raises` tells of."""
    words = {word.strip("`.,:;()") for word in raises.split()}
    if outcome.errors & words:
        return True
    if "never awaited" in raises and outcome.dropped:
        return True
    if "no error and no warning" in raises:
        return is_good(outcome) and outcome.value is False
    return "event loop" in raises and outcome.pause > BLOCKED_SECONDS


def runs_well(outcome: Outcome) -> bool:
    """Whether nothing went wrong that a rule could tell of."""
    return is_good(outcome) and outcome.pause <= BLOCKED_SECONDS and outcome.value is not False
