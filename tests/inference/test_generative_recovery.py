"""When a generative model's process dies, hangs or lies: a reason, a restart, and no loop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cell_rig import HERE, eventually, is_running, is_stopped, python_environment
from generative_rig import LABELS, PATIENCE_S, ask, cell_of, chatml, likeliest, refused, said, scored
from tiny_gguf.workers import babbling_worker, dying_worker, hanging_worker, slow_worker

from guardian.errors import CellError
from guardian.events import CellRestarted, Event
from guardian.inference.generative import GenerationFailure, Scored
from guardian.inference.generative_cell import GenerativeCell
from guardian.inference.recovery import Recovery

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

QUESTION = chatml("Flag it.", "hello")
IMPATIENT = "guardian.inference.generative_life._GRACE_S", 0.2
"""So that a test need not wait the five seconds that a process has to say that it gave up."""


@pytest.fixture
def model(tiny_models: TinyModels) -> Path:
    return tiny_models.keyword("zanzibar")


def score(cell: GenerativeCell, timeout_s: float = PATIENCE_S) -> Scored | GenerationFailure:
    return cell.score(QUESTION, LABELS, timeout_s=timeout_s)


def stop(cell: GenerativeCell) -> int:
    """Stop the child, so that what it is asked from now on is in its pipe when it dies."""
    cell.wait_started(PATIENCE_S)
    process = cell.register.process
    os.kill(process, signal.SIGSTOP)
    eventually(lambda: is_stopped(process))
    return process


def test_an_idle_child_that_dies_is_replaced_before_anybody_asks_and_answers_the_same(model: Path) -> None:
    events: list[Event] = []
    with cell_of(model, observer=events.append) as cell:
        before = ask(cell, "hello")
        os.kill(cell.register.process, signal.SIGKILL)
        eventually(lambda: cell.register.restarts == 1)
        after = ask(cell, "hello")
        assert (after.logits, after.entropy) == (before.logits, before.entropy)
        assert "SIGKILL" in cell.register.trouble
        assert [event.restarts for event in events if isinstance(event, CellRestarted)] == [1]


def test_a_child_that_is_killed_over_a_question_is_replaced_and_the_question_answered(model: Path) -> None:
    with cell_of(model) as cell, ThreadPoolExecutor(1) as thread:
        process = stop(cell)
        answer = thread.submit(score, cell)
        eventually(lambda: not cell.register.is_running or answer.running())
        os.kill(process, signal.SIGKILL)
        scored(answer.result(PATIENCE_S))
        assert cell.register.deaths == 1
        assert cell.register.process != process


def test_a_child_that_is_stopped_is_a_time_out_and_is_replaced(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*IMPATIENT)
    with cell_of(model) as cell:
        process = stop(cell)
        failure = refused(score(cell, timeout_s=0.3))
        assert failure.code == "model-timeout"
        scored(score(cell))
        assert not is_running(process)
        assert cell.register.deaths == 1


def test_a_slow_model_gives_up_at_its_time_limit_and_is_not_killed_for_it(model: Path) -> None:
    with cell_of(model, worker_command=slow_worker(1.0)) as cell:
        cell.wait_started(PATIENCE_S)
        process = cell.register.process
        assert refused(score(cell, timeout_s=0.2)).code == "model-timeout"
        scored(score(cell))
        assert cell.register.process == process
        assert cell.register.failures == {"model-timeout": 1}


def test_the_real_model_ends_an_evaluation_that_takes_too_long(tiny_models: TinyModels) -> None:
    """llama.cpp itself asks whether it is late, between two of its steps."""
    path = tiny_models.random("llama", context_tokens=32_768)
    with cell_of(path, context_tokens=32_768) as cell:
        cell.wait_started(PATIENCE_S)
        process = cell.register.process
        long = chatml("Flag it.", "word " * 30_000)
        assert refused(cell.score(long, LABELS, timeout_s=0.05)).code == "model-timeout"
        scored(score(cell))
        assert cell.register.process == process


def test_a_model_that_never_answers_costs_only_its_own_question(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*IMPATIENT)
    with cell_of(model, worker_command=hanging_worker()) as cell:
        cell.wait_started(PATIENCE_S)
        assert refused(score(cell, timeout_s=0.1)).code == "model-timeout"
        assert cell.count_tokens("hello") == 1
        assert cell.register.deaths == 1


def test_a_prompt_that_kills_the_model_is_tried_twice_and_never_again(model: Path) -> None:
    poison = chatml("Flag it.", "POISON")
    with cell_of(model, worker_command=dying_worker("POISON")) as cell:
        assert refused(cell.score(poison, LABELS, timeout_s=PATIENCE_S)).code == "model-crashed"
        scored(score(cell))
        assert refused(cell.score(poison, LABELS, timeout_s=PATIENCE_S)).code == "model-crashed"
        scored(score(cell))
        register = cell.register
        assert (register.deaths, register.retries) == (2, 1)
        assert register.failures == {"model-crashed": 2}
        assert "SIGSEGV" in register.trouble


def test_a_model_that_always_dies_opens_the_circuit_and_every_question_gets_its_reason(model: Path) -> None:
    recovery = Recovery(deaths_limit=3, first_delay_s=0.01)
    with cell_of(model, worker_command=dying_worker(), recovery=recovery) as cell:
        codes = [refused(cell.score(chatml("a", str(n)), LABELS, timeout_s=PATIENCE_S)).code for n in range(5)]
        assert codes[0] == "model-crashed"
        assert codes[-1] == "model-down"
        assert cell.register.deaths == 3
        assert cell.wall == "down"
        assert cell.register.process == 0


def test_a_process_that_speaks_nonsense_is_ended(model: Path) -> None:
    with cell_of(model, worker_command=babbling_worker()) as cell:
        assert refused(score(cell)).code == "model-crashed"
        assert "nonsense" in cell.register.trouble


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nowhere/python"], "No such file"),
        ([sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"], "ended with status 3"),
        ([sys.executable, "-I", "-S", "-c", "import os; os.write(1, b'\\xff' * 100)"], "nonsense"),
    ],
    ids=["not there", "exit", "noise"],
)
def test_a_worker_that_never_works_is_a_reason_and_not_a_hang(model: Path, command: list[str], words: str) -> None:
    recovery = Recovery(deaths_limit=2, first_delay_s=0.01)
    with cell_of(model, worker_command=command, recovery=recovery) as cell:
        with pytest.raises(CellError, match=words):
            cell.wait_started(PATIENCE_S)
        failure = refused(score(cell))
        assert failure.code == "model-down"
        assert words in failure.say
        *_, last = cell.speak(QUESTION, most_tokens=3, timeout_s=PATIENCE_S)
        assert refused(last).code == "model-down"


def test_a_question_while_the_model_loads_waits_its_time_and_no_longer(model: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(3600)"]
    with cell_of(model, worker_command=command) as cell:
        assert refused(score(cell, timeout_s=0.1)).code == "model-timeout"
        with pytest.raises(CellError, match="did not start within"):
            cell.wait_started(0.1)


def test_an_observer_that_fails_does_not_take_the_model_down(model: Path) -> None:
    def fail(_event: Event) -> None:
        raise RuntimeError("watching failed")

    with cell_of(model, observer=fail) as cell:
        ask(cell, "hello")


def test_closing_in_the_middle_of_an_answer_ends_it_with_its_reason(tiny_models: TinyModels) -> None:
    cell = cell_of(tiny_models.saying("Read it again tomorrow, and then once more."))
    pieces = cell.speak(QUESTION, most_tokens=50, timeout_s=PATIENCE_S)
    assert next(pieces) == "Read"
    closing = threading.Thread(target=cell.close)
    closing.start()
    *_, last = pieces
    closing.join(PATIENCE_S)
    assert refused(last).code in {"model-down", "model-crashed"}


def test_a_child_that_is_killed_in_the_middle_of_an_answer_ends_it_with_its_reason(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying("Read it again tomorrow, and then once more.")) as cell:
        pieces = cell.speak(QUESTION, most_tokens=50, timeout_s=PATIENCE_S)
        assert next(pieces) == "Read"
        os.kill(cell.register.process, signal.SIGKILL)
        *_, last = pieces
        assert refused(last).code == "model-crashed"
        assert said(cell.speak(QUESTION, most_tokens=2, timeout_s=PATIENCE_S)) == "Read it"
        assert likeliest(scored(score(cell))) in LABELS


def test_a_failure_at_the_last_token_of_an_answer_is_said(tiny_models: TinyModels) -> None:
    with cell_of(tiny_models.saying("Read it again tomorrow, and then once more.")) as cell:
        pieces = cell.speak(QUESTION, most_tokens=2, timeout_s=PATIENCE_S)
        assert next(pieces) == "Read"
        os.kill(cell.register.process, signal.SIGKILL)
        assert [refused(last).code for last in pieces] == ["model-crashed"]


PARENT = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
from generative_rig import cell_of
cell = cell_of(Path({path!r}))
cell.wait_started(60)
print(cell.register.process, flush=True)
sys.stdin.read(1)
"""


def test_the_child_dies_with_its_parent_even_when_it_is_stopped(model: Path) -> None:
    script = PARENT.format(here=str(HERE), path=str(model))
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=python_environment()
    )
    with parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        os.kill(process, signal.SIGSTOP)
        eventually(lambda: is_stopped(process))
        parent.kill()
    eventually(lambda: not is_running(process))


def test_importing_the_cell_imports_no_llama_and_starts_nothing() -> None:
    script = "import sys, guardian.inference.generative_cell; sys.exit(any(n.startswith('llama') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], env=python_environment(), check=False).returncode == 0
