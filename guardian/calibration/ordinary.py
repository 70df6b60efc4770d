"""Which messages may count as ordinary, for whatever learns from the owner's own stream."""

from __future__ import annotations

from guardian.finding import FindingKind
from guardian.policy.roads import RULE_THRESHOLD
from guardian.verdict import Verdict

_OTHER_WORDS = ("rule:", "pattern:", "example:", "judge")


def is_ordinary(verdict: Verdict) -> bool:
    """Whether a message may count as ordinary: wholly judged, with no word against it but the model's outputs'."""
    by_rule = any(f.kind is FindingKind.RULE and f.score >= RULE_THRESHOLD for f in verdict.findings)
    by_another = any(reason.startswith(_OTHER_WORDS) for match in verdict.matched for reason in match.because)
    return bool(verdict.scores) and verdict.coverage.complete and not by_rule and not by_another
