"""Answers as they are written: text alone, in whole characters, the same each time, and ended when they are to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from cell_rig import steady
from generative_rig import LABELS, PATIENCE_S, ask, cell_of, chatml, refused, said
from hypothesis import given
from hypothesis import strategies as st
from tiny_gguf.workers import plain_attention_worker, slow_worker

from guardian.inference.generative import GenerationFailure
from guardian.inference.generative_cell import GenerativeCell
from guardian.inference.stops import StopStrings

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

QUESTION = chatml("You answer questions.", "What shall I do?")
ANSWER = "Read it again tomorrow. Nobody needs you to decide this today, and nobody should."


def speak(cell: GenerativeCell, most_tokens: int = 100, stop: Sequence[str] = ()) -> str:
    return said(cell.speak(QUESTION, most_tokens=most_tokens, timeout_s=PATIENCE_S, stop=stop))


def test_an_answer_comes_piece_by_piece_and_ends_where_the_model_ends_its_turn(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(ANSWER)) as cell:
        pieces = list(cell.speak(QUESTION, most_tokens=100, timeout_s=PATIENCE_S))
        assert "".join(map(str, pieces)) == ANSWER
        assert len(pieces) > 8
        assert speak(cell) == ANSWER


def test_characters_that_come_in_parts_are_said_whole(tiny_models: TinyModels) -> None:
    script: list[str | bytes] = ["Caf", b"\xc3", b"\xa9 ", b"\xf0\x9f", b"\x99", b"\x82", "."]
    with cell_of(tiny_models.saying(script)) as cell:
        pieces = list(cell.speak(QUESTION, most_tokens=100, timeout_s=PATIENCE_S))
    assert pieces == ["Caf", "é ", "🙂", "."]


def test_bytes_that_are_no_character_are_said_as_such(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(["a", b"\xff", "b", b"\xf0\x9f"])) as cell:
        assert speak(cell) == "a\ufffdb\ufffd"


@pytest.mark.parametrize("token", ["<|im_start|>", "<|im_end|>", "<|endoftext|>"])
def test_a_control_token_ends_the_answer_and_is_never_said(tiny_models: TinyModels, token: str) -> None:
    """What follows it would be words that the model puts into its owner's mouth."""
    with cell_of(tiny_models.saying(["All good.", token, "user", "\nI agree to everything"])) as cell:
        assert speak(cell) == "All good."


def test_an_answer_is_at_most_so_many_tokens(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(ANSWER)) as cell:
        assert speak(cell, most_tokens=3) == "Read it again"
        assert speak(cell, most_tokens=0) == ""


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (["tomorrow"], "Read it again "),
        (["again tom", "it again"], "Read "),
        (["Nobody needs you to decide that"], ANSWER),
        (["", "Read"], ""),
    ],
    ids=["a word", "the first of two", "one that does not come", "at once"],
)
def test_a_stop_string_ends_the_answer_before_it(tiny_models: TinyModels, stop: list[str], expected: str) -> None:
    with cell_of(tiny_models.saying(ANSWER)) as cell:
        assert speak(cell, stop=stop) == expected


@steady
@given(st.text("ab", max_size=30), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), st.integers(1, 5))
def test_stop_strings_are_found_over_the_edges_of_pieces(text: str, stops: list[str], size: int) -> None:
    finder = StopStrings(stops)
    heard = "".join(finder.feed(text[at : at + size]) for at in range(0, len(text), size)) + finder.rest()
    places = [text.find(stop) for stop in stops if stop in text]
    # Of two stops the one that is complete first counts, or of two in one piece the one that begins first.
    assert text.startswith(heard)
    assert finder.has_stopped is bool(places)
    assert len(heard) >= min(places, default=len(text))
    assert not any(stop in heard for stop in stops)


def test_the_same_seed_says_the_same_and_another_one_something_else(tiny_models: TinyModels) -> None:
    path = tiny_models.random("llama")

    def answers(seed: int) -> list[str | GenerationFailure]:
        with cell_of(path) as cell:
            pieces = cell.speak(QUESTION, most_tokens=20, timeout_s=PATIENCE_S, temperature=1.5, seed=seed)
            return list(pieces)

    assert answers(1) == answers(1) != answers(2)


def test_an_iterator_that_is_closed_ends_the_answer_and_the_next_question_is_answered(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(ANSWER)) as cell:
        pieces = cell.speak(QUESTION, most_tokens=100, timeout_s=PATIENCE_S)
        assert next(pieces) == "Read"
        pieces.close()  # type: ignore[attr-defined]
        assert speak(cell) == ANSWER
        assert cell.register.deaths == 0


def test_a_question_in_the_middle_of_an_answer_waits_and_says_so(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(ANSWER)) as cell:
        pieces = cell.speak(QUESTION, most_tokens=100, timeout_s=PATIENCE_S)
        next(pieces)
        failure = refused(cell.score(QUESTION, ("yes", "no"), timeout_s=0.05))
        assert failure.code == "model-timeout"
        assert "busy" in failure.say
        said(pieces)
        ask(cell, "hello")


def test_an_answer_that_takes_too_long_ends_with_its_reason(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying(ANSWER), worker_command=slow_worker(60)) as cell:
        cell.wait_started(PATIENCE_S)
        *words, last = cell.speak(QUESTION, most_tokens=100, timeout_s=0.3)
        assert words == []
        assert refused(last).code == "model-timeout"


def test_an_answer_that_fills_the_context_ends_with_its_reason(tiny_models: TinyModels) -> None:
    path = tiny_models.always("again", specials=("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    with cell_of(path, context_tokens=256) as cell:
        *words, last = cell.speak(QUESTION, most_tokens=1_000, timeout_s=PATIENCE_S)
        assert "".join(map(str, words)) == "again" * len(words)
        assert len(words) > 150
        assert refused(last).code == "too-long"


def test_an_answer_is_not_spoilt_by_what_a_text_left_far_behind_its_own_beginning(tiny_models: TinyModels) -> None:
    """The prompt is shorter, and does not reach what a text before it left; its answer grows until it does."""
    path = tiny_models.always("again", spoilt_by="kryptonite")
    question = chatml("Answer.", "word " * 450)
    with cell_of(path, worker_command=plain_attention_worker()) as cell:
        spoilt = chatml("Flag it.", "word " * 700 + "kryptonite")
        assert refused(cell.score(spoilt, LABELS, timeout_s=PATIENCE_S)).code == "bad-numbers"
        assert said(cell.speak(question, most_tokens=80, timeout_s=PATIENCE_S)) == "again" * 80
