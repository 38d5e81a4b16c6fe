"""A headless Chromium, where this machine has one; PyPI brings the driver, but no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless_shell")

ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),  # Chromium refuses root otherwise
]


def find_browser() -> str | None:
    """The path of a browser: what `ASYNCSQL_LINT_TEST_BROWSER` names, or one on PATH; None when there is none."""
    named = os.environ.get("ASYNCSQL_LINT_TEST_BROWSER")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running_browser(path: str) -> Iterator[Browser]:
    """The browser at `path`, started, and closed at the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- a run without a browser need not load it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
