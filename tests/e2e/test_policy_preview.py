"""`guardian policy preview` and `review` end to end: messages screened and recorded by the installed command, tried
again on changed policies, with the key in a file."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.assembly import limits_of
from guardian.journal.journal import Journal
from guardian.journal.opening import open_journal
from guardian.journal.record import Record
from guardian.journal.verdict_record import matched_policies
from guardian.policy.effects.replay_journal import JournalReplay
from guardian.policy.effects.replay_rows import StoredRows
from guardian.policy.effects.sample import Sample
from guardian.policy.load import load_policies
from guardian.policy.replay import Stored
from guardian.policy.trying.bench import Bench
from guardian.reading.reader import LocalReader
from guardian.settings import Settings, load_settings
from guardian.workbench import open_bench

ROOT = Path(__file__).resolve().parents[2]
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
SCAMS = (
    "Buy four gift cards, scratch them and text me the codes. Do not tell anyone.",
    "Your account is locked. Send the code that you just got within 10 minutes or you lose everything.",
    "If you loved me you would send the money tonight. Don't talk to your sister about this.",
)
ORDINARY = tuple(f"The train leaves at {hour} from platform {hour % 7 + 1}, see you there." for hour in range(8, 20))
ODD = ("\x1b]52;c;evil\x07 buy gift cards now\u202e", "Zahle sofort, sonst geht dein Konto verloren.")
TRAINS = """\
id = "trains"
title = "Trains"  # of all kinds
why = "I am tired of trains."
since = 2025-01-01
review_by = 2025-06-01
channels = ["incoming"]

[match]
patterns = ['train leaves']  # and buses?
"""

pytestmark = pytest.mark.skipif(not (ROOT / "models" / "manifest.toml").exists(), reason="no model: make train")


def guardian(home: Path, *words: str, codes: tuple[int, ...] = (0, 1)) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "guardian", *words],
        capture_output=True,
        env={**os.environ, **NO_KEYRING, "GUARDIAN_HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in codes, done.stderr
    return done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose journal holds every message with its text."""
    home = tmp_path_factory.mktemp("preview-home")
    (home / "config").mkdir(mode=0o700)
    (home / "config" / "settings.toml").write_text('[journal]\nclean = "full"\nkeep_text = "recorded"\n')
    texts = [*SCAMS, *ORDINARY, *ODD]
    rows = [{"text": text, "sender": f"p{number}@x.example"} for number, text in enumerate(texts)]
    messages = home / "in.ndjson"
    messages.write_text("".join(json.dumps(row) + "\n" for row in rows))
    guardian(home, "policy", "list")
    (home / "config" / "policies" / "trains.toml").write_text(TRAINS)
    guardian(home, "scan", "--ndjson", str(messages))
    return home


@pytest.fixture(scope="module")
def settings(home: Path) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(home)}, {})


@pytest.fixture(scope="module")
def bench(settings: Settings) -> Iterator[Bench]:
    with open_bench(settings) as bench:
        yield bench


@pytest.fixture
def journal(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    for name, value in NO_KEYRING.items():
        monkeypatch.setenv(name, value)
    with open_journal(settings) as journal:
        yield journal


def draft(home: Path, tmp_path: Path, change: tuple[str, str], policy: str = "pressure-to-pay") -> Path:
    """The file of a starter policy with one thing changed."""
    text = (home / "config" / "policies" / f"{policy}.toml").read_text()
    assert change[0] in text
    path = tmp_path / "draft.toml"
    path.write_text(text.replace(*change, 1))
    return path


def replayed(journal: Journal, bench: Bench, settings: Settings, cache: Path) -> list[tuple[Stored, Sample]]:
    rows = StoredRows(cache, journal.id, journal.record_key, bench.manifest.sha256)
    policies = load_policies(settings.policies_dir).policies
    now_ms = 2**41
    replay = JournalReplay(journal, bench, rows, LocalReader(limits_of(settings)), policies, days=40_000, now_ms=now_ms)
    return list(replay.messages())


def test_what_is_tried_again_comes_out_as_the_gate_said(
    journal: Journal, bench: Bench, settings: Settings, tmp_path: Path
) -> None:
    """With the policies that were in force every message matches exactly those that it matched at the gate."""
    policies = load_policies(settings.policies_dir).policies
    matcher = bench.matcher(policies, bench.embeddings(policies))
    found = replayed(journal, bench, settings, tmp_path / "rows")
    assert len(found) == len(SCAMS) + len(ORDINARY) + len(ODD)
    for stored, sample in found:
        record = journal.entry(stored.seq).record
        assert isinstance(record, Record)
        now = [match.id for match in matcher.match(sample.evidence, sample.findings) if match.matched]
        assert now == matched_policies(record)
    assert any(matched_policies(r) for s, _ in found if isinstance(r := journal.entry(s.seq).record, Record))


def test_the_model_is_asked_once_for_a_text_and_forgetting_a_record_takes_its_rows_along(
    journal: Journal, bench: Bench, settings: Settings, tmp_path: Path
) -> None:
    cache = tmp_path / "cache" / "rows"
    first = replayed(journal, bench, settings, cache)
    held = cache.read_bytes()
    assert not any(text.encode()[:20] in held for text in (*SCAMS, *ORDINARY))
    again = replayed(journal, bench, settings, cache)
    assert len(first) == len(again)
    rows = StoredRows(cache, journal.id, journal.record_key, bench.manifest.sha256)
    size = bench.manifest.embedding
    kept = [stored for stored, _ in again if rows.get(stored.seq, stored.leaf, size) is not None]
    assert len(kept) == len([stored for stored, sample in again if sample.evidence.encoding is not None])
    newest = kept[0]
    journal.forget([(newest.seq, newest.seq)], "a test")
    copied = StoredRows(cache, journal.id, journal.record_key, bench.manifest.sha256)
    assert copied.get(newest.seq, newest.leaf, size) is None
    assert copied.get(kept[1].seq, kept[1].leaf, size) is not None


@pytest.mark.long
def test_a_preview_shows_what_a_change_would_flag_and_takes_nothing_in_force(home: Path, tmp_path: Path) -> None:
    files = {path: path.read_bytes() for path in (home / "config" / "policies").glob("*.toml")}
    before = guardian(home, "policy", "list", "--json")[0]
    path = draft(home, tmp_path, ("patterns = [", "patterns = ['(?i)train|gift cards now', "))
    told, _ = guardian(home, "policy", "preview", str(path))
    assert "newly flagged, the newest 10 of" in told
    assert "The train leaves at" in told
    assert "\x1b" not in told and "\u202e" not in told  # noqa: PT018
    answer: dict[str, Any] = json.loads(guardian(home, "policy", "preview", str(path), "--json")[0])
    assert answer["newly_flagged"] >= len(ORDINARY)
    assert answer["newly_clear"] == 0
    assert answer["alerts_a_week"]["after"]["low"] < answer["alerts_a_week"]["after"]["high"]
    assert guardian(home, "policy", "list", "--json")[0] == before
    assert {path: path.read_bytes() for path in files} == files


def test_a_preview_of_a_policys_own_file_says_that_it_is_in_force_already(home: Path) -> None:
    told, _ = guardian(home, "policy", "preview", "pressure-to-pay")
    assert "the version in force says the same" in told
    assert "newly flagged 0, newly clear 0" in told


def test_what_would_be_let_through_is_shown(home: Path, tmp_path: Path) -> None:
    path = draft(home, tmp_path, ('title = "', 'status = "retired"\ntitle = "'))
    told, _ = guardian(home, "policy", "preview", str(path))
    assert "newly clear:" in told
    assert "Buy four gift cards" in told


def test_a_broken_draft_is_one_line_with_its_place(home: Path, tmp_path: Path) -> None:
    path = draft(home, tmp_path, ('channels = ["incoming"]', "channels = [incoming]"))
    _, error = guardian(home, "policy", "preview", str(path), codes=(2,))
    assert error.count("\n") == 1
    assert f"{path}:" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(("named", "says"), [("pressure-to-pai", "did you mean"), ("nobody", "policy list")])
def test_an_unknown_policy_is_one_line_with_the_nearest(home: Path, named: str, says: str) -> None:
    _, error = guardian(home, "policy", "preview", named, codes=(2,))
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.long
def test_a_policy_that_was_often_wrong_is_proposed_for_a_trial_and_changed_at_a_yes_alone(home: Path) -> None:
    file = home / "config" / "policies" / "trains.toml"
    listed, _ = guardian(home, "journal", "list", "~p trains", "--json")
    alerts = [json.loads(line)["seq"] for line in listed.splitlines()]
    for seq in alerts[:2]:
        guardian(home, "feedback", str(seq), "wrong")
    assert json.loads(guardian(home, "policy", "review", "--json")[0])["for_test"] == [], "two are not enough"
    guardian(home, "feedback", str(alerts[2]), "wrong")
    shown, _ = guardian(home, "journal", "show", str(alerts[0]))
    assert "trains: 0 right, 3 wrong, 0 unsure of its last 3 judged alerts, since " in shown
    told, _ = guardian(home, "policy", "review")
    assert "trains: 0 right, 3 wrong" in told
    assert "trains: was to be reviewed by 2025-06-01; it stays in force" in told
    assert file.read_text() == TRAINS

    assert "put it on trial" in on_a_terminal(home, b"n\n\n\n\n")
    assert file.read_text() == TRAINS, "no is no, and nothing is later"
    on_a_terminal(home, b"y\ntoo many\n2031-06-01\n\n\n")
    assert file.read_text() == TRAINS.replace("2025-06-01", "2031-06-01").replace(
        'channels = ["incoming"]\n', 'channels = ["incoming"]\nstatus = "test"\n'
    )
    assert "too many" in guardian(home, "policy", "history", "trains")[0]
    assert json.loads(guardian(home, "policy", "review", "--json")[0])["overdue"] == []


def on_a_terminal(home: Path, answers: bytes) -> str:
    """`guardian policy review` with its owner at a terminal, who typed all answers ahead."""
    main, terminal = pty.openpty()
    env = {**os.environ, **NO_KEYRING, "GUARDIAN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "guardian", "policy", "review"]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=env) as process:
        os.close(terminal)
        os.write(main, answers)
        told = b""
        while True:
            try:
                part = os.read(main, 4096)
            except OSError:  # the terminal's other end is closed: the program has ended
                break
            if not part:
                break
            told += part
    os.close(main)
    assert process.returncode == 0, told
    return told.decode()
