"""A preview counts what a change would do, over messages of which both versions can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from policy_builders import a_policy, unit_rows
from replay_rig import HOUR_MS, MANIFEST, NOW_MS, CountingEyes, a_bench, a_record, an_entry

from guardian.calibration.interval import count_interval, rate_interval
from guardian.inference.base import Floats
from guardian.journal.record import Record
from guardian.policy.base import Policy, Status
from guardian.policy.effects.preview import Preview, Share, Span, as_tried, preview
from guardian.policy.effects.preview_words import preview_lines
from guardian.policy.effects.sample import Sample
from guardian.policy.replay import Left, Stored, StoredReader
from guardian.reading.base import ViewKind, exact_view
from guardian.verdict import Action

READER = StoredReader(MANIFEST)
WEEK_MS = 7 * 24 * HOUR_MS
SPAN = Span(NOW_MS - 2 * WEEK_MS, NOW_MS)
BEFORE = a_policy(tactics="urgency")
Made = Callable[..., Preview]


def messages(records: Iterable[Record], *, with_text: bool = True) -> list[tuple[Stored, Sample]]:
    """The records, newest first, each with its views where its text was kept."""
    found = []
    for seq, record in enumerate(records):
        stored = READER.read(an_entry(seq, record))
        assert isinstance(stored, Stored)
        sample = stored.sample
        if with_text and stored.message is not None:
            sample = stored.with_text((exact_view(ViewKind.VISIBLE, "text", stored.message.raw.decode()),), None)
        found.append((stored, sample))
    return found[::-1]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(
        before: Policy | None,
        draft: Policy,
        records: Sequence[Record] = (),
        *,
        span: Span = SPAN,
        examples: dict[str, Floats] | None = None,
    ) -> Preview:
        bench = a_bench(tmp_path, CountingEyes(), examples)
        return preview(before, draft, [a_policy(id="other", tactics="secrecy")], messages(records), lambda: span, bench)

    return make


SCORED = [a_record(scores={"urgency": score}) for score in (0.1, 0.75, 0.85, 0.85, 0.95)]


def test_a_lower_threshold_flags_more_and_a_higher_one_less(made: Made) -> None:
    lower = made(BEFORE, a_policy(tactics="urgency", thresholds={"urgency": 0.7}), SCORED)
    assert (lower.messages, lower.before, lower.after, lower.newly_flagged, lower.newly_clear) == (5, 3, 4, 1, 0)
    assert [shown.stored.seq for shown in lower.flagged_shown] == [1]
    higher = made(BEFORE, a_policy(tactics="urgency", thresholds={"urgency": 0.9}), SCORED)
    assert (higher.before, higher.after, higher.newly_flagged, higher.newly_clear) == (3, 1, 0, 2)
    assert [shown.stored.seq for shown in higher.clear_shown] == [3, 2], "newest first"


def test_the_same_policy_changes_nothing(made: Made) -> None:
    same = made(BEFORE, replace(BEFORE, path=Path("elsewhere.toml")), SCORED)
    assert same.is_same
    assert (same.before, same.newly_flagged, same.newly_clear, same.changed_strength) == (3, 0, 0, 0)


def test_another_action_is_counted_as_that(made: Made) -> None:
    found = made(BEFORE, replace(BEFORE, action=Action.NOTICE), SCORED)
    assert (found.changed_strength, found.newly_flagged, found.newly_clear) == (3, 0, 0)


def test_a_new_policy_flags_only(made: Made) -> None:
    found = made(None, BEFORE, SCORED)
    assert found.is_new
    assert (found.before, found.after, found.newly_flagged) == (0, 3, 3)
    assert not any("in force:" in line for line in preview_lines(found))


def test_a_draft_is_tried_as_if_active_unless_it_takes_one_away(made: Made) -> None:
    draft = replace(BEFORE, status=Status.DRAFT)
    assert made(None, draft, SCORED).as_if_active
    assert made(None, draft, SCORED).after == 3
    away = made(BEFORE, draft, SCORED)
    assert not away.as_if_active
    assert (away.after, away.newly_clear) == (0, 3)
    assert as_tried(replace(draft, status=Status.RETIRED), None).status is Status.RETIRED


def test_what_cannot_be_told_is_counted_and_not_guessed(made: Made) -> None:
    records = [
        a_record("a gift", kept=True),
        a_record("a gift", kept=False),
        a_record("nothing", kept=False),
        a_record("a gift", kept=False, scores={"urgency": 0.9}),
    ]
    found = made(BEFORE, a_policy(tactics="urgency", patterns=("gift",)), records)
    assert (found.messages, found.untold) == (2, 2), "what the score matches anyway can be told"
    assert (found.before, found.after, found.newly_flagged) == (1, 2, 1)
    assert any("2 whose text was not kept" in line for line in preview_lines(found))


def test_examples_cannot_be_told_without_the_texts_rows(made: Made) -> None:
    towards = unit_rows(1, 5)[0]
    found = made(BEFORE, a_policy(tactics="urgency", flag=("example",)), SCORED, examples={"example": towards})
    assert (found.messages, found.untold) == (3, 2)


def test_rates_are_told_with_exact_intervals(made: Made) -> None:
    found = made(BEFORE, a_policy(tactics="urgency", thresholds={"urgency": 0.7}), SCORED)
    low, high = count_interval(4)
    assert found.a_week(4) == pytest.approx((2.0, low / 2, high / 2))
    assert Share(3, 400).interval == rate_interval(3, 400)
    assert found.bank_after.of == 400


def test_less_than_a_day_counts_as_a_day(made: Made) -> None:
    found = made(None, BEFORE, SCORED, span=Span(NOW_MS - 1000, NOW_MS))
    assert found.a_week(1)[0] == pytest.approx(7.0)


def test_ten_are_shown_and_all_are_counted(made: Made) -> None:
    found = made(None, BEFORE, [a_record(scores={"urgency": 0.9}) for _ in range(25)])
    assert found.newly_flagged == 25
    assert [shown.stored.seq for shown in found.flagged_shown] == list(range(24, 14, -1))
    assert any(line.startswith("newly flagged, the newest 10 of 25") for line in preview_lines(found))


def test_what_strangers_wrote_is_made_safe(made: Made) -> None:
    hostile = "\x1b]52;c;evil\x07 pay\n\n\u202enow \U000e0041"
    records = [a_record(hostile, scores={"urgency": 0.9}, senders=("\x1b[31mBob\u2028@x.example",))]
    lines = list(preview_lines(made(None, BEFORE, records), UTC))
    assert all(line.isprintable() for line in lines)
    assert any("pay" in line and "2026-11-21 12:00" in line for line in lines)


def test_the_json_holds_no_word_of_a_message(made: Made) -> None:
    found = made(None, BEFORE, [a_record("the needle", scores={"urgency": 0.9}, senders=("bob@x.example",))])
    told = found.to_json()
    assert told["matched"] == {"before": 0, "after": 1}
    assert told["shown"]["newly_flagged"] == [{"seq": 0, "score": 0.9, "because": ["tactic:urgency"]}]
    assert "needle" not in str(told)
    assert "bob" not in str(told)


def test_everything_left_out_is_said(made: Made) -> None:
    span = replace(SPAN, left={Left.OTHER_MODEL: 4, Left.UNREADABLE: 1}, only_counted=1200, in_one_hour=200)
    found = made(None, BEFORE, SCORED * 40, span=span)
    said = "\n".join(preview_lines(found))
    for words in ("4 judged by another model", "1 that can't be read", "1,200 clean ones", "200 were recorded within"):
        assert words in said


def test_nothing_to_try_is_said(made: Made) -> None:
    assert "no message of the journal could be tried" in list(preview_lines(made(None, BEFORE)))
