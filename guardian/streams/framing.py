"""Which framing an answer has, by its Content-Type."""

from __future__ import annotations

from guardian.streams.body import WholeBody
from guardian.streams.events import Framing
from guardian.streams.ndjson import JsonLines
from guardian.streams.sse import ServerSentEvents

_FRAMINGS: dict[str, type[Framing]] = {
    "text/event-stream": ServerSentEvents,
    "application/x-ndjson": JsonLines,
    "application/ndjson": JsonLines,
    "application/jsonl": JsonLines,
    "application/json": WholeBody,
}


def framing_for(content_type: str, most_body_bytes: int | None = None) -> Framing | None:
    """A new framing for one answer; None where it is of a type that carries no answer we can read.

    `most_body_bytes` is how long an answer that does not stream may be; else it is as for one event of a stream.
    """
    found = _FRAMINGS.get(content_type.partition(";")[0].strip().lower())
    if found is WholeBody:
        return WholeBody(most_body_bytes)
    return found() if found is not None else None
