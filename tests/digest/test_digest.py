"""Promises of the digest: what was not judged first, nothing claimed of it, no text unasked, a page of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "journal"))  # real journals: `journal_rig`

import pytest
from journal_rig import a_message, a_verdict, begun, settings_in

from guardian import __version__
from guardian.digest.digest import MOST_TEXT_CHARACTERS, Digest, make_digest
from guardian.digest.lines import MOST_LISTED, digest_lines
from guardian.digest.page import digest_page
from guardian.digest.span import Length, Span, span_of
from guardian.digest.words import LIMITS, NOTHING_CAME
from guardian.errors import UsageError
from guardian.journal.counts import add_count
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.query import parse_filter
from guardian.journal.opening import now_ms
from guardian.journal.record import Kind, Record
from guardian.journal.verdict_record import verdict_record
from guardian.policy.load import load_policies
from guardian.safe_text import safe_text
from guardian.verdict import Coverage, Outcome, Reason, Severity

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
NOW = datetime.now()
TODAY = Span(NOW.date(), NOW.date())
DOWN = Coverage(20, 0, (Reason("model-down", "the model is down"),))
HOSTILE = "\x1b]52;c;eA==\x07<script>alert(1)</script><img src=http://x.example/>&amp;\u202e"


def a_record(
    text: str = "Pay now.", outcome: Outcome = Outcome.FLAGGED, *, days_ago: int = 0, name: str = "n.txt", **other: Any
) -> Record:
    """A verdict's record of today, or of some days ago."""
    sender = other.pop("sender", "mallory@example.org")
    severity = other.pop("severity", Severity.HIGH)
    verdict = a_verdict(outcome, **other)
    verdict = replace(verdict, policies=tuple(replace(match, severity=severity) for match in verdict.policies))
    at_ms = now_ms() - days_ago * 86_400_000
    stream = {"scores": {}, "senders": [sender], "ordinary": True, "fingerprint": ""}
    message = a_message(text, id=name, sender=sender)
    return verdict_record(message, verdict, at_ms=at_ms, program=__version__, why_not_text="", stream=stream)


def digest_of(
    tmp_path: Path, records: list[Record], span: Span = TODAY, *, clean: int = 0, with_text: bool = False
) -> Digest:
    settings = settings_in(tmp_path)
    settings.paths.policies.mkdir(parents=True, exist_ok=True)
    with begun(settings) as journal:
        journal.append_all([(each, b"") for each in records])
        if clean:
            add_count(journal.store, journal.id, NOW.date().isoformat(), "incoming", "clean", clean)
        policies = load_policies(settings.paths.shipped_policies).policies
        return make_digest(journal, settings, policies, span, NOW, with_text=with_text)


def page_of(digest: Digest) -> str:
    return "".join(digest_page(digest))


MIXED = [
    a_record(name="mild", severity=Severity.LOW),
    a_record(name="grave"),
    a_record(outcome=Outcome.NOTICE, name="look"),
    a_record(outcome=Outcome.UNSURE, name="part", coverage=replace(DOWN, windows=1)),
    a_record(outcome=Outcome.UNSCREENED, name="none", coverage=DOWN),
]


def test_what_was_not_judged_comes_first_and_the_gravest_before_the_mild(tmp_path: Path) -> None:
    digest = digest_of(tmp_path, MIXED, clean=30)
    assert [item.alert.name for item in digest.not_judged] == ["none", "part"]
    assert [item.alert.name for item in digest.flagged] == ["grave", "mild"]
    assert digest.reasons == (("the model is down", 2),)
    assert (digest.screened, digest.outcomes[Outcome.CLEAN], digest.unspoken) == (35, 30, 2)
    for told in ("\n".join(digest_lines(digest)).lower(), page_of(digest).lower().partition("<body>")[2]):
        places = [told.index(heading) for heading in ("not judged", "flagged", "worth a second look", "counts")]
        assert places == sorted(places)
        assert "nothing is known of what they do" in told
        assert LIMITS.lower() in told


def test_nothing_that_came_is_not_told_as_all_clear(tmp_path: Path) -> None:
    digest = digest_of(tmp_path, [a_record(days_ago=3)])
    assert digest_lines(digest)[1] == NOTHING_CAME
    assert not re.search(r"\bclean\b", "\n".join(digest_lines(digest)))
    assert NOTHING_CAME in page_of(digest)


def test_a_week_is_seven_days_and_what_is_older_is_not_in_it(tmp_path: Path) -> None:
    span = span_of(Length.WEEKLY, None, NOW.date())
    digest = digest_of(tmp_path, [a_record(days_ago=days, name=str(days)) for days in (0, 6, 7)], span)
    assert [item.alert.name for item in digest.flagged] == ["0", "6"]


def test_texts_are_in_it_only_where_asked_for_and_kept(tmp_path: Path) -> None:
    records = [a_record("CANARY in the text"), a_record("CANARY too", keep_text=True, name="long " + "x" * 300)]
    without = digest_of(tmp_path, records)
    assert "CANARY" not in "\n".join(digest_lines(without)) + page_of(without)
    with_text = digest_of(tmp_path, [], with_text=True)
    assert "| CANARY in the text" in "\n".join(digest_lines(with_text))
    assert "<pre>CANARY in the text</pre>" in page_of(with_text)


def test_of_a_long_text_no_more_is_kept_than_is_shown(tmp_path: Path) -> None:
    digest = digest_of(tmp_path, [a_record("é" * (MOST_TEXT_CHARACTERS + 70))], with_text=True)
    (item,) = digest.flagged
    assert item.text is not None
    assert (len(item.text), item.left_out) == (MOST_TEXT_CHARACTERS, 70)
    assert f"(and 70 characters more: guardian journal show {item.alert.key})" in "\n".join(digest_lines(digest))


class Tags(HTMLParser):
    """Which tags and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_nothing_of_a_stranger_becomes_markup_or_reaches_the_terminal(tmp_path: Path) -> None:
    records = [
        a_record(HOSTILE, sender=HOSTILE, name=HOSTILE),
        a_record(outcome=Outcome.UNSURE, coverage=Coverage(20, 1, (Reason("x", HOSTILE),))),
        Record(Kind.GAP, now_ms(), {"why": HOSTILE}),
    ]
    digest = digest_of(tmp_path, records, with_text=True)
    for line in digest_lines(digest):
        assert safe_text(line) == line
    page = page_of(digest)
    tags = Tags(page)
    assert not tags.tags & {"script", "img", "link", "iframe", "a", "object", "form", "base"}
    assert not tags.attributes & {"src", "href", "style", "onload", "onclick", "action"}
    assert "default-src 'none'" in page
    assert "\x1b" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://x.example/", "")


def test_policies_that_were_often_wrong_and_what_is_missing_are_said(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with begun(settings) as journal:
        first = journal.size
        journal.append_all([(a_record(name=str(number)), b"") for number in range(4)])
        words = [Feedback(first + place, Says.WRONG, at_ms=now_ms()).to_record("1") for place in range(3)]
        journal.append_all([(each, b"") for each in words])
        journal.append_all([(Record(Kind.GAP, now_ms(), {"why": "two records went"}), b"")])
    told = "\n".join(digest_lines(digest_of(tmp_path, [])))
    assert "often wrong, you said: Pressure to pay: 0 right, 3 wrong, 0 unsure of its last 3 judged alerts" in told
    assert "1 flagged message waits for your word" in told
    assert "MISSING\ntwo records went" in told


def test_a_list_that_is_cut_says_how_much_is_left_and_where(tmp_path: Path) -> None:
    lines = digest_lines(digest_of(tmp_path, [a_record(name=str(n)) for n in range(MOST_LISTED + 3)]))
    assert f"and 3 more: guardian journal list '~o flagged ~d {NOW:%Y-%m-%d}'" in lines


def test_what_is_left_out_of_those_not_judged_is_found_whatever_its_outcome(tmp_path: Path) -> None:
    records = [a_record(outcome=Outcome.UNSCREENED, name=str(n), coverage=DOWN) for n in range(MOST_LISTED + 3)]
    records += [a_record(outcome=Outcome.UNSURE, name="late", coverage=DOWN)]
    lines = digest_lines(digest_of(tmp_path, records))
    (more,) = (line for line in lines if line.startswith("and 4 more: guardian journal list "))
    wanted = more.partition("'")[2].rstrip("'")
    assert wanted == f"(~o unscreened | ~o unsure) ~d {NOW:%Y-%m-%d}"
    parse_filter(wanted, NOW)


# --- days -------------------------------------------------------------------------------------------------------

SUNDAY = date(2026, 11, 22)
SPANS: list[tuple[Length, str | None, Span]] = [
    (Length.DAILY, None, Span(SUNDAY, SUNDAY)),
    (Length.DAILY, "yesterday", Span(date(2026, 11, 21), date(2026, 11, 21))),
    (Length.DAILY, "2026-03-01", Span(date(2026, 3, 1), date(2026, 3, 1))),
    (Length.WEEKLY, "today", Span(date(2026, 11, 16), SUNDAY)),
]


@pytest.mark.parametrize(("length", "on", "span"), SPANS)
def test_days_are_whole_and_meet_without_a_gap(length: Length, on: str | None, span: Span) -> None:
    assert span_of(length, on, SUNDAY) == span
    before = span_of(length, (span.first - timedelta(days=1)).isoformat(), SUNDAY)
    assert before.last + timedelta(days=1) == span.first


@pytest.mark.parametrize("on", ["tomorrow", "2026-11-23", "2026-02-30", "", "7d", "1969-01-01", "\x1b[2J"])
def test_a_day_that_there_is_not_is_a_usage_error(on: str) -> None:
    with pytest.raises(UsageError) as refused:
        span_of(Length.DAILY, on, SUNDAY)
    assert "\x1b" not in refused.value.line()


# --- the command ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_command_prints_it_and_writes_a_page_of_ones_own(
    run_guardian: Run, guardian_home: Path, tmp_path: Path
) -> None:
    with begun(settings_in(guardian_home)) as journal:
        journal.append_all([(a_record("CANARY"), b"")])
    printed = run_guardian("digest")
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert b"FLAGGED" in printed.stdout
    assert b"CANARY" not in printed.stdout
    page = tmp_path / "page.html"
    written = run_guardian("digest", "--weekly", "--with-text", "--html", str(page))
    assert (written.returncode, written.stdout, written.stderr) == (0, b"", b"")
    assert page.stat().st_mode & 0o777 == 0o600
    assert "CANARY" in page.read_text()
    again = run_guardian("digest", "--html", str(page))
    assert (again.returncode, again.stderr.count(b"\n")) == (74, 1)
    assert run_guardian("digest", "--html", str(page), "--force").returncode == 0
    wrong = run_guardian("digest", "--on", "soon")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count(b"\n")) == (2, b"", 1)
