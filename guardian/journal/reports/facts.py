"""What can be asked of one place of the journal, as a filter sees it.

Invariants: None means "does not apply, or is not known" (a seal has no sender, a forgotten record no outcome); a
record with an odd body has no facts, and never raises; nothing is computed before it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Protocol

from guardian.journal.marks import Marked
from guardian.journal.opinion import as_it_counts
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.reports.words import folded, haystack
from guardian.journal.verdict_record import matched_policies, tactics_of, text_of
from guardian.tactics import group_of, is_known

_ODD = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a body of another shape raises."""


class Facts(Protocol):
    """What may be known."""

    @property
    def seq(self) -> int | None:
        """Its number in the journal."""

    @property
    def kind(self) -> Kind | None:
        """What the record is about."""

    @property
    def at_ms(self) -> int | None:
        """When it happened, in milliseconds since 1970."""

    @property
    def outcome(self) -> str | None:
        """A verdict's outcome."""

    @property
    def channel(self) -> str | None:
        """Who spoke in the message."""

    @property
    def policies(self) -> Collection[str] | None:
        """Ids of the policies that matched."""

    @property
    def tactics(self) -> Collection[str] | None:
        """Ids of the tactics by which policies matched, and of their groups."""

    @property
    def senders(self) -> Collection[str] | None:
        """Who sent the message, and every address that it claims, folded."""

    @property
    def says(self) -> str | None:
        """The owner's word on a verdict; `none` where there is none."""

    @property
    def mark(self) -> str | None:
        """The owner's mark on a verdict: kept, done; `none` where there is none."""

    @property
    def words(self) -> str | None:
        """Text, earlier turns, quotes, the owner's notes; of what is no verdict, every word of it: a `haystack`."""


class EntryFacts:
    """The facts of one entry."""

    def __init__(self, entry: Entry, said: Said = NOTHING_SAID) -> None:
        """`said` is what counts of what was said of this entry later, where it is a verdict."""
        self.seq: Final[int | None] = entry.seq
        record = entry.record if isinstance(entry.record, Record) else None
        self._record = as_it_counts(record, said.opinion) if record is not None else None
        self._said = said

    @property
    def kind(self) -> Kind | None:
        """See `Facts`."""
        return self._record.kind if self._record is not None else None

    @property
    def at_ms(self) -> int | None:
        """See `Facts`."""
        return self._record.at_ms if self._record is not None else None

    @cached_property
    def outcome(self) -> str | None:
        """See `Facts`."""
        return self._of_verdict("verdict", "outcome")

    @cached_property
    def channel(self) -> str | None:
        """See `Facts`."""
        return self._of_verdict("message", "channel")

    @cached_property
    def policies(self) -> Collection[str] | None:
        """See `Facts`."""
        try:
            return matched_policies(self._record) if self._is_verdict else None  # type: ignore[arg-type]
        except _ODD:
            return None

    @cached_property
    def tactics(self) -> Collection[str] | None:
        """See `Facts`."""
        try:
            ids = tactics_of(self._record) if self._is_verdict else None  # type: ignore[arg-type]
        except _ODD:
            return None
        return None if ids is None else {*ids, *(group_of(each) for each in ids if is_known(each))}

    @cached_property
    def senders(self) -> Collection[str] | None:
        """See `Facts`."""
        return list(map(folded, senders_of(self._record))) if self._is_verdict and self._record else None

    @property
    def says(self) -> str | None:
        """See `Facts`."""
        if not self._is_verdict:
            return None
        return self._said.feedback.says.value if self._said.feedback is not None else "none"

    @property
    def mark(self) -> str | None:
        """See `Facts`."""
        if not self._is_verdict:
            return None
        return (self._said.mark.mark if self._said.mark is not None else Marked.NONE).value

    @cached_property
    def words(self) -> str | None:
        """See `Facts`."""
        return None if self._record is None else haystack(searched_texts(self._record, self._said.notes))

    @property
    def _is_verdict(self) -> bool:
        return self._record is not None and self._record.kind is Kind.VERDICT

    @property
    def _body(self) -> Mapping[str, Any] | None:
        return self._record.body if self._record is not None else None

    def _of_verdict(self, part: str, name: str) -> str | None:
        try:
            return str(self._body[part][name]) if self._is_verdict else None  # type: ignore[index]
        except _ODD:
            return None


def searched_texts(record: Record, notes: Sequence[str] = ()) -> list[str]:
    """Every text of a record that words are looked for in, but its sender; `notes` are the owner's on it. A mail is
    searched as it was sent: words that it holds in base64 or quoted-printable are found in the quotes alone."""
    if record.kind in (Kind.FEEDBACK, Kind.MARK):
        return [str(record.body.get("note", ""))]
    if record.kind is not Kind.VERDICT:
        return list(_strings(record.body))
    try:
        raw = text_of(record)
        text = raw.decode("utf-8", "replace") if raw is not None else ""
        context = [str(turn) for turn in record.body["message"]["context"]]
        return [text, *context, *quotes_of(record), *notes]
    except _ODD:
        return list(notes)


def senders_of(record: Record) -> list[str]:
    """The sender of a verdict's message, and every address that the message claims; of what is no verdict, none."""
    try:
        claimed = map(str, record.body["stream"].get("senders", ())) if record.kind is Kind.VERDICT else ()
        return [sender for sender in dict.fromkeys([sender_of(record), *claimed]) if sender]
    except _ODD:
        return [sender_of(record)]


def sender_of(record: Record) -> str:
    """The sender that a verdict's message named; empty where there is none."""
    try:
        return str(record.body["message"]["sender"] or "")
    except _ODD:
        return ""


def quotes_of(record: Record) -> list[str]:
    """The words that carried a verdict's findings, each once. Raises KeyError or TypeError for an odd body."""
    findings = record.body["verdict"]["findings"]
    return list(dict.fromkeys(str(span["quote"]) for finding in findings for span in finding["spans"]))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
