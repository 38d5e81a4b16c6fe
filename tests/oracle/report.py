"""The table of a campaign, and its disagreements as people read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.campaign import Case, Score
from tests.oracle.compare import Judgement, Verdict
from tests.oracle.fixes import Mending
from tests.oracle.lint import WORLD
from tests.oracle.tree import WORD
from tests.oracle.watch import Place

PLAIN = re.compile(r"    (?:id|shard|name|__tablename__)\b|.*model_config = |(?:from|import) ")
"""Lines that are the same in all programs."""
ORDER = (Verdict.FALSE, Verdict.WRONG, Verdict.MISS)
"""Disagreements, the worst first."""


@dataclass(slots=True)
class Disagreement:
    """A kind of program on which run and linter differ: its smallest example, and how often it was met."""

    case: Case
    judgement: Judgement
    count: int = 1


def precision(score: Score, rule: str) -> float:
    """How many of a rule's findings are right."""
    return _share(score.verdicts[Verdict.HIT][rule], score.verdicts[Verdict.FALSE][rule] + score.reported[rule])


def recall(score: Score, rule: str) -> float:
    """How many of the failures that a rule tells of are found, whatever the rows are."""
    return _share(
        score.verdicts[Verdict.HIT][rule], score.verdicts[Verdict.MISS][rule] + score.verdicts[Verdict.WRONG][rule]
    )


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 1.0


def total(score: Score, rules: frozenset[str]) -> tuple[float, float]:
    """Precision and recall over several rules."""

    def count(verdict: Verdict) -> int:
        return sum(score.verdicts[verdict][rule] for rule in rules)

    hits = count(Verdict.HIT)
    wrong = sum(score.reported[rule] for rule in rules)
    return _share(hits, count(Verdict.FALSE) + wrong), _share(hits, count(Verdict.MISS) + count(Verdict.WRONG))


def table(score: Score) -> str:
    """Precision and recall by rule, and what was left out of both."""
    rules = sorted({rule for counter in score.verdicts.values() for rule in counter})
    head = f"{'rule':<8}{'right':>8}{'false':>8}{'other rule':>12}{'precision':>11}{'missed':>8}{'recall':>9}"
    head += f"{'by chance':>11}{'luck':>6}"
    rows = [head]
    for rule in rules:
        found = {verdict: score.verdicts[verdict][rule] for verdict in Verdict}
        rows.append(
            f"{rule:<8}{found[Verdict.HIT]:>8}{found[Verdict.FALSE]:>8}{found[Verdict.WRONG]:>12}"
            f"{precision(score, rule):>11.2%}{found[Verdict.MISS]:>8}{recall(score, rule):>9.2%}"
            f"{found[Verdict.CHANCE]:>11}{found[Verdict.LUCK]:>6}"
        )
    exact, complete = total(score, frozenset(rules))
    rows.append(
        f"{score.programs} programs, {score.cases} with their lines that failed taken away one after the other,"
        f" {score.clean} without a failure: precision {exact:.2%}, recall {complete:.2%}"
    )
    rows += [f"left out, {count} times: {reason}" for reason, count in score.broken.most_common(5)]
    return "\n".join(rows)


def failing(mending: Mending) -> float:
    """How many of the mended programs fail."""
    return len(mending.failed) / mending.mended if mending.mended else 0.0


def broken(mending: Mending) -> list[str]:
    """The mended programs that fail, with what was changed in them."""
    return [f"mended, but it fails, seed {seed}: {said}" for seed, said in mending.failed]


def summary(mending: Mending) -> str:
    """What fixes came to."""
    return (
        f"{mending.mended} programs mended, {len(mending.failed)} of them fail ({failing(mending):.2%});"
        f" of {mending.left} something was still reported"
    )


def shape(case: Case, judgement: Judgement) -> str:
    """A text that two small programs share which differ in names only."""
    texts = case.files.texts
    code = "\n".join(_body(texts.get(name, "")) for name in ("main", "helpers"))
    words = set(WORD.findall(code))
    models = [row for row in _body(texts["models"]).splitlines() if words.intersection(WORD.findall(row)[:1])]
    renamed: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        name = match[0]
        if name not in case.program.names:
            return name
        return renamed.setdefault(name, f"{'M' if name[0].isupper() else 'n'}{len(renamed)}")

    text = WORD.sub(rename, "\n".join([code, *models]))
    expires = "expire_on_commit=False" in texts["database"]
    return f"{judgement.verdict.value} {judgement.rule} {expires if 'commit' in code else ''}\n{text}"


def _body(text: str) -> str:
    return "\n".join(row for row in text.splitlines() if row and not row.startswith(("from ", "import ")))


def view(found: Disagreement) -> str:
    """The program without what is the same in all of them, with what ran and what was linted on its lines."""
    case, judgement = found.case, found.judgement
    said = f"{judgement.verdict.value}, {judgement.rule}, met {found.count} times, seed {case.seed}"
    rows = [f"{said}: {judgement.words[:160]}"]
    for name in ("database", "models", "schemas", "helpers", "main"):
        for number, row in enumerate(case.files.texts.get(name, "").splitlines(), 1):
            if row and not PLAIN.match(row) and not (name == "database" and row.startswith("engine")):
                rows.append(f"    {row}{_said(case, (name, number))}")
    return "\n".join(rows)


def _said(case: Case, place: Place) -> str:
    said = [f"# RAN: {failure.error[:100]}" for failure in case.truth.failures if failure.place == place]
    said += [f"# LINTED: {f.code} {f.message}" for f in case.findings if f.place == place]
    return f"  {' '.join(said)}" if said else ""


def ordered(found: dict[str, Disagreement]) -> list[Disagreement]:
    """False alarms first, then wrong rules, then misses; of each the most frequent first."""
    return sorted(found.values(), key=lambda one: (ORDER.index(one.judgement.verdict), -one.count))


def write(found: list[Disagreement], folder: Path) -> None:
    """Each program as a package, for `--why` and for a debugger."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "world.py").write_bytes(WORLD)
    for number, one in enumerate(found, 1):
        package = folder / f"d{number:03}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text("")
        for name, text in one.case.files.texts.items():
            (package / f"{name}.py").write_text(text)
