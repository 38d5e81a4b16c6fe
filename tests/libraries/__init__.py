"""The tables of `asyncsql_lint.libraries`, held against the installed libraries by introspection and by behaviour.

`python -m tests.libraries` asks the installed versions and prints, table by table, what holds and what has drifted.
"""
