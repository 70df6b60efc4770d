"""`guardian policy test`, `explain` and `why`, run as their owner runs them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
INBOX = Path(__file__).parents[2] / "examples" / "inbox"
GIFT_CARDS = "Can you buy 4 gift cards for a client and text me the codes? Don't tell the others."
POLICY = """\
id = "gift-cards"
title = "Gift cards"
why = "I was asked for them once."
since = 2026-11-21
channels = ["incoming"]
severity = "high"
action = "warn"

[match]
patterns = ['(?i)gift cards']

[[examples]]
text = "Can you buy 4 gift cards for a client?"
flag = true
"""
FAILING = """
[[examples]]
text = "Thank you for the gift cards, the children were happy."
flag = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of policies that is named for the run."""
    path = tmp_path / "policies"
    path.mkdir()
    (path / "gift-cards.toml").write_text(POLICY, encoding="utf-8")
    return path


def _said(done: subprocess.CompletedProcess[bytes], code: int = 0) -> str:
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def _json(done: subprocess.CompletedProcess[bytes], code: int = 0) -> Any:
    return json.loads(_said(done, code))


@pytest.mark.long
def test_test_reports_and_fails_where_an_example_fails(run_guardian: Run, folder: Path, guardian_home: Path) -> None:
    words = ("policy", "test", "--policies", str(folder))
    done = run_guardian(*words)
    assert _said(done).splitlines()[0] == "gift-cards (active): 1 pass"
    assert done.stderr.decode().splitlines()[0] == "policies tested: 1; examples: 1 pass"
    with (folder / "gift-cards.toml").open("a", encoding="utf-8") as file:
        file.write(FAILING)
    (row,) = _json(run_guardian(*words, "gift-cards", "--json"), 2)["policies"]
    assert (row["passes"], row["fails"]) == (1, 1)
    assert not (guardian_home / "data").exists(), "nothing is recorded"


def test_a_file_that_cannot_be_used_is_told_beside_the_tests(run_guardian: Run, folder: Path) -> None:
    (folder / "broken.toml").write_text("id = \n", encoding="utf-8")
    done = run_guardian("policy", "test", "--policies", str(folder))
    assert _said(done, 2).startswith("gift-cards (active): 1 pass")
    assert "broken.toml:1:6: error: " in done.stderr.decode()


@pytest.mark.long
def test_test_on_an_archive_counts_the_hits(
    run_guardian: Run, folder: Path, tmp_path: Path, guardian_home: Path
) -> None:
    texts = [GIFT_CARDS, "Lunch at one?", "The parcel is with the neighbours.", GIFT_CARDS]
    mails, rows, files = tmp_path / "mails.mbox", tmp_path / "rows.ndjson", tmp_path / "files"
    mails.write_text("".join(f"From a\nFrom: a@x.example\n\n{text}\n\n" for text in texts), encoding="utf-8")
    rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    files.mkdir()
    for number, text in enumerate(texts):
        (files / f"{number}.txt").write_text(text, encoding="utf-8")
    for archive, first in ((mails, ["1", "4"]), (rows, ["1", "4"]), (files, ["0.txt", "3.txt"])):
        done = run_guardian("policy", "test", "--policies", str(folder), "--on", str(archive), "--json")
        (row,) = _json(done)["policies"]
        assert (row["hits"], row["judged"], row["rate"]) == (2, 4, 0.5)
        assert [hit["message"] for hit in row["first"]] == first
        assert done.stderr == b"", "no progress where there is no terminal"
    assert not (guardian_home / "data").exists(), "nothing is recorded"


@pytest.mark.long
def test_progress_is_drawn_on_a_terminal_beside_the_answer(folder: Path) -> None:
    master, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "guardian", "policy", "test", "--policies", str(folder), "--on", str(INBOX)],
            stdout=subprocess.PIPE,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm"},
            check=True,
        )
        os.set_blocking(master, False)
        assert b"/41 messages" in os.read(master, 1 << 16)
    finally:
        os.close(terminal)
        os.close(master)
    assert done.stdout.startswith(b"gift-cards: ")
    assert b"\x1b" not in done.stdout


@pytest.mark.long
def test_explain_takes_a_text_or_standard_input(run_guardian: Run, folder: Path) -> None:
    words = ("policy", "explain", "gift-cards", "--policies", str(folder))
    by_option = _said(run_guardian(*words, "--text", GIFT_CARDS, "--sender", "a@x.example"))
    assert by_option.splitlines()[-1] == "now: warn: matched by its pattern 1 and likeness to its example 1"
    assert "message: incoming from a@x.example, 83 bytes, 1 window judged" in by_option
    piped = _json(run_guardian(*words, "--text", "-", "--as", "ai", "--json", stdin=GIFT_CARDS.encode()))
    assert piped["now"] is None
    assert [step["result"] for step in piped["steps"] if step["step"] == "channel"] == ["stops here"]


@pytest.mark.long
def test_explain_and_why_read_the_record_and_judge_again(run_guardian: Run, guardian_home: Path) -> None:
    _said(run_guardian("filter", "--check", stdin=GIFT_CARDS.encode()), 1)
    listed = run_guardian("journal", "list", "~k verdict", "--json")
    seq = str(json.loads(_said(listed).splitlines()[0])["seq"])
    records = len(_said(run_guardian("journal", "list", "--json", "--limit", "999")).splitlines())

    _said(run_guardian("feedback", seq, "wrong"))
    records += 1

    why = _json(run_guardian("policy", "why", seq, "--json"))
    assert {row["id"]: row["record"]["wrong"] for row in why["policies"]}["pressure-to-pay"] == 1
    assert "pressure-to-pay" in [row["id"] for row in why["policies"] if row["standing"] == "matched"]
    assert [row["standing"] for row in why["policies"]] == sorted(
        (row["standing"] for row in why["policies"]), key=["matched", "nearly", "no"].index
    )
    assert "assistant-steers-me" in why["did_not_look"]
    lines = _said(run_guardian("policy", "why", seq)).splitlines()
    assert lines[0].startswith(f"record {seq}: flagged, incoming")
    assert lines[2].startswith("matched   ")
    assert lines[3].startswith("          its record: 0 right, 1 wrong, 0 unsure of its one judged alert, since ")

    same = _said(run_guardian("policy", "explain", "pressure-to-pay", "--seq", seq)).splitlines()
    assert same[-2].startswith("then: warn: matched by ")
    assert same[-1].startswith("now: warn: matched by ")
    path = guardian_home / "config" / "policies" / "pressure-to-pay.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('channels = ["incoming"]', 'channels = ["ai_output"]'))
    other = _json(run_guardian("policy", "explain", "pressure-to-pay", "--seq", seq, "--json"))
    assert other["now"] is None
    assert other["then"]["matched"]
    after = len(_said(run_guardian("journal", "list", "--json", "--limit", "999")).splitlines())
    assert after - records <= 1, "but for the amendment, which is no verdict"


@pytest.mark.long
def test_a_failing_example_is_told_when_its_policy_is_first_loaded(run_guardian: Run, guardian_home: Path) -> None:
    run_guardian("filter", stdin=b"hello")
    path = guardian_home / "config" / "policies" / "gift-cards.toml"
    path.write_text(POLICY + FAILING, encoding="utf-8")
    first, second = (run_guardian("filter", "--no-journal", stdin=b"hello").stderr.decode() for _ in range(2))
    assert f"{path}:17:8: warning: example 2 is flagged, though it is fine: " in first
    assert "example 2" not in second


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test", "nope"), 'no policy has the id "nope"'),
        (("explain", "nope", "--text", "x"), 'no policy has the id "nope"'),
        (("explain", "gift-cards", "--text", "x", "--seq", "1"), "not allowed with argument --text"),
        (("explain", "gift-cards", "--seq", "-1"), "must be the number of a record"),
        (("why", "x"), "must be the number of a record"),
    ],
)
def test_a_wrong_call_is_one_line(run_guardian: Run, folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run_guardian("policy", *words, "--policies", str(folder))
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert said in line


def test_an_archive_that_is_not_there_is_one_line(run_guardian: Run, folder: Path) -> None:
    done = run_guardian("policy", "test", "--policies", str(folder), "--on", "missing")
    assert (done.returncode, done.stdout) == (74, b"")
    assert done.stderr == b"guardian: cannot read missing: no such file or directory\n"
