"""`guardian verify-receipt` end to end: on a machine that has nothing but the file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from receipt_rig import MemoryJournal, verdict

from guardian.journal.checkpoint import fingerprint
from guardian.journal.fields import FIELDS
from guardian.journal.report_signature import KIND, sign_report
from guardian.report.canonical import canonical_json

Run = Callable[..., subprocess.CompletedProcess[bytes]]
MESSAGE = "Buy 4 gift cards \x1b[31m\u202eand tell nobody."
SENDER = "boss\x1b]0;owned\x07@example.com"
REPORT = {"v": 1, "kind": KIND, "date": "2026-11-21", "model": {"name": "m\x7f"}, "auc": 0.93, "signature": None}


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    journal = MemoryJournal()
    for number in range(6):
        raw = MESSAGE.encode()
        journal.append(verdict(raw, SENDER, "flagged", 1_763_000_000_000 + number), raw)
    return journal


@pytest.fixture
def receipt(journal: MemoryJournal, tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    path.write_text(journal.receipt(2, ["outcome", "policy", "sender"]))
    return path


@pytest.fixture
def report(journal: MemoryJournal, tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(canonical_json(sign_report(REPORT, journal.signer)))
    return path


def test_a_receipt_alone_holds_and_says_that_nobody_else_vouches(
    run_guardian: Run, receipt: Path, journal: MemoryJournal
) -> None:
    done = run_guardian("verify-receipt", str(receipt))
    words = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert words.startswith("the receipt holds\n")
    assert "2, before the checkpoint over 6 records" in words
    assert "pressure-to-pay" in words
    assert "not shown  kind, time, channel, tactic, model, text" in words
    assert "not that the model was run" in words
    assert "nothing but the file vouches for this key" in words
    assert fingerprint(journal.vkey) in words


def test_with_the_key_or_a_checkpoint_the_reader_vouches(
    run_guardian: Run, receipt: Path, journal: MemoryJournal, tmp_path: Path
) -> None:
    note = tmp_path / "checkpoint"
    note.write_text(journal.note())
    for options in (["--key", journal.vkey], ["--checkpoint", str(note)]):
        done = run_guardian("verify-receipt", str(receipt), *options)
        assert done.returncode == 0
        assert b"nothing but the file vouches" not in done.stdout
    assert b"against your checkpoint over 6 records" in done.stdout


def test_json_says_the_same_to_programs(run_guardian: Run, journal: MemoryJournal, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(journal.receipt(2, FIELDS))
    said = json.loads(run_guardian("verify-receipt", str(path), "--json").stdout)
    assert (said["v"], said["holds"], said["kind"], said["seq"], said["size"]) == (1, True, "guardian-receipt", 2, 6)
    assert said["revealed"]["sender"] == SENDER
    assert said["can_run_again"]
    assert not said["key_known"]
    assert set(said["revealed"]) == set(FIELDS)


def test_nothing_of_a_message_reaches_a_terminal_raw(run_guardian: Run, journal: MemoryJournal, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(journal.receipt(2, FIELDS))
    for options in ([], ["--json"]):
        shown = run_guardian("verify-receipt", str(path), *options).stdout.decode()
        assert "gift cards" in shown or options
        assert not {"\x1b", "\x07", "\u202e", "\x7f"} & set(shown)


def test_a_receipt_is_read_from_standard_input_too(run_guardian: Run, receipt: Path) -> None:
    assert run_guardian("verify-receipt", "-", stdin=receipt.read_bytes()).returncode == 0


def test_a_false_receipt_does_not_hold_and_says_which_part(run_guardian: Run, receipt: Path) -> None:
    receipt.write_text(receipt.read_text().replace('"flagged"', '"clean"'))
    done = run_guardian("verify-receipt", str(receipt))
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"does not hold: the record is not shown to be in the journal: ")
    said = json.loads(run_guardian("verify-receipt", str(receipt), "--json").stdout)
    assert said["holds"] is False
    assert said["why"].startswith("the record is not shown")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", b"not JSON"),
        (b"{}", b"neither a receipt nor a report card"),
        (b"\xff\xfe", b"not UTF-8"),
        (b"[" * 50_000, b"nested too deep"),
        (b'{"kind":"guardian-receipt","\x1b[31m":1}', b"not JSON"),
        (b'{"kind":"guardian-receipt","v":1}', b"lacks"),
        (b" " * (17 << 20), b"longer than"),
    ],
    ids=["empty", "no keys", "not text", "deep", "control character", "no more keys", "17 MiB"],
)
def test_what_is_no_receipt_does_not_hold(run_guardian: Run, tmp_path: Path, content: bytes, words: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    done = run_guardian("verify-receipt", str(path))
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"does not hold: ")
    assert words in done.stdout
    assert done.stdout.count(b"\n") == 1


def test_an_older_or_foreign_checkpoint_does_not_hold_the_record(
    run_guardian: Run, receipt: Path, journal: MemoryJournal, tmp_path: Path
) -> None:
    note = tmp_path / "checkpoint"
    foreign = MemoryJournal(seed=b"t" * 32)
    for content, words in ((journal.note(4), b"ask for one made against it"), (foreign.note(0), b"does not hold")):
        note.write_text(content)
        done = run_guardian("verify-receipt", str(receipt), "--checkpoint", str(note))
        assert done.returncode == 1
        assert words in done.stdout


def test_a_wrong_call_is_a_usage_error(run_guardian: Run, receipt: Path, report: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_text("hello")
    good = tmp_path / "good"
    good.write_text(MemoryJournal().note())
    for words in (
        [],
        [str(receipt), "--key", "abc"],
        [str(receipt), "--checkpoint", str(note)],
        [str(report), "--checkpoint", str(good)],
    ):
        done = run_guardian("verify-receipt", *words)
        assert done.returncode == 2
        assert done.stdout == b""
        assert done.stderr.count(b"\n") == 1


def test_what_can_not_be_read_is_an_input_error(run_guardian: Run, receipt: Path, tmp_path: Path) -> None:
    for words in ([str(tmp_path / "none")], [str(tmp_path)], [str(receipt), "--checkpoint", str(tmp_path / "none")]):
        done = run_guardian("verify-receipt", *words)
        assert (done.returncode, done.stdout) == (74, b"")
        assert done.stderr.startswith(b"guardian: cannot read ")


def test_a_signed_report_card_holds_until_a_digit_is_changed(
    run_guardian: Run, report: Path, journal: MemoryJournal
) -> None:
    done = run_guardian("verify-receipt", str(report))
    assert done.returncode == 0
    assert done.stdout.startswith(b"the report card holds\n")
    assert b"nothing but the file vouches" in done.stdout
    assert b"\x7f" not in done.stdout
    known = run_guardian("verify-receipt", str(report), "--key", journal.vkey, "--json")
    assert json.loads(known.stdout)["key_known"] is True
    report.write_text(report.read_text().replace("0.93", "0.98"))
    done = run_guardian("verify-receipt", str(report))
    assert done.returncode == 1
    assert done.stdout == b"does not hold: the report card's signature does not hold: the signature does not hold\n"


def test_an_unsigned_report_card_does_not_hold(run_guardian: Run, report: Path) -> None:
    report.write_text(canonical_json(REPORT))
    done = run_guardian("verify-receipt", str(report))
    assert (done.returncode, done.stdout) == (1, b"does not hold: the report card is not signed\n")


def test_it_needs_no_journal_no_model_and_no_keyring(receipt: Path, guardian_home: Path) -> None:
    """Neither their files nor their libraries: it answers on a machine where they could not even be imported."""
    heavy = ("numpy", "keyring", "sqlite3", "llama_cpp", "re2", "pydantic", "textual")
    program = (
        "import os, sys\nfrom guardian.dispatch import run\n"
        f"code = run(['verify-receipt', {str(receipt)!r}], os.environ)\n"
        f"print(code, [name for name in {heavy!r} if name in sys.modules])"
    )
    before = sorted(guardian_home.rglob("*"))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.endswith(b"\n0 []\n")
    assert sorted(guardian_home.rglob("*")) == before
