"""Recovery: the words bring the key back, every time, and a wrong one is told by its place."""

from __future__ import annotations

import pytest

from guardian.journal.phrase import WORDS, PhraseError, entropy_of, new_phrase, word_list, word_numbers
from guardian.journal.recovery import (
    RecoveryError,
    entropy_for,
    locate_wrong_word,
    public_key,
    unwrap,
    wrap,
)
from guardian.journal.secret import Secret

JOURNAL = bytes(range(16))
PHRASE = new_phrase()
PUBLIC = public_key(PHRASE.entropy)


def test_100_of_100_keys_come_back_from_their_words() -> None:
    for _ in range(100):
        phrase, master = new_phrase(), Secret.fresh()
        public = public_key(phrase.entropy)
        kept = wrap(master, public, JOURNAL)
        written_down = " ".join(phrase.words())
        assert unwrap(kept, entropy_for(written_down, public), JOURNAL) == master


def test_a_new_master_key_needs_no_words_to_be_kept() -> None:
    for _ in range(3):
        master = Secret.fresh()
        assert unwrap(wrap(master, PUBLIC, JOURNAL), PHRASE.entropy, JOURNAL) == master


def test_it_opens_for_no_other_phrase_and_no_other_journal() -> None:
    kept = wrap(Secret.fresh(), PUBLIC, JOURNAL)
    for entropy, journal in ((new_phrase().entropy, JOURNAL), (PHRASE.entropy, bytes(16))):
        with pytest.raises(RecoveryError, match="does not open"):
            unwrap(kept, entropy, journal)


def test_a_damaged_public_key_is_said_when_a_key_is_to_be_kept() -> None:
    with pytest.raises(RecoveryError, match="damaged"):
        wrap(Secret.fresh(), PUBLIC[:-1], JOURNAL)


@pytest.mark.parametrize("place", range(1, WORDS + 1))
def test_one_wrong_word_is_told_by_its_place_and_the_right_one_is_not(place: int) -> None:
    right = list(PHRASE.words())
    for step in (1, 777):  # a neighbour in the list, and one far away
        wrong = list(right)
        wrong[place - 1] = word_list()[(word_list().index(right[place - 1]) + step) % len(word_list())]
        assert locate_wrong_word(wrong, PUBLIC) == (place,)
        with pytest.raises(PhraseError) as raised:
            entropy_for(" ".join(wrong), PUBLIC)
        assert raised.value.what == f"word {place} is not the one you wrote down"
        assert raised.value.hint == ""


def test_one_wrong_word_that_passes_the_checksum_is_told_too() -> None:
    numbers = word_numbers(" ".join(PHRASE.words()))
    passing = next(
        [*numbers[:4], other, *numbers[5:]]
        for other in range(2048)
        if other != numbers[4] and entropy_of([*numbers[:4], other, *numbers[5:]]) is not None
    )
    with pytest.raises(PhraseError, match=r"^word 5 is not the one"):
        entropy_for(" ".join(word_list()[number] for number in passing), PUBLIC)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (7, 8), (3, 20), (1, 24), (23, 24)])
def test_two_swapped_words_are_told_by_their_places(first: int, second: int) -> None:
    words = list(distinct_phrase())  # equal words cannot be seen to be swapped
    public = public_key(entropy_for_listed(words))
    words[first - 1], words[second - 1] = words[second - 1], words[first - 1]
    with pytest.raises(PhraseError, match=f"^words {first} and {second} are swapped$") as raised:
        entropy_for(" ".join(words), public)
    assert raised.value.places == (first, second)


def test_two_wrong_words_or_another_phrase_are_not_guessed_at() -> None:
    two_wrong = list(PHRASE.words())
    for place in (2, 9):
        two_wrong[place] = word_list()[(word_list().index(two_wrong[place]) + 1) % len(word_list())]
    for words in (two_wrong, new_phrase().words()):
        assert locate_wrong_word(words, PUBLIC) == ()
        with pytest.raises(PhraseError, match="more than one of them is wrong, or this is another journal's phrase"):
            entropy_for(" ".join(words), PUBLIC)


def test_the_right_words_have_no_wrong_place() -> None:
    assert entropy_for(" ".join(PHRASE.words()), PUBLIC) == PHRASE.entropy


def distinct_phrase() -> tuple[str, ...]:
    """A phrase in which no word stands twice."""
    while True:
        words = new_phrase().words()
        if len(set(words)) == WORDS:
            return words


def entropy_for_listed(words: list[str]) -> Secret:
    entropy = entropy_of(word_numbers(" ".join(words)))
    assert entropy is not None
    return entropy
