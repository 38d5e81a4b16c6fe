"""`await` and `async` put in and taken out: one line a case, `before => after` in the body of an `async def`."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from asyncsql_lint.diagnostics.repair import InsertAwait, MakeAsync, MakeSync, RemoveAwait, Repair
from asyncsql_lint.diagnostics.site import Site
from tests.edits.support import located, repaired, site

INSERTED = [
    "x = session.execute(q) => x = await session.execute(q)",
    "session.execute(q) => await session.execute(q)",
    "x=session.execute(q) => x=await session.execute(q)",
    "return session.execute(q) => return await session.execute(q)",
    "return(session.execute(q)) => return(await session.execute(q))",
    "x = session.execute(q).scalars() => x = (await session.execute(q)).scalars()",
    "return session.execute(q).scalars().all() => return (await session.execute(q)).scalars().all()",
    "x = session.execute(q)[0] => x = (await session.execute(q))[0]",
    "x = session.execute(q)() => x = (await session.execute(q))()",
    "x = (session.execute(q)).scalars() => x = (await session.execute(q)).scalars()",
    "x = ((session.execute(q))) => x = ((await session.execute(q)))",
    "x = session.execute(q) > 1 => x = await session.execute(q) > 1",
    "x = 1 + session.execute(q) ** 2 => x = 1 + await session.execute(q) ** 2",
    "x = -session.execute(q) => x = -await session.execute(q)",
    "if not session.execute(q): pass => if not await session.execute(q): pass",
    "if session.execute(q) is None: pass => if await session.execute(q) is None: pass",
    "x = a or session.execute(q) => x = a or await session.execute(q)",
    "x = f'{session.execute(q)}' => x = f'{await session.execute(q)}'",
    "x = f'é {session.execute(q)!r:>10}' => x = f'é {await session.execute(q)!r:>10}'",
    "x = f'{session.execute(q).all()}' => x = f'{(await session.execute(q)).all()}'",
    "print(session.execute(q)) => print(await session.execute(q))",
    "print(x, *session.execute(q)) => print(x, *await session.execute(q))",
    "print(**session.execute(q)) => print(**await session.execute(q))",
    "print(key=session.execute(q)) => print(key=await session.execute(q))",
    "x = [*session.execute(q), 1] => x = [*await session.execute(q), 1]",
    "x = {'é': session.execute(q)} => x = {'é': await session.execute(q)}",
    "x = a[session.execute(q)] => x = a[await session.execute(q)]",
    "x = a if session.execute(q) else b => x = a if await session.execute(q) else b",
    "x = 'a'in session.execute(q) => x = 'a'in await session.execute(q)",
    "for a in session.execute(q): pass => for a in await session.execute(q): pass",
    "async for a in session.execute(q): pass => async for a in await session.execute(q): pass",
    "with session.execute(q) as a: pass => with await session.execute(q) as a: pass",
    "assert session.execute(q), 'no' => assert await session.execute(q), 'no'",
    "if (x := session.execute(q)): pass => if (x := await session.execute(q)): pass",
    "x = [a for a in session.execute(q)] => x = [a for a in await session.execute(q)]",
    "x = [session.execute(q) for a in b] => x = [await session.execute(q) for a in b]",
    "x = {session.execute(q) for a in b if a} => x = {await session.execute(q) for a in b if a}",
    "x = {a: session.execute(q) for a in b} => x = {a: await session.execute(q) for a in b}",
    "x = [a for a in b if session.execute(q)] => x = [a for a in b if await session.execute(q)]",
    "x = (a for a in session.execute(q)) => x = (a for a in await session.execute(q))",
    "x = sum(a for a in session.execute(q)) => x = sum(a for a in await session.execute(q))",
    "x = sum([a for a in b] for c in session.execute(q)) => x = sum([a for a in b] for c in await session.execute(q))",
    "x = lambda a=session.execute(q): a => x = lambda a=await session.execute(q): a",
    "x = await session.execute(q).scalars() => x = (await session.execute(q)).scalars()",
    "x = await session.execute(q).scalars().all() => x = (await session.execute(q)).scalars().all()",
    "x = (await session.execute(q).scalars()).all() => x = (await session.execute(q)).scalars().all()",
    "x = await (session.execute(q).scalars()) => x = ((await session.execute(q)).scalars())",
    "x = await (session.execute(q)).scalars() => x = (await session.execute(q)).scalars()",
    "x = await gather(session.execute(q), b) => x = await gather(await session.execute(q), b)",
    "yield session.execute(q) => yield await session.execute(q)",
    "session.execute(q).name = 1 => (await session.execute(q)).name = 1",
    "del session.execute(q).name => del (await session.execute(q)).name",
    "x = session.execute(\n    q,  # why\n).all() => x = (await session.execute(\n    q,  # why\n)).all()",
    "x = (\n    session.execute(q)  # é\n    .all()\n) => x = (\n    (await session.execute(q))  # é\n    .all()\n)",
]

NOT_INSERTED = [
    "x = await session.execute(q)",
    "x = await (session.execute(q))",
    "x = lambda: session.execute(q)",
    "x = (session.execute(q) for a in b)",
    "x = any(a == session.execute(q) for a in b)",
    "x = (a for a in b for c in session.execute(q))",
    "x = [[session.execute(q) for a in b] for c in d]",
    "x: session.execute(q) = 1",
    "class A:\n    x = session.execute(q)",
    "class A:\n    x = [session.execute(q) for a in b]",
    "def inner():\n    return session.execute(q)",
    "def inner():\n    return [a for a in session.execute(q)]",
]


def _body(text: str, head: str = "async def f(session, q, a=1, b=2, d=3):") -> str:
    return f"{head}\n{textwrap.indent(text, '    ')}\n"


def _parts(case: str) -> tuple[str, str]:
    before, after = case.split(" => ")
    return _body(before), _body(after)


@pytest.mark.parametrize("case", INSERTED)
def test_await_is_inserted(case: str) -> None:
    before, after = _parts(case)
    found = located(before)
    assert repaired(found, InsertAwait(site(found, "session.execute("))) == after


@pytest.mark.parametrize("before", NOT_INSERTED)
def test_await_is_not_inserted(before: str) -> None:
    found = located(_body(before))
    assert repaired(found, InsertAwait(site(found, "session.execute("))) is None


def test_await_is_not_inserted_outside_of_async_functions() -> None:
    for text in ("x = session.execute(q)\n", _body("return session.execute(q)", "def f(session, q):")):
        found = located(text)
        assert repaired(found, InsertAwait(site(found, "session.execute("))) is None


def test_await_in_an_async_function_inside_of_a_sync_one() -> None:
    found = located("def f():\n    async def g(session, q, a=1):\n        session.execute(q)\n")
    assert repaired(found, InsertAwait(site(found, "session.execute("))) == (
        "def f():\n    async def g(session, q, a=1):\n        await session.execute(q)\n"
    )


@pytest.mark.parametrize(
    ("target", "case"),
    [
        ("session.get(", "x = await session.get(U, 1).name => x = (await session.get(U, 1)).name"),
        ("session.get(", "x = await session.get(U, 1).load() => x = await (await session.get(U, 1)).load()"),
        (
            "session.get(",
            "x = await session.get(U, 1).awaitable_attrs.posts => "
            "x = await (await session.get(U, 1)).awaitable_attrs.posts",
        ),
        ("make()", "x = await make().execute(q) => x = await (await make()).execute(q)"),
        ("session.stream(", "x = await session.stream(q).all() => x = await (await session.stream(q)).all()"),
        ("session.scalars(", "x = await session.scalars(q).all() => x = (await session.scalars(q)).all()"),
        ("task", "x = task.name => x = (await task).name"),
        ("a or b", "x = a or b => x = await (a or b)"),
        ("a or b", "x = (a or b) => x = await (a or b)"),
        ("a or b", "x = (a or b).name => x = (await (a or b)).name"),
    ],
)
def test_await_of_other_expressions(target: str, case: str) -> None:
    before, after = _parts(case)
    found = located(before)
    assert repaired(found, InsertAwait(site(found, target))) == after


REMOVED = [
    "await session.add(x) => session.add(x)",
    "x = await session => x = session",
    "x = (await result.scalars()).all() => x = result.scalars().all()",
    "x = (await result.scalars())[0] => x = result.scalars()[0]",
    "x = (await result.scalars()) => x = (result.scalars())",
    "x = ((await result.scalars())).all() => x = (result.scalars()).all()",
    "return await(x) => return (x)",
    "return(await result.scalars()).all() => return(result.scalars()).all()",
    "x = await (a or b) => x = (a or b)",
    "x = (await (a or b)).c => x = (a or b).c",
    "x = [await a, b] => x = [a, b]",
    "x = f'{await a}é' => x = f'{a}é'",
    "x = [await a for a in b] => x = [a for a in b]",
    "x = (await a\n    .b()).c() => x = (a\n    .b()).c()",
    "x = (  # why\n    await a.b()\n).c() => x = (  # why\n    a.b()\n).c()",
    "x = (await a.b(\n    1,\n)).c() => x = a.b(\n    1,\n).c()",
    "x = (await  # why\n     a) => x = (  # why\n     a)",
    "x = await \\\n    a => x = a",
]


@pytest.mark.parametrize("case", REMOVED)
def test_await_is_removed(case: str) -> None:
    before, after = _parts(case)
    found = located(before)
    assert repaired(found, RemoveAwait(site(found, "await", cst.Await))) == after


ASYNC = [
    "with a as b: pass => async with a as b: pass",
    "for x in a: pass => async for x in a: pass",
    "x = [y for y in a] => x = [y async for y in a]",
    "x = [(y)for y in a] => x = [(y)async for y in a]",
    "x = [\n    y  # for\n    for y in a\n] => x = [\n    y  # for\n    async for y in a\n]",
    "x = {y: 1 for y in a} => x = {y: 1 async for y in a}",
]

NOT_ASYNC = [
    "with a as b, c as d: pass",
    "async with a as b: pass",
    "x = (y for y in a)",
    "x = [[y for y in z] for z in a]",
    "def g():\n    with a as b: pass",
    "class C:\n    with a as b: pass",
]
_BLOCKS = (cst.With, cst.For, cst.CompFor)


def _block(text: str, make: type[MakeAsync | MakeSync], times: int = 1) -> str | None:
    found = located(text)
    number = next(n for n, node in enumerate(found.nodes) if isinstance(node, _BLOCKS))
    repair: Repair = make(Site(found.path, number))
    return repaired(found, repair, times)


@pytest.mark.parametrize("case", ASYNC)
def test_with_and_for_become_async(case: str) -> None:
    before, after = _parts(case)
    assert _block(before, MakeAsync) == after
    assert _block(after, MakeSync) == before


@pytest.mark.parametrize("before", NOT_ASYNC)
def test_with_and_for_stay_as_they_are(before: str) -> None:
    text = _body(before)
    if before.startswith("x = [["):
        found = located(text)
        inner = [n for n, node in enumerate(found.nodes) if isinstance(node, cst.CompFor)][1]
        assert repaired(found, MakeAsync(Site(found.path, inner))) is None
        return
    assert _block(text, MakeAsync) is None


@pytest.mark.parametrize("case", ["with a as b, c: pass => async with a as b, c: pass"])
def test_a_with_becomes_async_when_all_of_its_items_ask_for_it(case: str) -> None:
    before, after = _parts(case)
    assert _block(before, MakeAsync, times=2) == after
    assert _block(after, MakeSync, times=2) == before
    assert _block(before, MakeAsync, times=1) is None
    assert _block(after, MakeSync, times=1) is None


@pytest.mark.parametrize("before", ["with a as b: pass", "for x in a: pass", "async with a, b: pass"])
def test_async_is_not_removed(before: str) -> None:
    assert _block(_body(before), MakeSync) is None


def test_async_is_removed_with_its_space() -> None:
    assert _block(_body("async  with a as b: pass"), MakeSync) == _body("with a as b: pass")
    assert _block(_body("async \\\n  with a as b: pass"), MakeSync) == _body("with a as b: pass")
