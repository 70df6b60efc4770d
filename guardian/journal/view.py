"""One entry as its owner sees it: the record, the word that counts for it, and what can be said of it in short.

Invariants: what a record holds of a message is untrusted until it has passed `safe_text` or `safe_line`; the lines of
`guardian.journal.view_lines` have, this value has not. `repr` shows no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol

from guardian.journal.feedback import Feedback, LatestFeedback
from guardian.journal.matching import Filter
from guardian.journal.past_verdict import past_verdict
from guardian.journal.record import Entry, Erased, Kind, Record
from guardian.verdict import Verdict

JSON_VERSION: Final = 1
_LEFT_OUT: Final = "left out here, as asked"

Where = Callable[[int, bytes], bool]
"""Of a record's number and canonical JSON: whether it is worth parsing."""


class Readable(Protocol):
    """What this module needs of a journal."""

    def entries(
        self, start: int = 0, stop: int | None = None, *, newest_first: bool = False, where: Where | None = None
    ) -> Iterator[Entry]:
        """The entries, one by one; those of whose bytes `where` says False are left out, unparsed."""


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """One entry, with the word that counts for it."""

    entry: Entry
    feedback: Feedback | None = None
    """None where the owner said nothing, took it back, or the entry is no verdict."""

    @property
    def seq(self) -> int:
        """Its number."""
        return self.entry.seq

    @property
    def record(self) -> Record | None:
        """Its record; None where that was forgotten or can't be read."""
        return self.entry.record if isinstance(self.entry.record, Record) else None

    @property
    def why_not(self) -> str:
        """Why there is no record to be seen; empty where there is."""
        return "" if isinstance(self.entry.record, Record) else self.entry.record.why

    @property
    def kind(self) -> str:
        """The record's kind; `erased` or `unreadable` where there is none to be seen."""
        if isinstance(self.entry.record, Record):
            return self.entry.record.kind.value
        return "erased" if isinstance(self.entry.record, Erased) else "unreadable"

    def verdict(self) -> Verdict | None:
        """The verdict as it was given; None where the entry holds none that can be read."""
        if self.record is None or self.record.kind is not Kind.VERDICT:
            return None
        try:
            return past_verdict(self.record)
        except ValueError:
            return None

    def to_json(self, *, with_text: bool = True) -> dict[str, Any]:
        """The whole entry as JSON values; without the text, nothing of it is left but its hash and length."""
        row: dict[str, Any] = {"v": JSON_VERSION, "seq": self.seq, "leaf": self.entry.leaf.hex(), "kind": self.kind}
        record = self.record
        if record is None:
            return {**row, "why": self.why_not}
        body = record.body if with_text or record.kind is not Kind.VERDICT else _without_text(dict(record.body))
        row |= {"at_ms": record.at_ms, "late": record.late, "spoke": record.spoke.to_json(), "body": body}
        if record.kind is Kind.VERDICT:
            said = self.feedback
            row["feedback"] = said and {"says": said.says.value, "note": said.note, "at_ms": said.at_ms}
        return row


class Selector:
    """Picks what a filter asks for out of entries that come newest first.

    Newest first, since the owner's word stands behind the verdict that it is about: each verdict comes with its last
    word in one pass. Most records that are not asked for are never parsed.
    """

    def __init__(self, wanted: Filter) -> None:
        self._wanted = wanted
        self._latest = LatestFeedback()

    def where(self, seq: int, data: bytes) -> bool:
        """Which records to parse, for `Readable.entries`."""
        return self._latest.of(seq) is not None or _FEEDBACK in data or self._wanted.may_match(data)

    def take(self, entry: Entry) -> View | None:
        """The next entry, where it is asked for."""
        self._latest.add(entry)
        said = self._latest.of(entry.seq)
        return View(entry, said) if self._wanted.matches(entry, said) else None


def select(journal: Readable, wanted: Filter) -> Iterator[View]:
    """The entries that a filter asks for, newest first, each with the word that counts for it."""
    selector = Selector(wanted)
    for entry in journal.entries(newest_first=True, where=selector.where):
        view = selector.take(entry)
        if view is not None:
            yield view


def view_of(journal: Readable, entry: Entry) -> View:
    """One entry, with the word that counts for it."""
    latest = LatestFeedback()
    for later in journal.entries(entry.seq + 1, where=lambda _seq, data: _FEEDBACK in data):
        latest.add(later)
    return View(entry, latest.of(entry.seq))


def local_time(at_ms: int, zone: tzinfo | None = None) -> datetime | None:
    """When, on the clock of `zone` (None: this machine's); None for a time that no calendar has."""
    try:
        moment = datetime.fromtimestamp(at_ms / 1000, zone)
        return moment.astimezone(zone) if zone is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


_FEEDBACK: Final = b'"kind":"feedback"'


def _without_text(body: dict[str, Any]) -> dict[str, Any]:
    """A verdict's body without a word of the message (but its sender)."""
    text = body.get("text")
    if isinstance(text, dict):
        why = text.get("why_not") or _LEFT_OUT
        body["text"] = {**text, "kept": False, "encoding": "utf-8", "data": "", "why_not": why}
    if isinstance(message := body.get("message"), dict):
        body["message"] = {**message, "context": []}
    if isinstance(verdict := body.get("verdict"), dict):
        findings = [_without_quotes(finding) for finding in verdict.get("findings", ())]
        vetoes = [{**veto, "finding": _without_quotes(veto["finding"])} for veto in verdict.get("vetoes", ())]
        body["verdict"] = {**verdict, "findings": findings, "vetoes": vetoes}
    return body


def _without_quotes(finding: dict[str, Any]) -> dict[str, Any]:
    return {**finding, "spans": [{**span, "quote": ""} for span in finding["spans"]]}
