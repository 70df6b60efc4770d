"""A filter means the same of an alert in memory as of its record in the journal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alerts_rig import a_record
from entries_rig import NOW, ago, feedback_entry, seal_entry, verdict_entry
from hypothesis import given
from hypothesis import strategies as st
from journal_rig import begun, settings_in

from guardian.alerts.alert import alert_of_view
from guardian.alerts.facts import BATCH, AlertFacts, alerts_of, matching, needs_text
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.matching import Filter
from guardian.journal.filters.query import parse_filter
from guardian.journal.journal import Journal
from guardian.journal.marks import Mark, Marked
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Kind, Record
from guardian.journal.reports.view import View, select
from guardian.journal.scan import Scan
from guardian.message import Channel
from guardian.verdict import Outcome

ENTRIES = [
    verdict_entry(1, sender="Boss <boss@fake.example>", tactics=("urgency", "secrecy"), at_ms=ago(days=2)),
    verdict_entry(2, outcome=Outcome.NOTICE, tactics=("pressure",), policies=("hurry",), at_ms=ago(days=20)),
    verdict_entry(3, channel=Channel.AI_OUTPUT, sender=None, tactics=("dependence",), at_ms=ago(hours=3)),
    verdict_entry(4, outcome=Outcome.UNSURE, sender="a@łódź.example", claimed=("news@hotel.example",)),
    verdict_entry(5, outcome=Outcome.CLEAN, tactics=("mesmerism",)),
]
SAID = {
    1: Said(Feedback(1, Says.RIGHT), Mark(1, Marked.KEPT)),
    2: Said(mark=Mark(2, Marked.NONE, "a note")),
    3: Said(Feedback(3, Says.WRONG)),
}
CODES = """~o flagged; ~o clean; ~t urgency; ~t pressure; ~t risk; ~p hurry; ~p pressure-to-pay; ~p nobody; ~s boss;
~s @HOTEL; ~s łódź; ~c ai; ~c incoming; ~d 7d; ~d ..2026-11-10; ~f right; ~f none; ~a kept; ~a none; ~a done;
~k verdict; ~k seal; ~n 2..3; ~n 9.."""
ONE = st.sampled_from([code.strip() for code in CODES.split(";")])
FILTERS = st.recursive(
    ONE, lambda inner: st.one_of(inner.map("!({})".format), st.lists(inner, min_size=2, max_size=3).map(" | ".join))
)


@given(FILTERS)
def test_a_filter_without_words_means_the_same_in_memory(text: str) -> None:
    wanted = parse_filter(text, NOW)
    assert not needs_text(wanted)
    for entry in ENTRIES:
        said = SAID.get(entry.seq, NOTHING_SAID)
        alert = alert_of_view(View.of(entry, said))
        assert alert is not None
        assert wanted.lets_through(AlertFacts(alert)) is wanted.matches(entry, said), entry.seq


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("", False),
        ("~o flagged ~s bob", False),
        ("gift", True),
        ("~o flagged !(~c ai | ~m 'gift cards')", True),
        ("~s 'gift cards'", False),
    ],
)
def test_only_words_need_the_text(text: str, is_needed: bool) -> None:
    assert needs_text(parse_filter(text, NOW)) is is_needed


def test_an_alert_that_nobody_recorded_has_no_number() -> None:
    alert = alert_of_view(View(verdict_entry(1)))
    assert alert is not None
    facts = AlertFacts(type(alert)(**{name: getattr(alert, name) for name in alert.__slots__} | {"key": -1}))
    assert facts.seq is None
    assert not parse_filter("~n 0..", NOW).lets_through(facts)


# --- through a real journal --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """Alternately with and without the word, over more than one batch, and what the owner said of some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        with begun(settings_in(tmp_path_factory.mktemp("home"))) as journal:
            texts = ["gift cards" if number % 2 else "ordinary" for number in range(2 * BATCH + 10)]
            journal.append_all([(a_record(text, at_ms=number), b"") for number, text in enumerate(texts)])
            for entry in (feedback_entry(0, 2, Says.WRONG, "a zebra"), seal_entry(0)):
                assert isinstance(entry.record, Record)
                journal.append(entry.record)
            journal.append(Mark(4, Marked.KEPT, "an okapi").to_record("0"))
            journal.append(Record(Kind.GAP, 0, {"why": "gift cards"}))
            journal.forget([(6, 6)], "mine")
            yield journal


def listed(journal: Journal, wanted: Filter) -> list[int]:
    return [view.seq for view in select(Scan(journal), wanted) if view.kind == "verdict"]


@pytest.mark.parametrize(
    "text", ["gift", "zebra", "~f wrong zebra", "~a kept okapi", "!gift ~k verdict", "~o clean", ""]
)
def test_matching_finds_what_the_list_finds_newest_first(journal: Journal, text: str) -> None:
    wanted = parse_filter(text, NOW)
    found = [key for batch in matching(journal, wanted) for key in batch]
    assert found == listed(journal, wanted)
    assert found == sorted(found, reverse=True)
    assert [alert.key for alert in alerts_of(journal, wanted)] == found


def test_matching_lets_its_caller_breathe_where_nothing_is_found(journal: Journal) -> None:
    batches = list(matching(journal, parse_filter("quetzalcoatl", NOW)))
    assert batches == [()] * -(-journal.size // BATCH)
