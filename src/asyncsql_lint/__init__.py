"""asyncsql-lint: finds where async SQLAlchemy and SQLModel code will fail at run time, and says why."""

from __future__ import annotations

__version__ = "0.1.0"
