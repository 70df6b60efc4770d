"""From a verdict to words on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_triage import a_verdict

from guardian import gate as gate_module
from guardian.finding import Finding, Span
from guardian.gate import Gate, Screened
from guardian.message import Channel, Message
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity
from tui.rendering import COLOURS, reasons, title

MakeMessage = Callable[..., Message]


def test_every_outcome_has_a_colour_of_its_own_or_shares_it_with_what_was_not_judged() -> None:
    assert set(COLOURS) == set(Outcome)
    judged = [COLOURS[outcome] for outcome in (Outcome.CLEAN, Outcome.NOTICE, Outcome.FLAGGED, Outcome.UNSURE)]
    assert len(set(judged)) == len(judged)


def flagged(*findings: Finding, reason: str = "") -> Screened:
    """Flagged for those findings, made with the gate's own seal: what only a test may do."""
    tactics = tuple(finding.tactic for finding in findings)
    match = PolicyMatch("p", "Pay", "Once was enough.", Severity.HIGH, Action.WARN, 1.0, 0.5, True, tactics=tactics)
    coverage = Coverage(10, 1, (Reason("too-large", reason),) if reason else ())
    verdict = replace(
        a_verdict(Outcome.FLAGGED), policies=(match,), findings=findings, coverage=coverage, advice=("Call them.",)
    )
    return Screened(gate_module._SEAL, Message(b"pay me [b]now[/b]"), verdict)


def test_a_quote_is_said_once_below_all_that_it_stands_for() -> None:
    span = Span(0, 6, "pay me", "visible")
    pair = [Finding("x", tactic, 0.9, say, (span,)) for tactic, say in (("threat", "threatens"), ("guilt", "blames"))]
    words = reasons(flagged(*pair)).plain
    assert 'it threatens\nit blames\n"pay me"' in words


def test_the_order_is_not_judged_does_policy_advice_scores() -> None:
    finding = Finding("x", "threat", 0.9, "threatens", (Span(0, 6, "pay me", "visible"),))
    words = reasons(flagged(finding, reason="only a part was read")).plain
    parts = [
        "flagged:",
        "not judged: only",
        "it threatens",
        "your policy: Pay",
        "you can: Call them.",
        "scores:",
    ]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


def test_markup_in_a_quote_is_only_words() -> None:
    finding = Finding("x", "threat", 0.9, "threatens", (Span(7, 17, "[b]now[/b]", "visible"),))
    content = reasons(flagged(finding))
    assert '"[b]now[/b]"' in content.plain


@pytest.mark.parametrize(
    ("channel", "sender", "shown"),
    [
        (Channel.INCOMING, None, "from a person"),
        (Channel.AI_OUTPUT, None, "from an AI"),
        (Channel.INCOMING, "a\x1b[31m@b.example", "a\\x1b[31m@b.example"),
    ],
)
def test_the_title_says_who_speaks(
    gate: Gate, message: MakeMessage, channel: Channel, sender: str | None, shown: str
) -> None:
    screened = gate.screen(message("Lunch at noon?", channel=channel, sender=sender))
    assert title(screened).plain == f"clean  note.txt  {shown}"
