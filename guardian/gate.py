"""The gate: the one function that turns a message into a screened message.

Invariants:
- `Screened` can be made only here: its constructor wants this module's seal, it cannot be subclassed, copied with
  changes or unpickled, and every sink takes a `Screened`, never text.
- There is no argument that skips a step. What fails leaves a reason in the verdict's coverage.
- A finding of a rule is never removed by the model; only a named veto sets a finding aside.
- Every verdict on a whole message went to the recorder before anybody sees it; a draft leaves no trace anywhere.
- The rules change between messages only: each message is judged wholly by one set, and its verdict names that set.
- What was sent before can raise what is said of a message, never lower it.
- Messages come out in the order in which they went in.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NoReturn, final

from guardian.calibration.thresholds import fingerprint
from guardian.detectors.base import Detector, Evidence
from guardian.detectors.possible import possible_scores
from guardian.explanation import Explainer
from guardian.finding import Finding, FindingKind
from guardian.inference.base import Encoder, Encoding, EncodingFailure
from guardian.inference.manifest import Manifest
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.decide import decide
from guardian.policy.match import Matcher
from guardian.reading.base import Reading
from guardian.reading.context import windows_in_context
from guardian.reading.language import is_covered
from guardian.reading.reader import Reader
from guardian.recording import Recorder, Seen
from guardian.rolling.base import Conversations, NoConversations
from guardian.rolling.together import scores_of
from guardian.senders import Senders
from guardian.verdict import Coverage, Outcome, PolicyMatch, Reason, Verdict, Vetoed
from guardian.vetoes.base import Veto

LOOKAHEAD = 32
"""Messages that are read and queued while earlier ones are judged, so that the model never waits."""


def local_time() -> datetime:
    """Now, by the owner's clock and in the owner's time zone."""
    return datetime.now().astimezone()


_Pending = tuple[float, Message, Reading, "Future[Encoding | EncodingFailure]"]


class _Seal:
    """What a `Screened` is made with; one object, known to this module alone."""


_SEAL: Final = _Seal()


@final
class Screened:
    """A message with its verdict: the only thing that a sink accepts. Made by `Gate` alone."""

    __slots__ = ("_message", "_verdict")
    _message: Message
    _verdict: Verdict

    def __init__(self, seal: _Seal, message: Message, verdict: Verdict) -> None:
        if seal is not _SEAL:
            raise TypeError("only the gate makes a Screened")
        object.__setattr__(self, "_message", message)
        object.__setattr__(self, "_verdict", verdict)

    @property
    def message(self) -> Message:
        """The message, unchanged."""
        return self._message

    @property
    def verdict(self) -> Verdict:
        """What was said of it."""
        return self._verdict

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Screened does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Screened does not change")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("Screened has no subclasses")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Screened is not copied or pickled: screen the message again")


@dataclass(frozen=True, slots=True, repr=False)
class Rules:
    """What messages are held against: one value, so that nothing of it can change without the rest."""

    matcher: Matcher
    explainer: Explainer
    policy_set: str
    """`sha256:<hex>` of the policies in force."""
    records: Mapping[str, str] = field(default_factory=dict)
    """How the owner judged each policy's last alerts, in words, by policy id."""

    def with_records(self, matches: Sequence[PolicyMatch]) -> tuple[PolicyMatch, ...]:
        """The matches, those that matched with their policy's record."""
        records = self.records
        return tuple(replace(each, record=records.get(each.id, "")) if each.matched else each for each in matches)


class Gate:
    """Screens messages. Built by `guardian.assembly.open_gate`; close it to end the model's cell."""

    def __init__(
        self,
        *,
        encoder: Encoder,
        manifest: Manifest,
        detectors: Sequence[Detector],
        vetoes: Sequence[Veto],
        rules: Rules,
        reader: Reader,
        recorder: Recorder,
        conversations: Conversations | None = None,
        senders: Senders | None = None,
        clock: Callable[[], datetime] = local_time,
    ) -> None:
        """`conversations` is what was sent before, `senders` who wrote; None where nothing is remembered. `clock` gives
        the owner's local time, for the policies that look at certain hours alone, and for mutes."""
        self._encoder = encoder
        self._manifest = manifest
        self._fingerprint = fingerprint(manifest)
        self._detectors = tuple(detectors)
        self._vetoes = tuple(vetoes)
        self._rules = rules
        self._reader = reader
        self._recorder = recorder
        self._conversations = conversations or NoConversations()
        self._senders = senders or Senders(None)
        self._clock = clock

    @property
    def policy_set(self) -> str:
        """Hash of the policies that the next message is judged by."""
        return self._rules.policy_set

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies that the next message is judged by."""
        return self._rules.matcher.policies

    def use(self, rules: Rules) -> None:
        """Judge by these rules from the next message on. May be called from any thread."""
        self._rules = rules

    def screen(self, message: Message) -> Screened:
        """Screen one message. Never raises for what the message holds."""
        return next(self.screen_all((message,)))

    def screen_all(self, messages: Iterable[Message | None]) -> Iterator[Screened]:
        """Screen messages, in order, reading ahead so that the model is kept busy.

        A None among the messages says that no further one is there yet: what is pending is finished first, so that
        whoever sends one message at a time gets its answer before the next.
        """
        pending: deque[_Pending] = deque()
        for message in messages:
            if message is not None:
                pending.append(self._begin(message, self._conversations))
            while len(pending) >= LOOKAHEAD or (message is None and pending):
                yield self._finish(*pending.popleft())
        while pending:
            yield self._finish(*pending.popleft())

    def inspect_all(self, messages: Iterable[Message]) -> Iterator[Inspection]:
        """What the policies would look at, in order: for trying and explaining a policy. Nothing is recorded, and what
        comes out has no verdict, so no sink takes it."""
        pending: deque[_Pending] = deque()
        for message in messages:
            pending.append(self._begin(message, NoConversations()))
            if len(pending) >= LOOKAHEAD:
                yield self._finish_inspection(*pending.popleft())
        while pending:
            yield self._finish_inspection(*pending.popleft())

    def close(self) -> None:
        """End the model's cell, and the reader's, and write down who wrote."""
        self._encoder.close()
        self._reader.close()
        self._senders.close()

    def _begin(self, message: Message, conversations: Conversations) -> _Pending:
        """Read and queue one message; it is remembered now, because the next is read before this one is judged."""
        began = time.perf_counter()
        reading = self._reader.read(message)
        if not message.draft:
            reading = conversations.with_earlier(message, reading)
        windows = [window.text for window in reading.windows]
        return (
            began,
            message,
            reading,
            self._encoder.submit(windows + windows_in_context(windows, message.context, message.channel)),
        )

    def _finish(
        self, began: float, message: Message, reading: Reading, future: Future[Encoding | EncodingFailure]
    ) -> Screened:
        answer, rules = _answer(future, reading), self._rules
        inspected = self._inspect(message, reading, answer)
        evidence, findings, coverage = inspected.evidence, inspected.findings, inspected.coverage
        matches = rules.matcher.match(evidence, findings)
        outcome, action = decide(matches, coverage, judged=inspected.is_judged)
        scores: Mapping[str, float] = {}
        if isinstance(answer, Encoding):
            scores = scores_of(self._manifest, reading, answer.logits, message.channel).together
        explained = rules.explainer.explain(evidence, findings, matches)
        verdict = Verdict(
            id=message.id,
            channel=message.channel.value,
            outcome=outcome,
            action=action,
            risk=_risk(self._manifest.overall(scores), findings),
            scores=scores,
            policies=rules.with_records(matches),
            findings=explained.findings,
            vetoes=inspected.vetoed,
            coverage=coverage,
            model_name=self._manifest.name,
            model_sha256=self._manifest.sha256,
            policy_set=rules.policy_set,
            wall=self._encoder.wall,
            elapsed_ms=(time.perf_counter() - began) * 1000,
            advice=explained.advice,
            together=reading.earlier,
            sender=evidence.sender,
        )
        if message.draft:
            return Screened(_SEAL, message, verdict)
        return Screened(_SEAL, message, replace(verdict, journal=self._keep(message, reading, verdict, evidence)))

    def _keep(
        self, message: Message, reading: Reading, verdict: Verdict, evidence: Evidence
    ) -> Mapping[str, object] | None:
        """Record a verdict, and remember who wrote what. Returns where it is recorded."""
        if verdict.outcome is Outcome.FLAGGED and not all(finding.is_joint for finding in verdict.findings):
            self._conversations.told(message, reading)
        seen = Seen(evidence.scores, _senders(message, reading), self._fingerprint)
        recorded = self._recorder.record(message, verdict, seen)
        self._senders.note(evidence.sender, verdict.outcome, self._clock().date())
        return recorded

    def _finish_inspection(
        self, _began: float, message: Message, reading: Reading, future: Future[Encoding | EncodingFailure]
    ) -> Inspection:
        return self._inspect(message, reading, _answer(future, reading))

    def _inspect(self, message: Message, reading: Reading, answer: Encoding | EncodingFailure) -> Inspection:
        evidence = self._evidence(message, reading, answer)
        findings, vetoed = self._findings(evidence)
        return Inspection(evidence, findings, vetoed, self._coverage(evidence, reading, answer))

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

    def _evidence(self, message: Message, reading: Reading, answer: Encoding | EncodingFailure) -> Evidence:
        """What detectors and policies may look at: the model's numbers for windows in a language that it reads."""
        sender = self._senders.facts_of(message, reading)
        if not isinstance(answer, Encoding):
            return Evidence(message, reading, sender=sender, judged_at=self._clock())
        covered = [index for index, window in enumerate(reading.windows) if is_covered(window.text)]
        if len(covered) < len(reading.windows):
            reading = replace(reading, windows=tuple(reading.windows[index] for index in covered))
            answer = answer.take(covered)
        found = scores_of(self._manifest, reading, answer.logits, message.channel)
        scores, alone = (possible_scores(each, message, reading) for each in (found.together, found.alone))
        return Evidence(message, reading, scores, answer, judged_at=self._clock(), alone=alone, sender=sender)

    def _coverage(self, evidence: Evidence, reading: Reading, answer: Encoding | EncodingFailure) -> Coverage:
        message, reasons = evidence.message, list(reading.reasons)
        if message.fault:
            reasons.append(Reason("unreadable", message.fault))
        if message.cut:
            reasons.append(Reason("too-large", f"only the first {len(message.raw):,} bytes were read"))
        if isinstance(answer, EncodingFailure):
            reasons.append(Reason(answer.code, answer.say))
        windows = evidence.reading.own_windows if evidence.encoding is not None else 0
        return Coverage(len(message.raw), windows, tuple(reasons))


def _answer(future: Future[Encoding | EncodingFailure], reading: Reading) -> Encoding | EncodingFailure:
    """The model's answer, one row a window of the reading."""
    answer = future.result()
    return answer.in_context(len(reading.windows)) if isinstance(answer, Encoding) else answer


def _senders(message: Message, reading: Reading) -> tuple[str, ...]:
    """Whom the message claims to come from: as its source says, and as its own headers say."""
    return tuple(dict.fromkeys(sender for sender in (message.sender, reading.sender) if sender))


def _risk(model: float, findings: Iterable[Finding]) -> float:
    """Risk of one message, 0 to 1: the model's, lifted by the strongest rule finding (noisy or)."""
    rule = max((finding.score for finding in findings if finding.kind is FindingKind.RULE), default=0.0)
    return 1.0 - (1.0 - model) * (1.0 - rule)
