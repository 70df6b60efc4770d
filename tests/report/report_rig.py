"""Rows, answers and whole reports for tests, with every value chosen by the test."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from guardian.message import Channel
from guardian.report.answers import Answer, Asked, Judge, SentenceScore
from guardian.report.card import Extras, make_report
from guardian.report.labelled_files import DataFile, LabelledSet
from guardian.report.rows import LabelledRow
from guardian.verdict import Outcome

JUDGE = Judge("tiny-1", "ab" * 32, "sha256:cd", "netns")
FILE = DataFile("rows.ndjson", "ef" * 32, 10, 4)


def row(id: str, violating: bool, **known: Any) -> LabelledRow:
    defaults: dict[str, Any] = {"text": "Pay now. Or else.", "channel": Channel.INCOMING, "source": "set"}
    return LabelledRow(id=id, violating=violating, **(defaults | known))


def answer(risk: float, outcome: Outcome = Outcome.CLEAN, **known: Any) -> Answer:
    defaults: dict[str, Any] = {"rule_score": 0.0, "quote": None, "elapsed_ms": 10.0}
    return Answer(outcome=outcome, risk=risk, **(defaults | known))


def sentence(start: int, end: int, risk: float) -> SentenceScore:
    return SentenceScore(start, end, risk)


def report(
    rows: Sequence[LabelledRow],
    answers: Sequence[Answer],
    extras: Extras | None = None,
    day: datetime.date = datetime.date(2026, 11, 21),
) -> dict[str, Any]:
    asked = Asked(tuple(answers), JUDGE, {"parent": 100.0, "cell": 120.0})
    return make_report(LabelledSet(tuple(rows), (FILE,)), asked, extras, day)
