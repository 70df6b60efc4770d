"""Telegram: `result.json` as Telegram Desktop writes it, of one chat or of a whole account.

Source: github.com/telegramdesktop/tdesktop, Telegram/SourceFiles/export/output/export_output_json.cpp. One chat is the
file's own object (`name`, `type`, `id`, `messages`); an account has them in `chats.list` and `left_chats.list`, and its
owner's number in `personal_information.user_id`. `text` is a string, or a list of strings and of objects with `text`
(and `href` where a link says something else than it shows). A poll has `poll.question` and `poll.answers`, a bot's
message may have `inline_bot_buttons`: rows of objects with `type`, `text` and `data`, of a link its address. `type` is
`message`, `service` or `unsupported`.

Who the owner is: the account's own number; in a chat with one person (`personal_chat`) everybody but that person, whose
number the chat bears; `me` else, and only by number (`user123456`): a name is whatever somebody calls themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from guardian.sources.chats.base import ChatFormat, Turn, clipped, name_of
from guardian.sources.chats.json_stream import Broken, Path, json_values

_LISTS: Final = ("chats", "left_chats")
_CHATS: Final = {(), *(((name, "list", "*")) for name in _LISTS)}
_ENTERED: Final = (
    _CHATS | {(name,) for name in _LISTS} | {(name, "list") for name in _LISTS} | {("personal_information",)}
)
_MOST_ANSWERS: Final = 20
_MOST_BUTTONS: Final = 20
_TYPES: Final = (b'"personal_chat"', b'"bot_chat"', b'"saved_messages"', b"_group", b"_channel", b"_supergroup")


class Telegram(ChatFormat):
    """See the module."""

    name = "telegram"
    title = "Telegram Desktop export (JSON)"
    suffixes = frozenset({".json"})

    def recognises(self, head: bytes) -> bool:
        """An account's export has a chapter of its own; a chat's says its type before its messages."""
        start = head.partition(b'"messages"')[0]
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (
            b'"personal_information"' in head or (b'"type"' in start and any(each in start for each in _TYPES))
        )

    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """The turns; service messages and those without text are left out."""
        chat: dict[str, str] = {}
        owners = {each.strip() for each in me}
        for path, value in json_values(stream, _is_entered):
            if path[:1] == ("personal_information",):
                owners |= {f"user{name_of(value)}"} if path[1:] == ("user_id",) and name_of(value) else set()
            elif isinstance(value, Broken):
                yield Turn("", conversation=chat.get("id", ""), fault=f"a message cannot be read: {value.why}")
            elif path[-2:] == ("messages", "*") and path[:-2] in _CHATS:
                yield from _turns(value, chat, owners)
            elif path[:-1] in _CHATS and path:
                chat = {} if path[-1] in ("name", "type") and path[-1] in chat else chat
                chat[path[-1]] = name_of(value)


def _is_entered(path: Path) -> bool:
    return path in _ENTERED or (path[-1:] == ("messages",) and path[:-1] in _CHATS)


def _turns(message: Any, chat: dict[str, str], owners: set[str]) -> list[Turn]:
    if not isinstance(message, dict) or message.get("type") not in ("message", "service", "unsupported"):
        return [Turn("", conversation=chat.get("id", ""), fault="a message cannot be read: it is none")]
    text = "\n".join(filter(str.strip, (_text_of(message.get("text")), *_poll(message), *_buttons(message))))
    if message["type"] != "message" or not text.strip():
        return []
    number = name_of(message.get("from_id"))
    shown, is_cut = clipped(text)
    turn = Turn(
        shown,
        sender=name_of(message.get("from")) or number,
        is_owner=_is_owner(number, chat, owners),
        conversation=chat.get("id", ""),
        id=name_of(message.get("id")),
        at=name_of(message.get("date")),
        cut=is_cut,
    )
    return [turn]


def _is_owner(number: str, chat: dict[str, str], owners: set[str]) -> bool:
    if number in owners:
        return True
    kind, other = chat.get("type"), chat.get("id", "")
    if kind == "saved_messages":
        return False  # what was saved there others wrote
    return kind == "personal_chat" and bool(other) and number.startswith("user") and number != f"user{other}"


def _text_of(text: Any) -> str:
    """The text of a message, links that hide behind words written out behind them."""
    if isinstance(text, str):
        return text
    parts = []
    for part in text if isinstance(text, list) else []:
        shown = part.get("text") if isinstance(part, dict) else part
        parts.append(shown if isinstance(shown, str) else "")
        href = part.get("href") if isinstance(part, dict) else None
        parts.append(f" ({href})" if isinstance(href, str) and href != shown else "")
    return "".join(parts)


def _poll(message: dict[str, Any]) -> Iterator[str]:
    poll = message.get("poll")
    if isinstance(poll, dict):
        yield _text_of(poll.get("question"))
        answers = poll.get("answers")
        for answer in answers[:_MOST_ANSWERS] if isinstance(answers, list) else []:
            yield _text_of(answer.get("text")) if isinstance(answer, dict) else ""


def _buttons(message: dict[str, Any]) -> Iterator[str]:
    """What a bot's buttons say, and where those that are links lead to."""
    rows = message.get("inline_bot_buttons")
    for row in rows[:_MOST_BUTTONS] if isinstance(rows, list) else []:
        for button in row[:_MOST_BUTTONS] if isinstance(row, list) else []:
            if isinstance(button, dict):
                yield _text_of(button.get("text"))
                yield _text_of(button.get("data")) if button.get("type") in ("url", "auth") else ""
