"""The inbox on a command line: `guardian journal mark`, `list --group` and `list --follow`, as their owner runs them.

The journal is a real one, sealed, with its key in a file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from guardian.journal.opening import now_ms, open_or_begin
from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Message
from guardian.settings import default_settings
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Severity, Verdict

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
LONGEST_S = 120
"""Far above what a line takes: it ends a hang, and measures nothing."""
HOSTILE = "\x1b]52;c;aGk=\x07 \u202e boss"


def a_record(text: str, sender: str | None, outcome: Outcome = Outcome.FLAGGED, *, kept: bool = True) -> Record:
    message = Message(text.encode(), sender=sender)
    match = PolicyMatch("pay", "Pay", "Because.", Severity.HIGH, Action.WARN, 0.9, 0.8, True, (), ("urgency",))
    verdict = Verdict(
        id="",
        channel="incoming",
        outcome=outcome,
        action=Action.WARN,
        risk=0.9,
        scores={"urgency": 0.9},
        policies=(match,),
        findings=(),
        vetoes=(),
        coverage=Coverage(len(message.raw), 1),
        model_name="guardian-mini-2",
        model_sha256="ab" * 32,
        policy_set="sha256:" + "cd" * 32,
        wall="netns",
        elapsed_ms=8.0,
    )
    stream = {"scores": {}, "senders": [], "ordinary": False}
    why_not = "" if kept else "as you asked"
    return verdict_record(message, verdict, at_ms=now_ms(), program="0", why_not_text=why_not, stream=stream)


def append(*records: Record) -> None:
    journal = open_or_begin(default_settings(os.environ))
    journal.unlock()
    journal.append_all([(record, b"") for record in records])
    journal.close()


@pytest.fixture
def run(run_guardian: Run, guardian_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A program with a journal: 0 its beginning, 1 to 4 verdicts."""
    del guardian_home
    monkeypatch.setenv("TZ", "UTC")
    append(
        a_record("Dear Anna, buy 4 gift cards for me", "Bob <bob@shop.example>"),
        a_record("Dear Rob, buy 12 GIFT CARDS for me!", "eve@x.example", Outcome.NOTICE),
        a_record("See you at lunch", "B <BOB@shop.example>", Outcome.UNSURE),
        a_record("hidden", HOSTILE, Outcome.NOTICE, kept=False),
    )
    return run_guardian


def good(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def rows(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in good(done).splitlines()]


@pytest.mark.long
def test_a_mark_is_made_changed_found_and_taken_away(run: Run) -> None:
    assert good(run("journal", "mark", "1", "kept", "--note", "ask Anna")) == "record 1: marked kept, with your note\n"
    assert good(run("journal", "mark", "1", "kept")) == "record 1: marked kept, with your note (as before)\n"
    assert [row["seq"] for row in rows(run("journal", "list", "--json", "~a kept"))] == [1]
    assert "[kept]" in good(run("journal", "list", "~n 1"))
    assert "marked    kept, " in good(run("journal", "show", "1"))
    assert [row["seq"] for row in rows(run("journal", "search", "--json", "anna"))] == [1, 5]
    assert good(run("journal", "mark", "1", "done", "--note", "")) == "record 1: marked done (before: kept)\n"
    assert good(run("journal", "mark", "1", "none")) == "record 1: the mark is taken away (before: done)\n"
    assert rows(run("journal", "list", "--json", "~a done")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mark", "0", "kept"], b"is no verdict, but of the kind seal"),
        (["mark", "1", "none"], b"no mark to take away"),
        (["list", "--group", "campaign", "--follow"], b"goes with no --group"),
        (["list", "~a perhaps"], b"column 4: expected a mark"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, words: list[str], said: bytes) -> None:
    done = run("journal", *words)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert said in done.stderr


def test_alerts_are_grouped_by_whom_they_are_from(run: Run) -> None:
    found = rows(run("journal", "list", "--group", "conversation", "--json"))
    assert sorted((row["seqs"], row["worst"]) for row in found) == [
        ([2], "notice"),
        ([3, 1], "flagged"),
        ([4], "notice"),
    ]
    assert found[-1]["seqs"] == [4]  # the newest last
    lines = run("journal", "list", "--group", "conversation")
    assert "B <BOB@shop.example>" in good(lines)
    assert b"\x1b" not in lines.stdout
    assert "\u202e" not in good(lines)


@pytest.mark.long
def test_alerts_are_grouped_by_what_they_say_and_what_is_lost_is_said(run: Run) -> None:
    found = rows(run("journal", "list", "--group", "campaign", "--json", "~o flagged | ~o notice"))
    assert sorted((row["seqs"], row["senders"], row["text_not_kept"]) for row in found) == [([2, 1], 2, 0), ([4], 1, 1)]
    words = good(run("journal", "list", "--group", "campaign", env={"COLUMNS": "160"}))
    assert "from 2 senders" in words
    assert "the text was not kept: only exact copies are found" in words
    cut = run("journal", "list", "--group", "campaign", "--limit", "1")
    assert len(good(cut).splitlines()) == 1
    assert cut.stderr == b"guardian: the newest 1 of 3 groups are shown; --limit N shows more\n"
    assert [row["seqs"] for row in rows(run("journal", "list", "--group", "campaign", "--json", "lunch"))] == [[3]]
    none = run("journal", "list", "--group", "campaign", "~o clean")
    assert (good(none), none.stderr) == ("", b"guardian: nothing in the journal matches\n")


# --- following ---------------------------------------------------------------------------------------------------


@contextmanager
def following(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], Queue[str]]]:
    """`guardian journal list --follow`, and the lines that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "journal", "list", "--follow", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    lines: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.decode())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join(LONGEST_S)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def test_following_goes_on_with_what_any_program_records_until_ctrl_c(run: Run) -> None:
    with following("--json", "--limit", "1", "~o flagged") as (process, lines):
        assert json.loads(lines.get(timeout=LONGEST_S))["seq"] == 1
        append(a_record("x", None, Outcome.NOTICE), a_record("Pay now", HOSTILE))
        assert json.loads(lines.get(timeout=LONGEST_S))["seq"] == 6
        good(run("feedback", "1", "wrong"))
        again = json.loads(lines.get(timeout=LONGEST_S))
        assert (again["seq"], again["feedback"]["says"]) == (1, "wrong")
        good(run("key", "rotate"))
        append(a_record("with the new key", None))
        assert json.loads(lines.get(timeout=LONGEST_S))["seq"] == 9
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST_S) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert lines.empty()


def test_lines_that_follow_are_safe_and_a_journal_that_is_gone_ends_them(run: Run) -> None:
    del run
    path = default_settings(os.environ).paths.journal_file
    with following("--limit", "1") as (process, lines):
        assert "notice" in lines.get(timeout=LONGEST_S)
        append(a_record("Pay now", HOSTILE))
        line = lines.get(timeout=LONGEST_S)
        assert "! flagged" in line
        assert not {"\x1b", "\u202e", "\x07"} & set(line)
        path.rename(path.with_suffix(".moved"))
        assert process.wait(LONGEST_S) == 2
        assert process.stderr is not None
        assert process.stderr.read().endswith(b"is gone\n")
