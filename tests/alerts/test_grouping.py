"""Groups of alerts: every alert in one, the newest first, as bad as the worst."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from alerts_rig import an_alert
from hypothesis import given
from hypothesis import strategies as st

from guardian.alerts.alert import Alert
from guardian.alerts.group_lines import group_json, group_line
from guardian.alerts.grouping import WORST_FIRST, Grouping, group
from guardian.verdict import Outcome

BOB, EVE = "Bob <bob@shop.example>", "eve@x.example"
SCAM = "Dear {}, buy {} gift cards at once and tell nobody about it."
ALERTS = [
    an_alert(1, SCAM.format("Anna", 4), sender=BOB, at_ms=1_000),
    an_alert(2, SCAM.format("Rob", 12), sender=EVE, at_ms=2_000, outcome=Outcome.NOTICE),
    an_alert(3, "See you at lunch", sender='"B." <BOB@shop.example>', at_ms=3_000, outcome=Outcome.CLEAN),
    an_alert(4, "Whatever", sender=None, at_ms=2_500, outcome=Outcome.UNSCREENED, kept=False, name="a.txt"),
    an_alert(5, "Whatever", sender=EVE, at_ms=500, outcome=Outcome.UNSURE, kept=False),
]


def members(by: Grouping, alerts: list[Alert] = ALERTS) -> list[list[int]]:
    return [[alert.key for alert in each.alerts] for each in group(alerts, by)]


def test_a_conversation_is_one_sender_under_the_newest_name() -> None:
    groups = group(ALERTS, Grouping.CONVERSATION)
    assert members(Grouping.CONVERSATION) == [[3, 1], [4], [2, 5]]
    assert [each.title for each in groups] == ['"B." <BOB@shop.example>', "a.txt (no sender named)", EVE]
    assert [each.worst for each in groups] == [Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE]
    assert [(each.count, each.newest_ms, each.senders) for each in groups] == [
        (2, 3_000, 1),
        (1, 2_500, 0),
        (2, 2_000, 1),
    ]
    assert [each.lost for each in groups] == [""] * 3


def test_a_campaign_is_the_same_words_from_whoever_and_says_what_is_lost() -> None:
    groups = {each.alerts[0].key: each for each in group(ALERTS, Grouping.CAMPAIGN)}
    assert members(Grouping.CAMPAIGN) == [[3], [4, 5], [2, 1]]
    assert (groups[2].senders, groups[2].worst, groups[2].lost) == (2, Outcome.FLAGGED, "")
    assert groups[4].lost == "the text was not kept: only exact copies are found"
    partly = group([ALERTS[0], an_alert(9, "x", kept=False)], Grouping.CAMPAIGN)
    assert sorted(each.unkept for each in partly) == [0, 1]


def test_no_title_of_a_campaign_holds_words_of_a_message() -> None:
    for each in group(ALERTS, Grouping.CAMPAIGN):
        assert not {"gift", "cards", "lunch", "Whatever"} & set(each.title.split())


@pytest.mark.parametrize("by", list(Grouping))
def test_of_nothing_there_is_no_group(by: Grouping) -> None:
    assert group([], by) == []


@given(st.permutations(ALERTS), st.sampled_from(Grouping))
def test_the_order_in_which_alerts_come_does_not_matter(alerts: list[Alert], by: Grouping) -> None:
    groups = group(alerts, by)
    assert groups == group(ALERTS, by)
    assert sorted(alert.key for each in groups for alert in each.alerts) == [1, 2, 3, 4, 5]
    assert [each.newest_ms for each in groups] == sorted((each.newest_ms for each in groups), reverse=True)
    for each in groups:
        assert each.worst == min((alert.outcome for alert in each.alerts), key=WORST_FIRST.index)


def test_every_outcome_has_its_rank() -> None:
    assert set(WORST_FIRST) == set(Outcome)


@pytest.mark.parametrize("by", list(Grouping))
def test_a_group_is_a_safe_line_with_shape_and_word(by: Grouping) -> None:
    hostile: dict[str, Any] = {"sender": "\x1b[31mBoss\n<b@x.example>", "name": "\u202ename"}
    for each in group([*ALERTS, an_alert(8, "x", **hostile)], by):
        line = group_line(each, by, zone=UTC, columns=80)
        assert "\x1b" not in line
        assert "\u202e" not in line
        assert len(line) <= 80 + 20
        assert each.worst.value in line
        row = group_json(each, by)
        assert (row["group"], row["count"], row["seqs"][0]) == (by.value, each.count, each.alerts[0].key)
