"""What the product answered to labelled rows, asked through the one gate.

Invariants: rows are screened one at a time, so that an answer does not depend on which rows the model happened to see
together (the last digits of a batch do), and so that the time taken is one message's own; numbers and places are kept,
no text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guardian.finding import FindingKind
from guardian.gate import Gate, Screened
from guardian.message import Message
from guardian.reading.sentences import split_sentences
from guardian.report.resident import resident_mb
from guardian.report.rows import LabelledRow
from guardian.verdict import Outcome

MAX_SENTENCES: Final = 48
"""Sentences of one row that are scored, as many as the product itself scores for a quote."""
LEAST_SENTENCE_CHARS: Final = 8
WARM_UP: Final = Message(b"The meeting has moved to Thursday at ten.", id="warm-up")
"""Screened before the first row, so that no row's time holds the start of the model."""

Advance = Callable[[], None]


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """One sentence of a row."""

    start: int
    """First byte in the row's raw text."""
    end: int
    risk: float
    """Of the sentence alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said of one row."""

    outcome: Outcome
    risk: float
    rule_score: float
    """Of the strongest finding of a shipped rule: what would be left without the model."""
    quote: tuple[int, int] | None
    """Bytes of the first quote of the strongest finding that has one."""
    elapsed_ms: float
    sentences: tuple[SentenceScore, ...] = field(default=())
    """Of a violating row with marked evidence."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who answered, as its verdicts say."""

    model_name: str
    model_sha256: str
    policy_set: str
    wall: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The product's answers to a set of rows."""

    answers: tuple[Answer, ...]
    """One a row, in order."""
    judge: Judge
    resident_mb: Mapping[str, float] | None
    """Memory of this process and of the model's cell behind the last row; None where the system does not say."""


def ask(gate: Gate, rows: Sequence[LabelledRow], advance: Advance = lambda: None) -> Asked:
    """Ask the gate about every row; `advance` is called after each."""
    verdict = gate.screen(WARM_UP).verdict
    judge = Judge(verdict.model_name, verdict.model_sha256, verdict.policy_set, verdict.wall)
    answers = []
    for row in rows:
        began = time.perf_counter()
        screened = gate.screen(row.message())
        answer = answer_of(screened, (time.perf_counter() - began) * 1000)
        if row.violating and row.evidence:
            answer = replace(answer, sentences=_score_sentences(gate, row))
        answers.append(answer)
        advance()
    return Asked(tuple(answers), judge, resident_mb())


def answer_of(screened: Screened, elapsed_ms: float) -> Answer:
    """The numbers of one verdict."""
    verdict = screened.verdict
    shipped = [
        finding.score
        for finding in verdict.findings
        if finding.kind is FindingKind.RULE and finding.detector != "policy"  # an owner's pattern is no shipped rule
    ]
    quoted = sorted((finding for finding in verdict.findings if finding.spans), key=lambda finding: -finding.score)
    first = quoted[0].spans[0] if quoted else None
    return Answer(
        outcome=verdict.outcome,
        risk=verdict.risk,
        rule_score=max(shipped, default=0.0),
        quote=(first.start, first.end) if first else None,
        elapsed_ms=elapsed_ms,
    )


def _score_sentences(gate: Gate, row: LabelledRow) -> tuple[SentenceScore, ...]:
    """Each sentence's risk, asked as a message of its own."""
    places = [place for place in split_sentences(row.text) if place[1] - place[0] >= LEAST_SENTENCE_CHARS]
    scores, counted, at_byte = [], 0, 0
    for start, end in places[:MAX_SENTENCES]:
        at_byte += len(row.text[counted:start].encode("utf-8", "surrogatepass"))
        raw = row.text[start:end].encode("utf-8", "surrogatepass")
        risk = gate.screen(Message(raw, channel=row.channel, id=row.id)).verdict.risk
        scores.append(SentenceScore(at_byte, at_byte + len(raw), risk))
        counted, at_byte = end, at_byte + len(raw)
    return tuple(scores)
