"""What the linter is known to get wrong: small programs, each with today's wrong answer.

A test runs and lints every one of them, and fails when an answer is no longer wrong: then the line goes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.compare import Verdict
from tests.oracle.library import library
from tests.oracle.tree import WORD, Module, Node, Program

MODELS = """\
class Base(AsyncAttrs, DeclarativeBase):
    pass

order_tag = Table("order_tag", Base.metadata, Column("order_id", ForeignKey("t_order.id"), primary_key=True), Column("tag_id", ForeignKey("t_tag.id"), primary_key=True))

class Customer(Base):
    __tablename__ = "t_customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    orders: Mapped[List["Order"]] = relationship(back_populates="customer")
    cards: WriteOnlyMapped["Card"] = relationship(back_populates="customer")

class Order(Base):
    __tablename__ = "t_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    note: Mapped[Optional[str]] = mapped_column(deferred=True)
    customer_id: Mapped[Optional[int]] = mapped_column(ForeignKey("t_customer.id"))
    customer: Mapped[Optional["Customer"]] = relationship(back_populates="orders")
    tags: Mapped[List["Tag"]] = relationship(secondary=order_tag, back_populates="orders")

class Tag(Base):
    __tablename__ = "t_tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    orders: Mapped[List["Order"]] = relationship(secondary=order_tag, back_populates="tags", lazy="raise")

class Card(Base):
    __tablename__ = "t_card"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    customer_id: Mapped[Optional[int]] = mapped_column(ForeignKey("t_customer.id"))
    touched: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    customer: Mapped[Optional["Customer"]] = relationship(back_populates="cards")
    offers: Mapped[List["Offer"]] = relationship(lazy="joined")

class Offer(Base):
    __tablename__ = "t_offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    card_id: Mapped[Optional[int]] = mapped_column(ForeignKey("t_card.id"))
    card: Mapped[Optional["Card"]] = relationship(lazy="raise", viewonly=True)

class Place(Base):
    __tablename__ = "t_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(default="new")
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("t_place.id"))
    places: Mapped[List["Place"]] = relationship(lazy="selectin")
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """The lines of a session's block, and what is wrong with what the linter says of them."""

    why: str
    verdict: Verdict
    rule: str
    lines: str
    expires: bool = False


def program_of(gap: Gap) -> Program:
    """The package that runs the lines of a gap."""
    expires = "" if gap.expires else ", expire_on_commit=False"
    database = f'engine = create_async_engine(os.environ["DATABASE_URL"])\nmaker = async_sessionmaker(engine{expires})'
    body = "\n".join(f"        {line}" for line in gap.lines.split("; "))
    main = f"async def main() -> None:\n    async with maker() as session:\n{body}"
    texts = {"database": database, "models": MODELS, "main": main}
    modules = tuple(Module(name, tuple(_node(row) for row in text.splitlines())) for name, text in texts.items())
    return Program(modules, frozenset(WORD.findall(MODELS)), library("sqlalchemy"))


def _node(row: str) -> Node:
    """A line as it stands, with its indentation."""
    kind = "write" if ".append(" in row else "tasks" if "gather(" in row else "read" if "show(" in row else ""
    return Node((row,), kind=kind)


MISS, FALSE, WRONG = Verdict.MISS, Verdict.FALSE, Verdict.WRONG
ORDER = "order = await session.get_one(Order, fresh())"

GAPS = (
    Gap(
        "`awaitable_attrs` of a pending object leaves nothing there",
        MISS,
        "ASL301",
        'order = Order(name="new"); session.add(order); show(await order.awaitable_attrs.tags)'
        "; await session.get_one(Card, fresh()); show(order.tags)",
    ),
)
