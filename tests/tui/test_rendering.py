"""From a verdict to words on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_hostile import HOSTILE
from test_triage import a_verdict

from guardian import gate as gate_module
from guardian.finding import Finding, Span
from guardian.gate import Gate, Screened
from guardian.message import Channel, Message
from guardian.safe_text import safe_text
from guardian.tactics import TACTICS, definition_for, name_for
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity
from tui.rendering import COLOURS, reasons, record_facts, title
from tui.shown import shown_of_screened

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
    words = reasons(flagged(*pair).verdict).plain
    assert 'it threatens [1]\nit blames [1]\n  [1] "pay me"' in words


def test_the_order_is_not_judged_does_tactic_policy_scores_advice() -> None:
    finding = Finding("x", "threat", 0.9, "threatens", (Span(0, 6, "pay me", "visible"),))
    words = reasons(flagged(finding, reason="only a part was read").verdict).plain
    parts = [
        "flagged:",
        "not judged: only",
        "it threatens",
        f"{name_for('threat')}: ",
        "your policy: Pay",
        "you wrote: Once was enough.",
        "p: matched by",
        "scores:",
        "you can: Call them.",
    ]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


def test_markup_in_a_quote_is_only_words() -> None:
    finding = Finding("x", "threat", 0.9, "threatens", (Span(7, 17, "[b]now[/b]", "visible"),))
    content = reasons(flagged(finding).verdict)
    assert '"[b]now[/b]"' in content.plain


def test_a_tactic_is_told_with_its_definition_in_one_sentence() -> None:
    words = reasons(flagged(Finding("x", "urgency", 0.9, "hurries you")).verdict).plain
    (line,) = [line for line in words.splitlines() if line.startswith(f"{name_for('urgency')}: ")]
    assert definition_for("urgency").startswith(line.partition(": ")[2])
    assert line.count(". ") == 0


def test_many_tactics_are_told_by_name_and_none_is_left_out() -> None:
    every = list(TACTICS)[:9]
    words = reasons(flagged(*(Finding("x", tactic, 0.9, "does it") for tactic in every)).verdict).plain
    assert all(name_for(tactic) in words for tactic in every)
    assert "and 5 more tactics: " in words


def test_a_policys_record_stands_behind_its_why() -> None:
    screened = flagged()
    match = replace(screened.verdict.policies[0], record="right 4 of 5")
    words = reasons(replace(screened.verdict, policies=(match,))).plain
    assert "you wrote: Once was enough.\nits record: right 4 of 5" in words


def test_quotes_beyond_three_are_counted() -> None:
    spans = tuple(Span(number, number + 1, f"word {number}", "visible") for number in range(5))
    words = reasons(flagged(Finding("x", "threat", 0.9, "threatens", spans)).verdict).plain
    assert "it threatens [1][2][3] …" in words
    assert "and 2 more places, marked in the text" in words


@pytest.mark.parametrize("text", [text for text, _ in HOSTILE], ids=[why for _, why in HOSTILE])
def test_whatever_a_verdict_holds_its_reasons_are_safe(text: str) -> None:
    finding = Finding("x", text, 0.9, text, (Span(0, 6, text, text),))
    screened = flagged(finding, reason=text)
    match = replace(screened.verdict.policies[0], id=text, title=text, why=text, record=text, because=(text,))
    verdict = replace(screened.verdict, policies=(match,), advice=(text,), model_name="m", wall="none")
    words = reasons(verdict).plain
    assert safe_text(words) == words


def test_the_small_print_says_which_record_model_wall_and_policies() -> None:
    screened = flagged()
    words = record_facts(shown_of_screened(screened, 0)).plain
    assert "journal: not in the journal, 1970" in words
    for fact in (screened.verdict.model_name, screened.verdict.wall, screened.verdict.policy_set[:19]):
        assert fact in words


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
    assert title(shown_of_screened(screened, 0)).plain == f"clean  note.txt  {shown}"
