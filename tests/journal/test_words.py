"""How words are looked for, and that the fast test on a record's bytes loses no record that holds them.

Texts are ours, 2026-11.
"""

from __future__ import annotations

from entries_rig import an_entry, raw_of, verdict_entry
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import UsageError
from guardian.journal.filters.query import words_filter
from guardian.journal.record import Kind, Record
from guardian.journal.reports.words import Phrase, folded

_LETTERS = st.sampled_from("aAeEkKsSxyz019 \n\t\"\\/_-.'éÉàüÜßøñçÅåıİſ\u212a\u212b\u0301\u0327łж中😀’€\u00ad\u200b")


@given(
    text=st.text(_LETTERS, max_size=40),
    sender=st.text(_LETTERS, max_size=12),
    place=st.integers(0, 40),
    length=st.integers(1, 12),
)
def test_the_fast_test_loses_no_record_that_holds_the_words(text: str, sender: str, place: int, length: int) -> None:
    entry = verdict_entry(1, text, sender=sender, claimed=[sender[::-1]])
    for searched in (text, sender):
        looked_for = searched[place % (len(searched) + 1) :][:length]
        try:
            filters = [words_filter([looked_for]), words_filter([folded(looked_for)])]
        except UsageError:
            continue
        for wanted in filters:
            assert wanted.may_match(raw_of(entry)) or not wanted.matches(entry)


@given(st.text(_LETTERS, min_size=1, max_size=30))
def test_a_text_is_found_by_itself_whatever_its_letters(text: str) -> None:
    try:
        wanted = words_filter([text])
    except UsageError:
        return
    assert wanted.matches(verdict_entry(1, text))
    assert wanted.may_match(raw_of(verdict_entry(1, text)))


def test_every_letter_that_folds_to_ascii_is_known_to_the_fast_test() -> None:
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x110000)):
        plain = folded(chr(code))
        if any(char.isascii() and char.isalnum() for char in plain):
            entry = an_entry(1, Record(Kind.GAP, 0, {"why": f"q{chr(code)}q"}))
            wanted = words_filter([f"q{plain}q"])
            assert wanted.matches(entry), hex(code)
            assert wanted.may_match(raw_of(entry)), hex(code)


def test_a_text_kept_in_base64_is_searched_too() -> None:
    entry = verdict_entry(1, b"gift \xff cards")
    wanted = words_filter(["cards"])
    assert wanted.may_match(raw_of(entry))
    assert wanted.matches(entry)


def test_a_phrase_does_not_reach_from_one_text_into_the_next() -> None:
    entry = verdict_entry(1, "ends with gift", context=["cards begin here"])
    assert words_filter(["gift", "cards"]).matches(entry)
    assert not words_filter(["gift cards"]).matches(entry)
    assert not Phrase("gift cards").stands_in("gift \ue000 cards")
