"""The command: options, output, exit codes. Only this package knows a terminal."""
