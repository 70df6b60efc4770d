"""Promises of `guardian model card --rerun`, through the installed program with the real model in its cell."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guardian.journal.receipt_file import ReceiptError
from guardian.journal.report_signature import verify_report
from guardian.report.canonical import VOLATILE, canonical_json

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

# Texts by us, for this test.
VIOLATING = [
    "Your bank account has been locked. Send me the code that we just texted you within ten minutes. Tell no one.",
    "If you loved me you would send the money today. After all I have done for you, you owe me that much.",
    "Buy four gift cards for a client, scratch them and text me the codes. Keep it between us, it is a surprise.",
]
ORDINARY = [
    "The dentist has moved your check-up to Thursday at ten. Call us if that does not suit you.",
    "Thanks for dinner last night. I have left your umbrella by the door.",
    "Invoice 2231 for November is attached, payable within 30 days as usual.",
]


def labelled(hostile: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, (bad, good) in enumerate(zip(VIOLATING, ORDINARY, strict=True)):
        twin = {"channel": "incoming", "twin": f"t{number}", "source": f"mine{hostile}", "language": "en"}
        marked = bad.split(". ")[1].removesuffix(".")
        rows.append({"id": f"v{number}{hostile}", "text": bad, "label": 1, "tactics": ["urgency"], **twin})
        rows[-1]["evidence"] = [marked]
        rows.append({"id": f"o{number}", "text": good, "label": 0, "kind": f"notice{hostile}", **twin})
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.long
def test_a_rerun_measures_and_writes_the_same_report_twice(tmp_path: Path, run_guardian: Run) -> None:
    path = write(tmp_path / "rows.ndjson", labelled())
    page = tmp_path / "card.html"
    first = run_guardian("model", "card", "--rerun", str(path), "--json", "--html", str(page))
    assert (first.returncode, first.stderr) == (0, b"")
    second = run_guardian("model", "card", "--rerun", str(tmp_path), "--json", "--no-journal")
    reports = [json.loads(done.stdout) for done in (first, second)]
    for key in VOLATILE:
        assert reports[0].pop(key)
        reports[1].pop(key)
    assert reports[0] == reports[1]
    (made, _) = reports
    assert made["rows"] == {"violating": 3, "ordinary": 3, "not_judged": 0}
    assert made["scores"]["twins"]["all"]["hits"] == 3
    assert made["evidence"]["all_rows"]["total"] == 3
    assert made["scores"]["recall"]["1 %"] == {"stated": False, "ordinary": 3, "ordinary_needed": 100}
    assert len(made["model"]["sha256"]) == 64
    assert page.read_text().startswith("<!doctype html>")
    assert not any(text[:40] in page.read_text() + first.stdout.decode() for text in VIOLATING + ORDINARY)


def test_a_rerun_in_words_begins_with_what_it_cant_do(tmp_path: Path, run_guardian: Run) -> None:
    hostile = "\x1b]0;owned\x07<b>\u202e"
    path = write(tmp_path / "rows.ndjson", labelled(hostile))
    done = run_guardian("model", "card", "--rerun", str(path))
    assert (done.returncode, done.stderr) == (0, b"")
    words = done.stdout.decode()
    assert words.startswith("What it can't do\n")
    assert "\\x1b]0;owned\\x07" in words
    assert not set("\x1b\x07\u202e") & set(words)


def test_one_class_and_a_row_of_nothing_are_measured(tmp_path: Path, run_guardian: Run) -> None:
    rows = [{"id": "e", "text": "", "channel": "incoming", "label": 0}, labelled()[1]]
    done = run_guardian("model", "card", "--rerun", str(write(tmp_path / "rows.jsonl", rows)), "--json")
    assert done.returncode == 0
    made = json.loads(done.stdout)
    assert made["rows"]["ordinary"] == 2
    assert made["scores"]["auc"]["all"] is None


# What is asked -> the exit code and what the one line says.
WRONG: list[tuple[str, bytes | None, tuple[str, ...], int, str]] = [
    ("no file", None, (), 74, "no such file"),
    ("empty", b"", (), 2, "holds no rows"),
    ("not JSON", b"{\n", (), 2, "rows.ndjson:1: not JSON"),
    ("no label", b'{"id": "a", "text": "b", "channel": "incoming"}\n', (), 2, 'rows.ndjson:1: "label" is neither'),
    ("hostile", b'{"id": "a", "text": "b", "channel": "\\u001b[2J", "label": 1}\n', (), 2, '"channel" is neither'),
    ("hostile tactic", b'{"id":"a","text":"b","channel":"incoming","label":1,"tactics":["\\u001b"]}', (), 2, "\\x1b"),
]


@pytest.mark.parametrize(("content", "options", "code", "says"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG])
def test_what_cannot_be_read_is_one_line(
    content: bytes | None, options: tuple[str, ...], code: int, says: str, tmp_path: Path, run_guardian: Run
) -> None:
    path = tmp_path / "rows.ndjson"
    if content is not None:
        path.write_bytes(content)
    done = run_guardian("model", "card", "--rerun", str(path), *options)
    assert (done.returncode, done.stdout) == (code, b"")
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("options", [("--json",), ("--html", "x.html")])
def test_the_shipped_card_has_one_face(options: tuple[str, ...], run_guardian: Run) -> None:
    done = run_guardian("model", "card", *options)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"need --rerun" in done.stderr


def test_a_page_that_cannot_be_written_is_an_output_error(tmp_path: Path, run_guardian: Run) -> None:
    path = write(tmp_path / "rows.ndjson", labelled()[:2])
    done = run_guardian("model", "card", "--rerun", str(path), "--html", str(tmp_path / "none" / "card.html"))
    assert done.returncode == 74
    assert b"cannot write" in done.stderr


# --- signed ----------------------------------------------------------------------------------------------------------

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


@pytest.mark.long
def test_a_signed_report_is_checked_by_the_keys_of_the_journal_alone(
    tmp_path: Path, run_guardian: Run, guardian_home: Path
) -> None:
    begun = run_guardian("filter", "--check", stdin=VIOLATING[0].encode(), env=NO_KEYRING)
    assert begun.returncode == 1
    path, page = write(tmp_path / "rows.ndjson", labelled()[:2]), tmp_path / "card.html"
    words = ("model", "card", "--rerun", str(path), "--json", "--sign", "--html", str(page))
    done = run_guardian(*words, env=NO_KEYRING)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert canonical_json(json.loads(text)) == text  # the bytes are the canonical ones, signature included
    signed = verify_report(text)
    assert signed.fingerprint in page.read_text()
    vkey = json.loads(text)["signature"]["vkey"]
    assert vkey in (guardian_home / "data" / "journal" / "journal.db").read_bytes().decode("latin-1")
    assert verify_report(text, vkey).is_key_known
    card = tmp_path / "card.json"
    card.write_text(text)
    checked = run_guardian("verify-receipt", str(card), "--key", vkey)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert b"the report card holds" in checked.stdout
    changed = text.replace('"violating": 1', '"violating": 2', 1)
    assert changed != text
    card.write_text(changed)
    assert run_guardian("verify-receipt", str(card)).returncode == 1
    with pytest.raises(ReceiptError, match="does not hold"):
        verify_report(changed)
    plain = json.loads(run_guardian("model", "card", "--rerun", str(path), "--json").stdout)
    assert plain["signature"] is None
    unsigned = {**json.loads(text), "signature": None}
    assert {key: plain[key] for key in plain if key not in VOLATILE} == {
        key: unsigned[key] for key in plain if key not in VOLATILE
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--sign",), b"need --rerun"),
        (("--rerun", "none.ndjson", "--sign"), b"--sign needs --json"),
        (("--rerun", "none.ndjson", "--sign", "--html", "x.html"), b"--sign needs --json"),
        (("--rerun", "none.ndjson", "--sign", "--json"), b"there is no journal yet"),  # before anything is read
    ],
)
def test_what_cannot_be_signed_is_one_line(options: tuple[str, ...], says: bytes, run_guardian: Run) -> None:
    done = run_guardian("model", "card", *options, env=NO_KEYRING)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.long
def test_a_locked_journal_signs_nothing(tmp_path: Path, run_guardian: Run, guardian_home: Path) -> None:
    run_guardian("filter", "--check", stdin=VIOLATING[0].encode(), env=NO_KEYRING)
    for key in (guardian_home / "config").glob("*.key"):
        key.unlink()
    path = write(tmp_path / "rows.ndjson", labelled()[:2])
    done = run_guardian("model", "card", "--rerun", str(path), "--json", "--sign", env=NO_KEYRING)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
