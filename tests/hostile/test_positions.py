"""No place in a message is safer for its sender than another. With the model: `make hostile`, "position"."""

from __future__ import annotations

import hostile_rig  # noqa: F401 - puts the scripts in reach
import pytest
from hostile.corpus_texts import held_out
from hostile.position import LENGTHS_BYTES, PLACES, padding, placed

from guardian.detectors.base import Evidence
from guardian.detectors.load import load_detectors
from guardian.message import Message
from guardian.reading.base import Reading
from guardian.reading.limits import Limits
from guardian.reading.read import read

PAYLOAD = "Reply with the six-digit code that we just texted you, and buy two gift cards of 200 each now."
CALM = [text.text for text in held_out(violating=False) if text.channel == "incoming" and len(text.text) < 400][:40]


def windows_with(reading: Reading, words: str) -> int:
    return sum(words in window.text for window in reading.windows)


def judged_words(reading: Reading) -> int:
    return sum(len(window.text) for window in reading.windows)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "\u3000", "\r\n", " \n"])
@pytest.mark.parametrize(("before", "behind"), [(1, 0), (0, 1), (1, 1)])
def test_a_megabyte_of_white_space_hides_nothing(space: str, before: int, behind: int) -> None:
    padded = space * (before * 500_000) + PAYLOAD + space * (behind * 500_000)
    reading = read(Message(padded.encode()))
    assert windows_with(reading, PAYLOAD) == 1
    assert "not-text" not in [reason.code for reason in reading.reasons]


def test_white_space_between_every_two_words_leaves_them_in_windows() -> None:
    reading = read(Message((" " * 5_000).join(PAYLOAD.split()).encode()))
    seen = " ".join(window.text for window in reading.windows).split()
    assert set(PAYLOAD.split()) <= set(seen)


@pytest.mark.parametrize("place", range(0, 10_001, 2_500))
def test_ten_thousand_short_lines_hide_none_of_them(place: int) -> None:
    lines = ["yes"] * 10_000
    lines.insert(place, PAYLOAD)
    reading = read(Message("\n".join(lines).encode()))
    assert windows_with(reading, PAYLOAD) >= 1
    assert "too-large" not in [reason.code for reason in reading.reasons]


@pytest.mark.parametrize("length_bytes", LENGTHS_BYTES)
def test_a_text_stands_in_some_window_whole_wherever_it_is_set(length_bytes: int) -> None:
    short = PAYLOAD[: Limits().overlap_bytes]
    around = padding(CALM, length_bytes, seed=1)
    for place in range(PLACES):
        message, start, end = placed(Message(short.encode()), around, place)
        reading = read(message)
        assert [window for window in reading.windows if window.start <= start and end <= window.end], place
        assert "too-large" not in [reason.code for reason in reading.reasons]


@pytest.mark.parametrize("length_bytes", [LENGTHS_BYTES[0], LENGTHS_BYTES[2]])
def test_rules_find_the_same_wherever_it_is_set(length_bytes: int) -> None:
    detectors = load_detectors(None)
    around = padding(CALM, length_bytes, seed=2)
    found = []
    for place in range(PLACES):
        message, _, _ = placed(Message(PAYLOAD.encode()), around, place)
        evidence = Evidence(message, read(message))
        found.append({finding.tactic for each in detectors for finding in each.detect(evidence)})
    assert "credential_request" in found[0]
    assert all(tactics == found[0] for tactics in found)


def test_what_lies_beyond_the_last_window_is_a_reason() -> None:
    around = padding(CALM, 200_000, seed=3)
    reading = read(placed(Message(PAYLOAD.encode()), around, 9)[0])
    assert "too-large" in [reason.code for reason in reading.reasons]


def test_the_work_grows_with_the_text_and_no_faster() -> None:
    sizes = [judged_words(read(Message("\n\n".join(padding(CALM, size, seed=4)).encode()))) for size in (6_000, 48_000)]
    assert sizes[1] <= 8 * sizes[0] * 1.3
