"""Every line of signal-cli's daemon is read for what it is, and nothing in one makes somebody else the owner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.sources.chats.signal import signal_turns

_FROM = {"source": "+1", "sourceNumber": "+1", "sourceUuid": "u-1", "sourceName": "Ada", "timestamp": 5}
_SENT = {"destination": "+1", "destinationNumber": "+1", "destinationUuid": "u-1", "timestamp": 6, "message": "mine"}


def _line(envelope: Any, *, wrapped: bool = False) -> bytes:
    params = {"subscription": 0, "result": {"envelope": envelope}} if wrapped else {"envelope": envelope}
    return json.dumps({"jsonrpc": "2.0", "method": "receive", "params": params}).encode()


@pytest.mark.parametrize(
    ("envelope", "said"),
    [
        # Shapes: man signal-cli-jsonrpc(5), org.asamk.signal.json.
        ({**_FROM, "dataMessage": {"timestamp": 5, "message": "hi"}}, ("Ada <+1>", False, "u-1", "hi")),
        ({**_FROM, "dataMessage": {"message": "hi", "groupInfo": {"groupId": "g="}}}, ("Ada <+1>", False, "g=", "hi")),
        ({**_FROM, "editMessage": {"dataMessage": {"message": "new"}}}, ("Ada <+1>", False, "u-1", "new")),
        (
            {**_FROM, "dataMessage": {"message": "see", "previews": [{"title": "Win", "description": "Now"}]}},
            ("Ada <+1>", False, "u-1", "see\nWin\nNow"),
        ),
        (
            {
                **_FROM,
                "dataMessage": {"message": "as I said", "quote": {"id": 1, "author": "+9", "text": "pay\n\nnow"}},
            },
            ("Ada <+1>", False, "u-1", "> pay\n> \n> now\nas I said"),
        ),
        ({**_FROM, "dataMessage": {"message": None, "quote": {"text": "pay"}}}, ("Ada <+1>", False, "u-1", "> pay")),
        ({**_FROM, "dataMessage": {"message": "hi", "quote": {"text": " "}}}, ("Ada <+1>", False, "u-1", "hi")),
        ({"source": "+2", "syncMessage": {"sentMessage": _SENT}}, ("", True, "u-1", "mine")),
        ({**_FROM, "sourceName": None, "dataMessage": {"message": "hi"}}, ("+1", False, "u-1", "hi")),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_message_is_read(envelope: Any, said: tuple[str, bool, str, str], wrapped: bool) -> None:
    (turn,) = signal_turns(_line(envelope, wrapped=wrapped))
    assert (turn.sender, turn.is_owner, turn.conversation, turn.text) == said


def test_no_quotation_takes_the_place_of_what_its_sender_says() -> None:
    message = {"message": "the end", "quote": {"text": "x" * (2 << 20)}}
    (turn,) = signal_turns(_line({**_FROM, "dataMessage": message}))
    assert turn.text.startswith("> xx")
    assert turn.text.endswith("x\nthe end")
    assert turn.cut


@pytest.mark.parametrize(
    "line",
    [
        _line({**_FROM, "typingMessage": {"action": "STARTED"}}),
        _line({**_FROM, "receiptMessage": {"isRead": True}}),
        _line({**_FROM, "dataMessage": {"message": None, "attachments": [{"id": "x"}]}}),
        _line({"syncMessage": {}}),
        b'{"jsonrpc":"2.0","result":0,"id":"guardian"}',
        b"[]",
        b"7",
    ],
)
def test_what_is_no_message_gives_none(line: bytes) -> None:
    assert list(signal_turns(line)) == []


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(
            st.sampled_from(
                [
                    "dataMessage",
                    "message",
                    "syncMessage",
                    "sentMessage",
                    "editMessage",
                    "groupInfo",
                    "previews",
                    "quote",
                    "text",
                ]
            ),
            inner | st.lists(inner, max_size=2),
        ),
    )
)
def test_any_envelope_is_read_without_an_error(envelope: Any) -> None:
    for turn in signal_turns(_line(envelope)):
        assert not turn.fault
