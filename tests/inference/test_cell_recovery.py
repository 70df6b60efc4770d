"""When the model's process dies, hangs or lies: only the message that did it is lost, and nothing loops."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
from cell_rig import (
    HERE,
    PATIENCE_S,
    POISON_WORKER,
    encoder,
    eventually,
    failed,
    is_stopped,
    judged,
    python_environment,
)

from guardian.errors import CellError
from guardian.events import CellRestarted, Event
from guardian.inference.base import Encoding, EncodingFailure
from guardian.inference.client import CellEncoder
from guardian.inference.recovery import Recovery
from guardian.walls.wall import WallLevel

Answers = list[Future[Encoding | EncodingFailure]]


def stop(cell: CellEncoder) -> int:
    """Stop the child, so that what is sent from now on is in its pipe when it dies."""
    cell.wait_started(PATIENCE_S)
    process = cell.register.process
    os.kill(process, signal.SIGSTOP)
    eventually(lambda: is_stopped(process))
    return process


def test_a_child_that_is_killed_in_the_middle_of_a_batch_is_replaced_and_nothing_is_lost() -> None:
    events: list[Event] = []
    with encoder(observer=events.append) as cell:
        process = stop(cell)
        answers: Answers = [cell.submit([f"message number {at}", "and a second window"]) for at in range(40)]
        os.kill(process, signal.SIGKILL)
        for answer in answers:
            assert judged(answer.result(PATIENCE_S)).logits.shape[0] == 2
        register = cell.register
        assert register.restarts == 1
        assert "SIGKILL" in register.trouble
        assert register.failures == {}
        assert register.process != process
    assert [event.restarts for event in events if isinstance(event, CellRestarted)] == [1]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE])
def test_the_signal_that_ended_it_is_named(number: signal.Signals) -> None:
    with encoder() as cell:
        process = stop(cell)
        answer = cell.submit(["hello"])
        os.kill(process, number)
        os.kill(process, signal.SIGCONT)
        judged(answer.result(PATIENCE_S))
        assert number.name in cell.register.trouble


def test_an_idle_child_that_dies_is_replaced_before_anybody_asks() -> None:
    with encoder() as cell:
        cell.wait_started(PATIENCE_S)
        os.kill(cell.register.process, signal.SIGKILL)
        eventually(lambda: cell.register.restarts == 1)
        judged(cell.submit(["hello"]).result(PATIENCE_S))


def test_a_child_that_hangs_is_killed_at_its_deadline_and_the_next_message_is_judged() -> None:
    with encoder(batch_timeout_s=0.5) as cell:
        stop(cell)
        failure = failed(cell.submit(["hello"]).result(PATIENCE_S))
        assert failure.code == "model-timeout"
        assert "0.5 s" in failure.say
        # On a busy machine the first of these may be late as well, and a text that was late is not tried again.
        texts = (f"hello number {number}" for number in itertools.count())
        eventually(lambda: isinstance(cell.submit([next(texts)]).result(PATIENCE_S), Encoding))


@pytest.mark.parametrize(
    ("marker", "code", "restarts"),
    [
        ("POISON-SEGV", "model-crashed", 2),
        ("POISON-REFUSE", "model-refused", 0),
        ("POISON-NONSENSE", "model-crashed", 2),
    ],
)
def test_of_many_messages_only_the_poison_fails(marker: str, code: str, restarts: int) -> None:
    with encoder(worker_command=POISON_WORKER) as cell:
        stop(cell)
        texts = [f"message number {at}" for at in range(50)]
        texts[17] = f"something {marker} this way comes"
        answers: Answers = [cell.submit([text, "another window"]) for text in texts]
        os.kill(cell.register.process, signal.SIGCONT)
        outcomes = [answer.result(PATIENCE_S) for answer in answers]
        bad = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, EncodingFailure)]
        assert bad == [17]
        assert failed(outcomes[17]).code == code
        assert cell.register.restarts == restarts
        assert cell.register.failures == {code: 1}


def test_a_poison_is_remembered_and_never_tried_again() -> None:
    with encoder(worker_command=POISON_WORKER) as cell:
        first = failed(cell.submit(["POISON-SEGV"]).result(PATIENCE_S))
        judged(cell.submit(["hello"]).result(PATIENCE_S))
        restarts = cell.register.restarts
        again = failed(cell.submit(["something else", "POISON-SEGV"]).result(PATIENCE_S))
        assert again == first
        judged(cell.submit(["hello"]).result(PATIENCE_S))
        assert cell.register.restarts == restarts == 2


@pytest.mark.long
def test_a_text_that_hangs_the_model_costs_only_its_own_message() -> None:
    with encoder(worker_command=POISON_WORKER, batch_timeout_s=2.0) as cell:
        cell.wait_started(PATIENCE_S)
        answers = [cell.submit([text]) for text in ("POISON-HANG", "hello", "good morning")]
        assert failed(answers[0].result(PATIENCE_S)).code == "model-timeout"
        for answer in answers[1:]:
            judged(answer.result(PATIENCE_S))


def test_numbers_that_are_not_finite_are_a_failure_in_words() -> None:
    with encoder(worker_command=POISON_WORKER) as cell:
        failure = failed(cell.submit(["hello", "POISON-INFINITE"]).result(PATIENCE_S))
        assert failure.code == "model-refused"
        assert cell.register.failures == {"model-refused": 1}
        judged(cell.submit(["hello"]).result(PATIENCE_S))


def test_a_failed_assert_in_llama_starts_no_debugger_and_stays_off_the_terminal() -> None:
    """The whole road in a process of its own, whose stderr is looked at; gdb, where it is installed, is not started."""
    script = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from cell_rig import POISON_WORKER, encoder
from guardian.inference.recovery import Recovery
with encoder(worker_command=POISON_WORKER, recovery=Recovery(deaths_limit=3)) as cell:
    print(cell.submit(["POISON-PRINT"]).result(60).tokens.tolist())
    print(cell.submit(["POISON-GGML"]).result(60).code)
    print(cell.register.trouble)
    print(repr(cell.register.last_words))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, env=python_environment())
    answer, code, trouble, last_words = done.stdout.decode().splitlines()
    assert done.stderr == b""
    assert answer == "[5]"
    assert code == "model-crashed"
    assert "SIGABRT" in trouble
    assert "GGML_ASSERT" in last_words
    assert "gdb" not in last_words
    assert "ptrace" not in last_words


def test_what_the_child_prints_is_kept_in_a_bounded_buffer_and_made_safe() -> None:
    with encoder(worker_command=POISON_WORKER) as cell:
        for _ in range(3):
            judged(cell.submit(["POISON-PRINT"]).result(PATIENCE_S))
        failed(cell.submit(["POISON-SEGV"]).result(PATIENCE_S))
    words = cell.register.last_words
    assert "\x1b" not in words
    assert len(words) < 64 * 1024


def test_a_child_that_floods_stderr_neither_blocks_nor_fills_the_parent() -> None:
    flood = "import os\nwhile True: os.write(2, b'x' * 65536)"
    command = [sys.executable, "-I", "-S", "-c", flood]
    with encoder(worker_command=command) as cell:
        eventually(lambda: cell.register.process)
        with pytest.raises(CellError):
            cell.wait_started(1.0)
    assert len(cell.register.last_words) <= 16 * 1024


def worker_that(does: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", f"import os, sys, time\n{does}"]


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("os.abort()", "SIGABRT"),
        ("os.write(1, b'\\xff' * 100)", "nonsense"),
        ("os.write(1, bytes([2, 0, 0, 0, 4]))", "nonsense"),
        ("os.write(1, bytes([4, 0, 0, 128, 5]))", "nonsense"),
        ("os.close(1); time.sleep(60)", "was stopped by guardian"),
    ],
    ids=["exit", "abort", "noise", "a frame of the parent's", "a huge frame", "closed pipe"],
)
def test_a_worker_that_never_works_opens_the_circuit_and_every_message_gets_its_reason(does: str, words: str) -> None:
    recovery = Recovery(deaths_limit=2, first_delay_s=0.01)
    with encoder(worker_command=worker_that(does), recovery=recovery) as cell:
        answers: Answers = [cell.submit(["hello"]) for _ in range(5)]
        for answer in answers:
            failure = failed(answer.result(PATIENCE_S))
            assert failure.code == "model-down"
            assert words in failure.say
        with pytest.raises(CellError, match=words):
            cell.wait_started(PATIENCE_S)
        assert recovery.deaths == 2
        assert failed(cell.submit(["hello"]).result(1.0)).code == "model-down"
        assert recovery.deaths == 2
        assert cell.wall == "down"
        assert cell.register.process == 0


def test_a_worker_that_cannot_be_started_at_all_is_a_reason_too() -> None:
    with encoder(worker_command=["/nowhere/python"]) as cell:
        assert "No such file" in failed(cell.submit(["hello"]).result(PATIENCE_S)).say
        with pytest.raises(CellError, match="cannot start"):
            cell.wait_started(PATIENCE_S)


def test_after_the_cool_down_the_model_is_tried_again(tmp_path: Path) -> None:
    """A worker that fails until a file is there, as a library that is being reinstalled."""
    mended = tmp_path / "mended"
    does = (
        f"sys.exit(1) if not os.path.exists({str(mended)!r}) else None; sys.path += sys.argv[3:]; "
        "from guardian.inference.worker import main; main(sys.argv[1], int(sys.argv[2]))"
    )
    recovery = Recovery(deaths_limit=2, first_delay_s=0.01, cool_down_s=0.5)
    with encoder(worker_command=worker_that(does), recovery=recovery) as cell:
        failed(cell.submit(["hello"]).result(PATIENCE_S))
        mended.touch()

        def is_judged() -> bool:
            return isinstance(cell.submit(["hello"]).result(PATIENCE_S), Encoding)

        eventually(is_judged)
        assert cell.wall != "down"
        assert recovery.deaths == 0


def test_a_flood_of_poisons_opens_the_circuit_instead_of_restarting_for_ever() -> None:
    recovery = Recovery(deaths_limit=4, first_delay_s=0.01, cool_down_s=600)
    with encoder(worker_command=POISON_WORKER, recovery=recovery) as cell:
        answers: Answers = [cell.submit([f"POISON-SEGV {at}"]) for at in range(30)]
        codes = [failed(answer.result(PATIENCE_S)).code for answer in answers]
        assert set(codes) <= {"model-crashed", "model-down"}
        assert recovery.deaths == 4
        assert failed(cell.submit(["hello"]).result(PATIENCE_S)).code == "model-down"


def test_a_library_that_is_not_installed_is_said_with_the_command_that_mends_it() -> None:
    """The worker with Guardian's own folder alone, where llama_cpp cannot be found."""
    does = (
        "sys.path.append(sys.argv[3]); from guardian.inference.worker import main; main(sys.argv[1], int(sys.argv[2]))"
    )
    with encoder(worker_command=worker_that(does), wall_limit=WallLevel.NONE) as cell:
        failure = failed(cell.submit(["hello"]).result(PATIENCE_S))
        assert failure.code == "model-down"
        assert "llama-cpp-python is not installed" in failure.say
        assert "pip install" in failure.say
        with pytest.raises(CellError) as caught:
            cell.wait_started(PATIENCE_S)
        assert caught.value.hint.startswith("pip install")


def test_an_observer_that_fails_does_not_take_the_model_down() -> None:
    def fail(_event: Event) -> None:
        raise RuntimeError("watching failed")

    with encoder(observer=fail) as cell:
        judged(cell.submit(["hello"]).result(PATIENCE_S))
