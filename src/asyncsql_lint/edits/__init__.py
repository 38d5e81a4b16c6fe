"""From what to change to edits of text: minimal ones, which keep every other byte."""

from asyncsql_lint.edits.names import Names
from asyncsql_lint.edits.repairs import Editor, edits_for

__all__ = ["Editor", "Names", "edits_for"]
