"""Classes of frameworks whose objects live as long as the program and handle many things at once."""

from __future__ import annotations

LONG_LIVED = frozenset(
    """
    discord.Client discord.AutoShardedClient discord.ext.commands.Bot discord.ext.commands.AutoShardedBot
    discord.ext.commands.Cog fastapi.FastAPI starlette.applications.Starlette
    """.split()
)
"""https://discordpy.readthedocs.io/en/stable/api.html#client (each event is a task of its own),
https://fastapi.tiangolo.com/reference/fastapi/."""
