"""The recovery phrase: BIP-39's words, and errors that say which word to look at."""

from __future__ import annotations

import hashlib
import pickle
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from guardian.journal.phrase import WORDS, Phrase, PhraseError, new_phrase, parse_phrase, word_list
from guardian.journal.secret import Secret

VECTORS = {
    # https://github.com/trezor/python-mnemonic/blob/master/vectors.json, the English ones of 256 bits
    "00" * 32: "abandon " * 23 + "art",
    "7f" * 32: "legal winner thank year wave sausage worth useful " * 2
    + "legal winner thank year wave sausage worth title",
    "80" * 32: "letter advice cage absurd amount doctor acoustic avoid " * 2
    + "letter advice cage absurd amount doctor acoustic bless",
    "ff" * 32: "zoo " * 23 + "vote",
}


@pytest.mark.parametrize(("entropy", "words"), VECTORS.items())
def test_words_and_bytes_are_those_of_bip_39(entropy: str, words: str) -> None:
    assert " ".join(Phrase(Secret(bytes.fromhex(entropy))).words()) == words
    assert parse_phrase(words) == Secret(bytes.fromhex(entropy))


def test_the_list_is_the_one_that_bip_39_publishes() -> None:
    # sha256 of bip-0039/english.txt
    content = "".join(f"{word}\n" for word in word_list()).encode()
    assert hashlib.sha256(content).hexdigest() == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"


@given(st.binary(min_size=32, max_size=32))
def test_every_32_bytes_survive_the_paper(entropy: bytes) -> None:
    words = " ".join(Phrase(Secret(entropy)).words())
    assert words == Mnemonic("english").to_mnemonic(entropy)
    assert parse_phrase(words).reveal() == entropy


def test_two_new_phrases_differ() -> None:
    assert new_phrase().entropy != new_phrase().entropy


@pytest.mark.parametrize(
    "write",
    [
        str.upper,
        lambda words: "\n".join(f"{place:>2}. {word}" for place, word in enumerate(words.split(), 1)),
        lambda words: "\t".join(f"{place}) {word.title()}" for place, word in enumerate(words.split(), 1)) + "\r\n",
        lambda words: f"  {words.replace(' ', '   ')}  ",
        lambda words: "".join(chr(ord(letter) + 0xFEE0) if letter != " " else "\u3000" for letter in words),
    ],
    ids=["capitals", "numbered lines", "numbered, with tabs", "wide spaces", "full width"],
)
def test_how_it_is_written_does_not_matter(write: type[str]) -> None:
    phrase = new_phrase()
    assert parse_phrase(write(" ".join(phrase.words()))) == phrase.entropy


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "0 words instead of 24"), (1, "1 word instead of 24"), (23, "23 words instead of 24"), (25, "25 words")],
)
def test_a_word_too_few_or_too_many_is_counted(count: int, says: str) -> None:
    with pytest.raises(PhraseError, match=says):
        parse_phrase(" ".join((new_phrase().words() * 2)[:count]))


@pytest.mark.parametrize("place", range(1, WORDS + 1))
def test_a_word_that_is_not_in_the_list_is_told_by_its_place(place: int) -> None:
    words = list(VECTORS["ff" * 32].split())
    words[place - 1] = "abandonn"
    with pytest.raises(PhraseError) as raised:
        parse_phrase(" ".join(words))
    assert raised.value.what == f"word {place} is not in the list"
    assert raised.value.places == (place,)
    assert raised.value.hint.startswith("nearest: abandon")


def test_of_several_such_words_only_the_first_is_told() -> None:
    with pytest.raises(PhraseError, match="word 3 is not"):
        parse_phrase("zoo zoo zooo " + "zooo " * 21)


def test_a_listed_word_in_the_wrong_place_is_found_by_the_checksum() -> None:
    with pytest.raises(PhraseError, match="all in the list, but one of them is wrong"):
        parse_phrase("abandon " * 24)


def test_no_error_repeats_what_was_typed() -> None:
    for text in ("canary" * 5000, "canarywords " * 24, "canary"):
        with pytest.raises(PhraseError) as raised:
            parse_phrase(text)
        assert "canaryw" not in raised.value.line()
        assert "canary" not in raised.value.what


def test_a_phrase_shows_itself_to_nobody() -> None:
    phrase = Phrase(Secret(secrets.token_bytes(32)))
    assert repr(phrase) == "Phrase(...)"
    with pytest.raises(TypeError):
        pickle.dumps(phrase)
