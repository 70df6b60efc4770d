"""Each reading is breached beyond its bound, says what to do, and is not known rather than good where nothing says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from health_rig import HOUR_MS, NOW_MS, a_record, a_register, days_ago, facts_of, put, say
from journal_rig import begun

from guardian.health.base import Block, Reading, Standing
from guardian.health.bounds import LATENCY_P95_MS, LEAST_DRIFT_MESSAGES, STALL_S
from guardian.health.keeping import AnchorFacts, anchor_facts, journal_block
from guardian.health.model import FilesChecked, model_block
from guardian.health.policies import PolicyFacts, policies_block
from guardian.health.run_facts import RunFacts, RunTally, source_name
from guardian.health.scores import scores_block
from guardian.health.screening import screening_block
from guardian.journal.counts import add_count
from guardian.journal.feedback import Says
from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.journal.standing import standing
from guardian.settings import Settings
from guardian.verdict import Outcome
from guardian.walls.probe import Probe


def reading(block: Block, id: str) -> Reading:
    (found,) = [each for each in block.readings if each.id == id]
    assert not found.is_breached or found.say, "a breach without a word on what to do"
    return found


# --- screening ----------------------------------------------------------------------------------------------------

RUN = RunFacts(began_ms=NOW_MS - HOUR_MS, beat_ms=NOW_MS)


@pytest.mark.parametrize(
    ("run", "register", "id", "standing"),
    [
        (RUN, a_register(), "thread", Standing.GOOD),
        (replace(RUN, beat_ms=None), a_register(), "thread", Standing.UNKNOWN),
        (replace(RUN, beat_ms=NOW_MS - 31_000), a_register(), "thread", Standing.BREACHED),
        (replace(RUN, stopped="the thread has ended"), a_register(), "thread", Standing.BREACHED),
        (RUN, a_register(waiting=4, silent_ms=900.0), "queue", Standing.GOOD),
        (RUN, a_register(waiting=4, silent_ms=STALL_S * 1000 + 1), "queue", Standing.BREACHED),
        (replace(RUN, queued=2, stalled_s=STALL_S + 1), a_register(), "queue", Standing.BREACHED),
        (RUN, a_register(), "latency-run", Standing.UNKNOWN),
        (replace(RUN, latencies_ms=(20.0,) * 50), a_register(), "latency-run", Standing.GOOD),
        (replace(RUN, latencies_ms=(LATENCY_P95_MS + 1,) * 50), a_register(), "latency-run", Standing.BREACHED),
    ],
)
def test_the_screening_of_this_run(run: RunFacts, register: Any, id: str, standing: Standing) -> None:
    assert reading(screening_block(NOW_MS, None, run, register), id).standing is standing


def test_a_thread_that_ended_says_stopped() -> None:
    block = screening_block(NOW_MS, None, replace(RUN, stopped="it has ended"), None)
    assert reading(block, "thread").value.startswith("STOPPED")


def test_who_was_last_screened_comes_from_the_journal_and_from_this_run(settings: Settings) -> None:
    put(settings, [a_record(at_ms=NOW_MS - 3 * HOUR_MS), a_record(at_ms=NOW_MS - 5 * HOUR_MS, source="proxy:8080")])
    run = replace(RUN, last_ms={("ai_output", "ask"): NOW_MS - 1000})
    block = screening_block(NOW_MS, facts_of(settings), run, a_register())
    people = reading(block, "last-incoming")
    assert people.measured_ms == NOW_MS - 3 * HOUR_MS
    assert people.value.startswith("3 hours ago (maildir ")
    assert "proxy" in people.value
    assert reading(block, "last-ai_output").value.startswith("just now (ask ")


def test_a_channel_on_which_nothing_came_is_not_known_and_never_good(settings: Settings) -> None:
    put(settings, [a_record()])
    last = reading(screening_block(NOW_MS, facts_of(settings), None, None), "last-ai_output")
    assert last.standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("unscreened", "clean", "is_breached"), [(0, 50, False), (1, 99, False), (3, 50, True), (2, 2, True)]
)
def test_the_share_of_unscreened_counts_what_was_only_counted(
    settings: Settings, unscreened: int, clean: int, is_breached: bool
) -> None:
    put(settings, [a_record(Outcome.UNSCREENED, at_ms=days_ago(1)) for _ in range(unscreened)] or [a_record()])
    with begun(settings) as journal:
        from datetime import UTC, datetime

        day = datetime.fromtimestamp(days_ago(2) / 1000, UTC).date().isoformat()
        add_count(journal.store, journal.id, day, "incoming", "clean", clean)
    rate = reading(screening_block(NOW_MS, facts_of(settings), None, None), "unscreened")
    assert rate.is_breached is is_breached
    assert rate.value.startswith(f"{unscreened} of ")


def test_what_is_older_than_a_week_does_not_enter_the_rates(settings: Settings) -> None:
    put(settings, [a_record(Outcome.UNSCREENED, at_ms=days_ago(8)) for _ in range(20)])
    assert reading(screening_block(NOW_MS, facts_of(settings), None, None), "unscreened").value == "none yet"


def test_the_time_to_a_verdict_is_that_of_the_records(settings: Settings) -> None:
    put(settings, [a_record(elapsed_ms=float(ms)) for ms in range(1, 101)])
    value = reading(screening_block(NOW_MS, facts_of(settings), None, None), "latency").value
    assert value.startswith("half within 50 ms, 95 of 100 within 95 ms, of the last 100 recorded verdicts")


def test_a_run_keeps_of_a_source_its_kind_alone() -> None:
    assert source_name("maildir:/home/anna/Mail/private") == "maildir"
    assert source_name("\x1b]0;x\x07") == "\\x1b]0;x\\x07"
    tally = RunTally(NOW_MS)
    tally.restarted("it died\nfor good", NOW_MS)
    assert tally.facts().restarts == ((NOW_MS, "it died for good"),)


# --- model and wall -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "id", "standing"),
    [
        ({}, "process", Standing.GOOD),
        ({"is_running": False, "trouble": "killed by SIGKILL"}, "process", Standing.BREACHED),
        ({"wall": "down"}, "process", Standing.BREACHED),
        ({}, "wall", Standing.GOOD),
        ({"wall": "none"}, "wall", Standing.BREACHED),
        ({"probes": (Probe("udp4 ctypes", False, "sent"),)}, "wall", Standing.BREACHED),
        ({"wall": "down"}, "wall", Standing.UNKNOWN),
        ({"restarts": 2}, "restarts", Standing.GOOD),
        ({"restarts": 3}, "restarts", Standing.BREACHED),
    ],
)
def test_the_model_and_its_wall(settings: Settings, changes: dict[str, Any], id: str, standing: Standing) -> None:
    block = model_block(NOW_MS, settings, None, None, a_register(**changes), RUN)
    assert reading(block, id).standing is standing


def test_restarts_say_when_and_why(settings: Settings) -> None:
    run = replace(RUN, restarts=((NOW_MS, "the model's process was killed by SIGKILL"),))
    block = model_block(NOW_MS, settings, None, None, a_register(restarts=1), run)
    assert "killed by SIGKILL" in reading(block, "restarts").value


@pytest.mark.parametrize(
    ("files", "standing"),
    [
        (None, Standing.UNKNOWN),
        (FilesChecked(NOW_MS, ""), Standing.GOOD),
        (FilesChecked(NOW_MS, "the model file has another sha-256"), Standing.BREACHED),
    ],
)
def test_a_model_file_that_was_not_hashed_is_not_known(
    settings: Settings, files: FilesChecked | None, standing: Standing
) -> None:
    assert reading(model_block(NOW_MS, settings, None, files, None, None), "model-file").standing is standing


# --- alerts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flagged", "wrong", "is_breached"),
    [(40, 0, False), (40, 4, False), (40, 40, True)],  # 3 a week are put up with; here in four weeks
)
def test_the_alert_budget_counts_what_the_owner_called_wrong(
    settings: Settings, flagged: int, wrong: int, is_breached: bool
) -> None:
    seqs = put(settings, [a_record(at_ms=days_ago(27.9 - number / 2)) for number in range(flagged)])
    say(settings, seqs[:wrong], Says.WRONG)
    budget = reading(scores_block(NOW_MS, 3.0, facts_of(settings), None), "budget")
    assert budget.is_breached is is_breached
    assert f"you called {wrong} wrong" in budget.value
    assert sum(budget.series) == flagged


def test_alerts_that_nobody_judged_are_no_false_alarms_but_it_is_said(settings: Settings) -> None:
    put(settings, [a_record(at_ms=days_ago(number / 4)) for number in range(40)])
    budget = reading(scores_block(NOW_MS, 3.0, facts_of(settings), None), "budget")
    assert not budget.is_breached
    assert "not judged" in budget.say


def test_margins_need_enough_messages(settings: Settings) -> None:
    put(settings, [a_record() for _ in range(LEAST_DRIFT_MESSAGES - 1)])
    assert reading(scores_block(NOW_MS, 3.0, facts_of(settings), None), "margins").standing is Standing.UNKNOWN
    put(settings, [a_record()])
    assert reading(scores_block(NOW_MS, 3.0, facts_of(settings), None), "margins").standing is Standing.GOOD


def test_many_messages_near_a_threshold_are_a_breach(settings: Settings) -> None:
    (match,) = a_near_verdict().policies
    put(settings, [a_record(policies=(replace(match, score=0.81),)) for _ in range(60)])
    assert reading(scores_block(NOW_MS, 3.0, facts_of(settings), None), "margins").is_breached


def a_near_verdict() -> Any:
    from journal_rig import a_verdict

    return a_verdict()


def test_without_a_journal_nothing_is_known() -> None:
    assert reading(scores_block(NOW_MS, 3.0, None, None), "budget").standing is Standing.UNKNOWN


# --- journal ------------------------------------------------------------------------------------------------------


def block_of(settings: Settings, *, run: RunFacts | None = None, locked: str = "") -> Block:
    if not settings.paths.journal_file.exists():
        return journal_block(NOW_MS, settings, standing(settings), None, None, locked, run)
    with open_journal(settings) as journal:
        anchor = anchor_facts(journal)
    return journal_block(NOW_MS, settings, standing(settings), facts_of(settings), anchor, locked, run)


def test_a_journal_that_is_well(settings: Settings) -> None:
    put(settings, [a_record()])
    block = block_of(settings, run=RUN)
    assert [each.id for each in block.readings if each.is_breached] == []
    assert "the journal continues it" in reading(block, "anchor").value


def test_no_journal_yet_is_no_breach_and_one_that_is_gone_is(settings: Settings) -> None:
    assert reading(block_of(settings), "journal").standing is Standing.UNKNOWN
    put(settings, [a_record()])
    settings.paths.journal_file.unlink()
    assert reading(block_of(settings), "journal").value == "it is gone"


def test_a_journal_put_back_to_an_older_copy_is_a_breach(settings: Settings) -> None:
    put(settings, [a_record()])
    older = settings.paths.journal_file.read_bytes()
    put(settings, [a_record() for _ in range(3)])
    settings.paths.journal_file.write_bytes(older)
    block = block_of(settings)
    assert reading(block, "gaps").is_breached, "what was cut off stands in the journal for good"


def test_an_anchor_that_is_gone_or_far_behind_is_a_breach(settings: Settings) -> None:
    put(settings, [a_record()])
    for anchor in (AnchorFacts(problem="it is gone"), AnchorFacts(1, NOW_MS, behind=5_000, is_there=True)):
        block = journal_block(NOW_MS, settings, standing(settings), None, anchor, "", None)
        assert reading(block, "anchor").is_breached


def test_what_waits_what_is_locked_and_what_is_not_journaled_are_breaches(settings: Settings) -> None:
    put(settings, [a_record()])
    with begun(settings) as journal:
        journal.keep_waiting(Record(Kind.GAP, NOW_MS, {"why": "test"}))
    waiting = journal_block(NOW_MS, settings, standing(settings), None, None, "", None)
    assert reading(waiting, "waiting").is_breached
    assert reading(block_of(settings, locked="its passphrase is wanted"), "journal").is_breached
    run = replace(RUN, not_journaled=3, journal_trouble="no space is left")
    assert "3 verdicts" in reading(block_of(settings, run=run), "not-journaled").value


def test_a_disk_that_is_nearly_full_is_a_breach(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from guardian.health import keeping

    monkeypatch.setattr(keeping, "LEAST_FREE_BYTES", 1 << 62)
    assert reading(block_of(settings), "disk").is_breached


# --- policies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "breached"),
    [
        (PolicyFacts("sha256:ab", 3), []),
        (PolicyFacts(), []),
        (PolicyFacts("sha256:ab", 0), ["policies"]),
        (PolicyFacts("sha256:ab", 3, ("a.toml:1:2: \x1b[31m",)), ["problem-1"]),
    ],
)
def test_a_broken_policy_is_a_breach_in_full(facts: PolicyFacts, breached: list[str]) -> None:
    block = policies_block(NOW_MS, facts)
    assert [each.id for each in block.readings if each.is_breached] == breached
    assert not any("\x1b" in each.value for each in block.readings)
