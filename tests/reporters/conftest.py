"""Tests that need a browser are collected where there is one; `test_html.py` looks at the same page with a parser."""

from __future__ import annotations

from tests.support.browser import find_browser

collect_ignore = [] if find_browser() else ["test_html_browser.py"]
