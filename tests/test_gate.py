"""The gate on the real model: what goes in comes out, in order, judged or said not to be."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guardian.assembly import open_gate
from guardian.finding import FindingKind
from guardian.gate import Gate
from guardian.message import Channel, Format, Message
from guardian.settings import load_settings
from guardian.verdict import Outcome

PHISH = (
    "Your account was locked. Reply with your password and the code that we have just sent you. "
    "Do not tell anyone, not even the bank."
)
SCAM = (
    "Mum it is me, I dropped my phone in the sea and this is my new number. Please send 640 euros to my landlord today "
    "he will throw me out tonight. I pay you back on Friday, and please do not tell Dad. "
)
GRUDGE = (
    "You never loved me. After everything I did for you, you owe me this. "
    "If you tell your sister, you will lose the children. "
)
ORDINARY = "Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann"
FILLER = "The library opens at nine on Saturday, and the reading group meets upstairs as usual. "


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    home = tmp_path_factory.mktemp("home")
    with open_gate(load_settings({**os.environ, "GUARDIAN_HOME": str(home)}, {})) as opened:
        yield opened


@pytest.mark.long
def test_messages_come_out_in_the_order_in_which_they_went_in(gate: Gate) -> None:
    messages = [Message(FILLER.encode() * (1 + number % 9), id=str(number)) for number in range(80)]
    assert [screened.message.id for screened in gate.screen_all(messages)] == [message.id for message in messages]


def test_a_none_flushes_what_is_pending(gate: Gate) -> None:
    taken: list[str] = []

    def source() -> Iterator[Message | None]:
        yield Message(ORDINARY.encode(), id="first")
        yield None
        assert taken == ["first"]  # answered before the next message is asked for
        yield Message(ORDINARY.encode(), id="second")

    for screened in gate.screen_all(source()):
        taken.append(screened.message.id)
    assert taken == ["first", "second"]


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=600), format=st.sampled_from(Format), channel=st.sampled_from(Channel))
def test_any_bytes_get_a_verdict_and_stay_as_they_were(
    gate: Gate, raw: bytes, format: Format, channel: Channel
) -> None:
    screened = gate.screen(Message(raw, channel=channel, format=format))
    verdict = screened.verdict
    assert screened.message.raw is raw
    assert verdict.coverage.complete or verdict.outcome is not Outcome.CLEAN
    for finding in verdict.findings:
        for span in finding.spans:
            assert not span.exact or raw[span.start : span.end].decode("utf-8", "surrogateescape") == span.quote


def test_an_empty_message_is_clean_and_complete(gate: Gate) -> None:
    verdict = gate.screen(Message(b"")).verdict
    assert (verdict.outcome, verdict.coverage.complete) == (Outcome.CLEAN, True)


def test_a_fault_of_the_source_is_unscreened_with_its_reason(gate: Gate) -> None:
    verdict = gate.screen(Message(b"", fault="line 7 holds no message: not JSON")).verdict
    assert verdict.outcome is Outcome.UNSCREENED
    assert "line 7" in str(verdict.coverage.reasons[0])


def test_a_cut_message_is_never_clean(gate: Gate) -> None:
    verdict = gate.screen(Message(ORDINARY.encode(), cut=True)).verdict
    assert verdict.outcome is Outcome.UNSURE
    assert "too-large" in str(verdict.coverage.reasons[0])


def test_a_phish_is_found_at_any_place_in_a_long_text(gate: Gate) -> None:
    """The worst window decides: padding before, after or around changes nothing, nor does an edge between windows."""
    for before in (0, 7, 11, 12, 13, 40):
        text = FILLER * before + PHISH + " " + FILLER * (40 - before)
        assert gate.screen(Message(text.encode())).verdict.outcome is Outcome.FLAGGED, before


def test_scores_name_every_trained_output_and_risk(gate: Gate) -> None:
    first, second = (gate.screen(Message(text.encode())).verdict for text in (PHISH, ORDINARY))
    assert set(first.scores) == set(second.scores)
    assert "risk" in first.scores
    assert first.risk > second.risk


def test_a_rule_finding_stands_whatever_the_model_says(gate: Gate) -> None:
    """Wall 4: the model may add, never clear."""
    rules = {
        (finding.tactic, finding.detector)
        for finding in gate.screen(Message((PHISH + " " + FILLER * 30).encode())).verdict.findings
        if finding.kind is FindingKind.RULE
    }
    assert ("credential_request", "credentials") in rules


def test_quotes_of_the_model_are_sentences_of_the_message(gate: Gate) -> None:
    verdict = gate.screen(Message((GRUDGE + ORDINARY).encode())).verdict
    quotes = [span.quote for finding in verdict.findings if finding.kind is FindingKind.MODEL for span in finding.spans]
    assert quotes
    assert all(quote in GRUDGE + ORDINARY for quote in quotes)
    assert any(quote in GRUDGE for quote in quotes)


def test_a_text_in_another_language_is_scored_but_not_called_judged(gate: Gate) -> None:
    text = "Bitte bringen Sie morgen die Unterlagen mit, wir sehen uns dann um zehn Uhr im Büro. " * 3
    verdict = gate.screen(Message(text.encode())).verdict
    assert verdict.outcome in (Outcome.UNSURE, Outcome.UNSCREENED)
    assert verdict.scores
    assert any("English" in str(reason) for reason in verdict.coverage.reasons)


def test_the_verdict_says_which_model_policies_and_wall(gate: Gate) -> None:
    verdict = gate.screen(Message(ORDINARY.encode())).verdict
    assert len(verdict.model_sha256) == 64
    assert verdict.policy_set.startswith("sha256:")
    assert verdict.wall in ("netns", "seccomp", "none")


GERMAN = (
    "Bitte überweisen Sie den Betrag noch heute, sonst wird Ihr Konto gesperrt. Sprechen Sie mit niemandem darüber."
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "channel", "outcome", "reasons"),
    [
        pytest.param("", "incoming", Outcome.CLEAN, set(), id="empty"),
        pytest.param(" \n\t ", "incoming", Outcome.CLEAN, set(), id="white space"),
        pytest.param("x", "incoming", Outcome.CLEAN, set(), id="one character"),
        pytest.param("\N{THUMBS UP SIGN}", "incoming", Outcome.CLEAN, set(), id="one emoji"),
        pytest.param(
            "win " * 262_144,
            "incoming",
            Outcome.UNSCREENED,
            {"too-large", "language-not-covered"},
            id="1 MB of one word",
        ),
        pytest.param(
            "Hello, привет и до завтра, 你好 see you at ten, مرحبا, ok",
            "incoming",
            Outcome.UNSCREENED,
            {"language-not-covered"},
            id="mixed scripts",
        ),
        pytest.param(GERMAN, "incoming", Outcome.UNSCREENED, {"language-not-covered"}, id="German"),
        pytest.param(
            "您的账户已被冻结，请立即点击链接验证您的身份信息。",
            "incoming",
            Outcome.UNSCREENED,
            {"language-not-covered"},
            id="Chinese",
        ),
        pytest.param(
            "Prune the roses in late winter, just above a bud that faces outward.",
            "ai_output",
            Outcome.CLEAN,
            set(),
            id="an assistant's reply without its question",
        ),
    ],
)
def test_an_odd_text_has_a_defined_answer(
    gate: Gate, text: str, channel: str, outcome: Outcome, reasons: set[str]
) -> None:
    verdict = gate.screen(Message(text.encode(), Channel(channel))).verdict
    assert verdict.outcome is outcome
    assert {reason.code for reason in verdict.coverage.reasons} == reasons
    assert verdict.coverage.complete is (not reasons)


def test_a_conversation_changes_what_a_sentence_means_and_never_what_was_sent(gate: Gate) -> None:
    turns = ("Ana: I took grandma's bank card, she will not notice before Friday", "me: that is theft", "Ana: relax")
    alone, told = (Message(b"Don't tell mum.", context=context) for context in ((), turns))
    first, second = gate.screen(alone), gate.screen(told)
    assert first.verdict.risk != second.verdict.risk
    assert second.message.raw == alone.raw
    assert second.verdict.coverage.windows == first.verdict.coverage.windows == 1
