"""Every policy at a glance: how it stands, what it wants of its owner, how often it matched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))  # real journals: `journal_rig`

from journal_rig import SEEN, a_message, a_verdict, begun, settings_in
from replay_rig import HOUR_MS, NOW_MS
from test_track_record import Listed, alert, said

from guardian.journal.feedback import Says
from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.packs.origins import STARTER, origins
from guardian.policy.effects.hits import DAY_MS, MOST_LAST, policy_hits
from guardian.policy.life.standing import policies_in_force
from guardian.policy.starter import MARKER
from guardian.policy.survey import YOURS, Standing, survey
from guardian.policy.survey_lines import survey_lines, surveyed_json
from guardian.settings import Settings
from guardian.verdict import Action, PolicyMatch, Severity

TODAY = date.today()
TEXT = f"""\
id = "NAME"
title = "NAME"
why = "I said so."
since = {TODAY - timedelta(days=9)}
channels = ["incoming"]
action = "warn"
status = "active"

[match]
patterns = ["NAME"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A home with a folder of policies, and no starter policies."""
    made = settings_in(tmp_path / "home")
    made.policies_dir.mkdir(parents=True)
    (made.policies_dir / MARKER).touch()
    return made


def put(house: Settings, name: str, change: Callable[[str], str] = str) -> Path:
    path = house.policies_dir / f"{name}.toml"
    path.write_text(change(TEXT.replace("NAME", name)))
    return path


def hit(policy: str, at_ms: int) -> Record:
    """A verdict in a real journal's form that a policy matched."""
    match = PolicyMatch(policy, policy, "why", Severity.HIGH, Action.WARN, 0.9, 0.5, True, because=("pattern:1",))
    stream = {"scores": dict(SEEN.possible), "senders": [], "ordinary": True, "fingerprint": SEEN.fingerprint}
    verdict = replace(a_verdict(), policies=(match,))
    return verdict_record(a_message(), verdict, at_ms=at_ms, program="1", why_not_text="", stream=stream)


def test_hits_are_counted_by_policy_since_a_day_and_the_newest_are_named() -> None:
    since_ms = NOW_MS - 30 * DAY_MS
    old = [alert("mine", at_ms=since_ms - 3 * DAY_MS), alert("mine", at_ms=since_ms - HOUR_MS)]
    lately = [alert("mine", "other", at_ms=since_ms + number * HOUR_MS) for number in range(MOST_LAST + 2)]
    found = policy_hits(Listed([*old, *lately, said(3, Says.RIGHT)]), since_ms)
    assert {name: hits.count for name, hits in found.items()} == {"mine": MOST_LAST + 2, "other": MOST_LAST + 2}
    newest = len(old) + len(lately) - 1
    assert [each.seq for each in found["mine"].last] == list(range(newest, newest - MOST_LAST, -1))


def test_what_is_older_is_not_gone_through() -> None:
    listed = Listed([alert("mine", at_ms=NOW_MS - 90 * DAY_MS) for _ in range(50)])
    assert policy_hits(listed, NOW_MS) == {}
    assert listed.parsed == 1


def test_those_come_first_that_need_their_owner_and_then_those_that_matched_most(house: Settings) -> None:
    from guardian.journal.opening import now_ms

    put(house, "calm")
    put(house, "busy")
    put(house, "asleep", lambda text: text.replace("active", "draft"))
    put(house, "tried", lambda text: text.replace("active", "test"))
    overdue = f"review_by = {TODAY - timedelta(days=1)}\nchannels"
    put(house, "late", lambda text: text.replace("channels", overdue, 1))
    changed = put(house, "changed")
    torn = put(house, "torn")
    with begun(house) as journal:
        policies_in_force(house, journal=journal)
        journal.append_all([(hit("busy", now_ms()), b"") for _ in range(3)])
        changed.write_text(changed.read_text().replace('"warn"', '"notice"'))
        torn.write_text(torn.read_text().replace('"warn"', '"wanr"'))
        found = survey(house, TODAY, journal=journal)
    assert [each.id for each in found.policies] == ["torn", "changed", "late", "busy", "calm", "tried", "asleep"]
    by_id = {each.id: each for each in found.policies}
    assert by_id["torn"].standing is Standing.BROKEN
    assert by_id["torn"].policy is not None  # its last good version is in force
    assert 'did you mean "warn"?' in by_id["torn"].troubles[0]
    assert by_id["changed"].notes == ("why?",)
    assert by_id["changed"].wants_reason == 2
    assert by_id["late"].notes == ("review due",)
    assert [each.standing for each in found.policies[-2:]] == [Standing.ON_TRIAL, Standing.DRAFT]
    assert by_id["busy"].hits is not None
    assert by_id["busy"].hits.count == 3
    assert {each.came_from for each in found.policies} == {YOURS}


def test_without_a_journal_nothing_is_counted_as_nought(house: Settings) -> None:
    put(house, "calm")
    (each,) = survey(house, TODAY).policies
    assert each.hits is None
    assert each.track is None
    lines = list(survey_lines(survey(house, TODAY)))
    assert lines[1].split()[:5] == ["calm", "in", "force", "-", "-"]
    assert surveyed_json(each)["hits"] is None


@pytest.mark.parametrize(
    ("sender", "note"), [("", "muted"), ('sender = "a@x.example"\n', "muted in part"), ("past", None)]
)
def test_a_mute_that_holds_today_is_told(house: Settings, sender: str, note: str | None) -> None:
    until = TODAY + timedelta(days=3) if sender != "past" else TODAY - timedelta(days=1)
    mute = f"\n[[mutes]]\n{sender if sender != 'past' else ''}since = {TODAY - timedelta(days=5)}\nuntil = {until}\n"
    put(house, "calm", lambda text: text + mute)
    (each,) = survey(house, TODAY).policies
    assert each.notes == ((note,) if note else ())


def test_a_change_that_waits_is_told_with_its_time(house: Settings) -> None:
    waiting = replace(house, policies=replace(house.policies, cooling_off_hours=24))
    path = put(waiting, "calm")
    with begun(waiting) as journal:
        policies_in_force(waiting, journal=journal)
        path.write_text(path.read_text().replace("active", "retired"))
        (each,) = survey(waiting, TODAY, journal=journal, compare=lambda _before, _after: "it looks no more").policies
    assert each.waits == "your change takes force in 24 hours: it looks no more"
    assert each.standing is Standing.IN_FORCE
    assert "a change waits" in each.notes


def test_what_is_hostile_in_a_file_is_safe_in_the_lines(house: Settings) -> None:
    put(house, "calm", lambda text: text.replace('title = "calm"', 'title = "\\u202e[red]x"'))
    put(house, "torn", lambda _: 'id = "\\u001b]52;c;eA==\\u0007"\nnonsense\n')
    (house.policies_dir / "x\x1b]0;t\x07.toml").write_text("nonsense")
    for line in survey_lines(survey(house, TODAY)):
        assert line.isprintable()


def test_a_starter_policy_came_with_guardian(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    found = survey(settings, TODAY, came_from=origins(settings))
    assert {each.came_from for each in found.policies} == {STARTER}
