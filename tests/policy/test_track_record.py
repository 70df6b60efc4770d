"""A policy's record is what its owner last said of its last judged alerts; a change is proposed, never made."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES, a_policy
from replay_rig import HOUR_MS, NOW_MS, a_record, an_entry

from guardian.journal.feedback import Feedback, Says
from guardian.journal.record import Entry, Record
from guardian.journal.reports.view import Also, Where, none_besides
from guardian.policy.base import Status
from guardian.policy.effects.track_record import TrackRecord, proposed_for_test, track_record_line, track_records
from guardian.policy.load import parse_policy
from guardian.policy.one_value import with_value


class Listed:
    """Entries in memory, read as a journal is."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.all = [an_entry(seq, record) for seq, record in enumerate(records)]
        self.parsed = 0

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        newest_first: bool = False,
        where: Where | None = None,
        also: Also = none_besides,
    ) -> Iterator[Entry]:
        chosen = [entry for entry in self.all if start <= entry.seq]
        for entry in reversed(chosen) if newest_first else chosen:
            assert isinstance(entry.record, Record)
            if where is None or where(entry.seq, entry.record.to_bytes()) or also(entry.seq):
                self.parsed += 1
                yield entry


def alert(*policies: str, at_ms: int = NOW_MS) -> Record:
    """A verdict that some policies matched, and one that looked."""
    record = a_record(at_ms=at_ms)
    rows = [{"id": policy, "matched": True} for policy in policies] + [{"id": "looked", "matched": False}]
    return replace(record, body={**record.body, "verdict": {**record.body["verdict"], "policies": rows}})


def said(of: int, says: Says) -> Record:
    return Feedback(of, says, at_ms=NOW_MS).to_record("1")


def alerts_with(words: Sequence[Says]) -> list[Record]:
    """One alert of policy `mine` for each word, an hour apart, then the words."""
    alerts = [alert("mine", at_ms=NOW_MS + number * HOUR_MS) for number in range(len(words))]
    return [*alerts, *(said(number, word) for number, word in enumerate(words))]


def test_words_are_counted_for_every_policy_that_matched_and_no_other() -> None:
    journal = Listed([alert("mine", "yours"), alert("mine"), alert("mine"), said(0, Says.WRONG), said(1, Says.RIGHT)])
    assert track_records(journal) == {
        "mine": TrackRecord("mine", right=1, wrong=1, since_ms=NOW_MS),
        "yours": TrackRecord("yours", wrong=1, since_ms=NOW_MS),
    }


def test_the_last_word_on_an_alert_counts_and_one_taken_back_does_not() -> None:
    journal = Listed(
        [
            alert("mine"),
            alert("mine"),
            said(0, Says.WRONG),
            said(0, Says.UNSURE),
            said(1, Says.WRONG),
            said(1, Says.WITHDRAWN),
        ]
    )
    assert track_records(journal)["mine"] == TrackRecord("mine", unsure=1, since_ms=NOW_MS)


def test_only_the_last_twenty_judged_alerts_count() -> None:
    journal = Listed(alerts_with([Says.WRONG] * 10 + [Says.RIGHT] * 18))
    record = track_records(journal)["mine"]
    assert (record.right, record.wrong, record.judged) == (18, 2, 20)
    assert record.since_ms == NOW_MS + 8 * HOUR_MS
    assert not record.is_poor


def test_alerts_that_nobody_judged_are_not_even_parsed() -> None:
    journal = Listed([*(alert("mine") for _ in range(50)), said(3, Says.RIGHT)])
    assert track_records(journal)["mine"].judged == 1
    assert journal.parsed == 2


def test_what_was_asked_for_is_answered_and_what_lies_before_the_start_is_not_looked_at() -> None:
    journal = Listed([alert("mine"), alert("mine"), said(0, Says.WRONG), said(1, Says.WRONG)])
    assert track_records(journal, ["mine", "nobodys"], start=1) == {
        "mine": TrackRecord("mine", wrong=1, since_ms=NOW_MS),
        "nobodys": TrackRecord("nobodys"),
    }


@pytest.mark.parametrize(
    ("words", "status", "is_proposed"),
    [
        ([Says.WRONG] * 3, Status.ACTIVE, True),
        ([Says.WRONG] * 2 + [Says.UNSURE] * 5, Status.ACTIVE, False),
        ([Says.WRONG] * 3 + [Says.RIGHT] * 17, Status.ACTIVE, True),
        ([Says.WRONG] * 3 + [Says.RIGHT] * 18, Status.ACTIVE, False),
        ([Says.WRONG] * 3, Status.TEST, False),
        ([Says.WRONG] * 3, Status.RETIRED, False),
    ],
)
def test_three_wrong_of_the_last_twenty_propose_a_trial(words: list[Says], status: Status, is_proposed: bool) -> None:
    policy = a_policy(id="mine", status=status)
    records = track_records(Listed(alerts_with(words)))
    assert proposed_for_test([policy, a_policy(id="other")], records) == ([policy] if is_proposed else [])


def test_a_record_in_words() -> None:
    record = TrackRecord("mine", 9, 2, 1, NOW_MS)
    assert track_record_line(record, UTC) == (
        "9 right, 2 wrong, 1 unsure of its last 12 judged alerts, since 2026-11-21"
    )
    assert track_record_line(TrackRecord("mine")) == "you have judged none of its alerts yet"


FILE = """#:schema policy.schema.json
id = "mine"  # keep
title = "Mine"
why = "Because."
since = 2026-11-21
channels = ["incoming"]
status = "active"   # on duty

[match]
patterns = ['gift']
"""


def test_one_value_is_set_and_the_rest_stays_as_it_was() -> None:
    after = with_value(FILE, "status", "test")
    assert after == FILE.replace('"active"', '"test"')


def test_a_value_that_was_not_there_is_added_at_the_top_level() -> None:
    after = with_value(FILE, "review_by", date(2027, 5, 21))
    policy, problems = parse_policy(after, a_policy().path)
    assert policy is not None, problems
    assert policy.review_by == date(2027, 5, 21)
    assert policy.match.patterns == ("gift",)
    assert "# keep" in after
    assert "# on duty" in after


@pytest.mark.parametrize("path", sorted(STARTER_POLICIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_starter_policy_can_be_put_on_trial(path: Path) -> None:
    text = path.read_text("utf-8")
    policy, problems = parse_policy(with_value(text, "status", "test"), path)
    before, _ = parse_policy(text, path)
    assert policy is not None, problems
    assert before is not None
    assert policy == replace(before, status=Status.TEST)


@pytest.mark.parametrize(
    "text",
    [
        'status = "active"',
        'status="active"\n[match]\n',
        "\"status\" = 'active'\na.b = 1\n[c]\n",
        "a.b = 1\n[c]\nd = 2\n",
    ],
)
def test_odd_layouts_are_changed_rightly(text: str) -> None:
    after = tomllib.loads(with_value(text, "status", "test"))
    assert after == {**tomllib.loads(text), "status": "test"}
