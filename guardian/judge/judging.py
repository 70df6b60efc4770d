"""A language model of the owner's as a judge: it holds one message against policies, and answers in labels.

The road of one question: the policy is the fixed part of the prompt, evaluated once and kept; the message stands fenced
behind it as data; the question stands behind that; the label is read from the logits of the next token.

Invariants: nothing that anybody wrote becomes a control token, the owner's policy included; no text of the model's is
ever an answer; a failure is an opinion that says so; all of one call ends about when its time does; what was not shown
whole is said (`is_truncated`), and a `no` to it is not sure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from guardian.inference.generative import GenerationFailure, Generator
from guardian.judge.agency import QUESTIONS, QUOTE_REQUEST, AgencyQuestion, quote
from guardian.judge.asking import Asker, Deadline, count_until
from guardian.judge.base import Answered, Case, Judge, Label, Opinion
from guardian.judge.fence import draw_number
from guardian.judge.labels import Answer, Count, LabelSet, choose_labels
from guardian.judge.prompt_frame import PromptFrame
from guardian.judge.register import CallRecord
from guardian.judge.showing import Showing, Writer
from guardian.judge.tactic_words import looks_for_proxy_agency
from guardian.message import Channel
from guardian.policy.base import Policy

NO_TEXT: Final = GenerationFailure("no-text", "the message has no text to judge")
_RANKS: Final = {Label.NO: 0, Label.UNSURE: 1, Label.YES: 2}


def _forget(_: CallRecord) -> None:
    """Where nobody keeps a register."""


class ModelJudge(Judge):
    """A judge that is a generative model in its cell. For one thread."""

    def __init__(
        self,
        generator: Generator,
        frame: PromptFrame,
        name: str,
        sha256: str,
        *,
        record: Callable[[CallRecord], None] = _forget,
        is_trusted: Callable[[], bool] = lambda: True,
        draw: Callable[[], str] = draw_number,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`record` gets what was measured of each question; `is_trusted` says whether the last canaries were good.
        `draw` makes the fence's random numbers."""
        self._generator = generator
        self._frame = frame
        self._name = name
        self._sha256 = sha256
        self._record = record
        self._is_trusted = is_trusted
        self._clock_s = clock_s
        self._writer = Writer(generator, frame, draw)
        self._labels: LabelSet | None = None

    @property
    def name(self) -> str:
        """The owner's name for the model."""
        return self._name

    @property
    def sha256(self) -> str:
        """Of the model's file."""
        return self._sha256

    def judge(self, case: Case, policies: Sequence[Policy], *, timeout_s: float) -> tuple[Opinion, ...]:
        """One opinion a policy, in order. Takes at most about `timeout_s` in all; what was not reached says so."""
        deadline = Deadline(timeout_s, self._clock_s)
        count = count_until(deadline, self._generator)
        labels = self._find_labels(count)
        if isinstance(labels, GenerationFailure):
            return tuple(self._failed(policy, labels) for policy in policies)
        asker = Asker(self._generator, labels, self._record, deadline, is_trusted=self._is_trusted())
        opinions = []
        worst: _Worst | None = None
        for policy in policies:
            opinion, place = self._opinion(case, policy, asker, deadline, labels, count)
            opinions.append(opinion)
            if worst is None and place is not None and self._asks_four(case, policy):
                worst = place
        if worst is None:
            return tuple(opinions)
        # Last, so that no policy waits for them; once, since they are about the message and not about a policy.
        answers = tuple(self._answered(question, case, worst, asker, deadline) for question in QUESTIONS)
        return tuple(
            replace(opinion, answers=answers) if self._asks_four(case, policy) and not opinion.failure else opinion
            for opinion, policy in zip(opinions, policies, strict=True)
        )

    def close(self) -> None:
        """End the model's cell."""
        self._generator.close()

    def _opinion(
        self, case: Case, policy: Policy, asker: Asker, deadline: Deadline, labels: LabelSet, count: Count
    ) -> tuple[Opinion, _Worst | None]:
        """The opinion under one policy, and the part of the message that it is about."""
        began_s = self._clock_s()
        if deadline.has_passed:
            return self._failed(policy, deadline.failure()), None
        showing = self._writer.show(case, policy, labels, count)
        if isinstance(showing, GenerationFailure):
            return self._failed(policy, showing), None
        if not showing.parts:
            return _failed_opinion(policy, NO_TEXT, is_truncated=showing.is_truncated), None
        opinion, worst = _of_parts(policy, showing, asker)
        return replace(opinion, elapsed_ms=1000 * (self._clock_s() - began_s)), worst

    def _asks_four(self, case: Case, policy: Policy) -> bool:
        return case.channel is Channel.AI_OUTPUT and self._frame.can_converse and looks_for_proxy_agency(policy)

    def _answered(
        self, question: AgencyQuestion, case: Case, worst: _Worst, asker: Asker, deadline: Deadline
    ) -> Answered:
        """One of the four, of the part of the message that the opinion is about."""
        showing = worst.showing
        answer = asker.ask(
            partial(showing.ask, worst.place, asked=question.asked),
            worst.policy,
            is_truncated=showing.is_truncated or len(showing.parts) > 1,
            is_question=True,
        )
        label = Label.UNSURE if isinstance(answer, GenerationFailure) else answer.label
        if label is not question.against or deadline.has_passed:
            return Answered(question.id, label, "")
        prompt = showing.request(worst.place, f"{question.asked.sentence}\n{QUOTE_REQUEST}")
        return Answered(question.id, label, quote(self._generator, prompt, case.text, deadline.left_s))

    def _find_labels(self, count: Count) -> LabelSet | GenerationFailure:
        """Those of this vocabulary, found once."""
        if self._labels is not None:
            return self._labels
        labels = choose_labels(self._frame.labels, count)
        if isinstance(labels, LabelSet):
            self._labels = labels
        return labels

    def _failed(self, policy: Policy, failure: GenerationFailure) -> Opinion:
        self._record(CallRecord(policy.id, Label.UNSURE, failure=failure.code))
        return _failed_opinion(policy, failure)


class _Worst(NamedTuple):
    """The part of a message that an opinion is about."""

    policy: str
    showing: Showing
    place: int


def _of_parts(policy: Policy, showing: Showing, asker: Asker) -> tuple[Opinion, _Worst | None]:
    """The opinion on a message is that on its worst part. A sure yes ends the asking: nothing could be worse."""
    answers: list[Answer] = []
    failure: GenerationFailure | None = None
    for place in range(len(showing.parts)):
        answer = asker.ask(partial(showing.ask, place), policy.id, is_truncated=showing.is_truncated)
        if isinstance(answer, GenerationFailure):
            failure = answer
            break
        answers.append(answer)
        if answer.label is Label.YES and answer.is_sure:
            break
    worst = max(answers, key=_badness, default=None)
    if worst is None or (failure is not None and worst.label is not Label.YES):
        is_truncated = showing.is_truncated or bool(answers)
        return _failed_opinion(policy, failure or NO_TEXT, is_truncated=is_truncated), None
    opinion = Opinion(
        policy.id,
        worst.label,
        is_sure=worst.is_sure,
        margin=worst.margin,
        entropy=worst.entropy,
        windows=len(answers),
        order_flips=sum(answer.order_flips for answer in answers),
        is_truncated=showing.is_truncated or failure is not None,
    )
    return opinion, _Worst(policy.id, showing, answers.index(worst))


def _badness(answer: Answer) -> tuple[int, bool, float]:
    """Yes is worse than unsure, and that is worse than no; a sure yes is the worst, and a sure no the best."""
    is_yes = answer.label is Label.YES
    return _RANKS[answer.label], answer.is_sure is is_yes, answer.yes_log


def _failed_opinion(policy: Policy, failure: GenerationFailure, *, is_truncated: bool = False) -> Opinion:
    return Opinion(
        policy.id, Label.UNSURE, windows=0, is_truncated=is_truncated, failure=f"{failure.code}: {failure.say}"
    )
