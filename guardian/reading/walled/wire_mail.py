"""What crosses of a mail beside its views: envelope, attachments, alternatives, as plain JSON values.

Invariant: what is read back is held to be a liar's: every number, length and index is checked, and what can't be is a
ValueError, TypeError, KeyError or IndexError, which `wire` turns into a WireError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guardian.reading.base import View
from guardian.reading.envelope import (
    LONGEST_ID,
    LONGEST_NAME,
    MOST_ATTACHMENTS,
    MOST_AUTHENTICATION,
    MOST_RESULTS,
    MOST_SENDERS,
    MOST_THREAD,
    Alternative,
    Attachment,
    Authentication,
    Envelope,
)
from guardian.reading.mail import MailExtract

_LONGEST_ADDRESS = 4096
"""Characters of an address: more than a header that is taken apart can hold."""


def mail_facts(mail: MailExtract) -> dict[str, Any]:
    """The values."""
    place = {id(view): index for index, view in enumerate(mail.extract.views)}
    return {
        "envelope": _envelope_facts(mail.envelope) if mail.envelope is not None else None,
        "attachments": [
            [each.name, each.kind, each.size_bytes, each.start, each.end, each.is_read] for each in mail.attachments
        ],
        "alternatives": [
            [[place[id(view)] for view in form] for form in (each.plain, each.html)] for each in mail.alternatives
        ],
    }


def read_mail_facts(
    facts: Any, views: Sequence[View], size_bytes: int
) -> tuple[Envelope | None, tuple[Attachment, ...], tuple[Alternative, ...]]:
    """The values of a mail of that size, read back."""
    envelope = None if facts["envelope"] is None else _envelope(facts["envelope"])
    attachments = tuple(_attachment(row, size_bytes) for row in _rows(facts["attachments"], MOST_ATTACHMENTS))
    alternatives = tuple(_alternative(row, views) for row in _rows(facts["alternatives"], len(views)))
    return envelope, attachments, alternatives


def _envelope_facts(envelope: Envelope) -> dict[str, Any]:
    return {
        "senders": envelope.senders,
        "from_headers": envelope.from_headers,
        "sent_by": envelope.sent_by,
        "is_list": envelope.is_list,
        "thread": envelope.thread,
        "authentication": [[each.server, each.results] for each in envelope.authentication],
    }


def _envelope(facts: dict[str, Any]) -> Envelope:
    sent_by = facts["sent_by"]
    return Envelope(
        senders=tuple(_text(each, _LONGEST_ADDRESS) for each in _rows(facts["senders"], MOST_SENDERS)),
        from_headers=_whole(facts["from_headers"]),
        sent_by=None if sent_by is None else _text(sent_by, _LONGEST_ADDRESS),
        is_list=_truth(facts["is_list"]),
        thread=tuple(_text(each, LONGEST_ID) for each in _rows(facts["thread"], MOST_THREAD)),
        authentication=tuple(_authentication(row) for row in _rows(facts["authentication"], MOST_AUTHENTICATION)),
    )


def _authentication(row: Any) -> Authentication:
    server, results = _row(row, 2)
    pairs = (_row(each, 2) for each in _rows(results, MOST_RESULTS))
    return Authentication(
        _text(server, LONGEST_ID),
        tuple((_text(method, LONGEST_ID), _text(result, LONGEST_ID)) for method, result in pairs),
    )


def _attachment(row: Any, size_bytes: int) -> Attachment:
    name, kind, length, start, end, is_read = _row(row, 6)
    if not 0 <= _whole(start) <= _whole(end) <= size_bytes:
        raise ValueError
    return Attachment(_text(name, LONGEST_NAME), _text(kind, LONGEST_NAME), _whole(length), start, end, _truth(is_read))


def _alternative(row: Any, views: Sequence[View]) -> Alternative:
    plain, html = (tuple(views[_whole(index)] for index in _rows(form, len(views))) for form in _row(row, 2))
    return Alternative(plain, html)


def _rows(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError
    return value


def _row(value: Any, length: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != length:
        raise ValueError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 48:
        raise ValueError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise TypeError
    if len(value) > most:
        raise ValueError
    return value
