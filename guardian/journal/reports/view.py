"""One entry as its owner sees it: the record, what was said of it later, and what can be said of it in short.

Invariants: what a record holds of a message is untrusted until it has passed `safe_text` or `safe_line`; the lines of
`guardian.journal.reports.view_lines` have, this value has not. `repr` shows no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol

from guardian.journal.feedback import Feedback
from guardian.journal.filters.matching import Filter
from guardian.journal.marks import Mark
from guardian.journal.opinion import LateOpinion, as_it_counts, opinions_without_quotes
from guardian.journal.owner_words import LatestWords, Said, may_be_word
from guardian.journal.record import Entry, Erased, Kind, Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.verdict import Verdict

JSON_VERSION: Final = 1
_LEFT_OUT: Final = "left out here, as asked"


Where = Callable[[int, bytes], bool]
"""Of a record's number and canonical JSON: whether it is worth parsing, which costs more than opening it. It may be
asked in any order, and in another process: what depends on entries that came before is `Also`'s to say."""
Also = Callable[[int], bool]
"""Of a number, asked when its turn comes: whether that record is to be parsed whatever its bytes say."""


def none_besides(_seq: int) -> bool:
    """The `Also` that asks for none."""
    return False


class Readable(Protocol):
    """What this module needs of a journal (`guardian.journal.scan.Scan`)."""

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        newest_first: bool = False,
        where: Where | None = None,
        also: Also = none_besides,
    ) -> Iterator[Entry]:
        """The entries, one by one; those of whose bytes `where` says False, and of whose number `also` does, are left
        out, unparsed."""


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """One entry, with the words that count for it: the owner's, and the judge's where they came late."""

    entry: Entry
    feedback: Feedback | None = None
    """None where the owner said nothing, took it back, or the entry is no verdict."""
    mark: Mark | None = None
    """None where there is neither a mark nor a note with it, or the entry is no verdict."""
    opinion: LateOpinion | None = None
    """What the judge said of it late; None where it did not, or the entry is no verdict."""

    @classmethod
    def of(cls, entry: Entry, said: Said) -> View:
        """The view of an entry with what counts for it."""
        return cls(entry, said.feedback, said.mark, said.opinion)

    @property
    def said(self) -> Said:
        """What is said of it, together."""
        return Said(self.feedback, self.mark, self.opinion)

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
        """The verdict as it counts: as it was given, or as the judge's late word has it. None where the entry holds
        none that can be read."""
        if self.record is None or self.record.kind is not Kind.VERDICT:
            return None
        try:
            return past_verdict(as_it_counts(self.record, self.opinion))
        except ValueError:
            return None

    def without_text(self) -> View:
        """The same without a word of the message; its sender, hash and length stay, and so does the owner's note."""
        if self.record is None or self.record.kind not in (Kind.VERDICT, Kind.OPINION):
            return self
        strip = _without_text if self.record.kind is Kind.VERDICT else _opinion_without_text
        record = replace(self.record, body=strip(self.record.body))
        opinion = self.opinion.without_quotes() if self.opinion is not None else None
        return View(replace(self.entry, record=record), self.feedback, self.mark, opinion)

    def to_json(self) -> dict[str, Any]:
        """The whole entry as JSON values."""
        row: dict[str, Any] = {"v": JSON_VERSION, "seq": self.seq, "leaf": self.entry.leaf.hex(), "kind": self.kind}
        record = self.record
        if record is None:
            return {**row, "why": self.why_not}
        row |= {"at_ms": record.at_ms, "late": record.late, "spoke": record.spoke.to_json(), "body": dict(record.body)}
        if record.kind is Kind.VERDICT:
            said, mark = self.feedback, self.mark
            row["feedback"] = said and {"says": said.says.value, "note": said.note, "at_ms": said.at_ms}
            row["mark"] = mark and {"mark": mark.mark.value, "note": mark.note, "at_ms": mark.at_ms}
            row["opinion"] = self.opinion and self.opinion.to_json()
        return row


class Selector:
    """Picks what a filter asks for out of entries that come newest first, each with the words that count for it.

    Newest first, since the owner's word stands behind the verdict that it is about: so one pass is enough. Most
    records that are not asked for are never parsed.
    """

    def __init__(self, wanted: Filter, latest: LatestWords | None = None) -> None:
        """`latest` holds every word already, where the entries come in another order."""
        self._wanted = wanted
        self._latest = latest or LatestWords()

    def where(self, seq: int, data: bytes) -> bool:
        """Which records to parse, for `Readable.entries`."""
        return may_be_word(data) or self._wanted.may_match(data)

    def also(self, seq: int) -> bool:
        """The verdicts of which something was said later: that may be what is asked for."""
        return not self._latest.of(seq).is_nothing

    def take(self, entry: Entry) -> View | None:
        """The next entry, where it is asked for."""
        self._latest.add(entry)
        said = self._latest.of(entry.seq)
        return View.of(entry, said) if self._wanted.matches(entry, said) else None


def select(journal: Readable, wanted: Filter, *, newest_first: bool = True) -> Iterator[View]:
    """The entries that a filter asks for, each with the words that count for it. Oldest first takes a second pass."""
    selector = Selector(wanted, None if newest_first else _words_in(journal))
    for entry in journal.entries(newest_first=newest_first, where=selector.where, also=selector.also):
        view = selector.take(entry)
        if view is not None:
            yield view


def view_of(journal: Readable, entry: Entry) -> View:
    """One entry, with the words that count for it."""
    return View.of(entry, _words_in(journal, entry.seq + 1).of(entry.seq))


def local_time(at_ms: int, zone: tzinfo | None = None) -> datetime | None:
    """When, on the clock of `zone` (None: this machine's); None for a time that no calendar has."""
    try:
        moment = datetime.fromtimestamp(at_ms / 1000, zone)
        return moment.astimezone(zone) if zone is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _words_in(journal: Readable, start: int = 0) -> LatestWords:
    latest = LatestWords()
    for entry in journal.entries(start, where=lambda _seq, data: may_be_word(data)):
        latest.add(entry)
    return latest


def _without_text(body: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict's body without a word of the message (but its sender). Of an odd body nothing is left."""
    try:
        text, message, verdict = body["text"], body["message"], body["verdict"]
        why = text["why_not"] or _LEFT_OUT
        findings = [_without_quotes(finding) for finding in verdict["findings"]]
        vetoes = [{**veto, "finding": _without_quotes(veto["finding"])} for veto in verdict["vetoes"]]
        judge = verdict.get("judge")
        said = {"judge": _opinion_without_text(judge)} if judge is not None else {}
        return {
            "message": {**message, "context": []},
            "text": {**text, "kept": False, "encoding": "utf-8", "data": "", "why_not": why},
            "verdict": {**verdict, "findings": findings, "vetoes": vetoes, **said},
            "stream": body["stream"],
        }
    except (KeyError, TypeError):
        return {}


def _opinion_without_text(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "opinions": opinions_without_quotes(said.get("opinions"))}


def _without_quotes(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {**finding, "spans": [{**span, "quote": ""} for span in finding["spans"]]}
