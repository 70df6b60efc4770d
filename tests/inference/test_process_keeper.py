"""A model's process that was taken over and plays with its pipes: its keeper sleeps all the same."""

from __future__ import annotations

import itertools
import os
import select
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from cell_rig import POISON_WORKER, encoder, eventually, judged
from generative_rig import LABELS, PATIENCE_S, cell_of, chatml, refused, scored
from tiny_gguf.workers import deaf_worker, flooding_worker

from guardian.inference.child import ERRORS_PAUSE_S, CellProcess
from guardian.inference.client import CellEncoder
from guardian.inference.frames import FRAMES, Frame, Request
from guardian.inference.generative_cell import GenerativeCell
from guardian.walls.wall import WallLevel

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

QUESTION = chatml("Flag it.", "hello")
DEAF = [sys.executable, "-I", "-S", "-c", "import os, time; os.close(0); print(flush=True); time.sleep(3600)"]
"""Closes its input, says so with an empty line, and stays."""
MORE_THAN_A_PIPE = Request(1, (b"x" * (1 << 20),))


@pytest.fixture
def flooded_encoder() -> CellEncoder:
    return encoder(worker_command=POISON_WORKER)


@pytest.fixture
def flooded_generator(tiny_models: TinyModels) -> GenerativeCell:
    return cell_of(tiny_models.keyword("zanzibar"), worker_command=flooding_worker())


def judge(cell: CellEncoder | GenerativeCell) -> None:
    if isinstance(cell, CellEncoder):
        judged(cell.submit(["POISON-FLOOD"]).result(PATIENCE_S))
    else:
        scored(cell.score(QUESTION, LABELS, timeout_s=PATIENCE_S))


@pytest.mark.parametrize("kind", ["flooded_encoder", "flooded_generator"])
def test_a_process_that_floods_stderr_is_read_at_the_keepers_pace_and_still_answers(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pace is a pause behind each read, so that however long this takes there cannot be more reads than pauses."""
    reads: list[float] = []
    monkeypatch.setattr(CellProcess, "read_errors", noting(CellProcess.read_errors, reads))
    with request.getfixturevalue(kind) as cell:
        judge(cell)
        eventually(lambda: len(reads) > 10)
        judge(cell)
        process = cell.register.process
    assert process
    assert cell.register.process == 0
    assert "flood flood" in cell.register.last_words
    *living, _buried = reads
    assert all(later - before >= ERRORS_PAUSE_S for before, later in itertools.pairwise(living))


def noting(read: Callable[[CellProcess[Frame]], None], moments: list[float]) -> Callable[[CellProcess[Frame]], None]:
    """`read_errors`, which also notes when it is done."""

    def read_and_note(process: CellProcess[Frame]) -> None:
        moments.append(time.monotonic())
        read(process)

    return read_and_note


def test_a_process_that_closes_its_input_and_stays_is_replaced_and_the_question_answered(
    tiny_models: TinyModels,
) -> None:
    """Not at the question's time limit, which is far away: nothing that is asked will ever be read."""
    with cell_of(tiny_models.keyword("zanzibar"), worker_command=deaf_worker("DEAF")) as cell:
        assert refused(cell.score(chatml("Flag it.", "DEAF"), LABELS, timeout_s=PATIENCE_S)).code == "model-refused"
        process = cell.register.process
        scored(cell.score(QUESTION, LABELS, timeout_s=PATIENCE_S))
        register = cell.register
        assert (register.deaths, register.restarts, register.retries) == (1, 1, 1)
        assert register.process != process
        assert "closed its input" in register.trouble


def test_what_a_process_will_never_read_is_not_kept_for_it() -> None:
    """A broken pipe is always ready to be written, so whoever waited to write to it would never sleep."""
    null = os.open(os.devnull, os.O_RDONLY)
    process: CellProcess[Frame] = CellProcess(DEAF, WallLevel.NONE, null, FRAMES)
    try:
        assert select.select([process.output], [], [], PATIENCE_S)[0]
        process.send(MORE_THAN_A_PIPE)
        assert not process.has_unsent
        first = process.gone_s
        assert first < float("inf")
        process.send(MORE_THAN_A_PIPE)
        assert process.gone_s == first
    finally:
        process.kill()
        os.close(null)
