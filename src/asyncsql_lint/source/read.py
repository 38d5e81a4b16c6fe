"""From bytes to text, as Python itself would decode them."""

from __future__ import annotations

import codecs
import re

from asyncsql_lint.source.files import SourceFile, SourceProblem
from asyncsql_lint.source.filesystem import FileSystem

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
"""PEP 263: counts in the first line, or in the second when the first holds nothing but a comment."""
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


def read_source(path: str, files: FileSystem) -> SourceFile | SourceProblem:
    """The file at `path` as text, or why it is none. Raises `SourceError` when its bytes cannot be had at all."""
    return decode(path, files.read(path))


def decode(path: str, data: bytes) -> SourceFile | SourceProblem:
    """`data` as text: by its byte order mark, its PEP 263 cookie, or UTF-8. Line ends stay as they are."""
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    if (nul := body.find(b"\0")) >= 0:
        return _problem(path, body, nul, "the file contains a NUL byte" + _utf16_hint(data))
    line, declared = _cookie(body)
    encoding = _python_codec(declared) if declared else "utf-8"
    if encoding is None:
        return SourceProblem(path, line, 0, f"the file declares the unknown encoding `{declared}`")
    if bom and encoding != "utf-8":
        return SourceProblem(path, line, 0, f"the file begins with a UTF-8 mark and declares the encoding `{declared}`")
    try:
        text = body.decode(encoding)
        if encoding != "utf-8":
            text.encode("utf-8")  # codecs such as UTF-7 can make lone surrogates, which no parser takes
        return SourceFile(path, text, encoding, bom)
    except UnicodeDecodeError as error:
        what = f"the file is not valid {encoding.upper()}: byte 0x{body[error.start]:02x}"
        return _problem(path, body, error.start, f"{what}, {error.reason}")
    except UnicodeError as error:  # of the check above, or of a codec (idna, punycode) that names no place
        return SourceProblem(path, line, 0, f"the file cannot be decoded as `{declared}`: {error}")


def _cookie(body: bytes) -> tuple[int, str]:
    """The line and the name of the declared encoding; an empty name when there is none."""
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", body[:4096], maxsplit=2)[:2], start=1):
        if found := _COOKIE.match(line):
            return number, found[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            break
    return 1, ""


def _python_codec(name: str) -> str | None:
    """The codec that Python takes for `name`; None when there is none, or when it makes no text (`hex`, `zlib`)."""
    spelled = name.lower().replace("_", "-")
    if spelled == "utf-8" or spelled.startswith("utf-8-"):
        return "utf-8"
    if spelled in ("latin-1", "iso-8859-1", "iso-latin-1"):
        return "iso-8859-1"
    try:
        codec = codecs.lookup(name)
        b"    ".decode(name)  # not every codec makes text, and not every one looks when there is nothing to decode
    except (LookupError, UnicodeError, ValueError):
        return None
    return codec.name


def _utf16_hint(data: bytes) -> str:
    return "; it looks like UTF-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ""


def _problem(path: str, body: bytes, offset: int, message: str) -> SourceProblem:
    """A problem at byte `offset`; its column counts characters as far as they can be told."""
    before = body[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    last_line = before[before.rfind(b"\n") + 1 :]
    return SourceProblem(path, before.count(b"\n") + 1, len(last_line.decode("utf-8", "replace")), message)
