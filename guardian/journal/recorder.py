"""Records verdicts as the gate gives them: the one writer of verdicts to the journal.

Invariants: never raises; what can't go into the journal waits sealed on disk, what can't even do that waits in memory
and is tried again with every next verdict and at the end, and the owner is told each time. A clean message costs one
small transaction and no key, unless its owner wants more kept of it. A delivery that has a name (`Message.once`) is
kept one time; only where it was counted as clean and is none any more is it recorded besides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from guardian import __version__
from guardian.errors import JournalDamagedError, JournalError, JournalIoError, PolicyError
from guardian.events import CaughtUp, JournalNotice, NotJournaled, Observer, PolicyProblem, ignore
from guardian.journal.again import placed_once, remember, seen_at
from guardian.journal.backlog import Backlog, Counted
from guardian.journal.counts import add_count, seal_counts
from guardian.journal.in_words import error_in_words
from guardian.journal.journal import Journal, JournalState
from guardian.journal.keeping import kept_record
from guardian.journal.keys import Ask
from guardian.journal.ledger import Placed
from guardian.journal.once import note_kept, once_of
from guardian.journal.opening import note_folder, now_ms, open_or_begin
from guardian.journal.opinion import opinion_record, says_less, with_quotes_of
from guardian.journal.places.passphrase import nobody_to_ask
from guardian.journal.record import Kind, Record, Spoke
from guardian.journal.retention import keep_to
from guardian.journal.seal import derived
from guardian.journal.secret import Secret
from guardian.journal.spoke import last_spoke
from guardian.journal.verdict_record import text_of
from guardian.message import Message
from guardian.policy.life.standing import record_amendments
from guardian.recording import Recorder, Seen
from guardian.settings import Settings
from guardian.verdict import Outcome, Verdict

RETRY_S: Final = 30.0
"""After the key was not to be had, it is asked for again no sooner: a locked keyring may take seconds to say so."""


@contextmanager
def open_recorder(settings: Settings, observer: Observer = ignore, *, ask: Ask = nobody_to_ask) -> Iterator[Recorder]:
    """A recorder; the journal is opened with the first message that is recorded, and closed with the context."""
    recorder = JournalRecorder(settings, observer, ask=ask)
    try:
        yield recorder
    finally:
        recorder.close()


class JournalRecorder:
    """Keeps verdicts in the owner's journal."""

    def __init__(self, settings: Settings, observer: Observer, *, ask: Ask = nobody_to_ask) -> None:
        self._settings, self._observer, self._ask = settings, observer, ask
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._spoke: Spoke | None = None
        self._ready_on = ""
        self._backlog = Backlog()
        self._locked: tuple[float, JournalError] | None = None

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """See `guardian.recording.Recorder`."""
        at_ms = now_ms()
        once = once_of(message.once)
        try:
            with self._lock:
                if verdict.outcome is Outcome.CLEAN and self._settings.journal.clean == "counts":
                    day = datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
                    return self._count(Counted(day, verdict.channel, verdict.outcome.value, once))
                return self._keep(kept_record(message, verdict, seen, at_ms, self._settings.journal), once)
        except Exception as error:  # a defect of the journal must not keep a verdict from its owner
            return self._not_journaled(error_in_words(error), "nothing of it can be kept")

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """See `guardian.recording.Recorder`. What was only counted, or is not in the journal yet, becomes a verdict's
        record of its own where its outcome is another one now."""
        seq = (before.journal or {}).get("seq")
        if seq is None and now.outcome is before.outcome:
            return before.journal
        if seq is None:  # what waits already under the delivery's name must not keep this from the journal
            return self.record(replace(message, once=b"") if before.journal else message, now, seen)
        try:
            with self._lock:
                self._keep_opinion(int(seq), before, now)
        except Exception as error:  # a defect of the journal must not end the judge's thread
            self._not_journaled(error_in_words(error), "nothing of it can be kept")
        return before.journal

    def sealing_key(self, purpose: bytes) -> Secret | None:
        """A key derived from the journal's for one purpose; None while that is not to be had."""
        try:
            with self._lock:
                keys = self._ready().keys
                return derived(keys.master, keys.header.journal_id, purpose)
        except Exception:  # what would be sealed under it is then kept in memory alone
            return None

    def lasting_key(self, purpose: bytes) -> Secret | None:
        """The same, made from the journal's identity: it stays when the master key is renewed."""
        try:
            with self._lock:
                keys = self._ready().keys
                return derived(keys.seed, keys.header.journal_id, purpose)
        except Exception:
            return None

    def close(self) -> None:
        """Try for the last time what is still in memory, and let the journal go."""
        with self._lock:
            if self._backlog:
                self._last_try()
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    # One verdict

    def _count(self, counted: Counted) -> Mapping[str, Any] | None:
        self._backlog.hold_count(counted)
        try:
            self._write_counts(self._opened())
        except Exception as error:
            return self._not_journaled(error_in_words(error))
        return None

    def _keep(self, record: Record, once: bytes) -> Mapping[str, Any]:
        try:
            journal = self._ready()
            self._catch_up(journal)
            placed = placed_once(journal, once, record) or self._seen_at(journal, record, once)
            placed = placed or self._append(journal, record, once)
            return {"seq": placed.seq, "leaf": placed.leaf.hex()}
        except Exception as error:  # whatever it was, the record is not lost
            return self._wait(record, once, error_in_words(error))

    def _keep_opinion(self, of: int, before: Verdict, now: Verdict) -> None:
        record = opinion_record(of, before, now, at_ms=now_ms(), program=__version__)
        try:
            journal = self._ready()
            self._catch_up(journal)
            first = journal.entry(of).record
            # What was forgotten meanwhile is not spoken of again, and what says more of the same delivery stands.
            if isinstance(first, Record) and not says_less(now, first, before):
                journal.append(with_quotes_of(now, record) if text_of(first) is not None else record)
        except Exception as error:
            self._wait(record, b"", error_in_words(error))

    def _seen_at(self, journal: Journal, record: Record, once: bytes) -> Placed | None:
        placed = seen_at(journal, record)
        if placed is not None and once:
            with journal.store.transaction():
                note_kept(journal.store, once, placed.seq, record.at_ms)
        return placed

    def _append(self, journal: Journal, record: Record, once: bytes) -> Placed:
        if self._spoke is not None and self._spoke.policy_set != record.spoke.policy_set:
            self._record_amendments(journal)
        records = [*self._changes(record), record]

        def note(first: int) -> None:
            remember(journal, record, first + len(records) - 1)
            note_kept(journal.store, once, first + len(records) - 1, record.at_ms)

        placed = journal.append_all([(each, b"") for each in records], note)
        self._spoke = record.spoke
        return placed[-1]

    def _catch_up(self, journal: Journal) -> None:
        """Put in what is still in memory."""
        if waiting := self._backlog.records:
            count = len(waiting)

            def note(first: int) -> None:
                for seq, (each, once) in enumerate(waiting, first):
                    note_kept(journal.store, once, seq, each.at_ms)

            journal.append_all([(each, b"") for each, _ in waiting], note)
            waiting.clear()
            self._observer(CaughtUp(count))

    def _wait(self, record: Record, once: bytes, error: JournalError) -> Mapping[str, Any]:
        """Keep a record outside the journal: sealed on disk where that can be, else in memory."""
        try:
            if self._journal is None:
                raise error
            self._journal.keep_waiting(record, once)
        except Exception:
            self._backlog.hold(record, once)
            return self._not_journaled(error)
        self._observer(NotJournaled(f"not journaled yet: {error.line()}; it waits, sealed", is_kept=True))
        return {"seq": None, "leaf": None, "problem": error.what, "waiting": True}

    def _not_journaled(self, error: JournalError, then: str = "it will be tried again") -> Mapping[str, Any]:
        self._observer(NotJournaled(f"not journaled: {error.line()}; {then}", is_kept=False))
        return {"seq": None, "leaf": None, "problem": error.what, "waiting": False}

    # The journal

    def _opened(self) -> Journal:
        if self._journal is None:
            self._journal = open_or_begin(self._settings, self._observer, ask=self._ask)
        return self._journal

    def _ready(self) -> Journal:
        """The journal, unlocked, with what waited brought in and everything done that is due."""
        journal = self._opened()
        if journal.state is not JournalState.OPEN:
            self._unlock(journal)
        if journal.waiting:
            self._observer(CaughtUp(journal.merge_waiting()))
        today = datetime.now(UTC).date().isoformat()
        if self._ready_on != today:
            self._spoke = last_spoke(journal)
            seal_counts(journal, today, now_ms())
            with suppress(JournalError):  # a note that fails costs no verdict
                note_folder(journal, self._settings.paths)
            self._forget_old(journal)
            self._record_amendments(journal)
            self._ready_on = today
        if self._backlog.counts:
            self._write_counts(journal)
        if dropped := self._backlog.dropped:
            why = f"{dropped} verdicts could not be recorded: the journal could not be written for too long"
            journal.append(Record(Kind.GAP, now_ms(), {"why": why, "records": dropped}))
            self._backlog.dropped = 0
        return journal

    def _forget_old(self, journal: Journal) -> None:
        try:
            keep_to(journal, self._settings.journal.keep_days, now_ms())
        except JournalDamagedError as error:  # of a record that is damaged no other one is to suffer
            self._observer(JournalNotice(f"nothing was forgotten for its age: {error.line()}"))

    def _unlock(self, journal: Journal) -> None:
        if self._locked is not None and time.monotonic() < self._locked[0]:
            raise self._locked[1]
        try:
            journal.unlock()
        except JournalIoError:  # a disk says so at once, and may work with the next message
            raise
        except JournalError as error:
            self._locked = time.monotonic() + RETRY_S, error
            raise

    def _write_counts(self, journal: Journal) -> None:
        while waiting := self._backlog.counts:
            key, each = next(reversed(waiting.items()))
            add_count(journal.store, journal.id, each.day, each.channel, each.outcome, each.n, each.once)
            del waiting[key]

    def _record_amendments(self, journal: Journal) -> None:
        try:
            record_amendments(self._settings, journal)
        except PolicyError as error:  # they stand in the state file, and are tried again
            self._observer(PolicyProblem(error.line()))

    def _changes(self, record: Record) -> Iterator[Record]:
        """What is recorded because another model speaks from here on."""
        before, now = self._spoke, record.spoke
        if before is None:
            return
        if before.model_sha256 != now.model_sha256:
            models = [{"name": each.model_name, "sha256": each.model_sha256} for each in (before, now)]
            yield Record(Kind.MODEL, record.at_ms, {"before": models[0], "after": models[1]}, now)

    def _last_try(self) -> None:
        self._locked = None
        try:
            self._catch_up(self._ready())
        except Exception as error:
            self._keep_the_rest(error_in_words(error))
            self._say_what_is_lost(error_in_words(error))

    def _keep_the_rest(self, error: JournalError) -> None:
        """What memory held goes to disk without the key: records sealed, counts as they are. What can't go stays."""
        waiting = self._backlog.records
        before = len(waiting)
        with suppress(Exception):
            while waiting:
                self._opened().keep_waiting(*waiting[0])
                waiting.pop(0)
        with suppress(Exception):
            self._write_counts(self._opened())
        if kept := before - len(waiting):
            self._observer(
                NotJournaled(f"{kept} verdicts are not journaled yet: {error.line()}; they wait, sealed", is_kept=True)
            )

    def _say_what_is_lost(self, error: JournalError) -> None:
        verdicts, counts = len(self._backlog.records) + self._backlog.dropped, self._backlog.messages_counted
        if verdicts:
            words = f"not in the journal, of this run: {verdicts} of its verdicts; {error.line()}"
            self._observer(NotJournaled(words, is_kept=False))
        if counts:
            words = f"not counted, of this run: {counts} of its clean messages; {error.line()}"
            self._observer(NotJournaled(words, is_kept=False))
