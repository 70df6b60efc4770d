"""A note in an error of the AI server, where its words passed and were not found clean.

Invariant: every word of the error is still there, and the note is where a client shows the error's own words.
"""

from __future__ import annotations

from typing import Final

from guardian.proxy.errors import JSON_TYPE
from guardian.streams.base import Json
from guardian.streams.dialects.base import write_error_note
from guardian.streams.payload import parse, put, render, text_at

_OTHER_PLACES: Final = ("message", "detail", "msg")
"""Where servers say what went wrong that have none of the forms of the dialects."""


def with_note(body: bytes, note: str) -> tuple[bytes, bool]:
    """The body with the note, and whether it is in a form of ours now: JSON, as OpenAI's errors are."""
    text = body.decode("utf-8", "replace")
    payload = parse(text)
    if payload is not None and (write_error_note(payload, note) or _written_elsewhere(payload, note)):
        return render(payload).encode(), False
    said = {"message": text + note, "type": "upstream_error", "param": None, "code": None}
    return render({"error": said}).encode(), True


def json_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an error that is in a form of ours now."""
    return [*(each for each in headers if each[0] != JSON_TYPE[0]), JSON_TYPE]


def _written_elsewhere(payload: Json, note: str) -> bool:
    place = next((name for name in _OTHER_PLACES if text_at(payload, (name,))), None)
    if place is not None:
        put(payload, (place,), text_at(payload, (place,)) + note)
    return place is not None
