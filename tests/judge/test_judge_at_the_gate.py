"""The judge at the real gate, with a real model behind its wall: it raises, it never clears, and it is never waited for
longer than its owner allows."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from judged_house_rig import KEYWORD, PROSE_ALONE, judged_by, write_policy
from tiny_gguf import TinyModels

from guardian.assembly import open_gate
from guardian.events import Event, JudgeProblem
from guardian.gate import Screened
from guardian.journal.recorder import open_recorder
from guardian.judge.base import Label
from guardian.message import Channel, Message
from guardian.recording import NoRecord, Seen
from guardian.second_opinion import Changed
from guardian.settings import load_settings
from guardian.verdict import Outcome, Verdict

LONG_S = 60.0
ISLAND = f"Come with me to {KEYWORD} in May."
HARMLESS = "See you at eight, I bring the cake."
SOFT = PROSE_ALONE.replace('prose = "Flag', 'judge = "always"\njudge_may_soften = true\nprose = "Flag')


@pytest.fixture
def patient(tiny_models: TinyModels, guardian_home: Path) -> Any:
    """Settings under which a message waits for its opinion as long as a test may take."""
    write_policy(guardian_home, PROSE_ALONE)
    return judged_by(tiny_models.keyword(KEYWORD), guardian_home, more=f"timeout_s = {LONG_S}\n")


def test_the_judge_raises_what_rules_and_encoder_do_not_see(patient: Any) -> None:
    with open_gate(patient, recorder=NoRecord()) as gate:
        raised, left = list(gate.screen_all([Message(ISLAND.encode()), Message(HARMLESS.encode())]))
    (match,) = raised.verdict.matched
    says = raised.verdict.judge
    assert says is not None
    assert (raised.verdict.outcome, match.id, match.because) == (Outcome.FLAGGED, "far-island", ("judge",))
    assert (says.name, says.changed, says.is_late) == ("tiny", Changed.RAISED, False)
    assert [(opinion.label, opinion.is_sure) for opinion in says.opinions] == [(Label.YES, True)]
    assert left.verdict.outcome is Outcome.CLEAN
    assert left.verdict.judge is not None
    assert [opinion.label for opinion in left.verdict.judge.opinions] == [Label.NO]


def test_its_word_stands_in_the_json_and_on_the_lines(patient: Any) -> None:
    from guardian.sinks.lines import verdict_lines

    with open_gate(patient, recorder=NoRecord()) as gate:
        screened = gate.screen(Message(ISLAND.encode()))
    row = screened.verdict.to_json()
    assert row["judge"]["model"] == {"name": "tiny", "sha256": screened.verdict.judge.sha256}  # type: ignore[union-attr]
    assert (row["judge"]["changed"], row["judge"]["late"]) == ("raised", False)
    assert row["policies"][0]["because"] == ["judge"]
    lines = "\n".join(verdict_lines(screened))
    assert "it is what your policy 'The far island' asks to flag, as your judge (tiny) reads it" in lines


def test_a_judge_whose_canaries_failed_weighs_nothing(tiny_models: TinyModels, guardian_home: Path) -> None:
    """A model that knows one word says no to every canary: it is heard, and changes nothing."""
    write_policy(guardian_home, PROSE_ALONE)
    more = f"timeout_s = {LONG_S}\n"
    settings = judged_by(tiny_models.keyword(KEYWORD), guardian_home, is_trusted=False, more=more)
    told: list[Event] = []
    with open_gate(settings, told.append, recorder=NoRecord()) as gate:
        screened = gate.screen(Message(ISLAND.encode()))
    says = screened.verdict.judge
    assert says is not None
    assert screened.verdict.outcome is Outcome.CLEAN
    assert [(opinion.label, opinion.is_sure) for opinion in says.opinions] == [(Label.YES, False)]
    (problem,) = [event for event in told if isinstance(event, JudgeProblem)]
    assert problem.line.startswith("your judge tiny says no to everything")


def test_a_draft_is_never_sent_to_the_judge_and_the_whole_is(patient: Any) -> None:
    with open_gate(patient, recorder=NoRecord()) as gate:
        draft = gate.screen(Message(ISLAND.encode(), Channel.AI_OUTPUT, draft=True))
        whole = gate.screen(Message(ISLAND.encode(), Channel.AI_OUTPUT))
    assert (draft.verdict.outcome, draft.verdict.judge) == (Outcome.CLEAN, None)
    assert whole.verdict.outcome is Outcome.FLAGGED


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("scope", '[senders]\nexcept = ["eve@evil.example"]\n'),
        ("a mute", '[[mutes]]\nsender = "eve@evil.example"\nsince = 2020-01-01\nuntil = 2099-01-01\nwhy = "."\n'),
        ("a fine example", f'[[examples]]\ntext = "{ISLAND}"\nflag = false\n'),
    ],
)
def test_what_its_owner_excused_is_not_asked_about(
    what: str, more: str, tiny_models: TinyModels, guardian_home: Path
) -> None:
    write_policy(guardian_home, f"{PROSE_ALONE}{more}".replace("2099-01-01", "2027-01-01").replace("2020", "2026"))
    settings = judged_by(tiny_models.keyword(KEYWORD), guardian_home, more=f"timeout_s = {LONG_S}\n")
    with open_gate(settings, recorder=NoRecord()) as gate:
        screened = gate.screen(Message(ISLAND.encode(), sender="eve@evil.example"))
    assert (screened.verdict.outcome, screened.verdict.judge) == (Outcome.CLEAN, None), what


def test_a_pattern_is_never_softened_and_a_tactic_only_where_its_owner_says_so(
    tiny_models: TinyModels, guardian_home: Path
) -> None:
    """The model says no to what lacks its word: to what a pattern found, and to what the encoder found."""
    pressing = (
        "URGENT: your account will be closed today. Pay the fee now, tell nobody, and send me the gift card codes."
    )
    by_tactic = '[match]\ntactics = "impersonation"\n'
    soft, strict = SOFT.replace("far-island", "soft"), SOFT.replace("far-island", "strict")
    write_policy(guardian_home, f"{SOFT}[match]\npatterns = ['gift card']\n")
    write_policy(guardian_home, soft + by_tactic, "soft.toml")
    write_policy(guardian_home, strict.replace("judge_may_soften = true\n", "") + by_tactic, "strict.toml")
    settings = judged_by(tiny_models.keyword(KEYWORD), guardian_home, more=f"timeout_s = {LONG_S}\n")
    with open_gate(settings, recorder=NoRecord()) as gate:
        verdict = gate.screen(Message(pressing.encode())).verdict
    mine = ("far-island", "strict", "soft")
    actions = {match.id: match.action.value for match in verdict.matched if match.id in mine}
    assert verdict.judge is not None
    assert {opinion.label for opinion in verdict.judge.opinions} == {Label.NO}
    assert actions == {"far-island": "warn", "strict": "warn", "soft": "notice"}
    assert [reason.code for reason in verdict.coverage.reasons] == ["judge-doubts"]


def test_nothing_is_loaded_and_no_thread_begins_without_a_judge(guardian_home: Path) -> None:
    write_policy(guardian_home, PROSE_ALONE)
    loaded = {name for name in sys.modules if name.startswith("guardian.judge.")}
    for name in loaded:
        del sys.modules[name]
    before = threading.active_count()
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    with open_gate(settings, recorder=NoRecord()) as gate:
        screened = gate.screen(Message(ISLAND.encode()))
        during = {thread.name for thread in threading.enumerate()}
    assert screened.verdict.judge is None
    assert "guardian-judge" not in during
    assert not [name for name in sys.modules if name.startswith("guardian.judge.")]
    assert threading.active_count() <= before + 1


class Late:
    """A recorder that keeps nothing, and notes what came late."""

    def __init__(self) -> None:
        self.has_come = threading.Event()
        self.before: Verdict | None = None
        self.now: Verdict | None = None

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        return None

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        self.before, self.now = before, now
        self.has_come.set()
        return None


def test_who_has_no_time_gets_the_verdict_at_once_and_the_opinion_later(patient: Any) -> None:
    late, told = Late(), []
    has_come = threading.Event()

    def hear(screened: Screened) -> None:
        told.append(screened)
        has_come.set()

    with open_gate(patient, recorder=late) as gate:
        gate.tell_late(hear)
        first = gate.screen(Message(ISLAND.encode(), judge_within_s=0.0))
        assert has_come.wait(LONG_S)
    says = first.verdict.judge
    assert says is not None
    assert (first.verdict.outcome, says.is_late, says.opinions) == (Outcome.CLEAN, True, ())
    assert late.now is not None
    assert late.now.judge is not None
    assert (late.now.outcome, late.now.judge.is_late, late.now.judge.changed) == (Outcome.FLAGGED, True, Changed.RAISED)
    assert [screened.verdict.outcome for screened in told] == [Outcome.FLAGGED]
    assert late.before == first.verdict


def test_what_changes_nothing_is_recorded_and_interrupts_nobody(patient: Any) -> None:
    late = Late()
    told: list[Screened] = []
    with open_gate(patient, recorder=late) as gate:
        gate.tell_late(told.append)
        gate.screen(Message(HARMLESS.encode(), judge_within_s=0.0))
        assert late.has_come.wait(LONG_S)
    assert late.now is not None
    assert (late.now.outcome, told) == (Outcome.CLEAN, [])


def test_the_time_of_who_asked_counts_from_when_they_asked(patient: Any) -> None:
    """A message that others wait behind, and that has waited longer than its limit already, waits no more."""
    with open_gate(patient, recorder=Late()) as gate:
        asked_long_ago = replace(Message(ISLAND.encode()), asked_s=-1e9)
        assert gate.screen(asked_long_ago).verdict.judge.is_late  # type: ignore[union-attr]


def test_a_late_opinion_of_what_was_only_counted_becomes_a_record_of_its_own(patient: Any) -> None:
    has_come = threading.Event()
    told: list[Screened] = []

    def hear(screened: Screened) -> None:
        told.append(screened)
        has_come.set()

    with open_recorder(patient) as recorder, open_gate(patient, recorder=recorder) as gate:
        gate.tell_late(hear)
        first = gate.screen(Message(ISLAND.encode(), judge_within_s=0.0))
        assert has_come.wait(LONG_S)
    assert first.verdict.journal is None
    assert told[0].verdict.journal is not None
    assert isinstance(told[0].verdict.journal["seq"], int)


def test_a_judge_that_is_gone_is_told_and_everything_goes_on(patient: Any, tiny_models: TinyModels) -> None:
    settings = replace(patient, judge=replace(patient.judge, model="another"))
    told: list[Event] = []
    with open_gate(settings, told.append, recorder=NoRecord()) as gate:
        verdict = gate.screen(Message(ISLAND.encode())).verdict
    assert (verdict.outcome, verdict.judge) == (Outcome.CLEAN, None)
    (problem,) = [event for event in told if isinstance(event, JudgeProblem)]
    assert problem.line.startswith("your judge another can't be used: no model is called another")


def test_a_file_that_is_no_longer_the_one_that_was_added_is_told_in_the_verdict(
    tmp_path: Path, tiny_models: TinyModels, guardian_home: Path
) -> None:
    write_policy(guardian_home, PROSE_ALONE)
    copy = tmp_path / "model.gguf"
    copy.write_bytes(tiny_models.keyword(KEYWORD).read_bytes())
    settings = judged_by(copy, guardian_home, more=f"timeout_s = {LONG_S}\n")
    copy.write_bytes(tiny_models.random().read_bytes())
    with open_gate(settings, recorder=NoRecord()) as gate:
        verdict = gate.screen(Message(ISLAND.encode())).verdict
    assert verdict.outcome is Outcome.CLEAN
    assert verdict.judge is not None
    assert verdict.judge.opinions[0].failure.startswith("judge-down: ")
