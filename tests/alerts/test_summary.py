"""Promises of the summary: it counts what the journal holds, says what found nothing, and asks for five words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "journal"))  # real journals: `journal_rig`
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tui"))  # and records for them: `recorded_rig`

from journal_rig import a_verdict, begun, settings_in
from recorded_rig import a_record

from guardian.alerts.summary import Summary, filter_since, summarise, summary_lines
from guardian.errors import UsageError
from guardian.journal.counts import add_count
from guardian.journal.feedback import Feedback, Says
from guardian.journal.opening import now_ms
from guardian.journal.record import Record
from guardian.safe_text import safe_text
from guardian.verdict import Coverage, Outcome, Reason

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
NOW = datetime.now()
TITLES = {"pressure-to-pay": "Pressure to pay", "sweet-bait": "Sweet bait", "hidden-text": "Hidden text"}


MODEL_DOWN = Reason("model-down", "the model is down")


def ago_ms(**age: float) -> int:
    return now_ms() - round(timedelta(**age).total_seconds() * 1000)


def other_policy(record_of: str) -> tuple[object, ...]:
    (match,) = a_verdict().policies
    return (replace(match, id=record_of, title=record_of),)


def summary_of(tmp_path: Path, records: list[Record], since: str = "7d") -> Summary:
    with begun(settings_in(tmp_path)) as journal:
        journal.append_all([(each, b"") for each in records])
        return summarise(journal, since, TITLES, NOW)


def test_everything_is_counted_once_and_what_is_older_is_not(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with begun(settings) as journal:
        add_count(journal.store, journal.id, NOW.date().isoformat(), "incoming", "clean", 30)
    summary = summary_of(
        tmp_path,
        [
            a_record(at_ms=ago_ms(days=30)),
            a_record(at_ms=ago_ms(days=2)),
            a_record(at_ms=ago_ms(days=1)),
            a_record(outcome=Outcome.NOTICE, policies=other_policy("gone-since")),
            a_record(
                outcome=Outcome.UNSCREENED, coverage=Coverage(20, 0, (Reason("model-down", "the model is down"),))
            ),
        ],
    )
    assert summary.outcomes == {"clean": 30, "notice": 1, "flagged": 2, "unsure": 0, "unscreened": 1}
    assert summary.screened == 34
    assert [(each.id, each.count) for each in summary.policies] == [("pressure-to-pay", 2), ("gone-since", 1)]
    assert [each.name for each in summary.silent] == ["Hidden text", "Sweet bait"]
    assert [(each.name, each.count) for each in summary.not_judged] == [("the model is down", 1)]
    lines = "\n".join(summary_lines(summary))
    assert "34 messages screened" in lines
    assert "Pressure to pay 2, gone-since 1" in lines
    assert "found nothing: Hidden text, Sweet bait" in lines


def test_five_are_to_be_judged_one_of_each_policy_first_and_none_that_was(tmp_path: Path) -> None:
    records = [a_record(at_ms=ago_ms(hours=40 - n), name=f"{n}.txt") for n in range(8)]
    records.append(a_record(at_ms=ago_ms(hours=60), policies=other_policy("rare")))
    with begun(settings_in(tmp_path)) as journal:
        first = journal.size
        journal.append_all([(each, b"") for each in records])
        journal.append_all([(Feedback(first + 7, Says.RIGHT, at_ms=now_ms()).to_record("1"), b"")])
        summary = summarise(journal, "7d", TITLES, NOW)
    assert [alert.key - first for alert in summary.to_judge] == [8, 6, 5, 4, 3]
    assert "say of these 5" in "\n".join(summary_lines(summary))


def test_nothing_that_came_is_said_to_be_nothing_and_not_all_clear(tmp_path: Path) -> None:
    lines = summary_lines(summary_of(tmp_path, []))
    assert lines[0] == "since 7 days ago: 0 messages screened"
    assert "check that your messages reach guardian" in lines[1]
    assert len(lines) == 2


def test_lines_are_safe_and_hold_no_text_of_a_message(tmp_path: Path) -> None:
    hostile = "\x1b]52;c;eA==\x07[/bold]\u202e"
    summary = summary_of(tmp_path, [a_record(text="needle in the text", sender=hostile, name=hostile)])
    for line in summary_lines(summary):
        assert safe_text(line) == line
        assert "needle" not in line


@pytest.mark.parametrize("since", ["24h", "7d", "2w", "2026-11-21"])
def test_an_age_or_a_day_is_understood(since: str) -> None:
    assert not filter_since(since, NOW).is_everything


@pytest.mark.parametrize("since", ["", "7", "d7", "7d | ~o flagged", "2026-13-01", "yesterday", "\x1b[2J"])
def test_anything_else_is_a_usage_error(since: str) -> None:
    with pytest.raises(UsageError):
        filter_since(since, NOW)


@pytest.mark.long
def test_the_command_prints_the_page_and_the_same_as_json(run_guardian: Run) -> None:
    phish = b"Subject: now\n\nBuy four gift cards within the hour, text me the codes, and tell nobody."
    assert run_guardian("filter", "--mail", stdin=phish).returncode == 1
    page = run_guardian("journal", "summary")
    assert (page.returncode, page.stderr) == (0, b"")
    assert b"1 message screened" in page.stdout
    row = json.loads(run_guardian("journal", "summary", "--since", "24h", "--json").stdout)
    assert (row["v"], row["screened"], row["outcomes"]["flagged"], len(row["to_judge"])) == (1, 1, 1, 1)
    wrong = run_guardian("journal", "summary", "--since", "soon")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count(b"\n")) == (2, b"", 1)
