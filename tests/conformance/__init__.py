"""What async SQLAlchemy really does, as small programs, and what the linter says of each.

`programs.jsonl` holds 1187 programs. Each was run on PostgreSQL with SQLAlchemy 2.0 and 2.1: a good one works on both;
a bad one fails on one of them at least, is never awaited, blocks the event loop or is silently wrong. Here they are
only linted, without a server: what was seen is in the data. `gaps.txt` lists where the linter is not right yet.

    python -m tests.conformance             print what is found and what is silent, by family, and write gaps.txt anew
    python -m tests.conformance FOLDER      write the programs to FOLDER, to read them or to ask `--why` about a line
"""
