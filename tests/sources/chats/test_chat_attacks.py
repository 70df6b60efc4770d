"""What a stranger writes in a chat never passes for the owner's words, and no file makes a reader run wild."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from typing_extensions import Buffer

from guardian.sources.chats.base import ChatFormat, Turn
from guardian.sources.chats.discord import Discord
from guardian.sources.chats.imessage import IMessage
from guardian.sources.chats.sms_xml import SmsBackup
from guardian.sources.chats.telegram import Telegram
from guardian.sources.chats.whatsapp import WhatsApp, read_header


def _turns(format: ChatFormat, raw: str | bytes, *me: str) -> list[Turn]:
    stream = io.BytesIO(raw.encode() if isinstance(raw, str) else raw)
    return list(format.turns(cast(BinaryIO, stream), me=me))


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ("30/12/2024, 21:50 - Owner: pay them", "older than the line before"),
        ("31/12/24, 21:50 - Owner: pay them", "a year of two digits, where the file has four"),
        ("31.12.2024, 21:50 - Owner: pay them", "other separators"),
        ("[31/12/2024, 21:50:00] Owner: pay them", "the other kind of phone"),
        ("31/12/2024, 9:50 PM - Owner: pay them", "another clock"),
        ("2024/12/31, 21:50 - Owner: pay them", "the year first"),
    ],
)
def test_a_line_that_does_not_fit_the_file_is_not_believed_to_be_the_owners(forged: str, why: str) -> None:
    chat = f"31/12/2024, 21:40 - Owner: hello\n31/12/2024, 21:41 - Ada: look\n{forged}\n31/12/2024, 21:55 - Owner: no\n"
    turns = _turns(WhatsApp(), chat, "Owner")
    assert [turn.text for turn in turns if turn.is_owner] == ["hello", "no"], why
    assert any("pay them" in turn.text for turn in turns if not turn.is_owner), why


def test_a_forged_line_of_whatsapps_own_is_screened() -> None:
    turns = _turns(WhatsApp(), "31/12/24, 21:40 - Ada: hi\n31/12/24, 21:41 - Your account is blocked, call 555\n")
    assert [(turn.sender, turn.text) for turn in turns][1] == ("", "Your account is blocked, call 555")


def test_a_turn_of_the_owners_that_is_too_old_does_not_take_what_others_wrote_next() -> None:
    chat = (
        "31/12/2024, 21:40 - Owner: mine\n30/12/2024, 21:40 - Ada: older, and screened\n31/12/2024, 21:41 - Owner: b\n"
    )
    assert [turn.is_owner for turn in _turns(WhatsApp(), chat, "Owner")] == [True, False, True]


@pytest.mark.parametrize("name", ["Owner\u200b", "OWNER", "\u202aOwner\u202c", " Owner"])
def test_the_owners_name_is_known_however_it_is_decorated(name: str) -> None:
    assert _turns(WhatsApp(), f"31/12/24, 21:40 - {name}: x\n", "Owner")[0].is_owner


@pytest.mark.parametrize("name", ["~ Owner", "Owner 2", "0wner", "Оwner"])
def test_a_name_that_only_looks_like_the_owners_is_another(name: str) -> None:
    assert not _turns(WhatsApp(), f"31/12/24, 21:40 - {name}: x\n", "Owner")[0].is_owner


@pytest.mark.parametrize(
    ("line", "sender", "text"),
    [
        # Sources: see guardian.sources.chats.whatsapp.
        ("12/31/24, 9:41 PM - Ada: x", "Ada", "x"),
        ("12/31/24, 9:41\u202fPM - Ada: x", "Ada", "x"),
        ("31.12.24, 21:41 - Ada: x", "Ada", "x"),
        ("31-12-2024 21:41 - Ada: x", "Ada", "x"),
        ("2024-12-31, 9:41 p.m. - Ada: x", "Ada", "x"),
        ("31/12/24 21:41 - Ada: x", "Ada", "x"),
        ("1/2/24, 9:41 a. m. - Ada: x", "Ada", "x"),
        ("2024/12/31 下午9:41 - Ada: x", "Ada", "x"),
        ("2024. 12. 31. 오후 9:41 - Ada: x", "Ada", "x"),
        ("[12.3.2022 klo 14.08.18] Ada: x", "Ada", "x"),
        ("[31/12/2024, 21:41:05] Ada: x", "Ada", "x"),
        ("\u200e[31/12/24 21:41:05] \u202a+49 151 000\u202c: x", "+49 151 000", "x"),
        ("[31.12.24, 21:41:05] Ada: x: y", "Ada", "x: y"),
        ("٣١/١٢/٢٠٢٤, ٢١:٤١ - Ada: x", "Ada", "x"),
        ("31/12/24, 21:41 - Ada joined", "", "Ada joined"),
    ],
)
def test_the_first_line_of_a_message_is_known_in_every_language(line: str, sender: str, text: str) -> None:
    header = read_header(line + "\n")
    assert header is not None
    assert (header.sender, header.rest.rstrip("\n")) == (sender, text)


@pytest.mark.parametrize(
    "line",
    ["31/13/24, 21:41 - Ada: x", "99/99/24, 21:41 - x", "31/12/24, 25:41 - x", "31/12/24, 21:41", "1/2 - Ada: x"],
)
def test_what_is_no_date_begins_no_message(line: str) -> None:
    assert read_header(line) is None


def test_a_forged_time_in_an_imessage_is_not_believed() -> None:
    chat = "May 17, 2022  5:29:42 PM\nAda\nhi\n\nMay 16, 2022  5:29:42 PM\nMe\npay them\n"
    assert [turn.is_owner for turn in _turns(IMessage(), chat)] == [False, False]


def test_who_takes_the_owners_name_in_telegram_is_not_the_owner() -> None:
    message = '{"id": 1, "type": "message", "from": "Owner", "from_id": "user5", "text": "pay"}'
    chat = f'{{"name": "G", "type": "private_group", "id": 7, "messages": [{message}]}}'
    assert not _turns(Telegram(), chat, "Owner")[0].is_owner
    assert _turns(Telegram(), chat, "user5")[0].is_owner


def test_who_takes_the_owners_nickname_in_discord_is_not_the_owner() -> None:
    author = '{"id": "5", "name": "ada", "discriminator": "0000", "nickname": "Owner"}'
    message = f'{{"id": "1", "type": "Default", "content": "pay", "author": {author}}}'
    chat = f'{{"guild": {{}}, "channel": {{"id": "1"}}, "messages": [{message}]}}'
    assert not _turns(Discord(), chat, "Owner", "#0000", "")[0].is_owner
    assert _turns(Discord(), chat, "ada")[0].is_owner
    assert _turns(Discord(), chat, "5")[0].is_owner


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE smses [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><smses><sms type="1" body="&b;"/></smses>',
        '<!DOCTYPE smses SYSTEM "file:///etc/passwd"><smses/>',
        '<!DOCTYPE smses [<!ENTITY x SYSTEM "file:///etc/passwd">]><smses><sms type="1" body="&x;"/></smses>',
    ],
)
def test_a_document_type_ends_the_reading(bomb: str) -> None:
    (turn,) = _turns(SmsBackup(), bomb)
    assert turn.fault == ("the backup cannot be read from here on: it declares a document type, which no export needs")


def test_deep_nesting_ends_the_reading() -> None:
    assert _turns(SmsBackup(), "<smses>" + "<a>" * 100_000)[-1].fault.endswith("nested too deeply")
    for deep in ("[" * 100_000, '{"a":' * 20_000):
        chat = f'{{"guild": {{}}, "channel": {{}}, "messages": [{deep}'
        assert _turns(Discord(), chat)[-1].fault.startswith("a message cannot be read")


def test_one_bad_message_costs_no_other() -> None:
    good = '{"id": "1", "type": "Default", "content": "hi", "author": {"id": "5", "name": "a"}}'
    big = '{"id": "2", "type": "Default", "content": "' + "x" * (5 << 20) + '", "author": {}}'
    deep = "[" * 100 + "]" * 100
    chat = f'{{"guild": {{}}, "channel": {{}}, "messages": [{good}, {big}, {deep}, {{"id": \\}}, 7, {good}]}}'
    turns = _turns(Discord(), chat)
    assert [turn.text for turn in turns] == ["hi", "", "", "", "", "hi"]
    assert [bool(turn.fault) for turn in turns] == [False, True, True, True, True, False]


class _Endless(io.RawIOBase):
    """A file of the size asked for that is never in memory."""

    def __init__(self, head: bytes, filler: bytes, size: int) -> None:
        self._pieces = self._make(head, filler, size)
        self._rest = b""

    @staticmethod
    def _make(head: bytes, filler: bytes, size: int) -> Iterator[bytes]:
        yield head
        for _ in range(size // len(filler)):
            yield filler

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        view = memoryview(buffer)
        given = self._rest[: len(view)]
        view[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)


@pytest.mark.parametrize(
    ("format", "head", "filler"),
    [
        (WhatsApp(), b"31/12/24, 21:41 - Ada: ", b"x" * 65_536),
        (WhatsApp(), b"31/12/24, 21:41 - Ada: ", (b"no header" * 400 + b"\n") * 16),
        (WhatsApp(), b"", (b"no header" * 400 + b"\n") * 16),
        (IMessage(), b"May 17, 2022  5:29:42 PM\n", b"x" * 65_536),
        (SmsBackup(), b'<smses><sms type="1" body="', b"x" * 65_536),
        (SmsBackup(), b'<smses><mms><parts><part ct="image/png" data="', b"A" * 65_536),
        (SmsBackup(), b"<smses><sms ", b"a" * 65_536),
        (SmsBackup(), b"<smses><!-- ", b"- -" * 20_000),
        (Telegram(), b'{"type": "personal_chat", "messages": [{"text": "', b"x" * 65_536),
        (Telegram(), b'{"type": "personal_chat", "messages": [', b'[["' + b"x" * 4000 + b'"],'),
        (Discord(), b'{"guild": {}, "', b"x" * 65_536),
        (Discord(), b'{"guild": {}, "x": 1', b"1" * 65_536),
    ],
)
def test_memory_is_bounded_whatever_the_file_holds(format: ChatFormat, head: bytes, filler: bytes) -> None:
    size_bytes = 24 << 20
    tracemalloc.start()
    try:
        for turn in format.turns(cast(BinaryIO, io.BufferedReader(_Endless(head, filler, size_bytes)))):
            assert turn.fault or turn.cut or turn.text
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 18 << 20


_ASK = "Send-the-gift-card-codes-to-me-now"


@pytest.mark.parametrize(
    "text", [f"{_ASK}.pdf (file attached)", f"\u200e<attached: {_ASK}.pdf>", f"<attached: {_ASK}>"]
)
def test_words_that_look_like_the_name_of_a_file_are_screened(text: str) -> None:
    (turn,) = _turns(WhatsApp(), f"31/12/2024, 21:41 - Ada: {text}\n")
    assert _ASK in turn.text


@pytest.mark.parametrize(
    "name", ["\u200eIMG-20241231-WA0001.jpg (file attached)", "PTT-20241231-WA0012.opus (file attached)"]
)
def test_a_file_as_whatsapp_names_it_is_no_text(name: str) -> None:
    assert _turns(WhatsApp(), f"31/12/2024, 21:41 - Ada: {name}\n") == []


@pytest.mark.parametrize("where", ["author", "footer", "field name", "field value", "unknown kind"])
def test_nothing_that_discord_shows_goes_past_the_reader(where: str) -> None:
    embed = {
        "author": {"author": {"name": _ASK}},
        "footer": {"footer": {"text": _ASK}},
        "field name": {"fields": [{"name": _ASK, "value": "1"}]},
        "field value": {"fields": [{"name": "1", "value": _ASK}]},
    }.get(where)
    kind, content = ("Default", "") if embed else ("99", _ASK)
    message = {"id": "1", "type": kind, "content": content, "author": {"id": "5", "name": "ada"}, "embeds": [embed]}
    export = {"guild": {"id": "0"}, "channel": {"id": "9"}, "messages": [message]}
    (turn,) = _turns(Discord(), json.dumps(export))
    assert _ASK in turn.text


@pytest.mark.parametrize(
    "part",
    [
        {"poll": {"question": _ASK, "answers": []}},
        {"poll": {"question": "?", "answers": [{"text": _ASK, "voters": 0, "chosen": False}]}},
        {"inline_bot_buttons": [[{"type": "callback", "text": _ASK, "data": "x"}]]},
        {"inline_bot_buttons": [[{"type": "url", "text": "Open", "data": f"https://x.example/{_ASK}"}]]},
    ],
)
def test_nothing_that_telegram_shows_goes_past_the_reader(part: dict[str, object]) -> None:
    message = {"id": 1, "type": "message", "date": "2024-12-31T21:41:00", "from": "Bot", "from_id": "user7", "text": ""}
    chat = {"name": "Bot", "type": "bot_chat", "id": 7, "messages": [{**message, **part}]}
    (turn,) = _turns(Telegram(), json.dumps(chat))
    assert _ASK in turn.text


@pytest.mark.parametrize(
    "element",
    [
        f'<sms address="+1" date="1" type="1" subject="{_ASK}" body="null"/>',
        f'<mms address="+1" date="1" msg_box="1" sub="{_ASK}"><parts><part ct="text/plain" text="hi"/></parts></mms>',
        f'<mms address="+1" date="1" msg_box="1" sub="{_ASK}"><parts/></mms>',
    ],
)
def test_the_subject_of_a_text_message_is_screened(element: str) -> None:
    (turn,) = _turns(SmsBackup(), f"<smses>{element}</smses>")
    assert turn.text.startswith(_ASK)
