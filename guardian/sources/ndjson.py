"""Messages from NDJSON: one JSON object a line (design.md section 7).

Invariant: every line that is not blank yields exactly one message, in order; a line that holds none yields a message
with a `fault`, so that it is answered as unscreened in its place and never dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from guardian.errors import InputError
from guardian.message import Channel, Message

MAX_LINE_BYTES = 32 << 20
"""Longest line that is parsed; a longer one is a fault."""
KEYS = {"id", "text", "channel", "sender", "context"}


def read_ndjson(stream: BinaryIO, *, channel: Channel, source: str) -> Iterator[Message]:
    """Messages of a stream; `channel` is used where a line names none. Raises InputError where the stream fails."""
    number = 0
    try:
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(1 << 20)
                yield _faulty(number, f"longer than {MAX_LINE_BYTES:,} bytes", source)
            elif line.strip():
                yield _parse(line, number, channel, source)
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error


def _faulty(number: int, what: str, source: str, id: object = None) -> Message:
    name = id if isinstance(id, str) else str(number)
    return Message(b"", id=name, source=source, fault=f"line {number} holds no message: {what}")


def _parse(line: bytes, number: int, channel: Channel, source: str) -> Message:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return _faulty(number, "not JSON", source)
    wrong = _what_is_wrong(row)
    if wrong:
        return _faulty(number, wrong, source, row.get("id") if isinstance(row, dict) else None)
    return Message(
        row["text"].encode("utf-8", "surrogatepass"),
        channel=Channel(row.get("channel") or channel),
        id=str(row.get("id", number)),
        sender=row.get("sender"),
        source=source,
        context=tuple(row.get("context") or ()),
    )


def _what_is_wrong(row: Any) -> str:
    if not isinstance(row, dict):
        return "not a JSON object"
    if not isinstance(row.get("text"), str):
        return 'the key "text" is missing or not a string'
    if not isinstance(row.get("id", ""), str | int):
        return '"id" is not a string or a whole number'
    if row.get("channel") not in (None, *(channel.value for channel in Channel)):
        return '"channel" is neither "incoming" nor "ai_output"'
    if not isinstance(row.get("sender"), str | None):
        return '"sender" is not a string'
    context = row.get("context") or []
    if not isinstance(context, list) or not all(isinstance(turn, str) for turn in context):
        return '"context" is not a list of strings'
    return ""
