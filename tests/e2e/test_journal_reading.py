"""`guardian journal list|show|search|stats|export` and `guardian feedback`, run as their owner runs them.

The journal is a real one, sealed, with its key in a file.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guardian.finding import Finding, FindingKind, Span
from guardian.journal.opening import now_ms, open_journal, open_or_begin
from guardian.journal.record import Kind, Record
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import verdict_record
from guardian.message import Channel, Message
from guardian.settings import default_settings
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Severity, Verdict

CANARY = "kumquat"
HOSTILE = "\x1b]52;c;aGk=\x07 pay \u202e now"
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner's own keyring is nobody's business here."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TZ", "UTC")


def a_record(text: str, sender: str, outcome: Outcome = Outcome.FLAGGED, channel: Channel = Channel.INCOMING) -> Record:
    message = Message(text.encode(), channel=channel, sender=sender)
    match = PolicyMatch(
        "pressure-to-pay", "Pressure", "Because.", Severity.HIGH, Action.WARN, 0.9, 0.8, True, (), ("urgency",)
    )
    spans = (Span(0, 3, text[:30]),)
    verdict = Verdict(
        id="",
        channel=channel.value,
        outcome=outcome,
        action=Action.WARN,
        risk=0.9,
        scores={"urgency": 0.9},
        policies=(match,) if outcome is Outcome.FLAGGED else (),
        findings=(Finding("encoder", "urgency", 0.9, "hurries you", spans, FindingKind.MODEL),),
        vetoes=(),
        coverage=Coverage(len(message.raw), 1),
        model_name="guardian-mini-2",
        model_sha256="ab" * 32,
        policy_set="sha256:" + "cd" * 32,
        wall="netns",
        elapsed_ms=8.0,
    )
    stream: dict[str, Any] = {"scores": {}, "senders": [], "ordinary": False}
    return verdict_record(message, verdict, at_ms=now_ms(), program="0", why_not_text="", stream=stream)


@pytest.fixture
def run(run_guardian: Run, no_keyring: None, guardian_home: Path) -> Run:
    """A program with a journal: 0 its beginning, 1 to 4 verdicts, 5 forgets the fourth."""
    journal = open_or_begin(default_settings(os.environ))
    journal.unlock()
    journal.append(a_record(f"Gift cards, {CANARY}, today", "boss@fake.example"))
    journal.append(a_record("You are like nobody else", "helper", channel=Channel.AI_OUTPUT))
    journal.append(a_record(HOSTILE, HOSTILE, Outcome.UNSURE))
    journal.append(a_record("to be forgotten", "x@y.example"))
    journal.forget([(4, 4)], "mine")
    journal.close()
    return run_guardian


def good(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    return done.stdout.decode()


def bad(done: subprocess.CompletedProcess[bytes], code: int = 2) -> str:
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stderr.count(b"\n") == 1, done.stderr
    assert done.stdout == b""
    return done.stderr.decode()


def seqs(done: subprocess.CompletedProcess[bytes]) -> list[int]:
    return [json.loads(line)["seq"] for line in good(done).splitlines()]


def test_list_shows_every_entry_and_a_filter_fewer(run: Run) -> None:
    assert seqs(run("journal", "list", "--json")) == [0, 1, 2, 3, 4, 5]
    lines = good(run("journal", "list")).splitlines()
    assert [int(line.split()[0]) for line in lines] == [0, 1, 2, 3, 4, 5]
    assert "! flagged" in lines[1]
    assert "erased" in lines[4]
    assert seqs(run("journal", "list", "--json", "~o", "flagged", "~c", "ai")) == [2]
    assert seqs(run("journal", "list", "~m", "gift cards", "--json")) == [1]
    cut = run("journal", "list", "--limit", "2", "--json")
    assert seqs(cut) == [4, 5]
    assert cut.stderr == b"guardian: the newest 2 are shown; --limit N shows more\n"


def test_no_byte_of_a_message_reaches_the_terminal_raw(run: Run) -> None:
    for words in (["list"], ["show", "3"], ["search", "pay"], ["stats"], ["export", "--format", "csv"]):
        output = run("journal", *words).stdout
        assert b"\x1b" not in output, words
        assert "\u202e" not in output.decode(), words
        assert re.search(rb"\\x1b|\\u001b", output) or words == ["stats"]


def test_an_empty_answer_says_so(run: Run) -> None:
    done = run("journal", "list", "~o clean")
    assert good(done) == ""
    assert done.stderr == b"guardian: nothing in the journal matches\n"


def test_an_unknown_policy_is_no_error_but_the_nearest_one_is_named(run: Run) -> None:
    good(run("policy", "list"))  # puts the starter policies in their place
    done = run("journal", "list", "~p pressure-to-pai")
    assert good(done) == ""
    assert b'no policy has the id "pressure-to-pai", did you mean "' in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["journal", "list", "~o purple"], "column 4: expected an outcome"),
        (["journal", "stats", "~d 7d..14d"], "impossible"),
        (["journal", "search", "!?"], "no letter or digit"),
        (["journal", "list", "--limit", "0"], "from 1 on"),
        (["journal", "show", "99"], "no record 99"),
        (["journal", "show", "-1"], "SEQ"),
        (["feedback", "99", "right"], "no record 99"),
        (["feedback", "0", "right"], "is no verdict, but of the kind seal"),
        (["feedback", "4", "right"], "forgotten"),
        (["feedback", "1"], "say right, wrong or unsure"),
        (["feedback", "1", "--undo"], "nothing to take back"),
        (["feedback", "1", "right", "--undo"], "goes with nothing else"),
        (["feedback", "1", "perhaps"], "perhaps"),
        (["journal", "export", "--format", "xml"], "xml"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(run: Run, words: list[str], said: str) -> None:
    assert said in bad(run(*words))
    assert seqs(run("journal", "list", "--json"))[-1] == 5


def test_without_a_journal_there_is_one_line(run_guardian: Run, no_keyring: None) -> None:
    for words in (["journal", "list"], ["journal", "stats"], ["feedback", "1", "right"]):
        assert "no journal" in bad(run_guardian(*words))


@pytest.mark.long
def test_feedback_is_recorded_seen_changed_and_taken_back(run: Run) -> None:
    assert good(run("feedback", "1", "wrong", "--note", "my bank")) == "record 1: you said wrong\n"
    assert good(run("feedback", "1", "wrong", "--note", "my bank")) == "record 1: you said wrong (as before)\n"
    assert seqs(run("journal", "list", "~f wrong", "--json")) == [1]
    assert "[you: wrong]" in good(run("journal", "list", "~n 1"))
    assert "my bank" in good(run("journal", "show", "1"))
    assert seqs(run("journal", "search", "my bank", "--json")) == [1, 6]
    assert "0 of 1" in good(run("journal", "stats"))
    assert good(run("feedback", "1", "right")) == "record 1: you said right (before: wrong)\n"
    assert good(run("feedback", "1", "--undo")) == "record 1: your word is taken back (before: right)\n"
    assert "[you:" not in good(run("journal", "list", "~n 1"))
    with open_journal(default_settings(os.environ)) as journal:
        kinds = [entry.record.kind for entry in journal.entries(6) if isinstance(entry.record, Record)]
    assert kinds == [Kind.FEEDBACK] * 3  # nothing was overwritten, and nothing said twice


def test_search_shows_the_words_round_the_hit(run: Run) -> None:
    lines = good(run("journal", "search", "gift cards")).splitlines()
    assert lines[1].strip() == f"Gift cards, {CANARY}, today"
    assert seqs(run("journal", "search", "fake.example", "--json")) == [1]
    assert seqs(run("journal", "search", "gift", "nobody", "--json")) == []


def test_stats_are_the_same_in_words_and_in_json(run: Run) -> None:
    row = json.loads(good(run("journal", "stats", "--json")))
    assert (row["verdicts"], row["erased"]) == (3, 1)
    assert {group["name"]: group["total"] for group in row["outcomes"]} == {"flagged": 2, "unsure": 1}
    words = good(run("journal", "stats", env={"PYTHONIOENCODING": "ascii"}))
    assert words.startswith("3 messages recorded one by one, 1 forgotten")
    assert words.isascii()


def test_exports_go_to_a_private_file_or_to_standard_output(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.html"
    assert good(run("journal", "export", "--format", "html", "--output", str(path))) == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert CANARY in path.read_text("utf-8")
    assert "there already" in bad(run("journal", "export", "--format", "csv", "--output", str(path)), 74)
    good(run("journal", "export", "--format", "csv", "--output", str(path), "--force", "--no-text"))
    assert CANARY not in path.read_text("utf-8")
    assert seqs(run("journal", "export", "--format", "ndjson", "~k verdict")) == [1, 2, 3]
    without = good(run("journal", "export", "--format", "ndjson", "--no-text"))
    assert CANARY not in without
    assert "boss@fake.example" in without


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_scan_yields_what_the_journal_yields(run: Run, newest_first: bool) -> None:
    with open_journal(default_settings(os.environ)) as journal:
        entries = list(journal.entries(newest_first=newest_first))
        scan = Scan(journal)
        assert list(scan.entries(newest_first=newest_first)) == entries
        assert list(scan.entries(newest_first=newest_first, where=lambda _seq, _data: True)) == entries
        wanted = [entry for entry in entries if entry.seq in (2, 4)]  # 4 was forgotten: there is nothing to ask of it
        assert list(scan.entries(newest_first=newest_first, where=lambda seq, _data: seq == 2)) == wanted
        assert [entry.seq for entry in scan.entries(1, 3)] == [1, 2]
        asked: list[tuple[int, bytes]] = []

        def note(seq: int, data: bytes) -> bool:
            asked.append((seq, data))
            return False

        left = list(scan.entries(newest_first=newest_first, where=note))
        assert [entry.seq for entry in left] == [4]
        records = [(entry.seq, entry.record) for entry in entries]
        assert asked == [(seq, record.to_bytes()) for seq, record in records if isinstance(record, Record)]
