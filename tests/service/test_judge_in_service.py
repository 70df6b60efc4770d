"""The judge in the warm service: no answer waits for it longer than its limit, and what is late reaches the journal."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from judged_house_rig import KEYWORD, PROSE_ALONE, judged_by, write_policy
from service_rig import LONGEST_S, running, served, socket_of, wait_until
from tiny_gguf import TinyModels

from guardian.assembly import assembled
from guardian.events import JudgeMended, JudgeProblem, ignore
from guardian.gate import Screened
from guardian.inference.child import default_command
from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.scan import Scan
from guardian.judge.cell import open_cell
from guardian.message import Message
from guardian.outcome import Outcome
from guardian.service.client import ServiceClient
from guardian.service.house import House
from guardian.service.notices import Notices
from guardian.service.place import SOCKET_NAME
from guardian.settings import Settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
ISLAND = f"Come with me to {KEYWORD} in May.".encode()


@pytest.fixture
def settings(tiny_models: TinyModels, guardian_home: Path) -> Settings:
    """A house that keeps every verdict, and whose judge is waited for as long as a test may take."""
    write_policy(guardian_home, PROSE_ALONE)
    settings = judged_by(tiny_models.keyword(KEYWORD), guardian_home, more="timeout_s = 60\n")
    with open(settings.paths.settings_file, "a", encoding="utf-8") as file:
        file.write('[journal]\nclean = "full"\n')
    return settings


def kinds(settings: Settings) -> list[Kind]:
    with open_journal(settings) as journal:
        journal.unlock()
        return [entry.record.kind for entry in Scan(journal).entries() if isinstance(entry.record, Record)]


@pytest.mark.long
def test_who_waits_gets_the_opinion_with_the_answer(settings: Settings, guardian_home: Path) -> None:
    with running(guardian_home), ServiceClient(socket_of(guardian_home), timeout_s=LONGEST_S) as client:
        answer = client.screen(Message(ISLAND))
    assert answer.outcome is Outcome.FLAGGED
    assert answer.verdict["judge"]["changed"] == "raised"
    assert answer.verdict["judge"]["late"] is False


@pytest.mark.long
def test_who_has_no_time_is_answered_and_the_alert_comes_late(
    settings: Settings, guardian_home: Path, run_guardian: Run
) -> None:
    with running(guardian_home), ServiceClient(socket_of(guardian_home), timeout_s=LONGEST_S) as client:
        answer = client.screen(Message(ISLAND, judge_within_s=0.0))
        assert (answer.outcome, answer.verdict["judge"]["late"]) == (Outcome.CLEAN, True)
        wait_until(lambda: Kind.OPINION in kinds(settings))
    shown = run_guardian("journal", "show", str(answer.seq)).stdout.decode()
    assert "! flagged" in shown
    assert "as your judge (tiny) reads it" in shown
    listed = run_guardian("journal", "list", "~o", "flagged").stdout.decode()
    assert "[judge: raised]" in listed


def slow_start(after_s: float) -> list[str]:
    """The real worker, which takes its time before it begins."""
    *before, boot = default_command("guardian.inference.generative_worker")
    return [*before, f"import time; time.sleep({after_s}); {boot}"]


@pytest.mark.long
def test_while_a_slow_judge_is_not_there_yet_messages_are_answered_and_then_raised(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guardian.judge.opening.open_cell", partial(open_cell, worker_command=slow_start(2.0)))
    impatient = replace(settings, judge=replace(settings.judge, timeout_s=0.05))
    impatient = replace(impatient, journal=replace(impatient.journal, clean="full"))
    heard: list[Outcome] = []

    def hear(screened: Screened) -> None:
        heard.append(screened.verdict.outcome)

    with (
        open_recorder(impatient) as recorder,
        assembled(impatient, recorder=recorder) as parts,
        served(tmp_path / "run", parts, on_screened=[hear]) as server,
        ServiceClient(tmp_path / "run" / SOCKET_NAME, timeout_s=LONGEST_S) as client,
    ):
        answers = [client.screen(Message(ISLAND + bytes([65 + number]))) for number in range(3)]
        assert server.counts.answers == 3
        assert {answer.outcome for answer in answers} == {Outcome.CLEAN}
        assert all(answer.verdict["judge"]["late"] for answer in answers)
        wait_until(lambda: heard.count(Outcome.FLAGGED) == 3)
    assert heard.count(Outcome.CLEAN) == 3
    assert kinds(impatient).count(Kind.OPINION) == 3


@pytest.mark.long
def test_what_was_only_counted_and_is_raised_late_becomes_a_record(
    settings: Settings, guardian_home: Path, run_guardian: Run
) -> None:
    text = settings.paths.settings_file.read_text(encoding="utf-8").replace('clean = "full"', 'clean = "counts"')
    settings.paths.settings_file.write_text(text, encoding="utf-8")
    with running(guardian_home), ServiceClient(socket_of(guardian_home), timeout_s=LONGEST_S) as client:
        answer = client.screen(Message(ISLAND, judge_within_s=0.0))
        assert (answer.outcome, answer.seq) == (Outcome.CLEAN, None)
        wait_until(lambda: settings.paths.journal_file.exists() and Kind.VERDICT in kinds(settings))
    listed = run_guardian("journal", "list", "~o", "flagged").stdout.decode()
    assert "The far island" in listed


@pytest.mark.long
def test_the_thin_client_passes_its_limit_on(settings: Settings, guardian_home: Path, run_guardian: Run) -> None:
    """A limit of less than the settings' goes to the service; one of more needs a gate of one's own."""
    with running(guardian_home):
        short = run_guardian("filter", "--json", "--judge-timeout", "0", "--verbose", stdin=ISLAND)
        long = run_guardian("filter", "--json", "--judge-timeout", "61", "--verbose", stdin=ISLAND)
        refused = run_guardian("filter", "--json", "--judge-timeout", "soon", stdin=ISLAND)
    assert b"judged by the warm service" in short.stderr
    assert json.loads(short.stdout)["judge"]["late"] is True
    assert b"--judge-timeout is more than the service waits (judge.timeout_s)" in long.stderr
    assert json.loads(long.stdout)["judge"]["changed"] == "raised"
    assert refused.returncode == 2
    assert b"--judge-timeout" in refused.stderr


def test_a_service_loads_its_judge_at_once_and_a_gate_beside_it_does_not(settings: Settings) -> None:
    """A large model is in memory once, while only one of two programs asks it."""

    def judges() -> int:
        return sum(thread.name == "guardian-judge" for thread in threading.enumerate())

    before = judges()
    with open_recorder(settings) as recorder, assembled(settings, recorder=recorder, follow=True):
        assert judges() == before
    with House(settings.paths, lambda: settings, ignore) as house:
        house.current()
        assert judges() == before + 1
    wait_until(lambda: judges() == before)


def test_a_judge_that_is_taken_off_the_list_and_put_back_is_followed(settings: Settings) -> None:
    list_of_models = settings.paths.added_models_file
    kept = list_of_models.read_bytes()
    with House(settings.paths, lambda: settings, ignore) as house:
        with_judge = house.current().gate
        assert with_judge.screen(Message(ISLAND)).verdict.judge is not None
        list_of_models.unlink()
        without = house.current().gate
        assert without is not with_judge
        assert not without.screen(Message(ISLAND + b" ")).verdict.matched
        list_of_models.write_bytes(kept)
        again = house.current().gate
        assert again.screen(Message(ISLAND + b"  ")).verdict.judge is not None
        assert house.current().gate is again


def test_a_word_of_feedback_is_told_with_the_next_verdict_and_does_not_cost_the_judge_its_model(
    settings: Settings, guardian_home: Path, run_guardian: Run
) -> None:
    with House(settings.paths, lambda: settings, ignore) as house:
        gate = house.current().gate
        first = gate.screen(Message(ISLAND))
        assert first.verdict.journal is not None
        assert run_guardian("feedback", str(first.verdict.journal["seq"]), "right").returncode == 0
        assert house.current().gate is gate
        (match,) = gate.screen(Message(ISLAND + b" ")).verdict.matched
    assert match.id == "far-island"
    assert "right" in match.record


def test_that_a_judge_is_well_again_is_told_to_clients_as_its_trouble_was() -> None:
    notices = Notices(ignore)
    notices(JudgeProblem("your judge tiny says no to everything"))
    assert notices.take() == ("your judge tiny says no to everything",)
    notices(JudgeMended("your judge tiny knows its canaries again"))
    assert notices.take() == ("your judge tiny knows its canaries again",)
    assert notices.take() == ()


@pytest.mark.long
def test_a_cold_filter_that_cannot_wait_says_so_and_ends(
    settings: Settings, guardian_home: Path, run_guardian: Run
) -> None:
    begun_s = time.monotonic()
    done = run_guardian("filter", "--json", "--judge-timeout", "0", stdin=ISLAND)
    assert done.returncode == 0
    assert json.loads(done.stdout)["judge"] == {
        "model": {"name": "tiny", "sha256": json.loads(done.stdout)["judge"]["model"]["sha256"]},
        "opinions": [],
        "late": True,
        "changed": "",
    }
    assert time.monotonic() - begun_s < LONGEST_S, "nothing hangs at the end"
    is_told_lost = b"what it would say of 1 message is lost (guardian serve keeps it ready)" in done.stderr
    is_recorded = b"The far island" in run_guardian("journal", "list", "~o", "flagged").stdout
    assert is_told_lost is not is_recorded, "the judge may be quicker than the end, and nothing is lost unsaid"
