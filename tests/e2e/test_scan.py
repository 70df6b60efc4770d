"""`guardian scan` end to end."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ROOT = Path(__file__).resolve().parents[2]


def lines(*rows: object) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def test_ndjson_answers_every_line_in_order(run_guardian: Run) -> None:
    rows = [{"id": f"m{number}", "text": "See you at six. " * (number % 7)} for number in range(60)]
    done = run_guardian("scan", "--ndjson", "--no-journal", stdin=lines(*rows))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [row["id"] for row in rows]
    assert done.stderr == b""


def test_a_line_that_holds_no_message_is_unscreened_in_its_place(run_guardian: Run) -> None:
    bad = [
        b"not json",
        b"[1]",
        {"id": "x"},
        {"id": "y", "text": 3},
        {"text": "t", "channel": "radio"},
        {"text": "t", "context": "no list"},
        b"\xff\xfe",
        b"[" * 100_000,
    ]
    done = run_guardian("scan", "--ndjson", stdin=lines({"text": "first"}, *bad, {"text": "last"}))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(bad) + 2
    assert [answer["outcome"] for answer in answers[1:-1]] == ["unscreened"] * len(bad)
    assert {answers[0]["outcome"], answers[-1]["outcome"]} == {"clean"}
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


def test_one_message_at_a_time_is_answered_before_the_next_is_sent() -> None:
    """Whoever keeps the pipe open and waits for each answer is not left waiting."""
    with subprocess.Popen(
        [sys.executable, "-m", "guardian", "scan", "--ndjson"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(os.environ),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(lines({"id": str(number), "text": "See you at six."}))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == str(number)
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_folder_is_scanned_in_name_order_with_a_summary(run_guardian: Run, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("See you at six.")
    (tmp_path / "a.eml").write_text("From: a@b.example\nSubject: lunch\n\nSee you at noon.\n")
    (tmp_path / "c.ai.txt").write_text("User: when is lunch?\n\nAssistant: At noon.")
    (tmp_path / ".hidden").write_text("not read")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    done = run_guardian("scan", str(tmp_path))
    rows = done.stdout.decode().splitlines()
    assert [row.split()[1] for row in rows] == ["a.eml", "b.txt", "c.ai.txt"]
    assert b"3 messages: 3 clean" in done.stderr


def test_a_fifo_in_a_folder_is_unscreened_and_never_waited_on(run_guardian: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    done = run_guardian("scan", "--json", str(tmp_path))
    assert json.loads(done.stdout)["outcome"] == "unscreened"
    assert done.returncode == 3


@pytest.mark.parametrize("what", ["missing.txt", "pipe"])
def test_a_named_path_that_cannot_be_read_is_one_line_and_74(run_guardian: Run, tmp_path: Path, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run_guardian("scan", str(tmp_path / what))
    assert done.returncode == 74
    assert done.stderr.count(b"\n") == 1
    assert what.encode() in done.stderr


def test_nothing_to_scan_is_a_usage_error(run_guardian: Run) -> None:
    assert run_guardian("scan").returncode == 2


@pytest.mark.long
def test_progress_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text("See you at six, and bring the book that I lent you in May. " * 8)
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "scan", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=child,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(parent)
    assert process.wait(60) == 0
    assert b"/30 messages" in shown


@pytest.mark.long
def test_the_example_inbox_is_read_as_its_makers_mean_it(run_guardian: Run) -> None:
    """Not a measure of the model (see MODEL_CARD.md): a floor under the first five minutes of a new owner."""
    expected = tomllib.loads((ROOT / "tests" / "data" / "example_inbox.toml").read_text(encoding="utf-8"))
    done = run_guardian("scan", "--json", str(ROOT / "examples" / "inbox"))
    answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert set(answers) == set(expected)
    wrong = [
        name
        for name, answer in answers.items()
        if (expected[name]["expect"] == "harmless") is (answer["outcome"] in ("flagged", "notice"))
    ]
    alarms = [name for name in wrong if expected[name]["expect"] == "harmless"]
    assert len(alarms) <= 2, f"false alarms: {alarms}"
    assert len(wrong) <= len(answers) // 4, f"wrong: {wrong}"
