"""dishka: what its container gives, and how long that lives.

https://dishka.readthedocs.io/en/stable/
"""

from __future__ import annotations

ASKS = "FromDishka"
"""`FromDishka[X]` asks the container for an X; each integration exports it, too:
https://dishka.readthedocs.io/en/stable/quickstart.html."""

PACKAGE = "dishka"
"""Where it comes from, itself or one of its modules."""

PROVIDER = "dishka.Provider"
"""Base class of providers; their attribute `scope` counts for all methods that say none:
https://dishka.readthedocs.io/en/stable/provider/index.html."""

PROVIDE = "dishka.provide"
"""Decorator of methods that make what they say in their annotation:
https://dishka.readthedocs.io/en/stable/provider/provide.html."""

SCOPE = "scope"
"""The keyword, and the attribute of a provider: https://dishka.readthedocs.io/en/stable/provider/provide.html."""

LONG_LIVED = frozenset({"dishka.Scope.APP", "dishka.Scope.RUNTIME"})
"""Scopes of what is made once for the whole program:
https://dishka.readthedocs.io/en/stable/advanced/scopes.html."""
