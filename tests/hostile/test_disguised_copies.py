"""Short versions of `make hostile`: a disguise hides nothing, and honest texts are not called disguised.

The full figures (200 texts a transformation, 2,000 honest texts) come from `scripts/hostile_input.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import hostile_rig  # noqa: F401 - puts the scripts in reach
import pytest
from hostile.corpus_texts import held_out
from hostile.house import House, is_flagged, open_house
from hostile.innocent import FORMS, TEXTS, innocent_texts
from hostile.metamorphic import Row, measure, tells_evasion
from hostile.ordinary_sentences import ORDINARY
from hostile.tongues import SENTENCES, TRICKS, tricked
from hostile.tricks import PAIRS, SINGLES, Trick

from guardian.detectors.load import load_detectors
from guardian.message import Channel, Message
from guardian.reading.language import language_of
from guardian.reading.limits import Limits
from guardian.verdict import Outcome

FLAGGED = ("t1-wren-001", "t1-wren-033", "t11-thyme-006")
"""Held-out texts that are flagged as they stand; the first test says so."""
ALLOWED = 1
"""Of these. At least 95 % are wanted of 200."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    texts = {text.id: text for text in held_out(violating=True)}
    return [Message(texts[name].text.encode(), channel=Channel(texts[name].channel), id=name) for name in FLAGGED]


def test_the_texts_are_flagged_as_they_stand(house: House, messages: list[Message]) -> None:
    assert [s.verdict.id for s in house.gate.screen_all(messages) if is_flagged(s.verdict)] == list(FLAGGED)


def test_there_are_as_many_transformations_as_were_promised() -> None:
    assert len(SINGLES) >= 25
    assert len(PAIRS) >= 15


@pytest.mark.parametrize("name", [*SINGLES, *(pytest.param(name, marks=pytest.mark.slow) for name in PAIRS)])
def test_a_disguised_copy_is_flagged_or_named(name: str, house: House, messages: list[Message]) -> None:
    trick: Trick = SINGLES.get(name) or PAIRS[name]
    row: Row = next(measure(house, messages, {name: trick}, asked=0))
    assert row.neither <= ALLOWED, row.missed


def test_honest_texts_are_not_called_disguised() -> None:
    detectors, limits = load_detectors(None), Limits()
    texts = list(innocent_texts(TEXTS // 2))
    assert {text.language for text in texts} == set(ORDINARY)
    assert {text.form for text in texts} == set(FORMS)
    told = [
        (text.language, text.form) for text in texts if tells_evasion(Message(text.text.encode()), limits, detectors)
    ]
    assert len(told) <= TEXTS // 2 * 0.005, told


@pytest.mark.parametrize("language", SENTENCES)
def test_a_language_that_the_model_was_not_measured_on_is_named(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("language", SENTENCES)
def test_rules_that_need_no_language_speak_in_every_one(language: str, trick: str, house: House) -> None:
    verdict = house.gate.screen(tricked(language, trick)).verdict
    assert verdict.findings
    assert verdict.outcome is not Outcome.CLEAN
    assert is_flagged(verdict) or "language-not-covered" in [reason.code for reason in verdict.coverage.reasons]
