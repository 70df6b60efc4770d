"""`guardian calibrate` end to end: the installed command on a real archive of mails."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "models" / "training" / "bank"
MAILS = 250
FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)

pytestmark = [
    pytest.mark.skipif(not (ROOT / "models" / "manifest.toml").exists(), reason="no model in models/: make train"),
    pytest.mark.skipif(not BANK.is_dir(), reason="the bank's texts are not here"),
]


def ordinary_texts() -> list[str]:
    """Short ordinary messages of our own, CC BY 4.0: a stream as an owner may have it."""
    rows = [json.loads(line) for file in sorted(BANK.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["channel"] == "incoming" and row["text"].isascii()]
    return sorted(texts, key=len)[:MAILS]


def write_mail(folder: Path, number: int, text: str, *, sender: str, dated: bool = True) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, "owner@home.example", "Note"
    if dated:
        mail["Date"] = format_datetime(FIRST + timedelta(hours=12 * number))
    mail.set_content(text)
    (folder / f"{number:04d}.eml").write_bytes(mail.as_bytes())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ordinary mails of 20 weeks, each of another sender, with one scam that a rule knows."""
    folder = tmp_path_factory.mktemp("archive")
    for number, text in enumerate(ordinary_texts()):
        write_mail(folder, number, text, sender=f"Person {number} <p{number}@x{number}.example>")
    scam = "Buy four gift cards, scratch them and text me the codes. Do not tell anyone."
    write_mail(folder, 9_000, scam, sender="boss@evil.example")
    return folder


@pytest.fixture(scope="module")
def applied(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A home in which a large budget was applied, and what the command said."""
    home = tmp_path_factory.mktemp("calibrated-home")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "guardian", "calibrate", "--on", str(archive), "--apply", "--json"),
            *("--false-alarms-per-week", "50"),
        ],
        capture_output=True,
        env={**os.environ, "GUARDIAN_HOME": str(home), "PYTHONPATH": str(ROOT)},
        timeout=600,
        check=True,
    )
    return home, json.loads(done.stdout)


def in_home(home: Path) -> dict[str, str]:
    return {"GUARDIAN_HOME": str(home)}


def test_without_anything_it_says_that_the_thresholds_are_as_shipped(run_guardian: Run, guardian_home: Path) -> None:
    done = run_guardian("calibrate")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"at most 3 false alarms a week (calibration.false_alarms_per_week, default)" in done.stdout
    assert b"as shipped" in done.stdout
    assert not (guardian_home / "state").exists()


@pytest.mark.long
def test_a_preview_changes_nothing(run_guardian: Run, guardian_home: Path, archive: Path) -> None:
    done = run_guardian("calibrate", "--on", str(archive), env={"GUARDIAN_CALIBRATION_FALSE_ALARMS_PER_WEEK": "50"})
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert not (guardian_home / "state").exists()
    assert "nothing was changed; --apply puts the new thresholds in force" in said
    assert "at most 50 false alarms a week" in said
    assert "flagged in this archive" in said


@pytest.mark.long
def test_what_the_preview_said_is_what_screening_then_does(
    run_guardian: Run, archive: Path, applied: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    home, said = applied
    changes = said["changes"]
    assert isinstance(changes, list)
    others = [path.name for path in sorted(archive.iterdir())[:30]]
    for name in {*others, *(change["id"] for change in changes)}:
        (tmp_path / name).write_bytes((archive / name).read_bytes())
    outcomes = []
    for env in ({}, in_home(home)):
        done = run_guardian("scan", "--json", str(tmp_path), env=env)
        outcomes.append({row["id"]: row["outcome"] for row in map(json.loads, done.stdout.splitlines())})
    before, after = outcomes
    differ = [{"id": id, "from": before[id], "to": after[id]} for id in before if before[id] != after[id]]
    assert [{key: change[key] for key in ("id", "from", "to")} for change in changes] == differ
    flagged = said["flagged"]
    assert isinstance(flagged, dict)
    gained = sum(each["to"] == "flagged" for each in changes) - sum(each["from"] == "flagged" for each in changes)
    assert flagged["then"] - flagged["now"] == gained


def test_the_message_that_a_rule_flags_is_not_of_the_ordinary_stream(applied: tuple[Path, dict[str, object]]) -> None:
    said = applied[1]
    assert said["messages"] == len(ordinary_texts()) + 1
    assert isinstance(said["ordinary"], int)
    assert said["ordinary"] < said["messages"]
    assert 15 < float(str(said["weeks"])) < 25


def test_what_is_kept_is_private_logged_and_free_of_text(applied: tuple[Path, dict[str, object]]) -> None:
    home, said = applied
    kept, log = home / "state" / "calibration.json", home / "state" / "calibration.log"
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(log.stat().st_mode) == 0o600
    (row,) = map(json.loads, log.read_text().splitlines())
    assert row["did"] == "calibrate"
    assert row["why"] == "at most 50 false alarms a week"
    assert row["changes"] == said["moves"]
    for file in (home / "state").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for word in ("Person", ".example", ".eml", "gift card", *(text[:20] for text in ordinary_texts())):
            assert word.encode() not in content, file


def test_afterwards_it_says_where_everything_stands(run_guardian: Run, applied: tuple[Path, dict[str, object]]) -> None:
    home, said = applied
    done = run_guardian("calibrate", "--explain", "--json", env=in_home(home))
    answer = json.loads(done.stdout)
    assert answer["is_calibrated"]
    assert answer["made_for"] == 50
    incoming = {row["output"]: row for row in answer["channels"]["incoming"]["outputs"]}
    moves = said["moves"]
    assert isinstance(moves, list)
    for move in moves:
        row = incoming[move["output"]]
        assert (row["shipped"], row["now"], row["source"]) == (move["from"], move["to"], "own")
        assert row["passed_a_week"]["low"] <= row["passed_a_week"]["expected"] <= row["passed_a_week"]["high"]
    assert answer["channels"]["ai_output"]["source"] == "shipped"
    words = run_guardian("calibrate", env=in_home(home)).stdout.decode()
    assert "they were made for 50 a week" in words


@pytest.mark.long
def test_a_damaged_calibration_is_one_line_and_reset_mends_it(
    run_guardian: Run, guardian_home: Path, applied: tuple[Path, dict[str, object]]
) -> None:
    state = guardian_home / "state"
    state.mkdir(mode=0o700)
    kept = state / "calibration.json"
    kept.write_text((applied[0] / "state" / "calibration.json").read_text()[:-9])
    text = b"The library opens at nine on Saturday."
    screened = run_guardian("filter", "--no-journal", stdin=text)
    assert (screened.returncode, screened.stdout) == (0, text)
    assert screened.stderr.count(b"\n") == 1
    assert b"damaged" in screened.stderr
    assert run_guardian("calibrate").returncode == 2
    rows = json.loads(run_guardian("doctor", "--json").stdout)["checks"]
    assert [row["level"] for row in rows if row["what"] == "thresholds"] == ["warn"]
    assert run_guardian("calibrate", "--reset").returncode == 0
    assert not kept.exists()
    assert json.loads((state / "calibration.log").read_text())["did"] == "reset"
    assert run_guardian("filter", "--no-journal", stdin=text).stderr == b""


def test_too_little_data_is_said_and_moves_nothing(run_guardian: Run, guardian_home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "few.ndjson"
    rows.write_text(
        "".join(json.dumps({"text": f"See you at {n}.", "sender": f"p{n}@x.example"}) + "\n" for n in range(20))
    )
    done = run_guardian("calibrate", "--on", str(rows), "--ndjson", "--days", "14", "--apply")
    assert done.returncode == 0
    assert b"too little data: about" in done.stdout
    assert b"nothing was changed" in done.stdout
    assert not (guardian_home / "state").exists()


def test_without_dates_it_asks_for_days(run_guardian: Run, tmp_path: Path) -> None:
    write_mail(tmp_path, 1, "See you.", sender="a@b.example", dated=False)
    done = run_guardian("calibrate", "--on", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--days N" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--apply"], 2),
        (["--days", "3"], 2),
        (["--on", "x", "--reset"], 2),
        (["--on", "x", "--days", "0"], 2),
        (["--on", "x", "--days", "nan"], 2),
        (["--on", "/nowhere/at/all"], 74),
        (["--on", "-", "--ndjson", "--days", "7"], 2),
        (["--false-alarms-per-week", "0"], 2),
    ],
)
def test_a_wrong_call_is_one_line(words: list[str], code: int, run_guardian: Run) -> None:
    done = run_guardian("calibrate", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.startswith(b"guardian: ")
    assert done.stderr.count(b"\n") == 1
