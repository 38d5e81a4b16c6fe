"""The formats of reports: known to the configuration, and to the command line before anything else is loaded."""

from __future__ import annotations

from enum import Enum


class OutputFormat(Enum):
    """How findings are written."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    AZURE = "azure"
    RDJSON = "rdjson"
    RDJSONL = "rdjsonl"
    MARKDOWN = "markdown"
    HTML = "html"
