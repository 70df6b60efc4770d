"""The framings keep every byte, read what the standard says, and bound what they keep.

Tables: section 9.2.6 of the HTML standard (server-sent events); https://github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guardian.streams.body import WholeBody
from guardian.streams.events import Event, Framing
from guardian.streams.framing import framing_for
from guardian.streams.ndjson import JsonLines
from guardian.streams.sse import ServerSentEvents

FRAMINGS = (ServerSentEvents, JsonLines, WholeBody)
PARTS = [
    b"data: x",
    b"data:",
    b"data",
    b"dat",
    b": c",
    b"id: 1",
    b"\r",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"{}",
]


def events(framing: Framing, *pieces: bytes) -> list[Event]:
    return [*(event for piece in pieces for event in framing.feed(piece)), *framing.finish()]


def merged(found: list[Event]) -> list[tuple[bytes, str | None]]:
    rows: list[tuple[bytes, str | None]] = []
    for event in found:
        if event.is_tail:
            rows[-1] = (rows[-1][0] + event.raw, rows[-1][1])
        else:
            rows.append((event.raw, event.data))
    return rows


@given(st.lists(st.sampled_from(PARTS), max_size=14).map(b"".join), st.lists(st.integers(0, 60), max_size=4))
@example(b"data: x\r\n\r\ndata: y\r\n\r\n", [10, 20])
@settings(max_examples=150, deadline=None)
def test_every_byte_is_kept_and_the_cuts_change_no_event(body: bytes, cuts: list[int]) -> None:
    for kind in FRAMINGS:
        places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
        found = events(kind(), *(body[start:end] for start, end in pairwise(places)))
        assert b"".join(event.raw for event in found) == body
        assert merged(found) == merged(events(kind(), body))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\r\rdata:  b\r\r", ["a", " b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b": comment\n\n", [None]),
        (b"event: e\nid: 3\ndata: a\nfoo: bar\n\n", ["a"]),
        (b"Data: a\n\n", [None]),
        (b"data\n\n", [""]),
        (b"data: a", ["a"]),
    ],
)
def test_an_event_says_what_the_standard_says(body: bytes, said: list[str | None]) -> None:
    assert [event.data for event in events(ServerSentEvents(), body)] == said


def test_an_event_that_says_something_else_keeps_all_its_other_fields() -> None:
    body = b"\xef\xbb\xbf: note\r\nid: 3\r\nevent: e\r\ndata:a\r\nretry: 5\r\ndata:b\r\nodd\r\n\r\n"
    (event,) = events(ServerSentEvents(), body)
    assert event.saying("X") == b"\xef\xbb\xbf: note\r\nid: 3\r\nevent: e\r\ndata:X\r\nretry: 5\r\nodd\r\n\r\n"


def test_a_field_without_a_colon_gets_one_with_its_new_words() -> None:
    (event,) = events(ServerSentEvents(), b"data\ndata: {}\n\n")
    assert event.saying("X") == b"data: X\n\n"


def test_an_event_that_ends_in_a_carriage_return_waits_for_no_line_feed() -> None:
    framing = ServerSentEvents()
    assert [event.data for event in framing.feed(b"data: a\r\n\r")] == ["a"]
    assert framing.feed(b"\n")[0].is_tail


@pytest.mark.parametrize(("first", "made"), [(b"data: a\n\n", b"data: n\n\n"), (b"data: a\r\n", b"data: n\r\n\r\n")])
def test_a_new_event_ends_its_lines_as_the_stream_does(first: bytes, made: bytes) -> None:
    framing = ServerSentEvents()
    framing.feed(first)
    assert framing.event("n") == made
    assert framing.event("n", "note").startswith(b"event: note")


@pytest.mark.parametrize("kind", FRAMINGS)
def test_an_event_that_is_too_long_passes_unread_wherever_it_is_cut(
    kind: type[Framing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "most_bytes", 40)
    body = b"data: " + b"x" * 100 + b"\n\n"
    for size in (1, 7, 50, len(body)):
        found = events(kind(), *(body[at : at + size] for at in range(0, len(body), size)))
        assert b"".join(event.raw for event in found) == body
        assert all(event.is_too_long for event in found if event.raw.strip())
    assert not any(event.is_too_long for event in events(kind(), b"data: short\n\n"))


def test_the_framing_is_that_of_the_content_type() -> None:
    assert isinstance(framing_for("text/event-stream; charset=utf-8"), ServerSentEvents)
    assert isinstance(framing_for("Application/X-NDJSON"), JsonLines)
    assert isinstance(framing_for("application/json"), WholeBody)
    assert framing_for("text/html") is None
