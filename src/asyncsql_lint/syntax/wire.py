"""What a file came to, as bytes: for the cache, and between processes. Data only: reading it runs nothing."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from asyncsql_lint.syntax.facts import ModuleFacts
from asyncsql_lint.syntax.failure import ParseFailure

Parsed: TypeAlias = ModuleFacts | ParseFailure


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    """One of both."""

    facts: ModuleFacts | None = None
    failure: ParseFailure | None = None


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Envelope)


def encode(parsed: Parsed) -> bytes:
    """`parsed` as bytes; equal for equal input."""
    if isinstance(parsed, ModuleFacts):
        return _ENCODER.encode(_Envelope(facts=parsed))
    return _ENCODER.encode(_Envelope(failure=parsed))


def decode(data: bytes) -> Parsed | None:
    """What `encode` made `data` of; None when it did not."""
    try:
        envelope = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return envelope.facts or envelope.failure
