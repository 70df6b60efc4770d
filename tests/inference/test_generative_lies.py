"""A model's process that was taken over and speaks the frames: whatever does not fit its question ends it."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guardian.errors import CellError
from guardian.inference.child import CellProcess
from guardian.inference.frames import Hello, Refusal
from guardian.inference.generative_file import HeldModelFile
from guardian.inference.generative_frames import (
    GENERATIVE_FRAMES,
    GENERATIVE_PROTOCOL,
    Count,
    Counted,
    Evaluate,
    Evaluated,
    GenerativeFrame,
    Ready,
)
from guardian.inference.generative_life import Ask, KeeperPlan, Life, Question, load_frame
from guardian.inference.generative_register import GenerativeTally
from guardian.inference.packing import FrameError
from guardian.walls.wall import WallLevel

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

HELLO = Hello(GENERATIVE_PROTOCOL, "netns", ())
CONTEXT_TOKENS = 512
SILENT = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(3600)"]


@pytest.fixture
def file(tiny_models: TinyModels) -> Iterator[HeldModelFile]:
    path = tiny_models.always("yes")
    data = path.read_bytes()
    file = HeldModelFile(path, hashlib.sha256(data).hexdigest(), len(data))
    yield file
    file.close()


@pytest.fixture
def life(file: HeldModelFile) -> Iterator[Life]:
    """The parent's side of a process that says nothing; the test says its part."""
    process: CellProcess[GenerativeFrame] = CellProcess(SILENT, WallLevel.NONE, file.descriptor, GENERATIVE_FRAMES)
    yield Life(process, file, plan_of(file), GenerativeTally(context_tokens=CONTEXT_TOKENS))
    process.kill()


def plan_of(file: HeldModelFile) -> KeeperPlan:
    return KeeperPlan(Path("model.gguf"), "0" * 64, file.facts.size_bytes, 1, CONTEXT_TOKENS, SILENT, WallLevel.NONE)


def run(life: Life, words: int) -> None:
    life.send_load()
    life.take(HELLO)
    life.take(Ready(CONTEXT_TOKENS, b"\0" * (words - 1) + b"\1", True, 1))


def ask(life: Life, frame: Callable[[int, int], Ask]) -> Question:
    question = Question(frame, time.monotonic() + 60, Future())
    life.send(question)
    return question


def evaluate(number: int, limit_ms: int) -> Evaluate:
    return Evaluate(number, limit_ms, (), ((b"hello", False),), (b"yes",))


def count(number: int, _limit_ms: int) -> Count:
    return Count(number, b"hello")


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 2},
        {"tokens": CONTEXT_TOKENS + 1},
        {"tokens": 2**32 - 1, "reused_tokens": 2**32 - 1},
        {"tokens": 3, "reused_tokens": 4},
        {"labels": ()},
        {"labels": (1, 2)},
        {"labels": (2**32 - 1,)},
        {"logits": b""},
        {"logits": bytes(4)},
    ],
    ids=str,
)
def test_logits_that_do_not_fit_their_question_end_the_process(
    life: Life, file: HeldModelFile, changes: dict[str, object]
) -> None:
    words = file.facts.vocabulary
    run(life, words)
    question = ask(life, evaluate)
    honest = Evaluated(1, 5, 0, (words - 1,), b"", bytes(4 * words))
    with pytest.raises(FrameError):
        life.take(honest._replace(**changes))  # type: ignore[arg-type]
    assert not question.answer.done()
    assert life.take(honest)
    assert question.answer.result(0) == honest
    with pytest.raises(FrameError, match="not asked"):
        life.take(honest)


@pytest.mark.parametrize("tokens", [16, 2**32 - 1])
def test_a_count_that_cannot_be_ends_the_process(life: Life, file: HeldModelFile, tokens: int) -> None:
    run(life, file.facts.vocabulary)
    ask(life, count)
    with pytest.raises(FrameError, match="does not fit"):
        life.take(Counted(1, tokens, 0))
    assert life.take(Counted(1, 5, 0))


@pytest.mark.parametrize(
    "frame",
    [
        Counted(1, 5, 0),
        Evaluated(1, 5, 0, (), b"", b""),
        Ready(CONTEXT_TOKENS, b"\1", True, 1),
        Ready(0, b"\1", True, 1),
        HELLO,
        Refusal(0, "model-crashed", "", ""),
        Refusal(1, "no-such-reason", "", ""),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_what_nobody_asked_for_ends_the_process(life: Life, file: HeldModelFile, frame: GenerativeFrame) -> None:
    run(life, file.facts.vocabulary)
    with pytest.raises(FrameError):
        life.take(frame)


def test_a_model_that_is_ready_before_it_was_loaded_ends_the_process(life: Life, file: HeldModelFile) -> None:
    life.take(HELLO)
    with pytest.raises(FrameError, match="out of place"):
        life.take(Ready(CONTEXT_TOKENS, bytes(file.facts.vocabulary), True, 1))


def test_its_last_word_is_safe_to_show(life: Life) -> None:
    life.take(HELLO)
    with pytest.raises(CellError) as caught:
        life.take(Refusal(0, "model-refused", "\x1b[2J gone\n", "\x1b]0;title\x07"))
    assert "\x1b" not in caught.value.line()


def test_what_a_file_says_of_its_context_lifts_no_cap_beyond_the_machine(file: HeldModelFile) -> None:
    plan = plan_of(file)
    machine_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    file.facts = replace(file.facts, cache_numbers_per_token=2**40)
    assert load_frame(file, plan).memory_bytes < 3 * machine_bytes + (4 << 30)


def test_a_process_that_writes_without_end_can_be_ended(file: HeldModelFile) -> None:
    """`/dev/zero` is faster than whoever reads it."""
    process: CellProcess[GenerativeFrame] = CellProcess(SILENT, WallLevel.NONE, file.descriptor, GENERATIVE_FRAMES)
    endless = os.open("/dev/zero", os.O_RDONLY)
    os.dup2(endless, process.output)
    os.close(endless)
    assert process.kill() == "was stopped by guardian"
