"""Windows: nothing of a text is lost on its way to the model, and rows come back as one per window."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.base import Encoding, EncodingFailure
from guardian.inference.frames import Row
from guardian.inference.windows import Columns, Job, Piece, cut_near_middle, new_job, to_utf8

COLUMNS = Columns(4, [1, 0], [2, 3])
"""Rows of four numbers: two logits in the manifest's other order, and an embedding of two."""


def row(*values: float, tokens: int = 5, unknown: int = 1) -> Row:
    return Row(tokens, unknown, struct.pack("<4f", *values))


def finished(job: Job) -> Encoding:
    outcome = job.future.result(0)
    assert isinstance(outcome, Encoding)
    return outcome


@steady
@given(st.lists(st.text(), max_size=4), st.integers(4, 20))
def test_the_pieces_of_a_window_are_all_of_its_text_and_none_is_too_long(texts: list[str], limit: int) -> None:
    _, pieces = new_job(texts, limit)
    for window, text in enumerate(texts):
        parts = [piece.text for piece in pieces if piece.window == window]
        assert b"".join(parts) == to_utf8(text)
        assert len(parts) >= 1
    assert all(len(piece.text) <= limit for piece in pieces)


@steady
@given(st.text())
def test_a_cut_leaves_two_parts_that_are_both_text(text: str) -> None:
    data = text.encode("utf-8", "replace")
    at = cut_near_middle(data)
    if at is None:
        assert len(data.decode()) <= 1
        return
    assert 0 < at < len(data)
    data[:at].decode()
    data[at:].decode()


def test_a_cut_prefers_a_white_space() -> None:
    text = b"one two three four five six"
    at = cut_near_middle(text)
    assert at is not None
    assert text[:at].endswith(b" ")


@steady
@given(st.text(st.characters()))
def test_every_text_can_be_sent(text: str) -> None:
    assert len(to_utf8(text).decode("utf-8")) <= len(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("ur\udcffgent", "ur\ufffdgent"),  # a stray byte, as surrogateescape shows it
        ("\ud83d\ude00", "\U0001f600"),  # a pair that somebody left as two halves
        ("a\x00b", "a\x00b"),
    ],
)
def test_lone_surrogates_become_replacement_characters(text: str, sent: str) -> None:
    assert to_utf8(text).decode() == sent


def test_rows_become_logits_in_the_manifests_order_and_embeddings_of_unit_length() -> None:
    job, (first, second) = new_job(["one", "two"], 100)
    job.add(second, row(5, 6, 0, -2, tokens=7), COLUMNS)
    assert not job.future.done()
    job.add(first, row(1, 2, 3, 4), COLUMNS)
    encoding = finished(job)
    assert encoding.logits.tolist() == [[2, 1], [6, 5]]
    np.testing.assert_allclose(encoding.embeddings, np.array([[0.6, 0.8], [0.0, -1.0]]), atol=1e-6)
    assert encoding.tokens.tolist() == [5, 7]
    assert encoding.unknown.tolist() == [1, 1]
    assert {array.dtype for array in (encoding.logits, encoding.embeddings)} == {np.dtype(np.float32)}
    assert encoding.tokens.dtype == np.int32


def test_parts_of_one_window_become_one_row_with_the_worst_of_each_logit() -> None:
    job, (whole,) = new_job(["one two three four"], 100)
    halves = whole.halves()
    assert halves is not None
    job.missing += 1
    job.add(halves[1], row(1, 9, 0, 2, tokens=4, unknown=0), COLUMNS)
    job.add(halves[0], row(3, -9, 2, 0, tokens=6, unknown=2), COLUMNS)
    encoding = finished(job)
    assert encoding.logits.tolist() == [[9, 3]]
    np.testing.assert_allclose(encoding.embeddings, [[0.5**0.5, 0.5**0.5]], atol=1e-6)
    assert encoding.tokens.tolist() == [10]
    assert encoding.unknown.tolist() == [2]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_not_finite_are_a_failure_and_not_a_score(value: float) -> None:
    job, (piece,) = new_job(["one"], 100)
    job.add(piece, row(1, value, 3, 4), COLUMNS)
    outcome = job.future.result(0)
    assert isinstance(outcome, EncodingFailure)
    assert outcome.code == "model-refused"


def test_an_embedding_of_zeros_does_not_divide_by_zero() -> None:
    job, (piece,) = new_job(["one"], 100)
    job.add(piece, row(1, 2, 0, 0), COLUMNS)
    assert finished(job).embeddings.tolist() == [[0, 0]]


def test_a_job_completes_once_and_cannot_be_cancelled() -> None:
    job, pieces = new_job(["one"], 100)
    assert not job.future.cancel()
    assert job.complete(EncodingFailure("model-down", "first"))
    assert not job.complete(EncodingFailure("model-down", "second"))
    assert isinstance(pieces[0], Piece)
    assert job.future.result(0) == EncodingFailure("model-down", "first")
