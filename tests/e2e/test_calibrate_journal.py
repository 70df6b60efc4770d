"""`guardian calibrate --on-journal` end to end: messages are screened, recorded and calibrated on by the installed
command, with the key in a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "models" / "training" / "bank"
MESSAGES = 220
SCAM = "Buy four gift cards, scratch them and text me the codes. Do not tell anyone."
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

pytestmark = [
    pytest.mark.skipif(not (ROOT / "models" / "manifest.toml").exists(), reason="no model in models/: make train"),
    pytest.mark.skipif(not BANK.is_dir(), reason="the bank's texts are not here"),
]


def rows() -> list[dict[str, str]]:
    """Short ordinary messages of our own (CC BY 4.0), each of another sender, with one scam that a rule knows."""
    bank = [json.loads(line) for file in sorted(BANK.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in bank if row["channel"] == "incoming" and row["text"].isascii()]
    texts = sorted(set(texts), key=lambda text: (len(text), text))[:MESSAGES]
    made = [{"text": text, "sender": f"Person {n} <p{n}@x{n}.example>"} for n, text in enumerate(texts)]
    return [*made, {"text": SCAM, "sender": "boss@evil.example"}]


def write(path: Path, messages: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in messages))
    return path


def guardian(home: Path, *words: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "guardian", *words],
        capture_output=True,
        env={**os.environ, **NO_KEYRING, "GUARDIAN_HOME": str(home), "PYTHONPATH": str(ROOT)},
        timeout=600,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def in_home(home: Path) -> dict[str, str]:
    return {**NO_KEYRING, "GUARDIAN_HOME": str(home)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose journal keeps the scores of clean messages, and has had some, one of them three times."""
    home = tmp_path_factory.mktemp("journal-home")
    (home / "config").mkdir(mode=0o700)
    (home / "config" / "settings.toml").write_text('[journal]\nclean = "scores"\n')
    messages = rows()
    guardian(home, "scan", "--ndjson", str(write(home / "in.ndjson", [*messages, messages[0], messages[0]])))
    return home


@pytest.fixture(scope="module")
def previewed(home: Path) -> dict[str, Any]:
    said = guardian(home, "calibrate", "--on-journal", "--json", "--false-alarms-per-week", "50")
    answer: dict[str, Any] = json.loads(said)
    return answer


@pytest.mark.long
def test_the_journal_gives_what_the_same_messages_give_as_an_archive(home: Path, previewed: dict[str, Any]) -> None:
    archive = write(home / "archive.ndjson", rows())
    words = ("--ndjson", "--days", "7", "--json", "--false-alarms-per-week", "50")
    of_archive = json.loads(guardian(home, "calibrate", "--on", str(archive), *words))
    for key in ("messages", "ordinary", "weeks"):
        assert previewed[key] == of_archive[key]
    # The journal rounds scores to four digits.
    assert previewed["channels"]["incoming"]["senders"] == of_archive["channels"]["incoming"]["senders"]
    assert [move["output"] for move in previewed["moves"]] == [move["output"] for move in of_archive["moves"]]
    for one, other in zip(previewed["moves"], of_archive["moves"], strict=True):
        assert one["to"] == pytest.approx(other["to"], abs=1e-3)


def test_it_says_what_it_looked_at_and_what_would_cross_a_threshold(previewed: dict[str, Any]) -> None:
    assert (previewed["source"], previewed["messages"]) == ("journal", MESSAGES + 1)
    assert previewed["left_out"]["repeat"] == 2
    assert previewed["clean"]["only_counted"] == 0
    assert previewed["clean"]["kept"] + previewed["alerts"]["flagged"] <= MESSAGES + 1
    assert previewed["alerts"]["flagged"] >= 1
    assert previewed["recorded_in_one_hour"] > MESSAGES / 2
    directions = {move["output"]: "over" if move["to"] < move["from"] else "under" for move in previewed["moves"]}
    for crossing in previewed["crossings"]:
        assert {output: directions[output] for output in crossing["outputs"]} == crossing["outputs"]


def test_in_words_it_shows_numbers_and_no_texts(home: Path, run_guardian: Run, previewed: dict[str, Any]) -> None:
    done = run_guardian("calibrate", "--on-journal", "--explain", "--false-alarms-per-week", "50", env=in_home(home))
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "left out: 2 recorded before (same text, same sender)" in said
    assert "your word moves no threshold" in said
    assert "were recorded within one hour" in said
    crossings = len(previewed["crossings"])
    assert f"records that would stand on another side of a threshold: {crossings:,} (none is screened again)" in said
    assert "nothing was changed" in said
    assert not (home / "state" / "calibration.json").exists()
    assert not any(row["text"][:30] in said or row["sender"] in said for row in rows())


@pytest.mark.long
def test_applied_it_is_in_force_and_logged(home: Path, run_guardian: Run, previewed: dict[str, Any]) -> None:
    words = ("calibrate", "--on-journal", "--apply", "--json", "--false-alarms-per-week", "50")
    done = run_guardian(*words, env=in_home(home))
    said = json.loads(done.stdout)
    assert said["applied"] is bool(previewed["moves"])
    try:
        log = [json.loads(line) for line in (home / "state" / "calibration.log").read_text().splitlines()]
        assert (log[-1]["source"], log[-1]["changes"]) == ("journal", previewed["moves"])
        answer = json.loads(run_guardian("calibrate", "--explain", "--json", env=in_home(home)).stdout)
        now = {row["output"]: row["now"] for row in answer["channels"]["incoming"]["outputs"]}
        assert all(now[move["output"]] == move["to"] for move in previewed["moves"])
    finally:
        run_guardian("calibrate", "--reset", env=in_home(home))


def test_days_say_how_far_back_it_looks(home: Path, run_guardian: Run) -> None:
    done = run_guardian("calibrate", "--on-journal", "--days", "1", "--json", env=in_home(home))
    assert json.loads(done.stdout)["messages"] == MESSAGES + 1


def test_without_a_journal_it_is_one_line(run_guardian: Run) -> None:
    done = run_guardian("calibrate", "--on-journal", env=NO_KEYRING)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"there is no journal yet" in done.stderr


@pytest.mark.long
def test_where_clean_messages_are_only_counted_it_says_so_and_how_to_keep_them(
    run_guardian: Run, tmp_path: Path, guardian_home: Path
) -> None:
    messages = [*rows()[:5], rows()[-1]]
    done = run_guardian("scan", "--ndjson", str(write(tmp_path / "few.ndjson", messages)), env=NO_KEYRING)
    assert done.returncode == 1
    done = run_guardian("calibrate", "--on-journal", "--apply", env=NO_KEYRING)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"5 were counted and not kept, and flagged ones alone would mislead" in done.stderr
    assert b'journal.clean = "scores" in settings.toml keeps them' in done.stderr
    assert not (guardian_home / "state" / "calibration.json").exists()


@pytest.mark.long
def test_too_few_clean_ones_are_too_little_data(run_guardian: Run, tmp_path: Path) -> None:
    env = {**NO_KEYRING, "GUARDIAN_JOURNAL_CLEAN": "scores"}
    run_guardian("scan", "--ndjson", str(write(tmp_path / "few.ndjson", rows()[:8])), env=env)
    done = run_guardian("calibrate", "--on-journal", "--apply", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"too little data: about" in done.stdout
    assert b"nothing was changed" in done.stdout


def test_a_key_that_is_gone_is_one_line(home: Path, run_guardian: Run, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    for file in (home / "data" / "journal").rglob("*"):
        if file.is_file():
            place = copy / file.relative_to(home)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(file.read_bytes())
            place.chmod(0o600)
    done = run_guardian("calibrate", "--on-journal", env=in_home(copy))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"guardian: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "words",
    [["--ndjson"], ["--as", "ai"], ["--on", "x"], ["--reset"], ["--days", "0"], ["--days", "nan"], ["--days", "-4"]],
)
def test_a_wrong_call_is_one_line(words: list[str], run_guardian: Run) -> None:
    done = run_guardian("calibrate", "--on-journal", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"guardian: ")
    assert done.stderr.count(b"\n") == 1
