"""Which sentences carry a verdict: the message is judged again with each of them left out.

Invariants: bounded by `MOST_INSPECTIONS`, and can be cancelled between two; nothing is recorded, since a bench
inspects; a sentence is left out byte for byte, and only where the bytes that it came from are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from guardian.assistant.house import Cancelled, House
from guardian.finding import Finding, Span
from guardian.inspection import Inspection
from guardian.message import Format, Message
from guardian.policy.decide import decide
from guardian.policy.match import Matcher
from guardian.policy.roads import margin_of
from guardian.reading.base import Reading
from guardian.reading.sentences import split_sentences
from guardian.verdict import Action, Outcome

MOST_INSPECTIONS: Final = 24
"""How often one message is judged again for one answer."""
MOST_PASSAGES: Final = 8
"""Quoted sentences that are tried: 8 + 1 + 7 + 6 judgements find a set of three."""

_RANKS: Final = {outcome: rank for rank, outcome in enumerate((Outcome.CLEAN, Outcome.NOTICE, Outcome.FLAGGED))}


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence that can be left out."""

    start: int
    """First byte."""
    end: int
    """One past the last."""
    quote: str
    """Untrusted."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the policies say of a message as it was inspected."""

    outcome: Outcome
    strength: float
    """How far the policies that act are over their thresholds, in logits, together: for comparing."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was found."""

    inspections: int
    passages: tuple[Passage, ...]
    """Those that were tried."""
    alone: tuple[tuple[Passage, Outcome], ...] = ()
    """Each of them suffices alone, with what the verdict would be."""
    together: tuple[Passage, ...] = ()
    """Where none suffices alone: the fewest that were found to; all of `passages` where the bound came first."""
    outcome: Outcome | None = None
    """What the verdict would be without all of `together`."""
    is_whole: bool = False
    """Whether nothing would be left of the message."""


def judge(inspection: Inspection, matcher: Matcher) -> Judged:
    """What these policies say of a message."""
    matches = matcher.match(inspection.evidence, inspection.findings)
    outcome, _ = decide(matches, inspection.coverage, judged=inspection.is_judged)
    acting = [match for match in matches if match.matched]
    loud = [match for match in acting if match.action in (Action.WARN, Action.HOLD)]
    counted = loud if outcome is Outcome.FLAGGED else acting
    return Judged(outcome, sum(1.0 + margin_of(match.score, match.threshold) for match in counted))


def is_milder(outcome: Outcome, than: Outcome) -> bool:
    """Whether an outcome is a milder one; what was not judged is not."""
    return outcome in _RANKS and _RANKS[outcome] < _RANKS.get(than, 0)


def passages_of(message: Message, reading: Reading, findings: Sequence[Finding]) -> list[Passage]:
    """The sentences that hold quoted words, surest finding first; the quoted run itself where it is in no sentence."""
    sentences = [
        span
        for view in reading.visible
        for start, end in split_sentences(view.text)
        if (span := view.span(start, end)).exact
    ]
    found: dict[tuple[int, int], Passage] = {}
    for span in (span for finding in findings for span in finding.spans):
        whole = [each for each in sentences if each.start < span.end and span.start < each.end]
        can_cut = span.exact or message.format is Format.TEXT
        for each in whole or ([span] if can_cut and span.start < span.end else []):
            found.setdefault((each.start, each.end), _passage(each))
    return list(found.values())[:MOST_PASSAGES]


def without(message: Message, passages: Iterable[Passage]) -> Message:
    """The message with these left out; a space stands for each, so that its neighbours do not grow together."""
    raw = message.raw
    for passage in sorted(passages, key=lambda each: -each.start):
        raw = raw[: passage.start] + b" " + raw[passage.end :]
    return replace(message, raw=raw)


class Search:
    """Looks for the fewest passages without which the verdict is milder. For one message."""

    def __init__(self, message: Message, was: Outcome, matcher: Matcher, house: House) -> None:
        self._message, self._was = message, was
        self._matcher, self._house = matcher, house
        self._left = MOST_INSPECTIONS

    def run(self, passages: Sequence[Passage]) -> LeftOut:
        """Each alone, all at once, greedily more of them, then without those that turned out not to matter."""
        if not passages:
            return LeftOut(0, ())
        tried = self._judged([[each] for each in passages])
        alone = [(each, now.outcome) for each, now in zip(passages, tried, strict=False) if self._suffices(now)]
        if alone:
            is_whole = not without(self._message, passages[:1]).raw.strip()
            return LeftOut(self._done, tuple(passages), tuple(alone), is_whole=is_whole)
        everything = self._judged([passages])[0]
        if not self._suffices(everything):
            return LeftOut(self._done, tuple(passages))
        chosen, outcome = self._greedy(passages, tried) or (list(passages), everything.outcome)
        chosen, outcome = self._fewer(chosen, outcome)
        is_whole = not without(self._message, chosen).raw.strip()
        return LeftOut(self._done, tuple(passages), (), tuple(chosen), outcome, is_whole)

    @property
    def _done(self) -> int:
        return MOST_INSPECTIONS - self._left

    def _greedy(self, passages: Sequence[Passage], tried: Sequence[Judged]) -> tuple[list[Passage], Outcome] | None:
        """One more at a time, the one first that weakens the verdict most; None where the bound comes first."""
        chosen: list[Passage] = []
        rest = list(passages)
        while tried:
            weakest = min(range(len(tried)), key=lambda place: tried[place].strength)
            chosen.append(rest.pop(weakest))
            tried = self._judged([[*chosen, each] for each in rest])
            enough = [place for place, now in enumerate(tried) if self._suffices(now)]
            if enough:
                return [*chosen, rest[enough[0]]], tried[enough[0]].outcome
        return None

    def _fewer(self, chosen: list[Passage], outcome: Outcome) -> tuple[list[Passage], Outcome]:
        """The same without passages that need not be left out."""
        for each in list(chosen):
            fewer = [other for other in chosen if other is not each]
            now = self._judged([fewer]) if len(fewer) > 1 else []  # one alone was tried before
            if now and self._suffices(now[0]):
                chosen, outcome = fewer, now[0].outcome
        return chosen, outcome

    def _suffices(self, now: Judged) -> bool:
        return is_milder(now.outcome, self._was)

    def _judged(self, left_out: Sequence[Sequence[Passage]]) -> list[Judged]:
        """What is said without each of these sets, as far as the bound allows. Raises Cancelled."""
        batch = left_out[: self._left]
        self._left -= len(batch)
        return list(self._each(self._house.bench.inspect_all(without(self._message, each) for each in batch)))

    def _each(self, inspections: Iterator[Inspection]) -> Iterator[Judged]:
        for inspection in inspections:
            if self._house.is_cancelled():
                raise Cancelled
            yield judge(inspection, self._matcher)


def _passage(span: Span) -> Passage:
    return Passage(span.start, span.end, span.quote)
