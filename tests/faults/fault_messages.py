"""Messages and verdicts as the gate gives them to a recorder, without a model."""

from __future__ import annotations

from guardian.finding import Finding, Span
from guardian.message import Channel, Message
from guardian.recording import Seen
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Severity, Verdict

SEEN = Seen({"urgency": 0.9}, ("billing@example.com",))


def message(text: str, *, id: str = "m", sender: str = "billing@example.com") -> Message:
    """One incoming text."""
    return Message(text.encode(), Channel.INCOMING, id=id, sender=sender, context=(f"before {text}",))


def verdict(of: Message, outcome: Outcome = Outcome.FLAGGED) -> Verdict:
    """What the gate might say of it."""
    is_flagged = outcome is Outcome.FLAGGED
    quote = of.raw.decode()
    match = PolicyMatch(
        id="pressure-to-pay",
        title="Pressure to pay",
        why="I paid once.",
        severity=Severity.HIGH,
        action=Action.WARN if is_flagged else Action.NONE,
        score=0.96 if is_flagged else 0.02,
        threshold=0.8,
        matched=is_flagged,
        because=("tactic:urgency",) if is_flagged else (),
        tactics=("urgency",) if is_flagged else (),
    )
    return Verdict(
        id=of.id,
        channel=of.channel.value,
        outcome=outcome,
        action=match.action,
        risk=0.9 if is_flagged else 0.1,
        scores={"urgency": 0.9},
        policies=(match,),
        findings=(Finding("money", "urgency", 0.9, "asks for money", (Span(0, len(of.raw), quote),)),),
        vetoes=(),
        coverage=Coverage(len(of.raw), 1),
        model_name="guardian-mini-1",
        model_sha256="ab" * 32,
        policy_set="sha256:" + "cd" * 32,
        wall="netns",
        elapsed_ms=1.0,
    )
