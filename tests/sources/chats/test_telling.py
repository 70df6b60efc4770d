"""Each message of a chat comes with what was said before it, and is the same one in the next export."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

import pytest
from chat_samples import SAMPLES

from guardian.message import Channel
from guardian.rolling.turns import MOST_TURNS
from guardian.sources.chats.base import Turn
from guardian.sources.chats.telling import MOST_CONVERSATIONS, Telling, Told
from guardian.sources.chats.whatsapp import WhatsApp


def _tell(*turns: Turn, max_bytes: int = 1000) -> list[Told]:
    return list(Telling(source="chat:test", channel=Channel.INCOMING, max_bytes=max_bytes).tell(turns))


def test_the_owners_words_are_context_and_no_message() -> None:
    told = _tell(Turn("a", "Ada"), Turn("b", "Owner", is_owner=True), Turn("c", "Ada"))
    assert [(each.message.raw, each.message.sender, each.message.context) for each in told] == [
        (b"a", "Ada", ()),
        (b"c", "Ada", ("a", "b")),
    ]
    assert {each.message.source for each in told} == {"chat:test"}


def test_conversations_are_kept_apart_and_are_bounded() -> None:
    turns = [Turn(f"{chat} {number}", "Ada", conversation=chat) for number in range(50) for chat in "xy"]
    last = _tell(*turns)[-1].message
    assert last.context == tuple(f"y {number}" for number in range(49 - MOST_TURNS, 49))
    many = [Turn("x", "Ada", conversation=str(number)) for number in range(MOST_CONVERSATIONS + 1)]
    assert _tell(*many, Turn("again", "Ada", conversation="0"))[-1].message.context == ()
    assert _tell(*many, Turn("again", "Ada", conversation="1"))[-1].message.context == ("x",)


def test_what_could_not_be_read_is_a_message_that_says_so() -> None:
    (told,) = _tell(Turn("", fault="a message cannot be read"))
    assert told.message.fault == "a message cannot be read"


def test_a_message_that_is_longer_than_asked_for_says_so() -> None:
    (told,) = _tell(Turn("ä" * 600, "Ada"))
    assert told.message.cut
    assert len(told.message.raw) == 1001


@pytest.mark.parametrize("name", SAMPLES)
def test_the_keys_of_an_export_are_all_different_and_always_the_same(name: str) -> None:
    sample = SAMPLES[name]
    first, second = (
        [told.key for told in _tell(*sample.format.turns(cast(BinaryIO, io.BytesIO(sample.raw)), me=sample.me))]
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)


def test_a_longer_export_has_the_keys_of_the_shorter_one_and_new_ones() -> None:
    chat = "".join(f"31/12/24, 21:{number // 20:02d} - Ada: ok\n" for number in range(200))
    keys = [
        [told.key for told in _tell(*WhatsApp().turns(cast(BinaryIO, io.BytesIO(chat[:end].encode()))))]
        for end in (len(chat) // 2, len(chat))
    ]
    assert keys[1][:100] == keys[0]
    assert len(set(keys[1])) == 200


def test_the_same_words_of_two_people_in_one_minute_are_two_messages() -> None:
    told = _tell(Turn("ok", "Ada", at="21:41"), Turn("ok", "Bob", at="21:41"), Turn("ok", "Ada", at="21:41"))
    assert len({each.key for each in told}) == 3


def test_who_is_renamed_has_not_written_anew() -> None:
    assert _tell(Turn("ok", "Ada", at="21:41"))[0].key == _tell(Turn("ok", "Ada B.", at="21:41"))[0].key
