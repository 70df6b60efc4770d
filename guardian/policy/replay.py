"""What was judged before, as samples that any policy can be tried on again: nothing is screened a second time.

A recorded verdict keeps the model's scores and the rules' findings, so tactics can be tried; where it kept the text,
patterns can be tried too, and examples once the text's rows are there (`replay_rows`). The reference bank keeps numbers
and no texts: patterns and rules can't be told of its messages, nor whether there is a link, so the model's score for
links counts there as if there were.

Invariants: pure; what can't be told of a stored message is left out of its sample and never guessed; a verdict of
another model, or of this one under another calibration of its scores, is not a sample.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import numpy as np

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import fingerprint
from guardian.detectors.base import Evidence
from guardian.finding import Finding, FindingKind
from guardian.inference.base import Encoding, Floats
from guardian.inference.manifest import Manifest
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.verdict_record import text_of
from guardian.message import Channel, Format, Message
from guardian.policy.base import Policy
from guardian.policy.effects.sample import Sample
from guardian.reading.base import Reading, View
from guardian.tactics import group_of

_ASSISTANT: Final = "ai_to_human"
_OF_POLICIES: Final = "policy"
"""The detector under whose name the gate lists what policies' own examples and patterns found."""
_NOT_KEPT: Final = ("(not kept)",)
_ODD: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
"""What reading a body of another shape raises."""


class Left(StrEnum):
    """Why a recorded verdict is no sample."""

    OTHER_MODEL = "other_model"
    """Another model spoke, or the same one with another calibration."""
    NOT_JUDGED = "not_judged"
    """The model did not judge the message."""
    UNREADABLE = "unreadable"
    """It does not open, or holds something else than it should."""


@dataclass(frozen=True, slots=True, repr=False)
class Stored:
    """One recorded message."""

    seq: int
    leaf: bytes
    """(32,): its hash in the journal's tree."""
    at_ms: int
    sample: Sample
    """With scores, rules' findings, senders and time; without its text and the text's rows."""
    message: Message | None
    """The message where its text was kept."""

    def with_text(self, views: tuple[View, ...] | None, rows: Floats | None) -> Sample:
        """The sample with what is known of its text: its views (None: not wanted) and its (windows, size) rows."""
        evidence = self.sample.evidence
        if views is not None:
            evidence = replace(evidence, reading=replace(evidence.reading, views=views))
        if rows is not None:
            nothing = np.zeros(len(rows), dtype=np.int32)
            encoding = Encoding(np.zeros((len(rows), 0), dtype=np.float32), rows, nothing, nothing, 0.0)
            evidence = replace(evidence, encoding=encoding)
        return replace(self.sample, evidence=evidence)


class StoredReader:
    """Makes samples of recorded verdicts."""

    def __init__(self, manifest: Manifest) -> None:
        self._sha256, self._fingerprint = manifest.sha256, fingerprint(manifest)

    def read(self, entry: Entry) -> Stored | Left | None:
        """The sample of a verdict, or why there is none; None for what is no verdict."""
        record = entry.record
        if not isinstance(record, Record) or record.kind is not Kind.VERDICT:
            return None
        try:
            stream = record.body["stream"]
            if record.spoke.model_sha256 != self._sha256 or stream.get("fingerprint") != self._fingerprint:
                return Left.OTHER_MODEL
            if not stream["scores"]:
                return Left.NOT_JUDGED
            return _stored(entry, record, stream)
        except _ODD:
            return Left.UNREADABLE


def untold_roads(policy: Policy, sample: Sample) -> bool:
    """Whether the policy might match a sample by what is not known of it: its text, or the text's rows."""
    by_text = bool(policy.match.patterns) and not sample.evidence.reading.views
    by_rows = any(example.flag for example in policy.examples) and sample.evidence.encoding is None
    return by_text or by_rows


def bank_samples(bank: ReferenceBank, manifest: Manifest, channels: Collection[Channel]) -> Iterator[Sample]:
    """The bank's messages of some channels, in its order within each kind of message."""
    nothing = np.zeros(1, dtype=np.int32)
    for stratum, members in bank.strata():
        if stratum.channel not in channels:
            continue
        message = Message(b"", channel=stratum.channel)
        possible = [stratum.channel is Channel.AI_OUTPUT or group_of(label) != _ASSISTANT for label in manifest.labels]
        rows = np.flatnonzero(members)
        scored = np.where(possible, manifest.window_scores(bank.logits[rows], stratum), 0.0)
        for row, columns in zip(rows.tolist(), scored.tolist(), strict=True):
            encoding = Encoding(bank.logits[row][None], bank.embeddings[row][None], nothing, nothing, 0.0)
            scores = dict(zip(manifest.labels, columns, strict=True))
            yield Sample(f"ordinary message {row + 1:,}", Evidence(message, Reading((), ()), scores, encoding))


def _stored(entry: Entry, record: Record, stream: Mapping[str, Any]) -> Stored:
    facts, raw = record.body["message"], text_of(record)
    senders = [*map(str, stream["senders"]), None, None]
    has_turns = record.body["text"]["context_sha256"] is not None
    context = tuple(map(str, facts["context"])) or (_NOT_KEPT if has_turns else ())
    message = Message(
        raw or b"",
        channel=Channel(facts["channel"]),
        id=str(facts["id"]),
        sender=senders[0],
        source=str(facts["source"]),
        format=Format(facts["format"]),
        context=context,
    )
    evidence = Evidence(
        message,
        Reading((), (), sender=senders[1], size_bytes=int(record.body["text"]["bytes"])),
        {str(label): float(score) for label, score in stream["scores"].items()},
        judged_at=datetime.fromtimestamp(record.at_ms / 1000).astimezone(),
    )
    findings = tuple(
        Finding(str(row["detector"]), str(row["tactic"]), float(row["score"]), "", (), FindingKind.RULE)
        for row in record.body["verdict"]["findings"]
        if row["kind"] == FindingKind.RULE and row["detector"] != _OF_POLICIES
    )
    sample = Sample(f"record {entry.seq}", evidence, findings)
    return Stored(entry.seq, entry.leaf, record.at_ms, sample, message if raw is not None else None)
