"""Examples are tests: what a policy makes of the texts that its owner wrote into it.

Each example goes through the gate as a message on the policy's channels, and the policy looks at it as if it were in
force for everybody at any time: a trial is of what a policy looks for, not of whom it looks at.

An example teaches the policy too, so that it may be known only by itself. Each one is therefore tried a second time
with a policy that never saw it, nor a near copy (leave-one-out: Stone, J. R. Stat. Soc. B 36, 1974). What goes well
with the example alone proves nothing about the next message, and is said to be unproven.

Invariants: pure but for the bench that it is given; nothing is recorded; an example that was not judged is never said
to pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from guardian.inference.base import Floats
from guardian.inspection import Inspection
from guardian.message import Channel, Message
from guardian.policy.base import Example, Policy, Status
from guardian.policy.examples import texts_to_embed
from guardian.policy.probe import NEARLY_THE_SAME
from guardian.policy.roads import margin_of
from guardian.policy.trying.bench import Bench
from guardian.verdict import Coverage, PolicyMatch


class Standing(StrEnum):
    """How an example stands to its policy."""

    PASSES = "passes"
    """As the owner says, and so it would be had the policy never seen it."""
    UNPROVEN = "unproven"
    """As the owner says, but only because it is an example itself."""
    FAILS = "fails"
    """Not as the owner says."""
    NOT_JUDGED = "not judged"
    """The model did not read all of it, and nothing was found in the rest."""


@dataclass(frozen=True, slots=True, repr=False)
class ExampleTrial:
    """What became of one example on one channel."""

    number: int
    """In the file, from 1."""
    example: Example
    channel: Channel
    standing: Standing
    match: PolicyMatch
    """What the policy says of it, as the file stands."""
    unseen: PolicyMatch
    """What it would say had it never seen this example; the same where its examples do not count."""
    coverage: Coverage
    """How much of the example was judged."""

    @property
    def margin(self) -> float:
        """How far the policy is on the owner's side, in logit space, had it never seen the example; below 0: how far on
        the other. Of examples a step is one standard deviation of ordinary messages."""
        over = margin_of(self.unseen.score, self.unseen.threshold)
        return over if self.example.flag else -over

    def to_json(self) -> dict[str, Any]:
        """As `policy test --json` prints it."""
        return {
            "number": self.number,
            "flag": self.example.flag,
            "text": self.example.text,
            "channel": self.channel.value,
            "standing": self.standing.value,
            "margin": round(self.margin, 3),
            "as_it_stands": self.match.to_json(),
            "had_it_not_seen_it": self.unseen.to_json(),
            "not_judged": [str(reason) for reason in self.coverage.reasons],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Trial:
    """What became of a policy's examples."""

    policy: Policy
    examples: tuple[ExampleTrial, ...]
    """In the order of the file; on each channel of the policy."""

    @property
    def failed(self) -> tuple[ExampleTrial, ...]:
        """The examples that came out otherwise than the owner says."""
        return self.of(Standing.FAILS)

    def of(self, standing: Standing) -> tuple[ExampleTrial, ...]:
        """The examples that stand so."""
        return tuple(each for each in self.examples if each.standing is standing)

    def to_json(self) -> dict[str, Any]:
        """As `policy test --json` prints it."""
        return {
            "policy": self.policy.id,
            "status": self.policy.status.value,
            **{standing.name.lower(): len(self.of(standing)) for standing in Standing},
            "examples": [each.to_json() for each in self.examples],
        }


def try_policies(policies: Sequence[Policy], bench: Bench) -> Iterator[Trial]:
    """The trial of each policy, in order. A draft or a retired policy is tried as if it were active."""
    tried = [as_if_in_force(policy) for policy in policies]
    embeddings = bench.embeddings(tried)
    inspections = bench.inspect_all(message for policy in tried for _, _, message in _cases(policy))
    for policy, asked in zip(tried, policies, strict=True):
        own = {text: embeddings[text] for text in texts_to_embed([policy]) if text in embeddings}
        matcher = bench.matcher([policy], own)
        results = []
        cases = _cases(policy)  # first in `zip`, so that where they end no inspection of the next policy is taken
        for (number, example, message), inspection in zip(cases, inspections, strict=False):
            (match,) = matcher.match(inspection.evidence, inspection.findings)
            unseen = match
            if example.text in own:
                unlike = _unlike(own[example.text], own)
                (unseen,) = bench.matcher([policy], unlike).match(inspection.evidence, inspection.findings)
            standing = _standing(example, inspection, match, unseen)
            results.append(ExampleTrial(number, example, message.channel, standing, match, unseen, inspection.coverage))
        yield Trial(asked, tuple(results))


def as_if_in_force(policy: Policy) -> Policy:
    """The policy as it looks at everybody's messages, at any time, whatever its status."""
    return replace(
        policy,
        status=Status.ACTIVE,
        senders_except=(),
        senders_only=(),
        hours=(),
        days=(),
        conversation=None,
        mutes=(),
    )


def _cases(policy: Policy) -> Iterator[tuple[int, Example, Message]]:
    """Each example as a message on each of the policy's channels."""
    for number, example in enumerate(policy.examples, start=1):
        for channel in policy.channels:
            raw = example.text.encode("utf-8", "surrogatepass")
            yield number, example, Message(raw, channel=channel, id=f"{policy.id}:{number}", source="example")


def _unlike(row: Floats, embeddings: Mapping[str, Floats]) -> dict[str, Floats]:
    """The embeddings without those of a text and of its near copies, which would speak for it."""
    return {text: other for text, other in embeddings.items() if float(other @ row) <= NEARLY_THE_SAME}


def _standing(example: Example, inspection: Inspection, match: PolicyMatch, unseen: PolicyMatch) -> Standing:
    if not match.matched and not (inspection.is_judged and inspection.coverage.complete):
        return Standing.NOT_JUDGED
    if match.matched != example.flag:
        return Standing.FAILS
    return Standing.PASSES if unseen.matched == example.flag else Standing.UNPROVEN
