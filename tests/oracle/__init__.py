"""The linter against the library: random programs are run and linted, and both views are compared.

A program is a package of models, response models, helpers and one `async def main()`, made up from a seed: `grammar`
begins, `schema` and `scope` are what it knows, `models`, `responses`, `helpers`, `queries`, `reads`, `lifecycle`,
`lines`, `blocks`, `rows`, `calls` and `tasks` write. It is a tree (`tree`) of one node a line, so that the line of a
traceback is the line of a finding, and so that lines can be taken away together with all that needs them. The next row,
the way through a branch and the like come from `world`, of which nobody can tell what it does.

`run` executes it in this process on SQLite (`databases`), once for each way through its branches, in two worlds: in one
of them no two queries ask for the same row, in the other each table has one row only. `ears` listens inside SQLAlchemy
meanwhile and tells `watch`: why an attribute had expired, which reads only luck let pass (a NULL foreign key, a target
in the identity map, an object that another query had completed), whether two tasks used a session at the same time.
`lint` lints many programs in one run of the engine.

`compare` decides. A line that fails, in any run, must be reported, by a rule that tells of its error (`errors`), there
or at a call that leads there. Of what stands behind it nothing is known; `campaign` takes it away and runs and lints
the rest again, until nothing fails: then every finding on a line that has passed is a false alarm. Left out of both,
and counted apart: a failure that only one of the two worlds shows (it is missed by chance), a finding on a line that
luck let pass. `fixes` puts the lines back that have a fix, has them mended, and runs the result.

`shrink` makes disagreements small, `report` counts them by shape and prints them with both views:

    python -m tests.oracle --count 20000 --seed 1       as long as one likes; the table, and what is wrong
    python -m tests.oracle --count 200 --postgres 50    the first 50 on PostgreSQL, too: it must agree with SQLite
    python -m tests.oracle --write FOLDER               the shrunk programs as files, for `asyncsql-lint --why`

What is known to be wrong stands in `gaps`, and a test holds that it is still wrong."""
