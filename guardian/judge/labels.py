"""What a judge's answer is: three labels, and what their probabilities as the next token say.

Invariants: a label comes from logits at the one position where an answer stands, never from a text that a model wrote,
so no word of a message can be an answer. Every spelling of a label that is one token of the vocabulary counts, and what
counts is their sum. Whether an answer is sure is worked out here, from numbers; what a model says of itself is only
noted (`says_sure`).

The order in which labels are named pulls small models to one side, so a near tie is asked again with them in other
orders; the answers are combined as the mean of their log-probabilities, in which a constant pull to a place cancels
out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.inference.generative import GenerationFailure, Scored
from guardian.judge.base import Label
from guardian.judge.prompt_frame import LabelWords
from guardian.judge.register import SAYS_SURE

Count = Callable[[str], int | GenerationFailure]
"""Gives the tokens of a text, as the model's own vocabulary has them."""

ORDERS: Final = (
    (Label.YES, Label.NO, Label.UNSURE),
    (Label.UNSURE, Label.YES, Label.NO),
    (Label.NO, Label.UNSURE, Label.YES),
)
"""In which the labels are named: first the one, and on a near tie the others too. A Latin square: each label stands
once in each place."""
NEAR_TIE_NATS: Final = 1.5
"""A smaller margin than this is asked again: the likeliest label is then less than 4.5 times as likely as the next."""
SURE_NATS: Final = 1.0
"""An answer is sure only from this margin on, over all orders: 2.7 times as likely as the next. Below it, the change of
one word in a message often changes the answer."""
SURE_MASS: Final = 0.5
"""And only where the labels hold at least this share of the whole next-token probability. A model that would rather say
something else than any label has not answered."""
_NEVER: Final = -1e9
"""Log-probability of a label for which the family has no word. Finite, so that sums stay numbers."""


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels as they are asked for, and every spelling of each that is one token."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unsure: tuple[str, ...]
    """Empty where the family has no word for it."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """All of them, as they are scored."""
        return (*self.yes, *self.no, *self.unsure)

    def word(self, label: Label) -> str:
        """As the question names it; empty where there is none."""
        forms = {Label.YES: self.yes, Label.NO: self.no, Label.UNSURE: self.unsure}[label]
        return forms[0].strip() if forms else ""

    @property
    def orders(self) -> tuple[tuple[Label, ...], ...]:
        """The orders in which it can be asked: each once, without a label for which there is no word."""
        return tuple(dict.fromkeys(tuple(label for label in order if self.word(label)) for order in ORDERS))


@dataclass(frozen=True, slots=True)
class Reading:
    """One asking of the labels, as natural logs of probabilities over the whole vocabulary."""

    yes: float
    no: float
    unsure: float

    @property
    def likeliest(self) -> Label:
        """The label with the highest probability; of equals, the more careful one."""
        best = max(self.yes, self.no, self.unsure)
        return Label.YES if self.yes == best else Label.UNSURE if self.unsure == best else Label.NO

    @property
    def margin(self) -> float:
        """Between the likeliest label and the next, in nats."""
        first, second, _ = sorted((self.yes, self.no, self.unsure), reverse=True)
        return first - second

    @property
    def mass(self) -> float:
        """Share of the whole probability that the labels have, 0 to 1."""
        return min(1.0, math.fsum(math.exp(min(log, 0.0)) for log in (self.yes, self.no, self.unsure)))

    @property
    def shares(self) -> tuple[float, float, float]:
        """Of yes, no and unsure in what they have between them."""
        total = _log_of_sum((self.yes, self.no, self.unsure))
        return (math.exp(self.yes - total), math.exp(self.no - total), math.exp(self.unsure - total))

    @property
    def entropy(self) -> float:
        """Of the labels alone, in nats: 0 where one has all, log 3 where they are alike."""
        return max(0.0, -math.fsum(share * math.log(share) for share in self.shares if share > 0))


@dataclass(frozen=True, slots=True)
class Answer:
    """What all askings of one question came to."""

    label: Label
    margin: float
    entropy: float
    mass: float
    yes_log: float
    """Log-probability of `yes`; tells which of two windows is the worse."""
    order_flips: int
    says_sure: bool
    is_sure: bool


def choose_labels(words: LabelWords, count: Count) -> LabelSet | GenerationFailure:
    """The labels of a family in a vocabulary.

    Fails with `bad-label` where yes or no is no single token, and with the generator's own failure.
    """
    found: dict[Label, tuple[str, ...]] = {}
    for label, alternatives in ((Label.YES, words.yes), (Label.NO, words.no), (Label.UNSURE, words.unsure)):
        spellings = _first_with_tokens(alternatives, count)
        if isinstance(spellings, GenerationFailure):
            return spellings
        found[label] = spellings
    if not found[Label.YES] or not found[Label.NO]:
        return GenerationFailure(
            "bad-label", "the words that it should answer by are no single tokens of its vocabulary"
        )
    return LabelSet(found[Label.YES], found[Label.NO], found[Label.UNSURE])


def read(scored: Scored, labels: LabelSet) -> Reading | GenerationFailure:
    """The labels' probabilities in one answer, the spellings of each summed."""
    if len(scored.logits) != len(labels.spellings) or not all(map(_is_log_probability, scored.logits)):
        return GenerationFailure("bad-numbers", "the model's numbers are no probabilities")
    yes, no = len(labels.yes), len(labels.yes) + len(labels.no)
    logits = scored.logits
    return Reading(_log_of_sum(logits[:yes]), _log_of_sum(logits[yes:no]), _log_of_sum(logits[no:]))


def combine(readings: Sequence[Reading]) -> Answer:
    """What several askings come to. The first is in the first order; each other that has another likeliest label is a
    flip. A sure answer has no flip."""
    count = len(readings)
    together = Reading(
        math.fsum(each.yes for each in readings) / count,
        math.fsum(each.no for each in readings) / count,
        math.fsum(each.unsure for each in readings) / count,
    )
    first = readings[0]
    flips = sum(each.likeliest is not first.likeliest for each in readings[1:])
    mass = min(each.mass for each in readings)
    return Answer(
        label=together.likeliest,
        margin=together.margin,
        entropy=together.entropy,
        mass=mass,
        yes_log=together.yes,
        order_flips=flips,
        says_sure=max(first.shares) >= SAYS_SURE,
        is_sure=together.margin >= SURE_NATS and mass >= SURE_MASS and not flips,
    )


def _first_with_tokens(alternatives: Sequence[str], count: Count) -> tuple[str, ...] | GenerationFailure:
    """Spellings, one token each, of the first alternative that is asked for by a single token itself."""
    for word in alternatives:
        spellings = []
        for form in _forms(word):
            tokens = count(form)
            if isinstance(tokens, GenerationFailure):
                return tokens
            if tokens == 1:
                spellings.append(form)
        if any(not form.startswith(" ") or word.startswith(" ") for form in spellings):
            return tuple(spellings)
    return ()


def _forms(word: str) -> tuple[str, ...]:
    """A word as it may be spelled at the start of an answer. One that is given with its space is taken as it is: the
    frame then ends in a word of its own."""
    if word.startswith(" "):
        return (word,)
    shapes = dict.fromkeys((word, word.lower(), word.capitalize(), word.upper()))
    return tuple(space + shape for space in ("", " ") for shape in shapes)


def _is_log_probability(log: float) -> bool:
    return not math.isnan(log) and log < 1e-3  # a rounding of 32-bit numbers over a vocabulary may pass zero


def _log_of_sum(logs: Sequence[float]) -> float:
    """Of the probabilities that these are the logs of; `_NEVER` where there are none."""
    most = max(logs, default=-math.inf)
    if most == -math.inf:
        return _NEVER
    return max(_NEVER, most + math.log(math.fsum(math.exp(log - most) for log in logs)))
