"""The turns of a conversation: bounded, young, and joined with the message that comes now last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guardian.rolling.turns import BURST_S, MOST_BYTES, MOST_TURNS, Turn, joined, kept, turn_of

DAY_S = 86_400.0
TEXTS = st.text(max_size=400)


@given(st.lists(st.tuples(st.floats(0, 2 * DAY_S), TEXTS), max_size=40), st.floats(0, 2 * DAY_S))
def test_what_is_kept_is_young_and_within_bounds(rows: list[tuple[float, str]], now_s: float) -> None:
    turns = [turn_of(text, at_s) for at_s, text in sorted(rows, key=lambda row: row[0])]
    left = kept(turns, now_s, DAY_S)
    assert len(left) <= MOST_TURNS
    assert sum(len(turn.text.encode()) for turn in left) <= MOST_BYTES
    assert all(0 <= now_s - turn.at_s < DAY_S for turn in left)


@given(st.lists(TEXTS, max_size=25), TEXTS, st.integers(100, 4000))
def test_the_joined_text_fits_a_window_and_ends_in_the_message(texts: list[str], text: str, window_bytes: int) -> None:
    turns = [turn_of(each, 0.0) for each in texts]
    found = joined(turns, text.strip(), 1.0, window_bytes)
    if found is not None:
        assert len(found.text.encode("utf-8", "surrogatepass")) <= window_bytes
        assert found.text[found.seams[-1] :] == text.strip()[: found.length]
        assert list(found.seams) == sorted(set(found.seams))
        assert found.earlier >= 1


def test_a_sentence_that_was_sent_in_parts_is_one_again() -> None:
    found = joined([Turn(0, "Buy four gift"), Turn(1, "cards and send me")], "the codes.", 2, 1000)
    assert found is not None
    assert found.text == "Buy four gift cards and send me the codes."


def test_finished_sentences_stay_sentences() -> None:
    found = joined([Turn(0, "See you at five.")], "Bring the tent", 2, 1000)
    assert found is not None
    assert found.text == "See you at five.\nBring the tent"


def test_the_same_message_again_is_not_joined_to_itself() -> None:
    assert joined([Turn(0, "Where are you?")], "Where are you?", 2, 1000) is None


def test_what_was_told_is_joined_for_some_minutes_only() -> None:
    told = Turn(0.0, "Send me the codes.", is_told=True)
    assert joined([told], "Hello?", BURST_S - 1, 1000) is not None
    assert joined([told], "Hello?", BURST_S + 1, 1000) is None


def test_old_turns_are_not_fresh() -> None:
    found = joined([Turn(0.0, "Old words."), Turn(5000.0, "New words.")], "Now", 5001.0, 1000)
    assert found is not None
    assert found.text[found.fresh :].startswith("New words.")
