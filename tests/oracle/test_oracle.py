"""The linter agrees with the library on random programs; and the oracle would notice if it did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import session as async_session
from sqlalchemy.orm import loading
from sqlalchemy.orm.attributes import InstrumentedAttribute

from tests.oracle.__main__ import sqlite_runner
from tests.oracle.agreement import differences
from tests.oracle.campaign import Case, Score, examined
from tests.oracle.compare import Verdict, judge
from tests.oracle.databases import Postgres
from tests.oracle.ears import watching
from tests.oracle.errors import JUDGED
from tests.oracle.gaps import ORDER, Gap, program_of
from tests.oracle.grammar import make_program
from tests.oracle.imported import Broken
from tests.oracle.report import shape, table
from tests.oracle.run import Runner
from tests.oracle.short_run import KNOWN, SEEDS, Short
from tests.oracle.shrink import shrunk
from tests.oracle.tree import Module, Node, Part, Program, block, line, printed, pruned
from tests.support.postgres import Server


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with sqlite_runner() as made:
        yield made


@pytest.fixture(scope="module")
def short(runner: Runner) -> Short:
    return Short.run(runner)


def case_of(lines: str, runner: Runner, *, expires: bool = False) -> Case:
    program = program_of(Gap("", Verdict.HIT, "", lines, expires))
    (case,) = examined([(0, program)], runner, Score())
    return case


# -- the linter against the library


def test_run_and_linter_differ_only_where_it_is_known(short: Short) -> None:
    assert short.written() == KNOWN.read_text(encoding="utf-8"), table(short.score)


def test_enough_is_judged(short: Short) -> None:
    hits = short.score.verdicts[Verdict.HIT]

    assert sum(hits.values()) > len(SEEDS)
    assert len(hits) > len(JUDGED) / 2
    assert short.score.clean >= 0.9 * len(SEEDS)
    assert not short.score.broken


def test_something_is_mended(short: Short) -> None:
    assert short.mending.mended > len(SEEDS) / 5


def test_postgresql_agrees_with_sqlite(runner: Runner, postgres: Server) -> None:
    database = postgres.create_database("oracle")
    other = Runner(Postgres(database.url("psycopg"), database.url("asyncpg")))
    texts = [printed(make_program(seed)).texts for seed in SEEDS[:5]]
    try:
        assert [differences(runner.run(each), other.run(each)) for each in texts] == [[]] * len(texts)
    finally:
        other.close()


# -- the oracle


EMPTY = "order = await session.scalar(select(Order).options(noload(Order.tags)))"
FAILURES = [
    ("read", f"{ORDER}; show(order.tags)", "ASL301", False),
    ("write", f"{ORDER}; order.tags.append(Tag())", "ASL303", False),
    ("deferred column", f"{ORDER}; show(order.note)", "ASL304", False),
    ("commit", f"{ORDER}; await session.commit(); show(order.name)", "ASL305", True),
    ("rollback", f"{ORDER}; await session.rollback(); show(order.name)", "ASL306", False),
    ("detached", f"{ORDER}; session.expunge(order); show(order.tags)", "ASL308", False),
    ("noload", f"{EMPTY}; show(order.tags)", "ASL309", False),
    ("option", "show((await session.scalars(select(Tag).options(selectinload(Order.tags)))).all())", "ASL310", False),
    ("unique", "show((await session.scalars(select(Order).options(joinedload(Order.tags)))).all())", "ASL401", False),
    ("row", "show((await session.execute(select(Order))).first().name)", "ASL402", False),
    ("tasks", "await asyncio.gather(session.scalar(select(Order)), session.scalar(select(Tag)))", "ASL501", False),
    ("begin", f"{ORDER}; await session.begin()", "ASL506", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "rule", "expires"), [each[1:] for each in FAILURES], ids=[each[0] for each in FAILURES]
)
def test_a_failure_leads_to_its_rule(lines: str, rule: str, expires: bool, runner: Runner) -> None:
    case = case_of(lines, runner, expires=expires)
    (failure,) = case.truth.failures

    assert rule in failure.rules
    assert failure.place[0] == "main"
    assert failure.is_certain


def test_a_linter_that_is_silent_misses(runner: Runner) -> None:
    case = case_of(f"{ORDER}; show(order.tags)", runner)

    assert [judgement.verdict for judgement in case.judgements] == [Verdict.HIT]
    assert [judgement.verdict for judgement in judge(case.truth, [])] == [Verdict.MISS]


def test_a_linter_with_another_reason_is_wrong(runner: Runner) -> None:
    case = case_of(f"{ORDER}; show(order.tags)", runner)
    others = [replace(finding, code="ASL401") for finding in case.findings]

    assert [judgement.verdict for judgement in judge(case.truth, others)] == [Verdict.WRONG]


def test_a_finding_where_all_is_well_is_a_false_alarm(runner: Runner) -> None:
    bad = case_of(f"{ORDER}; show(order.tags)", runner)
    good = case_of(f"{ORDER}; show(order.name)", runner)

    assert not good.judgements
    assert [judgement.verdict for judgement in judge(good.truth, bad.findings)] == [Verdict.FALSE]


WITH_ORDERS = "customer = await session.get(Customer, fresh(), options=[selectinload(Customer.orders)])"
LUCK = [
    ("identity map", f"{WITH_ORDERS}; show(customer.orders[0].customer)"),
    ("foreign key", 'order = Order(name="new"); session.add(order); await session.flush(); show(order.customer)'),
]


@pytest.mark.parametrize("lines", [each[1] for each in LUCK], ids=[each[0] for each in LUCK])
def test_luck_is_no_false_alarm(lines: str, runner: Runner) -> None:
    bad = case_of(f"{ORDER}; show(order.tags)", runner)
    lucky = case_of(lines, runner)
    (place,) = [place for place in lucky.truth.lucky if "show" in lucky.files.texts["main"].splitlines()[place[1] - 1]]
    findings = [replace(finding, place=place) for finding in bad.findings]

    assert lucky.truth.is_clean
    assert [judgement.verdict for judgement in judge(lucky.truth, findings)] == [Verdict.LUCK]


def test_a_failure_with_some_rows_only_is_missed_by_chance(runner: Runner) -> None:
    case = case_of(f"customer = await session.get(Customer, fresh()); {ORDER}; show(order.customer)", runner)

    assert not case.truth.failures[0].is_certain
    assert [judgement.verdict for judgement in judge(case.truth, [])] == [Verdict.CHANCE]


def test_all_ways_are_run(runner: Runner) -> None:
    texts = printed(program_of(Gap("", Verdict.HIT, "", "if flag(1):;     show(flag(2))"))).texts

    assert {run.flags for run in runner.run(texts)} == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}


def test_programs_are_made_of_their_seeds() -> None:
    assert printed(make_program(7)) == printed(make_program(7))
    assert printed(make_program(7)) != printed(make_program(8))


def test_a_program_that_cannot_be_imported_is_no_program(runner: Runner) -> None:
    with pytest.raises(Broken, match="models: NameError"):
        runner.run({"database": "", "models": "unknown", "main": ""})


def test_nothing_of_the_library_stays_changed(runner: Runner) -> None:
    def now() -> list[object]:
        watched = (InstrumentedAttribute.__get__, InstrumentedAttribute.__set__, loading.get_from_identity)
        return [*watched, async_session.greenlet_spawn]

    before = now()
    with watching():
        assert all(one is not other for one, other in zip(before, now(), strict=True))
    assert before == now()


def test_shrinking_keeps_what_differs(runner: Runner) -> None:
    program = make_program(0)
    (case,) = examined([(0, program)], runner, Score())
    judgement = case.judgements[0]  # what counts is that it stays what it is, whether it is right or wrong
    small, found = shrunk(case, judgement, runner)

    assert (found.verdict, found.rule) == (judgement.verdict, judgement.rule)
    assert small.program.size < case.program.size / 2
    assert shape(small, found) == shape(*shrunk(small, found, runner))


# -- trees


def tree() -> Program:
    return Program((), frozenset({"a", "b", "f"}), {})


ELSE = (block(line("else:"), line("show(a)")),)
PRUNED = [
    ("a user", [line("b = a", binds="b"), line("show(b)")], ""),
    ("a part", [line("show(1", Part(", a"), ")")], "show(1)\n"),
    ("an empty block", [block(line("if True:"), line("show(a)"))], ""),
    ("a function without its return", [block(line("def f():"), line("return a", binds="f")), line("f()")], ""),
    ("a clause", [block(line("if True:"), line("pass"), clauses=ELSE)], "if True:\n    pass\n"),
]


@pytest.mark.parametrize(("nodes", "text"), [each[1:] for each in PRUNED], ids=[each[0] for each in PRUNED])
def test_what_needs_what_is_gone_goes(nodes: list[Node], text: str) -> None:
    program = pruned(replace(tree(), modules=(Module("main", tuple(nodes)),)))

    assert printed(program).texts["main"].lstrip() == text
