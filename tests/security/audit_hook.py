"""Writes down what a Python process does that could do harm. Named `sitecustomize`, every process has it.

Each line of the file that `AUDIT_LOG` names is `[event, *words]`: what is opened for writing, run, imported, unpickled,
started or sent.
"""

from __future__ import annotations

import json
import os
import sys
from types import CodeType

WATCHED = (
    "ctypes.dlopen", "exec", "ftplib.", "http.", "import", "open", "os.", "pickle.", "pty.", "shutil.",
    "smtplib.", "socket.", "sqlite3.enable_load_extension", "sqlite3.load_extension", "subprocess.", "syslog.",
    "urllib.", "webbrowser.",
)  # fmt: skip
QUIET = ("os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.putenv", "os.unsetenv")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def install(log: str) -> None:
    """Begin to write to the file `log`."""
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if not event.startswith(WATCHED) or event in QUIET:
            return
        words = _words(event, arguments)
        if words is not None:
            os.write(stream, json.dumps([event, *words]).encode("ascii") + b"\n")

    sys.addaudithook(hook)


def _words(event: str, arguments: tuple[object, ...]) -> list[str] | None:
    """What to write about an event; None for what does no harm."""
    if event == "open":
        path, mode, flags = arguments
        is_harmless = isinstance(path, int) or not isinstance(flags, int) or not flags & WRITING
        return None if is_harmless else [_text(path), str(mode)]
    if event == "exec":
        code = arguments[0]
        return [code.co_filename] if isinstance(code, CodeType) else None
    if event == "import":
        return [_text(arguments[0]), _text(arguments[1])]
    if event == "subprocess.Popen":
        return [_text(word) for word in (arguments[1] if isinstance(arguments[1], (list, tuple)) else [arguments[1]])]
    return [_text(word) for word in arguments]


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else repr(value)


if "AUDIT_LOG" in os.environ:
    install(os.environ["AUDIT_LOG"])
