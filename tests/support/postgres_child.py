"""A process that starts the server, tells of it, and waits to be ended: for the tests of the server's clean-up."""

from __future__ import annotations

import json
import sys

from tests.support.postgres import running_server


def main() -> None:
    """Print where the server is, then wait until something happens to this process."""
    with running_server() as server:
        database = server.create_database("child")
        with database.connect() as connection:
            version = connection.execute("select current_setting('server_version_num')::int").fetchone()
        answer = {
            "folder": str(server.folder or ""),
            "processes": [pid for pid in (server.keeper, server.postmaster) if pid],
            "database": database.address.database,
            "version": version and version[0],
        }
        print(json.dumps(answer), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
