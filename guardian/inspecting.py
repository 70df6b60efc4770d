"""Reads messages and has them judged by model and detectors, up to the policies: the gate's way to an `Inspection`.

Invariants: nothing here says what is to become of a message, and nothing records; what fails leaves a reason in the
coverage; a finding of a rule is never removed by the model, only a named veto sets a finding aside; what was sent
before can raise what is said of a message, never lower it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from guardian.adapt.said import HeadSaid
from guardian.detectors.base import Detector, Evidence
from guardian.detectors.possible import possible_scores
from guardian.finding import Finding
from guardian.inference.base import Encoder, Encoding, EncodingFailure
from guardian.inference.manifest import Manifest
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.reading.base import Reading
from guardian.reading.context import windows_in_context
from guardian.reading.language import is_covered
from guardian.reading.reader import Reader
from guardian.rolling.base import Conversations
from guardian.rolling.together import scores_of
from guardian.senders import Senders
from guardian.verdict import Coverage, Reason, Vetoed
from guardian.vetoes.base import Veto

if TYPE_CHECKING:
    from guardian.adapt.head import PersonalHead


@dataclass(frozen=True, slots=True, repr=False)
class Pending:
    """A message that was read, and is with the model."""

    began_s: float
    """When, on the clock of `time.perf_counter`."""
    message: Message
    reading: Reading
    future: Future[Encoding | EncodingFailure]

    def answer(self) -> Encoding | EncodingFailure:
        """The model's answer, one row a window of the reading; waits for it."""
        answer = self.future.result()
        return answer.in_context(len(self.reading.windows)) if isinstance(answer, Encoding) else answer

    @property
    def elapsed_ms(self) -> float:
        """Since it was begun."""
        return (time.perf_counter() - self.began_s) * 1000


class Inspector:
    """Inspects messages. For one thread."""

    def __init__(
        self,
        *,
        encoder: Encoder,
        manifest: Manifest,
        detectors: Sequence[Detector],
        vetoes: Sequence[Veto],
        reader: Reader,
        senders: Senders,
        clock: Callable[[], datetime],
    ) -> None:
        self._encoder, self._manifest = encoder, manifest
        self._detectors, self._vetoes = tuple(detectors), tuple(vetoes)
        self._reader, self._senders, self._clock = reader, senders, clock

    def begin(self, message: Message, conversations: Conversations) -> Pending:
        """Read and queue one message; it is remembered now, because the next is read before this one is judged."""
        began_s = time.perf_counter()
        reading = self._reader.read(message)
        if not message.draft:
            reading = conversations.with_earlier(message, reading)
        windows = [window.text for window in reading.windows]
        future = self._encoder.submit(windows + windows_in_context(windows, message.context, message.channel))
        return Pending(began_s, message, reading, future)

    def finish(self, pending: Pending, head: PersonalHead | None = None) -> Inspection:
        """What the policies would look at, once the model has answered; `head` is the owner's that speaks."""
        answer = pending.answer()
        evidence = self._evidence(pending.message, pending.reading, answer, head)
        findings, vetoed = self._findings(evidence)
        return Inspection(evidence, findings, vetoed, _coverage(evidence, pending.reading, answer))

    def scores(self, pending: Pending) -> Mapping[str, float]:
        """Every trained output of the model, over all of the message; empty where the model did not judge."""
        answer = pending.answer()
        if not isinstance(answer, Encoding):
            return {}
        return scores_of(self._manifest, pending.reading, answer.logits, pending.message.channel).together

    def _findings(self, evidence: Evidence) -> tuple[tuple[Finding, ...], tuple[Vetoed, ...]]:
        kept, vetoed = [], []
        for detector in self._detectors:
            for finding in detector.detect(evidence):
                objections = ((veto.name, veto.objection(finding, evidence)) for veto in self._vetoes)
                objection = next(((name, say) for name, say in objections if say is not None), None)
                if objection is None:
                    kept.append(finding)
                else:
                    vetoed.append(Vetoed(objection[0], finding, objection[1]))
        return tuple(kept), tuple(vetoed)

    def _evidence(
        self, message: Message, reading: Reading, answer: Encoding | EncodingFailure, head: PersonalHead | None
    ) -> Evidence:
        """What detectors and policies may look at: the model's numbers for windows in a language that it reads."""
        sender = self._senders.facts_of(message, reading)
        if not isinstance(answer, Encoding):
            return Evidence(message, reading, sender=sender, judged_at=self._clock())
        covered = [index for index, window in enumerate(reading.windows) if is_covered(window.text)]
        if len(covered) < len(reading.windows):
            reading = replace(reading, windows=tuple(reading.windows[index] for index in covered))
            answer = answer.take(covered)
        found = scores_of(self._manifest, reading, answer.logits, message.channel)
        said = None
        if head is not None:
            said = HeadSaid(head.version, possible_scores(found.together, message, reading))
            found = scores_of(self._manifest, reading, head.adapted(answer, self._manifest), message.channel)
        scores, alone = (possible_scores(each, message, reading) for each in (found.together, found.alone))
        return Evidence(
            message, reading, scores, answer, judged_at=self._clock(), alone=alone, sender=sender, head=said
        )


def _coverage(evidence: Evidence, reading: Reading, answer: Encoding | EncodingFailure) -> Coverage:
    message, reasons = evidence.message, list(reading.reasons)
    if message.fault:
        reasons.append(Reason("unreadable", message.fault))
    if message.cut:
        reasons.append(Reason("too-large", f"only the first {len(message.raw):,} bytes were read"))
    if isinstance(answer, EncodingFailure):
        reasons.append(Reason(answer.code, answer.say))
    windows = evidence.reading.own_windows if evidence.encoding is not None else 0
    return Coverage(len(message.raw), windows, tuple(reasons))
