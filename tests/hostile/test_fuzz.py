"""A short run of the fuzzer, always the same; and that the fuzzer sees what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import fuzz
from tests.hostile.fuzz import Tally, Trouble

FILES = 60


def test_no_file_brings_the_program_down(tmp_path: Path) -> None:
    *troubles, tally = fuzz.fuzz(tmp_path, seed=7, seconds=120, most=FILES)
    assert troubles == []
    assert isinstance(tally, Tally)
    assert tally.files == FILES
    assert tally.parsed > FILES // 5, "not all is broken beyond reading"


CHILD = """
import json, sys, time
print("ready", flush=True)
for _ in sys.stdin:
    {act}
    print(json.dumps({{"trouble": "", "parsed": True, "seconds": 0, "megabytes": 1, **{answer}}}), flush=True)
"""


@pytest.mark.parametrize(
    ("act", "answer", "words"),
    [
        ("sys.exit(3)", {}, "dies with 3"),
        ("time.sleep(60)", {}, "hangs for 1 s"),
        ("pass", {"seconds": 6.0}, "takes 6.0 s"),
        ("pass", {"megabytes": 2_000}, "takes 2000 MB"),
        ("pass", {"trouble": "has a bug"}, "has a bug"),
    ],
    ids=["dies", "hangs", "slow", "large", "bug"],
)
def test_it_would_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, answer: dict[str, object], words: str
) -> None:
    monkeypatch.setattr(fuzz, "CHILD", [fuzz.CHILD[0], "-c", CHILD.format(act=act, answer=answer)])
    monkeypatch.setattr(fuzz, "PATIENCE", 1.0)
    (first, second, tally) = fuzz.fuzz(tmp_path, seed=1, seconds=120, most=2)
    assert isinstance(first, Trouble)
    assert isinstance(second, Trouble), "another process takes over"
    assert first.what == second.what == words
    assert isinstance(tally, Tally)
