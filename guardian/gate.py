"""The gate: the one function that turns a message into a screened message.

Invariants:
- `Screened` can be made only here: its constructor wants this module's seal, it cannot be subclassed, copied with
  changes or unpickled, and every sink takes a `Screened`, never text.
- There is no argument that skips a step. What fails leaves a reason in the verdict's coverage.
- A finding of a rule is never removed by the model; only a named veto sets a finding aside.
- The owner's judge, where there is one, is asked between the matches and the outcome, and may raise (`judge.weighing`);
  no message waits for it longer than its owner allows, and what it says late comes as a verdict of its own.
- Every verdict on a whole message went to the recorder before anybody sees it; a draft leaves no trace anywhere.
- The rules change between messages only: each message is judged wholly by one set, and its verdict names that set.
- What was sent before can raise what is said of a message, never lower it.
- Messages come out in the order in which they went in.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, NoReturn, final

from guardian.adapt.heads import Heads, NoHead
from guardian.calibration.thresholds import fingerprint
from guardian.detectors.base import Detector
from guardian.finding import Finding, FindingKind
from guardian.hearing import Hearing, SecondOpinions, Weighed
from guardian.inference.base import Encoder
from guardian.inference.manifest import Manifest
from guardian.inspecting import Inspector, Pending
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.decide import decide
from guardian.reading.base import Reading
from guardian.reading.reader import Reader
from guardian.recording import Recorder, Seen
from guardian.rolling.base import Conversations, NoConversations
from guardian.rules import Rules
from guardian.senders import Senders
from guardian.verdict import Outcome, PolicyMatch, Verdict
from guardian.vetoes.base import Veto

LOOKAHEAD = 32
"""Messages that are read and queued while earlier ones are judged, so that the model never waits."""


def local_time() -> datetime:
    """Now, by the owner's clock and in the owner's time zone."""
    return datetime.now().astimezone()


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
        judge: SecondOpinions | None = None,
        heads: Heads | None = None,
    ) -> None:
        """`conversations` is what was sent before, `senders` who wrote; None where nothing is remembered. `clock` gives
        the owner's local time, for the policies that look at certain hours alone, and for mutes. `judge` gives second
        opinions, `heads` is what the owner's labels taught; None where the owner has none."""
        self._encoder = encoder
        self._manifest = manifest
        self._fingerprint = fingerprint(manifest)
        self._rules = rules
        self._changing = threading.Lock()
        self._reader = reader
        self._recorder = recorder
        self._conversations = conversations or NoConversations()
        self._senders = senders or Senders(None)
        self._clock = clock
        self._judge = judge
        self._heads = heads or NoHead()
        self._tell_late: Callable[[Screened], None] = _nobody
        self._inspector = Inspector(
            encoder=encoder,
            manifest=manifest,
            detectors=detectors,
            vetoes=vetoes,
            reader=reader,
            senders=self._senders,
            clock=clock,
        )

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
        with self._changing:
            self._rules = rules

    def use_records(self, records: Mapping[str, str]) -> None:
        """Tell with each policy how its owner judged its last alerts (`Rules.records`). From any thread."""
        with self._changing:
            self._rules = replace(self._rules, records=records)

    def tell_late(self, tell: Callable[[Screened], None]) -> None:
        """Have `tell` called, in another thread, with what is said of a message now whose outcome the judge changed
        late. There is one listener; the last one counts."""
        self._tell_late = tell

    def screen(self, message: Message) -> Screened:
        """Screen one message. Never raises for what the message holds."""
        return next(self.screen_all((message,)))

    def screen_all(self, messages: Iterable[Message | None]) -> Iterator[Screened]:
        """Screen messages, in order, reading ahead so that the model is kept busy.

        A None among the messages says that no further one is there yet: what is pending is finished first, so that
        whoever sends one message at a time gets its answer before the next.
        """
        pending: deque[Pending] = deque()
        for message in messages:
            if message is not None:
                pending.append(self._inspector.begin(message, self._conversations))
            while len(pending) >= LOOKAHEAD or (message is None and pending):
                yield self._finish(pending.popleft())
        while pending:
            yield self._finish(pending.popleft())

    def inspect_all(self, messages: Iterable[Message]) -> Iterator[Inspection]:
        """What the policies would look at, in order: for trying and explaining a policy. Nothing is recorded, and what
        comes out has no verdict, so no sink takes it."""
        pending: deque[Pending] = deque()
        for message in messages:
            pending.append(self._inspector.begin(message, NoConversations()))
            if len(pending) >= LOOKAHEAD:
                yield self._inspector.finish(pending.popleft())
        while pending:
            yield self._inspector.finish(pending.popleft())

    def start_judge(self) -> None:
        """Have the judge's model loaded now, where there is one: for whoever answers others from here on."""
        if self._judge is not None:
            self._judge.start()

    def close(self) -> None:
        """End the model's cell, the judge's and the reader's, and write down who wrote."""
        if self._judge is not None:
            self._judge.close()
        self._encoder.close()
        self._reader.close()
        self._senders.close()

    def _finish(self, pending: Pending) -> Screened:
        message, rules = pending.message, self._rules
        inspected = self._inspector.finish(pending, self._heads.current())
        matches = rules.matcher.match(inspected.evidence, inspected.findings)
        heard = self._heard(message, inspected, matches, rules)
        weighed = heard.weighed if heard is not None else Weighed(matches)
        verdict = self._verdict(pending, inspected, rules, weighed)
        if message.draft:
            return Screened(_SEAL, message, verdict)
        seen = Seen(inspected.evidence.model_scores, _senders(message, pending.reading), self._fingerprint)
        verdict = replace(verdict, journal=self._keep(message, pending.reading, verdict, seen))
        if heard is not None:
            heard.when_late(partial(self._hear_late, message, verdict, seen, rules, inspected.is_judged))
        return Screened(_SEAL, message, verdict)

    def _heard(
        self, message: Message, inspected: Inspection, matches: Sequence[PolicyMatch], rules: Rules
    ) -> Hearing | None:
        """What the judge says, where there is one. A draft is no message yet: it is asked about when it is whole."""
        if self._judge is None or message.draft:
            return None
        return self._judge.hear(inspected, matches, rules.matcher)

    def _verdict(self, pending: Pending, inspected: Inspection, rules: Rules, weighed: Weighed) -> Verdict:
        message, matches = pending.message, weighed.matches
        coverage = inspected.coverage.with_reasons(weighed.reasons)
        outcome, action = decide(matches, coverage, judged=inspected.is_judged)
        scores = self._inspector.scores(pending)
        explained = rules.explainer.explain(inspected.evidence, inspected.findings, matches)
        return Verdict(
            id=message.id,
            channel=message.channel.value,
            outcome=outcome,
            action=action,
            risk=_risk(self._manifest.overall(scores), inspected.findings),
            scores=scores,
            policies=rules.with_records(matches),
            findings=(*explained.findings, *weighed.findings),
            vetoes=inspected.vetoed,
            coverage=coverage,
            model_name=self._manifest.name,
            model_sha256=self._manifest.sha256,
            policy_set=rules.policy_set,
            wall=self._encoder.wall,
            elapsed_ms=pending.elapsed_ms,
            advice=explained.advice,
            together=pending.reading.earlier,
            sender=inspected.evidence.sender,
            judge=weighed.says,
            head=inspected.evidence.head.version if inspected.evidence.head is not None else 0,
        )

    def _hear_late(
        self, message: Message, before: Verdict, seen: Seen, rules: Rules, is_judged: bool, weighed: Weighed
    ) -> None:
        """The judge's word came behind the verdict: record it, and where it changes the outcome, tell."""
        coverage = before.coverage.with_reasons(weighed.reasons)
        outcome, action = decide(weighed.matches, coverage, judged=is_judged)
        now = replace(
            before,
            outcome=outcome,
            action=action,
            policies=rules.with_records(weighed.matches),
            findings=(*before.findings, *weighed.findings),
            coverage=coverage,
            judge=weighed.says,
        )
        recorded = self._recorder.record_late(message, before, now, seen)
        if now.outcome is not before.outcome:
            self._tell_late(Screened(_SEAL, message, replace(now, journal=recorded)))

    def _keep(self, message: Message, reading: Reading, verdict: Verdict, seen: Seen) -> Mapping[str, object] | None:
        """Record a verdict, and remember who wrote what. Returns where it is recorded."""
        if verdict.outcome is Outcome.FLAGGED and not all(finding.is_joint for finding in verdict.findings):
            self._conversations.told(message, reading)
        recorded = self._recorder.record(message, verdict, seen)
        self._senders.note(verdict.sender, verdict.outcome, self._clock().date())
        return recorded


def _senders(message: Message, reading: Reading) -> tuple[str, ...]:
    """Whom the message claims to come from: as its source says, and as its own headers say."""
    return tuple(dict.fromkeys(sender for sender in (message.sender, reading.sender) if sender))


def _risk(model: float, findings: Iterable[Finding]) -> float:
    """Risk of one message, 0 to 1: the model's, lifted by the strongest rule finding (noisy or)."""
    rule = max((finding.score for finding in findings if finding.kind is FindingKind.RULE), default=0.0)
    return 1.0 - (1.0 - model) * (1.0 - rule)


def _nobody(_screened: Screened) -> None:
    """Hears of nothing."""
