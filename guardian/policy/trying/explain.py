"""The path of one message through one policy, step by step, in the order in which the matcher decides.

Each step says what the policy's owner wrote (`scope.precedence`) and what became of the message there. Where a step
stops it, the later ones are told all the same: what the policy would have said.

Invariants: pure but for the bench; nothing is recorded, and no `Screened` comes of it; what is said last is what the
matcher and `decide` answer for this policy alone; what can't be known (the text was not kept) is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from guardian.inference.base import Floats
from guardian.inspection import Inspection
from guardian.policy.base import Policy
from guardian.policy.decide import decide
from guardian.policy.match import Matcher
from guardian.policy.scope import Scope, circumstances_of, precedence
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain_roads import RoadSaid, examples_said, patterns_said, tactics_said
from guardian.policy.trying.trial import as_if_in_force
from guardian.verdict import Action, Outcome, PolicyMatch

NOT_KEPT = "the text was not kept"


class Course(StrEnum):
    """What becomes of the message at one step."""

    GOES_ON = "goes on"
    STOPS = "stops here"
    MATCHES = "matches"
    SILENT = "no match"
    TAKES = "set aside"
    LEAVES = "leaves it"
    ASKED = "would ask"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    name: str
    """`status`, `channel`, `senders except`, ..., as `scope.precedence` names it."""
    rule: str
    """What the owner wrote there. Not yet safe for a terminal."""
    course: Course
    say: str = ""
    """Why; may be empty. Not yet safe for a terminal."""
    roads: tuple[RoadSaid, ...] = ()
    """At the step `match`: tactics, patterns, examples."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """More for JSON."""


@dataclass(frozen=True, slots=True, repr=False)
class Explained:
    """The whole path."""

    policy: Policy
    inspection: Inspection
    steps: tuple[Step, ...]
    now: PolicyMatch | None
    """What the policy says; None where it does not look at such a message."""
    outcome: Outcome
    """What a verdict would be, had its owner this policy alone."""
    action: Action
    has_text: bool
    """False: judged by the record's numbers alone."""


def explain(policy: Policy, inspection: Inspection, bench: Bench, *, has_text: bool = True) -> Explained:
    """How the message goes through the policy. Without its text only scope, tactics and mutes can be told."""
    wide = as_if_in_force(policy)
    embeddings = bench.embeddings([wide])
    roads = _roads(wide, inspection, bench, embeddings, has_text=has_text)
    steps = [
        *_scope_steps(policy, wide, inspection),
        _match_step(wide, roads, has_text=has_text),
        *_exception_steps(policy, wide, inspection, bench, embeddings, has_text=has_text),
    ]
    rules = _rules(policy)
    matcher = bench.matcher([policy], embeddings)
    matches = matcher.match(inspection.evidence, inspection.findings)
    steps.append(_judge_step(policy, matcher, matches, inspection))
    outcome, action = decide(matches, inspection.coverage, judged=inspection.is_judged)
    return Explained(
        policy,
        inspection,
        tuple(replace(step, rule=rules.get(step.name, "")) for step in steps),
        matches[0] if matches else None,
        outcome,
        action,
        has_text,
    )


def _rules(policy: Policy) -> dict[str, str]:
    """What the owner wrote, by the name of the step."""
    lines = (line.partition(". ")[2] for line in precedence(policy))
    return {name: rule for name, _, rule in (line.partition(": ") for line in lines)}


def _scope_steps(policy: Policy, wide: Policy, inspection: Inspection) -> list[Step]:
    channel, circumstances = inspection.evidence.message.channel, circumstances_of(inspection.evidence)
    at = circumstances.judged_at
    parts = {
        "senders except": replace(wide, senders_except=policy.senders_except),
        "senders only": replace(wide, senders_only=policy.senders_only),
        "when": replace(wide, hours=policy.hours, days=policy.days),
        "conversation": replace(wide, conversation=policy.conversation),
    }
    steps = [
        _gate_step("status", "" if policy.is_in_force else f"a policy that is {policy.status} looks at nothing"),
        _gate_step("channel", "" if channel in policy.channels else f"the message is {channel}"),
        *(_gate_step(name, Scope(part).outside(circumstances)) for name, part in parts.items()),
    ]
    addresses = list(circumstances.addresses)
    known: dict[str, dict[str, Any]] = {
        "channel": {"channel": channel.value},
        "senders except": {"senders": addresses},
        "when": {"judged_at": at.isoformat() if at is not None else None},
    }
    return [replace(step, facts=known.get(step.name, {})) for step in steps]


def _gate_step(name: str, outside: str) -> Step:
    return Step(name, "", Course.STOPS if outside else Course.GOES_ON, outside)


def _roads(
    wide: Policy, inspection: Inspection, bench: Bench, embeddings: Mapping[str, Floats], *, has_text: bool
) -> tuple[RoadSaid, ...]:
    tactics = tactics_said(wide, inspection, bench)
    if not has_text:
        return tuple(filter(None, (tactics,)))
    examples = examples_said(wide, inspection, bench, embeddings)
    return tuple(filter(None, (tactics, *patterns_said(wide, inspection), examples)))


def _match_step(wide: Policy, roads: tuple[RoadSaid, ...], *, has_text: bool) -> Step:
    needs_text = bool(wide.match.patterns) or any(example.flag for example in wide.examples)
    say = "" if has_text or not needs_text else f"{NOT_KEPT}, so patterns and examples can't be told"
    if any(road.matched for road in roads):
        return Step("match", "", Course.MATCHES, say, roads)
    return Step("match", "", Course.UNKNOWN if say else Course.SILENT, say, roads)


def _judge_step(policy: Policy, matcher: Matcher, matches: Sequence[PolicyMatch], inspection: Inspection) -> Step:
    """Whether the owner's judge would be asked; what it would say, only it can tell."""
    from guardian.judge.undecided import to_ask  # here: hardly anybody explains

    excused = matcher.excuses(policy, inspection.evidence) if matches else ""
    is_judged = inspection.coverage.windows > 0
    if excused or not to_ask(matches, {policy.id: policy}, is_judged=is_judged):
        return Step("judge", "", Course.LEAVES, excused)
    return Step("judge", "", Course.ASKED, "" if is_judged else "the model judged none of it")


def _exception_steps(
    policy: Policy,
    wide: Policy,
    inspection: Inspection,
    bench: Bench,
    embeddings: Mapping[str, Floats],
    *,
    has_text: bool,
) -> tuple[Step, Step]:
    """What the mutes take, and what a copy of a fine example is excused from, each had it been the only exception."""
    channel = inspection.evidence.message.channel
    bare = replace(wide, channels=(channel,))
    variants = [bare, replace(bare, mutes=policy.mutes)]
    excused, muted = (
        bench.matcher([each], embeddings).match(inspection.evidence, inspection.findings)[0] for each in variants
    )
    mute_words = muted.excused if muted.excused != excused.excused else ""
    mutes = Step("mutes", "", Course.TAKES if mute_words else Course.LEAVES, mute_words)
    if not has_text and any(not example.flag for example in policy.examples):
        return mutes, Step("fine examples", "", Course.UNKNOWN, NOT_KEPT)
    return mutes, Step("fine examples", "", Course.TAKES if excused.excused else Course.LEAVES, excused.excused)
