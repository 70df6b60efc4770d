"""Which sentences of a mail are shown as a finding's words: what is said before what is repeated, if both would do."""

from __future__ import annotations

import numpy as np
import pytest

from guardian.explanation import _best, _Sentence
from guardian.message import Format, Message
from guardian.reading.base import Reading
from guardian.reading.limits import Limits
from guardian.reading.read import read

SAID, QUOTED = "Send me the codes.", "Pay it all by noon."
MAIL = f"From: a@x.example\n\n{SAID}\n\n> {QUOTED}\n".encode()


def shown(raw: bytes, format: Format, said: float, quoted: float) -> list[str]:
    reading: Reading = read(Message(raw, format=format), Limits())
    view = next(index for index, view in enumerate(reading.views) if SAID in view.text)
    text = reading.views[view].text
    places = [(text.index(words), text.index(words) + len(words), words) for words in (SAID, QUOTED)]
    sentences = [_Sentence(view, start, end, words) for start, end, words in places]
    return [span.quote for span in _best(reading, sentences, np.array([said, quoted], dtype=np.float32))]


@pytest.mark.parametrize(
    ("said", "quoted", "words"),
    [(2.0, 2.3, [SAID, QUOTED]), (2.0, 2.6, [QUOTED, SAID]), (2.0, -1.0, [SAID]), (-1.0, 4.0, [QUOTED])],
)
def test_a_quotation_must_be_stronger_to_come_first(said: float, quoted: float, words: list[str]) -> None:
    assert shown(MAIL, Format.MAIL, said, quoted) == words


def test_in_a_text_that_is_no_mail_nothing_is_a_quotation() -> None:
    assert shown(MAIL, Format.TEXT, 2.0, 2.3) == [QUOTED, SAID]
