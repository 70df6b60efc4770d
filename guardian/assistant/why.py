"""Why: the words, what they do, the tactic, the owner's policy and reason, the score against its threshold.

Invariant: nothing but the verdict is looked at, so the same verdict gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.assistant.answer import Answer, Line, quoted, said
from guardian.assistant.questions import Question
from guardian.finding import Finding, FindingKind
from guardian.judge_words import judge_lines
from guardian.policy.roads import margin_of
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Outcome, PolicyMatch, Verdict
from guardian.verdict_words import MOST_FINDINGS, reason_words

_HOW_FAR: Final = ((0.25, "barely"), (1.0, "clearly"), (2.5, "far"))
"""Up to which distance, in logits, a word holds: 1 multiplies the odds by 2.7."""
_FURTHEST: Final = "very far"
_DETECTORS: Final = {FindingKind.RULE: "a rule", FindingKind.MODEL: "the model", FindingKind.JUDGE: "the judge"}


def why(verdict: Verdict) -> Answer:
    """What led to a verdict, in order: what was not judged, what it does, which policy, how strongly."""
    lines = [said(reason_words(reason), f"coverage: {reason.code}") for reason in verdict.coverage.reasons]
    for finding in _distinct(findings_that_count(verdict))[:MOST_FINDINGS]:
        lines += _finding_lines(finding)
    for match in verdict.matched:
        lines += _policy_lines(match)
    if verdict.outcome is Outcome.CLEAN:
        lines.append(
            said("Nothing in it matches your policies.", f"{len(verdict.policies)} policies that looked at it")
        )
    if not verdict.matched:
        lines += _closest(verdict)
    lines += [said(line, "the judge's opinion") for line in judge_lines(verdict)]
    lines += [said(f"set aside: {veto.say}", f"the veto {veto.veto}") for veto in verdict.vetoes]
    return Answer(Question.WHY, tuple(dict.fromkeys(lines)))


def findings_that_count(verdict: Verdict) -> list[Finding]:
    """Those that a matched policy stands on, surest first, rules before the model."""
    matched = verdict.matched
    wanted = {tactic for match in matched for tactic in match.tactics} | {f"policy:{match.id}" for match in matched}
    found = [finding for finding in verdict.findings if finding.tactic in wanted]
    return sorted(found, key=lambda finding: (finding.kind is not FindingKind.RULE, -finding.score))


def _distinct(findings: list[Finding]) -> list[Finding]:
    """The surest finding of each tactic."""
    return list({finding.tactic: finding for finding in reversed(findings)}.values())[::-1]


def how_far(score: float, threshold: float) -> str:
    """How far a score is over (or under) its threshold, in words."""
    margin = margin_of(score, threshold)
    word = next((word for most, word in _HOW_FAR if abs(margin) < most), _FURTHEST)
    return f"{word} {'over' if margin >= 0 else 'under'}"


def _finding_lines(finding: Finding) -> Iterator[Line]:
    by = f"{_DETECTORS[finding.kind]} ({finding.detector})"
    yield said(f"It {finding.say}.", by)
    for span in finding.spans[:2]:
        if span.quote:
            where = f"{span.view} text, bytes {span.start:,} to {span.end:,}"
            yield quoted(span.quote, where)
    entry = TACTICS.get(finding.tactic) or GROUPS.get(finding.tactic) or (RISK if finding.tactic == RISK.id else None)
    if entry is not None:
        yield said(f"{entry.name}: {entry.definition}", f"what {finding.tactic} means in Guardian")


def _policy_lines(match: PolicyMatch) -> Iterator[Line]:
    yield said(
        f"Your policy \u2018{match.title}\u2019 looks for this. You wrote: {match.why}", f"the policy {match.id}"
    )
    roads = ", ".join(match.because)
    if all(road.startswith(("rule:", "pattern:")) for road in match.because):
        yield said("A rule or pattern found it, so no score had to be weighed.", roads)
    else:
        words = f"The score is {how_far(match.score, match.threshold)} the threshold"
        yield said(f"{words}: {match.score:.2f} against {match.threshold:.2f}.", roads)
    if match.record:
        yield said(f"How its last alarms were: {match.record}", "your own words on them")


def _closest(verdict: Verdict) -> Iterator[Line]:
    """The policy that came nearest to speaking."""
    near = [match for match in verdict.policies if match.threshold > 0]
    if near:
        match = max(near, key=lambda each: margin_of(each.score, each.threshold))
        words = f"Closest came \u2018{match.title}\u2019, {how_far(match.score, match.threshold)} its threshold"
        excused = f"; it did not count: {match.excused}" if match.excused else ""
        yield said(f"{words}: {match.score:.2f} against {match.threshold:.2f}{excused}.", f"the policy {match.id}")
