"""Wall 1 across processes: an `Answer` is made of a service's frame and of nothing else."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.outcome import Outcome
from guardian.service import answer as module
from guardian.service.answer import Answer, answer_of
from guardian.service.frames import Frame, FrameError

ROOT = Path(__file__).parents[2]
HEADER: Mapping[str, Any] = {
    "verdict": {"outcome": "flagged", "action": "warn", "journal": {"seq": 7, "leaf": "00"}, "id": "secret"},
    "lines": ["flagged: this may be working on you"],
    "score_lines": ["scores: risk 0.97"],
    "annotation": "[guardian] flagged\n\n",
    "headers": [["X-Guardian-Outcome", "flagged"]],
    "short": "asks for money",
    "notices": [],
}


def test_a_frame_of_the_service_is_an_answer() -> None:
    answer = answer_of(Frame(HEADER))
    assert (answer.outcome, answer.seq, answer.headers) == (Outcome.FLAGGED, 7, (("X-Guardian-Outcome", "flagged"),))


def test_an_answer_cannot_be_made_without_the_seal() -> None:
    parts = {each.name: getattr(answer_of(Frame(HEADER)), each.name) for each in dataclasses.fields(Answer)}
    for pretended in (None, object(), module._Seal()):
        with pytest.raises(TypeError, match="only a frame"):
            Answer(pretended, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, pickle.dumps, lambda answer: dataclasses.replace(answer, outcome=Outcome.CLEAN)],
)
def test_an_answer_is_not_copied(copied: typing.Callable[[Answer], object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        copied(answer_of(Frame(HEADER)))


def test_an_answer_does_not_change_and_has_no_subclasses() -> None:
    answer = answer_of(Frame(HEADER))
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.outcome = Outcome.CLEAN  # type: ignore[misc]
    with pytest.raises(TypeError):
        answer.verdict["outcome"] = "clean"  # type: ignore[index]
    with pytest.raises(TypeError):
        type("Forged", (Answer,), {})


def test_an_answer_shows_nothing_of_a_message() -> None:
    assert "secret" not in repr(answer_of(Frame(HEADER)))


@pytest.mark.parametrize("part", [*HEADER, "verdict.outcome", "verdict.action", "verdict.journal"])
def test_where_a_part_is_missing_there_is_no_answer(part: str) -> None:
    header = copy.deepcopy(dict(HEADER))
    inside, _, name = part.rpartition(".")
    del (header[inside] if inside else header)[name]
    with pytest.raises(FrameError):
        answer_of(Frame(header))


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": {**HEADER["verdict"], "outcome": "fine"}},
        {"verdict": {**HEADER["verdict"], "outcome": None}},
        {"verdict": {**HEADER["verdict"], "journal": {"seq": "7"}}},
        {"verdict": {**HEADER["verdict"], "journal": 7}},
        {"verdict": []},
        {"lines": []},
        {"lines": "clean"},
        {"headers": [["X"]]},
        {"headers": [7]},
        {"annotation": None},
    ],
)
def test_where_a_part_is_of_another_kind_there_is_no_answer(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(FrameError):
        answer_of(Frame({**HEADER, **wrong}))


def test_only_the_answers_own_file_names_its_seal() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for folder in ("guardian", "tui", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b_ANSWER_SEAL\b", path.read_text(encoding="utf-8"))
    ]
    assert users == ["guardian/service/answer.py"]
