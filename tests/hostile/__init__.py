"""Programs that no person would write, and what must hold of the linter on each.

Some are real files that were spoiled (`mutate`), some were grown as LibCST trees (`grown`), some are both.
`python -m tests.hostile --minutes N --seed S` lints such programs for as long as one likes, `--kind grown` only those;
a short run with a fixed seed is one of the tests.
"""
