"""aiogram: what its middlewares put into `data` is given to the handlers by the names of their parameters.

https://docs.aiogram.dev/en/latest/dispatcher/dependency_injection.html
"""

from __future__ import annotations

MIDDLEWARE = "aiogram.BaseMiddleware"
"""Base class of middlewares, whose `__call__(handler, event, data)` calls `handler(event, data)`:
https://docs.aiogram.dev/en/latest/dispatcher/middlewares.html#arguments-specification."""

ROUTERS = frozenset({"aiogram.Router", "aiogram.Dispatcher"})
"""Who has observers of events: https://docs.aiogram.dev/en/latest/dispatcher/router.html."""

OBSERVERS = frozenset(
    """
    message edited_message channel_post edited_channel_post inline_query chosen_inline_result callback_query
    shipping_query pre_checkout_query poll poll_answer my_chat_member chat_member chat_join_request message_reaction
    message_reaction_count chat_boost removed_chat_boost deleted_business_messages business_connection
    edited_business_message business_message purchased_paid_media
    """.split()
)
"""Attributes of a router that decorate handlers, or take them by `register()`:
https://docs.aiogram.dev/en/latest/dispatcher/router.html#event-observers."""

REGISTER = "register"
"""The method of an observer that takes a handler: https://docs.aiogram.dev/en/latest/dispatcher/router.html."""

MODULES = {
    "aiogram.dispatcher.middlewares.base.BaseMiddleware": "aiogram.BaseMiddleware",
    "aiogram.dispatcher.router.Router": "aiogram.Router",
    "aiogram.dispatcher.dispatcher.Dispatcher": "aiogram.Dispatcher",
}
"""Where else they can be imported from."""
