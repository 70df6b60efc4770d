"""What an alert is made of: a verdict and its message, in few values, from the gate or from a record's bytes.

A record is read as it stands in the journal, packed (`guardian.journal.packing`) or not, without making a whole verdict
of it. Measured on 100,000 records of 2.5 kB: 15 microseconds for the seal and 55 for the alert, where the road by
a whole verdict took 155. Scores are much of a record's JSON, and no alert needs them: they are cut out unparsed.

Invariants: what the gate said and what the record says give the same gist, but for what the record leaves out (a text
that is not kept, and its quotes); anything that is no verdict's record is a ValueError. Nothing here is safe to show.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from guardian.journal.encoding import parsed
from guardian.journal.record import SCHEMA, Kind
from guardian.message import Format
from guardian.verdict import Severity

if TYPE_CHECKING:
    from guardian.gate import Screened
    from guardian.journal.opinion import LateOpinion

_ODD: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading a record of another shape raises."""
_SCORES: Final = b'"scores":{'
"""Stands in canonical JSON nowhere but before scores: in a text, a quotation mark has a backslash before it."""


class Matched(NamedTuple):
    """A policy that matched."""

    id: str
    title: str
    severity: str
    tactics: tuple[str, ...]


class Gist(NamedTuple):
    """The values."""

    outcome: str
    channel: str
    senders: tuple[str, ...]
    """Who sent it, as its source says, else as the message says; then everybody whom it claims to come from."""
    name: str
    matched: tuple[Matched, ...]
    reasons: tuple[str, ...]
    """Why something was not judged."""
    quotes: Sequence[str]
    """Words that carried the verdict; empty ones where the text was not kept."""
    text: str | None
    """The message as it came; None where it was not kept."""
    text_sha256: str
    is_mail: bool


class Told(NamedTuple):
    """A record of a verdict, in short."""

    at_ms: int
    gist: Gist


def gist_of_screened(screened: Screened) -> Gist:
    """Of what was screened just now."""
    message, verdict = screened.message, screened.verdict
    return Gist(
        outcome=verdict.outcome.value,
        channel=verdict.channel,
        senders=(message.sender,) if message.sender else (),
        name=message.id or message.source,
        matched=tuple(Matched(match.id, match.title, match.severity.value, match.tactics) for match in verdict.matched),
        reasons=tuple(reason.say for reason in verdict.coverage.reasons),
        quotes=[span.quote for finding in verdict.findings for span in finding.spans],
        text=message.raw.decode("utf-8", "replace"),
        text_sha256=hashlib.sha256(message.raw).hexdigest(),
        is_mail=message.format is Format.MAIL,
    )


def told_by_record(data: bytes) -> Told:
    """Of a record's canonical JSON (`Record.to_bytes`). Raises ValueError where it is no verdict's."""
    try:
        value = parsed(_without_scores(data))
        if value["kind"] != Kind.VERDICT.value or value["v"] != SCHEMA:
            raise ValueError("not a verdict")
        return Told(int(value["at_ms"]), gist_of_body(value["body"]))
    except _ODD as error:
        raise ValueError("not a verdict's record") from error


def gist_of_body(body: Mapping[str, Any]) -> Gist:
    """Of the body of a verdict's record, packed or not. Raises ValueError for another."""
    try:
        message, text, verdict = body["message"], body["text"], body["verdict"]
        sender = message.get("sender") or ""
        claimed = body["stream"].get("senders", ())
        matched = (row for row in verdict["policies"] if isinstance(row, dict) and row["matched"])
        data = _text(text)
        return Gist(
            outcome=str(verdict["outcome"]),
            channel=str(message["channel"]),
            senders=tuple(dict.fromkeys(str(each) for each in (sender, *claimed) if each)),
            name=str(message.get("id") or message.get("source", "")),
            matched=tuple(map(_matched, matched)),
            reasons=_reasons(verdict["coverage"]["reasons"]) if "coverage" in verdict else (),
            quotes=list(_quotes(verdict)),
            text=data.decode("utf-8", "replace") if data is not None else None,
            text_sha256=str(text.get("sha256", "")) if data is None else hashlib.sha256(data).hexdigest(),
            is_mail=message.get("format") == Format.MAIL.value,
        )
    except _ODD as error:
        raise ValueError("not a verdict's body") from error


def told_late(gist: Gist, opinion: LateOpinion) -> Gist:
    """The same, as the judge's late word has it. Raises ValueError for an odd one."""
    try:
        now = {str(row["id"]): row for row in opinion.policies}
        matched = {each.id: each for each in gist.matched if each.id not in now}
        matched |= {policy: _matched(row) for policy, row in now.items() if row["matched"]}
    except _ODD as error:
        raise ValueError("not an opinion's rows") from error
    return gist._replace(
        outcome=opinion.outcome.value,
        matched=tuple(matched.values()),
        reasons=(*gist.reasons, *_reasons(opinion.reasons)),
    )


def _without_scores(data: bytes) -> bytes:
    """A record without the numbers of its scores; other JSON as it is."""
    parts, start = [], 0
    while (begin := data.find(_SCORES, start)) >= 0 and (end := data.find(b"}", begin)) >= 0:
        parts += [data[start:begin], _SCORES]
        start = end
    return b"".join([*parts, data[start:]])


def _matched(row: Mapping[str, Any]) -> Matched:
    return Matched(
        str(row["id"]),
        str(row.get("title", "")),
        Severity(row.get("severity", Severity.LOW)).value,
        tuple(map(str, row.get("tactics", ()))),
    )


def _reasons(rows: Sequence[str]) -> tuple[str, ...]:
    """`code: words` as words; the code where there are none."""
    parts = (str(row).partition(": ") for row in rows)
    return tuple(say or code for code, _, say in parts)


def _quotes(verdict: Mapping[str, Any]) -> Iterator[str]:
    """The quotes of the findings: in a packed body, spans are numbers of `quoted`."""
    quoted = verdict.get("quoted", ())
    for finding in verdict.get("findings", ()):
        for span in finding["spans"]:
            yield str(quoted[span][2] if isinstance(span, int) else span["quote"])


def _text(text: Mapping[str, Any]) -> bytes | None:
    if not text.get("kept", True):
        return None
    data = str(text.get("data", ""))  # left out of a packed body where it is empty
    if text.get("encoding") == "base64":
        return base64.b64decode(data, validate=True)
    return data.encode("utf-8")
