"""Promises of `guardian ask --talk` and `--about`: streams, exit codes, what is recorded, and where no model is."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from talk_rig import RunningServer, put_on_shelf, running_server
from talking_server import CALM
from tiny_gguf import TinyModels

from guardian.assistant.questions import CANNOT
from guardian.assistant.talk.opening import SAME_AS_JUDGE
from guardian.settings import load_settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
PHISH = "Read me the six digits that you have just received."
SCRIPT = "It asks you for six digits. The sender is Peter from Berlin. The evidence does not say."
LONGEST_S = 300.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("talking")) as running:
        yield running


@pytest.fixture
def with_model(guardian_home: Path, tiny_models: TinyModels, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_shelf(load_settings({"GUARDIAN_HOME": str(guardian_home)}, {}), "sayer", tiny_models.saying(SCRIPT))
    monkeypatch.setenv("GUARDIAN_ASSISTANT_MODEL", "sayer")
    monkeypatch.setenv("GUARDIAN_ASSISTANT_TEMPERATURE", "0")


def served(server: RunningServer, model: str) -> dict[str, str]:
    return {"GUARDIAN_ASSISTANT_SERVER": server.url, "GUARDIAN_ASSISTANT_SERVER_MODEL": model}


def a_record(run_guardian: Run) -> str:
    """The number of a flagged message in the journal."""
    run_guardian("filter", "--mail", stdin=f"From: bank@x.example\n\n{PHISH}\n".encode())
    rows = [json.loads(line) for line in run_guardian("journal", "list", "--json").stdout.splitlines()]
    return str(next(row["seq"] for row in rows if row["kind"] == "verdict"))


@pytest.mark.long
def test_without_a_model_everything_is_as_before_and_says_how_to_have_one(run_guardian: Run) -> None:
    done = run_guardian("ask", "--talk", "hello")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "guardian model add FILE" in done.stderr.decode()
    said = run_guardian("ask", "--say", "what is the weather?", PHISH).stdout.decode()
    assert CANNOT in said
    assert "guardian model add FILE" in CANNOT


@pytest.mark.long
def test_an_answer_streams_to_standard_output_and_who_speaks_to_the_other(
    run_guardian: Run, server: RunningServer
) -> None:
    done = run_guardian("ask", "--talk", "--no-journal", "what is the weather?", env=served(server, "calm"))
    assert (done.returncode, done.stdout.decode()) == (0, CALM + "\n")
    assert (
        f"calm answers, the server at {server.url}; every sentence is screened before you see it"
        in done.stderr.decode()
    )


@pytest.mark.long
def test_a_flagged_sentence_is_held_and_the_answer_is_on_record(run_guardian: Run, server: RunningServer) -> None:
    done = run_guardian("ask", "--talk", "--json", stdin=b"what is the weather?", env=served(server, "harmful"))
    assert done.returncode == 1
    row = json.loads(done.stdout)
    assert [sentence["passed"] for sentence in row["sentences"]] == [True, False, True]
    assert "access code" not in done.stdout.decode().partition('"verdict"')[0]
    assert row["model"]["sha256"] is None
    listed = run_guardian("journal", "list").stdout.decode()
    assert re.search(r"flagged +ai ", listed)


def test_a_server_that_is_not_there_is_one_line_and_exit_2(run_guardian: Run) -> None:
    done = run_guardian("ask", "--talk", "hello", env={"GUARDIAN_ASSISTANT_SERVER": "http://127.0.0.1:9"})
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1


@pytest.mark.long
@pytest.mark.usefixtures("with_model")
def test_about_a_record_the_model_answers_from_its_evidence(run_guardian: Run) -> None:
    number = a_record(run_guardian)
    done = run_guardian("ask", "--about", number, "who is the sender, after all that?")
    assert done.stdout.decode().strip() == (
        "It asks you for six digits. The sender is Peter from Berlin. (goes beyond the evidence) "
        "The evidence does not say."
    )
    env = {"GUARDIAN_ASSISTANT_GROUNDED": "only"}
    done = run_guardian("ask", "--about", number, "--talk", "who is it?", env=env)
    assert "Berlin" not in done.stdout.decode()
    assert "left out" in done.stderr.decode()


@pytest.mark.long
@pytest.mark.usefixtures("with_model")
def test_what_evidence_answers_by_itself_is_answered_without_the_model(run_guardian: Run) -> None:
    number = a_record(run_guardian)
    for words in (("--about", number, "--why"), ("--about", number, "why?"), ("--say", "why?", PHISH)):
        done = run_guardian("ask", *words)
        assert done.returncode == 1
        assert "Your policy \u2018Codes and passwords\u2019 looks for this." in done.stdout.decode()
        assert "sayer" not in done.stderr.decode()


@pytest.mark.usefixtures("with_model")
def test_another_question_about_a_text_goes_to_the_model(run_guardian: Run) -> None:
    done = run_guardian("ask", "--say", "what is the weather?", PHISH)
    assert done.returncode == 1
    said = done.stdout.decode()
    assert said.startswith("flagged: ")
    assert "The sender is Peter from Berlin. (goes beyond the evidence)" in said


@pytest.mark.usefixtures("with_model")
def test_that_one_file_is_both_is_said_before_the_first_word(run_guardian: Run) -> None:
    done = run_guardian("ask", "--talk", "--no-journal", "hello", env={"GUARDIAN_JUDGE_MODEL": "sayer"})
    assert SAME_AS_JUDGE in done.stderr.decode()
    assert done.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--talk", "--why", "x"),
        ("--talk", "--say", "x"),
        ("--talk", "--keep", "x"),
        ("--talk", "--from", "ann", "x"),
        ("--about", "1", "--before", "x"),
        ("--about", "1", "--as", "ai"),
        ("--about", "1", "--keep"),
        ("--about", "1", "--no-journal"),
    ],
)
def test_options_that_exclude_each_other_are_a_usage_error(run_guardian: Run, words: tuple[str, ...]) -> None:
    done = run_guardian("ask", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1


@pytest.mark.long
def test_a_record_that_is_none_is_one_line(run_guardian: Run) -> None:
    a_record(run_guardian)
    done = run_guardian("ask", "--about", "0", "--why")
    assert done.returncode == 2
    assert "record 0 can't be asked about" in done.stderr.decode()


@contextmanager
def terminal(env: dict[str, str], *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`guardian ask --talk` on a terminal, and the other end of that."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "guardian", "ask", "--talk", "--no-journal", *words]
    running = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env={**os.environ, **env})
    os.close(child)
    try:
        yield running, parent
    finally:
        running.kill()
        running.wait()
        os.close(parent)


def read_until(parent: int, wanted: str, seen: str = "") -> str:
    """What is printed, up to these words, or to the end."""
    give_up = time.monotonic() + LONGEST_S
    while wanted not in seen:
        assert time.monotonic() < give_up, f"never came: {wanted!r}; there is: {seen}"
        try:
            seen += os.read(parent, 65_536).decode("utf-8", "replace")
        except OSError:
            break
    return seen


def posted(server: RunningServer, model: str) -> int:
    """How often this model was asked."""
    return sum(row["body"]["model"] == model for row in server.asked() if row.get("method") == "POST")


def test_ctrl_c_ends_one_answer_as_it_ends_any_command(server: RunningServer) -> None:
    before = posted(server, "silent")
    with terminal(served(server, "silent"), "hello") as (running, parent):
        read_until(parent, "before you see it")
        give_up = time.monotonic() + LONGEST_S
        while posted(server, "silent") == before:
            assert time.monotonic() < give_up, "it was never asked"
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(LONGEST_S) == 130
        assert "Traceback" not in read_until(parent, "never said")


@pytest.mark.long
def test_in_a_conversation_an_answer_that_fails_is_told_and_it_goes_on(server: RunningServer) -> None:
    seen, code = on_terminal(["hello\r", "and now?\r", "\x04"], served(server, "keyed"))
    assert code == 0
    assert seen.count("keyed gave no answer: the server answered 401") == 2


def test_a_conversation_whose_speaking_process_died_ends_with_what_to_do(server: RunningServer) -> None:
    with terminal(served(server, "silent")) as (running, parent):
        seen = read_until(parent, "you: ")
        before = posted(server, "silent")
        os.write(parent, b"hello\r")
        give_up = time.monotonic() + LONGEST_S
        while posted(server, "silent") == before:
            assert time.monotonic() < give_up, "it was never asked"
            time.sleep(0.05)
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        (speaking,) = [each for each in children if b"guardian.talking" in Path(f"/proc/{each}/cmdline").read_bytes()]
        os.kill(int(speaking), signal.SIGKILL)
        seen = read_until(parent, "the process that speaks to the server ended", seen)
        os.write(parent, b"and now?\r")
        seen = read_until(parent, "begin again: guardian ask --talk", seen)
        assert running.wait(LONGEST_S) == 2
        assert "no server answers there" not in seen


def test_an_answer_without_a_word_is_one_line_and_exit_2(run_guardian: Run, server: RunningServer) -> None:
    done = run_guardian("ask", "--talk", "--no-journal", "hello", env=served(server, "signs"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "signs gave no answer: it ended without a word" in done.stderr.decode()


def on_terminal(lines: list[str], env: dict[str, str]) -> tuple[str, int]:
    """What it prints on a terminal where these lines are typed, each when it is asked for."""
    with terminal(env) as (running, parent):
        seen = ""
        for number, line in enumerate(lines, start=1):
            while seen.count("you: ") < number:
                before = seen
                seen += read_until(parent, "you: ")
                assert seen != before, f"it ended: {seen}"
            os.write(parent, line.encode())
        return seen + read_until(parent, "never said"), running.wait(LONGEST_S)


@pytest.mark.long
def test_on_a_terminal_it_is_a_conversation_until_ctrl_d(server: RunningServer) -> None:
    seen, code = on_terminal(["hello\r", "and tomorrow?\r", "\x04"], served(server, "calm"))
    assert code == 0
    assert seen.count("Take an umbrella with you.") == 2
    posted = [row["body"]["messages"] for row in server.asked() if row.get("method") == "POST"]
    assert [turn["role"] for turn in posted[-1]] == ["system", "user", "assistant", "user"]
