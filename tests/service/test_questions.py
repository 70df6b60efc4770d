"""A message crosses to the service unchanged, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.message import Channel, Format, Message
from guardian.safe_text import safe_line
from guardian.service.frames import Frame, FrameError, FrameReader, encode
from guardian.service.questions import is_for, message_of, question, speaks, status_question

any_text = st.text(st.characters(), max_size=40)
messages = st.builds(
    Message,
    raw=st.binary(max_size=200),
    channel=st.sampled_from(Channel),
    id=any_text,
    sender=st.none() | any_text,
    source=any_text,
    format=st.sampled_from(Format),
    context=st.lists(any_text, max_size=4).map(tuple),
    fault=any_text.map(safe_line),
    cut=st.booleans(),
    draft=st.booleans(),
    once=st.binary(max_size=64),
    judge_within_s=st.none() | st.floats(0, 600),
)


def crossed(frame: Frame) -> Frame:
    reader = FrameReader(1000)
    reader.feed(encode(frame))
    came = reader.take()
    assert came is not None
    return came


@given(messages, st.booleans())
def test_every_field_crosses(message: Message, all_policies: bool) -> None:
    came = crossed(question(message, all_policies=all_policies))
    assert message_of(came) == message
    assert came.header["all_policies"] is all_policies
    assert speaks(came.header)


def test_a_fault_is_made_safe_whatever_a_client_says() -> None:
    asked = question(Message(b""), all_policies=False)
    told = message_of(Frame({**asked.header, "fault": "a\x1b[2Jb\nc"}))
    assert told.fault == "a\\x1b[2Jb c"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "outgoing"),
        ("channel", None),
        ("format", "pdf"),
        ("id", 7),
        ("source", None),
        ("sender", 7),
        ("context", "one turn"),
        ("context", [1]),
        ("once", "zz"),
        ("once", "00" * 300),
        ("cut", 1),
        ("draft", "yes"),
        ("judge_within_s", "soon"),
        ("judge_within_s", True),
        ("judge_within_s", -1),
        ("judge_within_s", 601),
        ("judge_within_s", float("nan")),
        ("fault", None),
    ],
)
def test_a_field_of_another_kind_is_refused(field: str, value: Any) -> None:
    asked = question(Message(b"x"), all_policies=False)
    with pytest.raises(FrameError):
        message_of(Frame({**asked.header, field: value}, b"x"))


@pytest.mark.parametrize("field", sorted(question(Message(b""), all_policies=False).header))
def test_no_field_may_be_missing(field: str) -> None:
    header = {**question(Message(b"x"), all_policies=False).header}
    del header[field]
    if field in ("protocol", "version"):
        assert not speaks(header)
    elif field == "house":
        with pytest.raises(FrameError):
            is_for((), header)
    elif field not in ("ask", "all_policies"):
        with pytest.raises(FrameError):
            message_of(Frame(header, b"x"))


@pytest.mark.parametrize(
    ("asked", "serving", "is_meant"),
    [
        ((), (), True),
        ((), ("a", "b"), True),
        (("a", "b"), (), True),
        (("a", "b"), ("a", "b"), True),
        (("a", "b"), ("a", "c"), False),
    ],
)
def test_a_question_is_for_its_own_house(asked: tuple[str, ...], serving: tuple[str, ...], is_meant: bool) -> None:
    assert is_for(serving, question(Message(b"x"), all_policies=False, house=asked).header) is is_meant


@pytest.mark.parametrize("value", [None, "a", [1], {"a": "b"}])
def test_what_is_no_house_is_refused(value: Any) -> None:
    with pytest.raises(FrameError):
        is_for(("a",), {**question(Message(b"x"), all_policies=False).header, "house": value})


@pytest.mark.parametrize(("field", "value"), [("version", "0.0.0"), ("protocol", 0)])
def test_another_version_is_told_apart(field: str, value: Any) -> None:
    assert not speaks({**status_question().header, field: value})
