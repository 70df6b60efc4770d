"""SMS and MMS: the XML that SMS Backup & Restore writes, and what converts iMessages into it.

Source: synctech.com.au/sms-backup-restore/fields-in-xml-backup-files: `<sms>` with `address`, `date` (milliseconds
since 1970), `type` (1 received, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued), `body` and perhaps `contact_name`;
`<mms>` with `msg_box` (numbered like `type`), `<part ct="text/plain" text="...">` and `<addr type="137" address="...">`
for the sender (137, 129, 130 and 151 are From, Bcc, Cc and To of OMA MMS); a subject is `subject`, of an MMS `sub`.
What is missing is `null`.

The phone wrote down which messages were sent from it, so nobody can make theirs look like the owner's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from guardian.sources.chats.base import MAX_TEXT_BYTES, ChatFormat, Turn, clipped, name_of
from guardian.sources.chats.xml_stream import XmlError, xml_elements

_RECEIVED: Final = "1"
_FROM: Final = "137"
_OWN_NUMBER: Final = "insert-address-token"
"""What Android writes in place of the owner's own number."""
_UNKNOWN: Final = {"", "null", "(Unknown)"}
_MOST_PARTS: Final = 100


@dataclass(slots=True)
class _Mms:
    """An MMS that is being read."""

    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    sender: str = ""


class SmsBackup(ChatFormat):
    """See the module."""

    name = "sms"
    title = "SMS backup (XML)"
    suffixes = frozenset({".xml"})

    def recognises(self, head: bytes) -> bool:
        """Its root is `smses`."""
        return re.search(rb"<smses[\s>]", head) is not None

    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """The turns; messages without text are left out. `me` is not needed."""
        mms: _Mms | None = None
        try:
            for what, name, attributes in xml_elements(stream):
                if what == "start" and name == "sms":
                    text = _with_subject(attributes.get("subject", ""), [attributes.get("body", "")])
                    yield from _turn(attributes, attributes.get("type", ""), text)
                elif what == "start" and name == "mms":
                    mms = _Mms(attributes)
                elif mms is not None and what == "start":
                    _add(mms, name, attributes)
                elif mms is not None and name == "mms":
                    text = _with_subject(mms.attributes.get("sub", ""), mms.texts)
                    yield from _turn(mms.attributes, mms.attributes.get("msg_box", ""), text, mms.sender)
                    mms = None
        except XmlError as error:
            yield Turn("", fault=f"the backup cannot be read from here on: {error}")


def _with_subject(subject: str, texts: list[str]) -> str:
    """What a phone shows: the subject, where there is one, above the text."""
    return "\n".join(([] if subject in _UNKNOWN else [subject]) + [text for text in texts if text != "null"])


def _add(mms: _Mms, name: str, attributes: dict[str, str]) -> None:
    if name == "part" and attributes.get("ct", "").startswith("text/") and len(mms.texts) < _MOST_PARTS:
        text = attributes.get("text", "")
        if text not in _UNKNOWN:
            mms.texts.append(text)
    elif name == "addr" and attributes.get("type") == _FROM and attributes.get("address") != _OWN_NUMBER:
        mms.sender = name_of(attributes.get("address"))


def _turn(attributes: dict[str, str], box: str, text: str, number: str = "") -> list[Turn]:
    if not text.strip():
        return []
    shown, is_cut = clipped(text)
    address, name = name_of(attributes.get("address")), name_of(attributes.get("contact_name"))
    is_group = "~" in address
    number = number or ("" if is_group else address)
    turn = Turn(
        shown,
        sender=number if name in _UNKNOWN or is_group else f"{name} <{number}>",
        is_owner=box not in (_RECEIVED, ""),
        conversation=address,
        at=name_of(attributes.get("date")),
        cut=is_cut or len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES - 16,
    )
    return [turn]
