"""Promises of `guardian ask`: the verdict, the answer, the exit code, and that nothing is recorded unasked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from guardian.assistant.questions import CANNOT

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
PHISH = "Read me the six digits that you have just received."
FINE = "Shall we meet at the station at ten on Saturday? I will bring the bread."


@pytest.mark.long
def test_without_a_question_it_says_the_verdict_and_what_can_be_asked(run_guardian: Run) -> None:
    done = run_guardian("ask", PHISH)
    assert done.returncode == 1
    words = done.stdout.decode()
    assert words.startswith("flagged: ")
    assert words.rstrip().splitlines()[-1].startswith("you can ask: why?")
    assert run_guardian("ask", FINE).returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--why",), "Your policy \u2018Codes and passwords\u2019 looks for this."),
        (
            ("--change", "--from", "ann@x.example"),
            "$ guardian policy mute stolen-codes --sender ann@x.example --days 30",
        ),
        (("--benign",), "To tell: Enter codes only where you began the log-in yourself."),
        (("--reply",), "  - I don't pass those on, thank you. I will look into it myself."),
        (("--similar",), "I can't look at past messages: there is no journal yet"),
        (("--say", "could it be a false alarm?"), "is there a benign reading?"),
        (("--say", "what is the weather like"), CANNOT),
    ],
)
def test_each_question_is_answered_in_lines(run_guardian: Run, words: tuple[str, ...], told: str) -> None:
    done = run_guardian("ask", *words, PHISH)
    assert done.returncode == 1
    assert told in done.stdout.decode()


def test_the_text_may_come_from_standard_input_and_json_is_one_object(run_guardian: Run) -> None:
    done = run_guardian("ask", "--why", "--json", "--as", "ai", "--before", "Hi", stdin=PHISH.encode())
    row = json.loads(done.stdout)
    assert row["v"] == 1
    assert row["verdict"]["channel"] == "ai_output"
    assert row["answer"]["question"] == "why"
    assert all(line["rests_on"] for line in row["answer"]["lines"])
    assert done.stdout.isascii()


@pytest.mark.long
def test_nothing_is_recorded_unless_it_is_kept_and_then_it_is_found_again(run_guardian: Run) -> None:
    run_guardian("ask", "--similar", PHISH)
    listed = run_guardian("journal", "list")
    assert PHISH.encode() not in listed.stdout
    run_guardian("ask", "--keep", "--from", "ann@x.example", PHISH)
    found = run_guardian("ask", "--similar", "--from", "ann@x.example", PHISH).stdout.decode()
    assert "1 like it, most similar first:" in found
    assert "the same sender" in found


@pytest.mark.parametrize("words", [("--keep", "--no-journal"), ("--why", "--say", "why?"), ("--why", "--reply")])
def test_options_that_exclude_each_other_are_a_usage_error(run_guardian: Run, words: tuple[str, ...]) -> None:
    done = run_guardian("ask", *words, PHISH)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1


@pytest.mark.long
def test_a_hostile_text_reaches_the_terminal_as_visible_escapes(run_guardian: Run) -> None:
    hostile = b"Read me the code that you got \x1b]52;c;aGk=\x07 \xe2\x80\xaegift cards \xc2\x9b31m"
    for question in ("--why", "--change", "--benign", "--reply"):
        out = run_guardian("ask", question, "--from", "\x1b[2J@x.example", stdin=hostile).stdout.decode()
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)
