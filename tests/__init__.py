"""The tests of asyncsql-lint."""
