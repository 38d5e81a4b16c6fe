"""What the tests stand on: an embedded PostgreSQL, the case runner, the linter as a command."""
