"""Names that give the session of the running request: fastapi-async-sqlalchemy's `db`.

Its middleware opens one session for a request, and `async with db():` one for a block; `db.session` is that of the
innermost: https://github.com/h0rn3t/fastapi-async-sqlalchemy#usage.
"""

from __future__ import annotations

PROXIES = frozenset({"fastapi_async_sqlalchemy.db"})
"""Objects whose attribute `session` is the session, and which are called for a session of a block's own."""

MODULES = {"fastapi_async_sqlalchemy.middleware.db": "fastapi_async_sqlalchemy.db"}
"""Where else they can be imported from."""

SESSION = "session"
"""The attribute: https://github.com/h0rn3t/fastapi-async-sqlalchemy#usage."""

EXPIRES = False
"""The sessions' `expire_on_commit`. The middleware says so itself: it may not be given in `session_args` again."""

SEVERAL = "multi_sessions"
"""`db(multi_sessions=True)` gives a new session each time it is asked:
https://github.com/h0rn3t/fastapi-async-sqlalchemy#concurrent-queries-and-multi_sessions."""
