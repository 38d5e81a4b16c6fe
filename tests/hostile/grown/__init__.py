"""Programs grown as LibCST trees: every kind of statement, expression and pattern, around models and sessions.

`grown` is one such program as bytes. It parses, and means nothing.
"""

from __future__ import annotations

import random

import libcst as cst

from tests.hostile.grown.statements import Statements

HEAD = """\
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Annotated, Optional

from fastapi import APIRouter, BackgroundTasks, Depends
from pydantic import BaseModel
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload
from sqlmodel import Field, Relationship, SQLModel

engine = create_async_engine("postgresql+asyncpg://localhost/shop")
maker = async_sessionmaker(engine)
router = APIRouter()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    items: Mapped[list["Item"]] = relationship(back_populates="user")


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped["User"] = relationship(back_populates="items")


"""
"""What most of the programs begin with, so that what follows has something to work on."""


def grown(chance: random.Random) -> bytes:
    """A program made up by `chance`."""
    body = Statements(chance).module(chance.choice((1, 3, 6, 12)))
    head = HEAD if chance.random() < 0.8 else ""
    return (head + cst.Module(body).code).encode()
