"""Facts travel and rest as bytes: whatever a file holds, they come back as they were."""

from __future__ import annotations

import pytest

from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.stack import on_deep_stack
from asyncsql_lint.syntax.wire import decode, encode
from asyncsql_lint.syntax.worker import parsed

TEXTS = {
    "nothing": "",
    "half of a surrogate pair": "x = '\\ud800'\n",
    "a character beyond the first plane": "x = '\N{SNAKE}'\n",
    "large numbers": f"x = {2**64}, {-(2**63)}, {10**40}, 1e400, 0xFFFFFFFFFFFFFFFFF\n",
    "bytes": "x = b'\\xff'\n",
    "every kind of statement": """
import a.b as c
from . import d
async def f(x: int = 1, *a, y, **k) -> None:
    global g
    async with a as b, c:
        await x
    async for i in y:
        continue
    else:
        del i
    try:
        x = [lambda q: (yield q)]
    except (A, B) as e:
        raise X from e
    finally:
        pass
    match x:
        case {"a": 1, **r} if r: pass
        case [A(b=1), *_] | None: pass
    while (n := x[1:2]): break
    return f"{x!r:>{y}}" + {**a}
class C(B, metaclass=M):
    x: int
""",
    "deep": "x = " + "[" * 150 + "]" * 150 + "\n",
    "long": "x = " + " + ".join(["1"] * 900) + "\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_facts_come_back(text: str) -> None:
    def there_and_back() -> None:
        facts = parsed(text)
        data = encode(facts)
        back = decode(data)
        assert type(back) is type(facts)
        assert back is not None
        assert encode(back) == data

    on_deep_stack(there_and_back)


def test_a_failure_comes_back() -> None:
    failure = ParseFailure("it does not parse", 3, 4)
    assert decode(encode(failure)) == failure


@pytest.mark.parametrize("data", [b"", b"x", b"\x92\xc0\xc0", b"\x91\x01", encode(ParseFailure("m", 1, 0))[:-1]])
def test_what_is_none_of_ours(data: bytes) -> None:
    assert decode(data) is None
