"""The index finds what the scan finds, takes no query language, and never touches the disk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from entries_rig import ListedEntries, erased_entry, feedback_entry, seal_entry, verdict_entry
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.errors import UsageError
from guardian.journal.feedback import Says
from guardian.journal.filters.query import words_filter
from guardian.journal.record import Entry
from guardian.journal.reports.view import select
from guardian.journal.search import SearchIndex

ENTRIES = [
    seal_entry(0),
    verdict_entry(1, "Buy four gift\ncards today", sender="Boss <boss@fake.example>", quote="four gift cards"),
    verdict_entry(2, "The gift of giving; cards later", claimed=["other@claimed.example"]),
    verdict_entry(3, "Zażółć gęślą jaźń, CAFÉ", context=["an earlier turn"]),
    verdict_entry(4, b"latin \xe9t\xe9 gift cards"),
    erased_entry(5),
    feedback_entry(6, 3, Says.WRONG, "first opinion"),
    feedback_entry(7, 3, Says.RIGHT, "second opinion"),
    feedback_entry(8, 2, Says.RIGHT, "third opinion"),
    feedback_entry(9, 2, Says.WITHDRAWN),
]


@pytest.fixture
def index() -> Iterator[SearchIndex]:
    index = SearchIndex.build(ENTRIES)
    yield index
    index.close()


def scanned(words: list[str], entries: list[Entry] = ENTRIES) -> list[int]:
    return [view.seq for view in select(ListedEntries(entries), words_filter(words))]


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        (["gift"], [4, 2, 1]),
        (["gift cards"], [4, 1]),
        (["GIFT", "later"], [2]),
        (["gift car"], [4, 1]),
        (["ift"], []),
        (["boss"], [1]),
        (["fake.example"], [1]),
        (["claimed.example"], [2]),
        (["gesla jazn"], [3]),
        (["cafe"], [3]),
        (["earlier turn"], [3]),
        (["second opinion"], [7, 3]),
        (["first opinion"], [6]),  # said once, and said otherwise since: the verdict is not found by it any more
        (["third opinion"], [8]),
        (["journal begun"], []),
        (["the journal was begun"], [0]),
    ],
)
def test_the_index_and_the_scan_find_the_same(index: SearchIndex, words: list[str], seqs: list[int]) -> None:
    assert index.search(words) == seqs
    assert scanned(words) == seqs


@pytest.mark.parametrize(
    "attack", ['" OR words:x', "NEAR(a b)", "a* OR b", "words : gift", "^gift", "NOT", "a AND b", "'"]
)
def test_no_word_is_read_as_a_query_language(index: SearchIndex, attack: str) -> None:
    try:
        found = index.search([attack])
    except ValueError as error:
        assert str(error) == "no letter or digit to look for"  # noqa: PT017  # either answer is right
        with pytest.raises(UsageError):
            words_filter([attack])
    else:
        assert found == scanned([attack])


_TEXTS = st.text(st.sampled_from("abcABC12 -.,_'\"*éÉßñöłж中\n\t"), max_size=24)


@settings(deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=6), _TEXTS, st.lists(_TEXTS, min_size=1, max_size=2))
def test_the_index_and_the_scan_agree_on_any_text(texts: list[str], sender: str, words: list[str]) -> None:
    entries = [verdict_entry(seq, text, sender=sender, quote=text[:5]) for seq, text in enumerate(texts)]
    index = SearchIndex.build(entries)
    for looked_for in (words, [texts[0]], [texts[-1][2:9], texts[0][:3]]):
        try:
            assert index.search(looked_for) == scanned(looked_for, entries)
        except (ValueError, UsageError):
            assert not all(any(char.isalnum() for char in each) for each in looked_for)
    index.close()


def test_an_entry_can_be_added_later() -> None:
    index = SearchIndex()
    for entry in reversed(ENTRIES):  # newest first, as an app may meet them
        index.add(entry)
    assert index.search(["gift"]) == [4, 2, 1]
    assert index.search(["second opinion"]) == [7, 3]
    assert index.search(["first opinion"]) == [6]
    index.add(verdict_entry(10, "one more gift"))
    assert index.search(["gift"]) == [10, 4, 2, 1]


def test_many_entries_are_indexed_in_batches() -> None:
    index = SearchIndex.build(verdict_entry(seq, f"number n{seq}x") for seq in range(1203))
    assert index.search(["number"]) == list(reversed(range(1203)))
    assert index.search(["n1202x"]) == [1202]


def test_the_index_stays_in_memory_and_holds_no_whole_text(index: SearchIndex) -> None:
    files = index._db.execute("PRAGMA database_list").fetchall()
    assert [row[2] for row in files] == [""]
    assert index._db.execute("PRAGMA temp_store").fetchone() == (2,)  # MEMORY
    assert index._db.execute("SELECT words FROM texts WHERE texts MATCH 'four'").fetchall() == [(None,)]
