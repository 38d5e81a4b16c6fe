"""Programs that no person would write, and what must hold of the linter on each.

`python -m tests.hostile --minutes N --seed S` spoils real files for as long as one likes; a short run with a fixed seed
is one of the tests.
"""
