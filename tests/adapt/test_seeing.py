"""What of a labelled text is learned from: of a fine one its worst windows, of a bad one the worst, never too many."""

from __future__ import annotations

import numpy as np
import pytest
from adapt_rig import manifest

from guardian.adapt.labels import MOST_EXAMPLES, MOST_WORDS, Label
from guardian.adapt.seeing import MOST_ROWS, MOST_WINDOWS, SeenText, rows_of
from guardian.message import Message


def a_text(number: int, windows: int, *, is_bad: bool = False) -> SeenText:
    """A text whose last window is its worst."""
    label = Label(Message(b""), is_bad, f"sender {number}", number)
    embeddings = np.zeros((windows, manifest().embedding), dtype=np.float32)
    scores = np.zeros((windows, len(manifest().outputs)), dtype=np.float32)
    return SeenText(label, embeddings, scores, np.arange(windows, dtype=np.float64))


@pytest.mark.parametrize(("windows", "is_bad", "taken"), [(1, False, 1), (5, False, 5), (40, False, 8), (40, True, 1)])
def test_a_fine_text_teaches_by_its_worst_windows_and_a_bad_one_by_its_worst(
    windows: int, is_bad: bool, taken: int
) -> None:
    rows = rows_of([a_text(0, windows, is_bad=is_bad)], manifest())
    assert taken <= MOST_WINDOWS
    assert rows.margins.tolist() == [float(windows - 1 - place) for place in range(taken)]


@pytest.mark.parametrize("texts", [30, 75, 200, MOST_WORDS + MOST_EXAMPLES])
def test_many_long_texts_make_no_fit_that_takes_minutes(texts: int) -> None:
    """At 4,800 windows one step of the fit took 180 MB and seconds, and there are six fits."""
    rows = rows_of([a_text(number, 40) for number in range(texts)], manifest())
    assert len(rows.margins) <= MOST_ROWS
    assert np.unique(rows.anchors.groups).size == texts
    assert (rows.margins == 39).sum() == texts  # the worst window of each
