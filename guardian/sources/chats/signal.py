"""Signal: what signal-cli tells of one message, as a turn.

Source: man signal-cli-jsonrpc(5) and org.asamk.signal.json (JsonMessageEnvelope, JsonDataMessage, JsonSyncDataMessage)
of github.com/AsamK/signal-cli. A daemon sends one JSON object a line: of the method `receive`, with `params.envelope`,
or `params.result.envelope` where it was subscribed to. `dataMessage.message` is what somebody wrote to the owner,
`syncMessage.sentMessage.message` what the owner wrote on another device; `editMessage.dataMessage` is a new wording.
`quote.text` (JsonQuote) is what a message answers to, in its sender's words: Signal shows it although nobody may ever
have said it. So it stands in the turn's text, marked with `>` as in a mail.

Invariants: pure; never raises; a text that came in an envelope from somebody else is never the owner's; no quotation
takes the place of what its sender says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from guardian.sources.chats.base import Turn, clipped, name_of

LONGEST_LINE: Final = 4 << 20
"""Bytes of one line that are read; Signal's own limit is 64 KiB of text, and files are not in the line."""
_MOST_PREVIEWS: Final = 5
_MOST_QUOTED_CHARACTERS: Final = 64 << 10
"""Of a quotation that is read; Signal's own limit for a text."""


def signal_turns(line: bytes) -> Iterator[Turn]:
    """The turns in one line of the daemon: none where it is about something else, one with a fault where it is no
    JSON."""
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):
        name = hashlib.sha256(line).hexdigest()[:32]  # two broken lines are two messages
        yield Turn("", id=name, fault="what signal-cli sent is not JSON")
        return
    envelope = _envelope(call)
    if envelope is None:
        return
    sender = _sender(envelope)
    sync = _object(_object(envelope, "syncMessage"), "sentMessage")
    for message, is_owner in ((_newest(envelope), False), (_newest(sync), True)):
        quotation, is_quotation_cut = _quotation(message)
        text = "\n".join(filter(None, (quotation, _text_of(message))))
        if not text.strip():
            continue
        shown, is_cut = clipped(text)
        yield Turn(
            shown,
            sender="" if is_owner else sender,
            is_owner=is_owner,
            conversation=_conversation(message, sync if is_owner else envelope, is_owner=is_owner),
            id=":".join(filter(None, (name_of(envelope.get("sourceUuid")) or sender, _time(message, envelope)))),
            at=_time(message, envelope),
            cut=is_cut or is_quotation_cut,
        )


def _envelope(call: Any) -> dict[str, Any] | None:
    if not isinstance(call, dict) or call.get("method") != "receive":
        return None
    params = _object(call, "params")
    return _object(params, "envelope") or _object(_object(params, "result"), "envelope") or None


def _object(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _newest(holder: dict[str, Any]) -> dict[str, Any]:
    """The message in an envelope or a sent message, in its last wording."""
    edited = _object(_object(holder, "editMessage"), "dataMessage")
    return edited or _object(holder, "dataMessage") or (holder if "message" in holder else {})


def _text_of(message: dict[str, Any]) -> str:
    """What a reader sees: the text, and the titles of the pages that it links to."""
    parts = [message.get("message")]
    previews = message.get("previews")
    for preview in previews[:_MOST_PREVIEWS] if isinstance(previews, list) else []:
        parts += [preview.get("title"), preview.get("description")] if isinstance(preview, dict) else []
    return "\n".join(part for part in parts if isinstance(part, str) and part.strip())


def _quotation(message: dict[str, Any]) -> tuple[str, bool]:
    """What a message quotes, each line marked as such, and whether there was more of it."""
    said = _object(message, "quote").get("text")
    if not isinstance(said, str) or not said.strip():
        return "", False
    lines = said[:_MOST_QUOTED_CHARACTERS].splitlines()
    return "\n".join(f"> {line}" for line in lines), len(said) > _MOST_QUOTED_CHARACTERS


def _sender(envelope: dict[str, Any]) -> str:
    name = name_of(envelope.get("sourceName"))
    number = name_of(envelope.get("sourceNumber")) or name_of(envelope.get("sourceUuid"))
    number = number or name_of(envelope.get("source"))
    return f"{name} <{number}>" if name and number else name or number


def _conversation(message: dict[str, Any], holder: dict[str, Any], *, is_owner: bool) -> str:
    """The group, or the other person."""
    group = _object(message, "groupInfo") or _object(holder, "groupInfo")
    keys = (
        ("destinationUuid", "destinationNumber", "destination")
        if is_owner
        else ("sourceUuid", "sourceNumber", "source")
    )
    return name_of(group.get("groupId")) or next((name_of(holder.get(key)) for key in keys if holder.get(key)), "")


def _time(message: dict[str, Any], envelope: dict[str, Any]) -> str:
    return name_of(message.get("timestamp")) or name_of(envelope.get("timestamp"))
