"""asyncsql-lint: finds where async SQLAlchemy and SQLModel code will fail at run time, and says why."""

# No import, not even from `__future__`: with `python -m` this runs while the current folder is still on `sys.path`.

__version__ = "0.1.0"
