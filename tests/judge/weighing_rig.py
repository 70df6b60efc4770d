"""Policies, matches and judges for the tests of what a judge may do: the judge here says what the test has it say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from guardian.judge.base import Case, Label, Opinion
from guardian.judge.weighing import Agreed
from guardian.message import Channel
from guardian.policy.base import Example, Match, Policy, Status
from guardian.policy.expression import Name
from guardian.verdict import Action, PolicyMatch, Severity

JUDGE = ("tiny", "ab" * 32)


def a_policy(policy_id: str = "gift-cards", **fields: Any) -> Policy:
    """A policy in force that matches by the tactic `urgency`."""
    values: dict[str, Any] = {
        "id": policy_id,
        "title": f"Title of {policy_id}",
        "why": "Because.",
        "since": date(2026, 11, 21),
        "review_by": None,
        "channels": (Channel.INCOMING, Channel.AI_OUTPUT),
        "severity": Severity.MEDIUM,
        "action": Action.WARN,
        "status": Status.ACTIVE,
        "prose": "Flag what asks for gift cards.",
        "match": Match(Name("urgency")),
        "examples": (),
        "senders_except": (),
        "keep_text": True,
        "path": Path(f"{policy_id}.toml"),
    }
    return Policy(**{**values, **fields})


def prose_alone(policy_id: str = "gift-cards", **fields: Any) -> Policy:
    """A policy that nothing but a judge can match by."""
    return a_policy(policy_id, match=Match(), **fields)


def by_fine_examples_alone(policy_id: str = "gift-cards", **fields: Any) -> Policy:
    """The same with an example of what is fine, which is no road either."""
    return prose_alone(policy_id, examples=(Example("See you at eight.", False),), **fields)


def a_match(policy: Policy, score: float = 0.5, threshold: float = 0.5, **fields: Any) -> PolicyMatch:
    """How a policy stands to a message, by the model's score for a tactic."""
    matched = score >= threshold
    values: dict[str, Any] = {
        "id": policy.id,
        "title": policy.title,
        "why": policy.why,
        "severity": policy.severity,
        "action": policy.effective_action,
        "score": score,
        "threshold": threshold,
        "matched": matched,
        "because": ("tactic:urgency",) if matched else (),
        "tactics": ("urgency",) if matched else (),
    }
    return PolicyMatch(**{**values, **fields})


def an_opinion(policy: Policy | str, label: Label, *, is_sure: bool = True, **fields: Any) -> Opinion:
    """An opinion with a margin of 3 nats."""
    policy_id = policy if isinstance(policy, str) else policy.id
    return Opinion(policy_id, label, is_sure, **{"margin": 3.0, **fields})


class SayingJudge:
    """A judge that says of every policy what it was told to; `YES` of those that it was told nothing of."""

    name, sha256 = JUDGE

    def __init__(self, labels: Mapping[str, Label] | None = None, *, wait: threading.Event | None = None) -> None:
        """It answers only when `wait` is set."""
        self._labels, self._wait = labels or {}, wait
        self.asked: list[tuple[Case, tuple[str, ...]]] = []
        self.is_closed = threading.Event()

    def judge(self, case: Case, policies: Sequence[Policy], *, timeout_s: float) -> tuple[Opinion, ...]:
        """One opinion a policy."""
        self.asked.append((case, tuple(policy.id for policy in policies)))
        while self._wait is not None and not self._wait.wait(0.01) and not self.is_closed.is_set():
            pass
        if self.is_closed.is_set():
            return tuple(Opinion(policy.id, Label.UNSURE, failure="model-down: closed") for policy in policies)
        return tuple(an_opinion(policy, self._labels.get(policy.id, Label.YES)) for policy in policies)

    def close(self) -> None:
        """End what it does."""
        self.is_closed.set()


class Measured:
    """See `guardian.judge.measured.MeasuredJudge`: canaries that come out as the test says."""

    def __init__(
        self, judge: SayingJudge, *, wrong: str = "", next_round_s: float = 1e6, is_trusted: bool = True
    ) -> None:
        self.judge, self.why_not = judge, "" if is_trusted else "no canaries were sung yet"
        self._wrong, self._next_round_s = wrong, next_round_s
        self.agreements: list[Agreed] = []
        self.rounds = self.saves = 0

    def settle(self) -> None:
        """At once."""

    def next_round_s(self) -> float:
        """As the test says; after a round, not for a long time."""
        return self._next_round_s

    def run_round(self, between: Callable[[], bool]) -> str:
        """Two canaries."""
        self.rounds, self._next_round_s = self.rounds + 1, 1e6
        for _ in range(2):
            if not between():
                return ""
        return self._wrong

    def agreed(self, agreement: Agreed) -> None:
        """Kept for the test."""
        self.agreements.append(agreement)

    def save(self) -> None:
        """Counted."""
        self.saves += 1

    def close(self) -> None:
        """With the judge."""
        self.judge.close()
