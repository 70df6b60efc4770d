"""An archive as calibration reads it: through the one gate, message by message, and only numbers are kept.

Invariants: what `guardian scan` can read is what is read, in the same order; the second look, under other thresholds,
is at the same bytes as the first or it is an error; ids of messages pass `safe_line`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from guardian.assembly import assembled, open_gate
from guardian.calibration.plan import Plan
from guardian.calibration.record import Recorder, ScoredRecord, digest_of, sent_s
from guardian.calibration.thresholds import Thresholds, fingerprint
from guardian.commands.narration import narrate
from guardian.commands.progress import ProgressBar
from guardian.errors import InputError, UsageError
from guardian.events import ignore
from guardian.inference.manifest import Manifest
from guardian.message import Channel, Message
from guardian.policy.base import Policy
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sources.files import list_files, open_regular_file, read_files
from guardian.sources.ndjson import read_ndjson
from guardian.verdict import Outcome

MOST_MESSAGES = 50_000
"""Messages of an archive that are read, first ones first."""
MOST_SHOWN = 20
"""Messages that are listed in words; --json lists all."""
_DATES_SOUGHT = 500
"""Messages among which one must have a date, where no days were given."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Files and folders, or files of NDJSON, that can be read more than once."""

    paths: Sequence[Path]
    is_ndjson: bool
    channel: Channel | None
    """Who speaks, where the owner said so."""
    max_bytes: int
    """Bytes of one message that are read."""

    def messages(self) -> Iterator[Message]:
        """The messages, at most `MOST_MESSAGES`. Raises InputError."""
        return islice(self._ndjson() if self.is_ndjson else self._files(), MOST_MESSAGES)

    def count(self) -> int | None:
        """How many messages there are, where that is known before they are read."""
        return None if self.is_ndjson else min(len(list_files(list(self.paths))), MOST_MESSAGES)

    def has_dates(self) -> bool:
        """Whether any of the first messages says when it was sent."""
        return any(sent_s(message) is not None for message in islice(self.messages(), _DATES_SOUGHT))

    def _files(self) -> Iterator[Message]:
        return read_files(list_files(list(self.paths)), channel=self.channel, max_bytes=self.max_bytes)

    def _ndjson(self) -> Iterator[Message]:
        for path in self.paths:
            if str(path) == "-":
                raise UsageError("an archive is read twice, so it cannot be standard input", hint="name a file")
            try:
                stream = open_regular_file(path)
            except InputError as error:
                raise InputError(f"cannot read {path}: {error.what}") from error
            with stream:
                yield from read_ndjson(stream, channel=self.channel or Channel.INCOMING, source=str(path))


@dataclass(frozen=True, slots=True)
class Change:
    """A message of the archive whose outcome would be another one."""

    id: str
    channel: Channel
    before: Outcome
    after: Outcome


def screen_archive(
    archive: Archive, settings: Settings, manifest: Manifest, policies: Sequence[Policy]
) -> Iterator[ScoredRecord]:
    """The record of each message, under the thresholds in force."""
    key = bytes.fromhex(fingerprint(manifest))
    with (
        assembled(settings, narrate(verbose=False)) as parts,
        ProgressBar(archive.count(), sys.stderr) as bar,
    ):
        recorder = Recorder(manifest.labels, policies, parts.reader, key)
        for place, screened in enumerate(parts.gate.screen_all(archive.messages())):
            yield recorder.record(screened, place)
            bar.advance()


def changes(
    archive: Archive, settings: Settings, records: Sequence[ScoredRecord], thresholds: Thresholds
) -> Iterator[Change]:
    """The messages of `records` whose outcome would be another one under `thresholds`, in order.

    Raises InputError where the archive is no longer what it was.
    """
    wanted = {record.place for record in records}
    if not wanted:
        return
    chosen = (message for place, message in enumerate(archive.messages()) if place in wanted)
    with open_gate(settings, ignore, thresholds=thresholds) as gate:
        seen = 0
        for record, screened in zip(records, gate.screen_all(chosen), strict=False):
            if digest_of(screened.message) != record.digest:
                raise _changed()
            seen += 1
            if screened.verdict.outcome is not record.outcome:
                yield Change(record.id, record.channel, record.outcome, screened.verdict.outcome)
    if seen < len(records):
        raise _changed()


def archive_words(plan: Plan, changed: Sequence[Change]) -> Iterator[str]:
    """What becomes of the archive's messages."""
    yield f"flagged in this archive: {plan.flagged:,} now, {_flagged_then(plan, changed):,} then"
    for change in changed[:MOST_SHOWN]:
        yield f"  {safe_line(change.id, 60)}: {change.before.value} -> {change.after.value}"
    if len(changed) > MOST_SHOWN:
        yield f"  and {len(changed) - MOST_SHOWN:,} more (--json lists them all)"


def archive_json(plan: Plan, changed: Sequence[Change]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "source": "archive",
        "flagged": {"now": plan.flagged, "then": _flagged_then(plan, changed)},
        "changes": [
            {"id": c.id, "channel": c.channel.value, "from": c.before.value, "to": c.after.value} for c in changed
        ],
    }


def _flagged_then(plan: Plan, changed: Sequence[Change]) -> int:
    gained = sum(change.after is Outcome.FLAGGED for change in changed)
    return plan.flagged + gained - sum(change.before is Outcome.FLAGGED for change in changed)


def _changed() -> InputError:
    return InputError("the archive changed while it was being read", hint="run it again")
