"""A signed report card is the one that was signed, digit by digit, or it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from receipt_rig import MemoryJournal

from guardian.journal.checkpoint import Signer, fingerprint
from guardian.journal.receipt import ReceiptError
from guardian.journal.report_signature import KIND, sign_report, verify_report
from guardian.journal.secret import Secret
from guardian.report import card
from guardian.report.canonical import canonical_json

SIGNER = MemoryJournal().signer
REPORT: dict[str, Any] = {
    "v": 1,
    "kind": KIND,
    "date": "2026-11-21",
    "model": {"name": "guardian-mini-1", "sha256": "ab" * 32},
    "scores": {"auc": 0.93127654, "ap": -0.0, "n": 1200, "rates": [[0.5, 1.0], [1e-9, None]]},
    "notes": ["a row said \x7f and \u202e", "żółć"],
    "signature": None,
}
TEXT = canonical_json(sign_report(REPORT, SIGNER))


def test_the_report_card_that_is_signed_is_the_one_that_guardian_makes() -> None:
    assert KIND == card.KIND


def test_a_signed_report_is_read_back_with_who_signed_it() -> None:
    signed = verify_report(TEXT)
    assert signed.fingerprint == fingerprint(SIGNER.vkey)
    assert signed.journal == MemoryJournal().journal_id.hex()
    assert signed.report["scores"]["auc"] == 0.9313
    assert not signed.is_key_known
    assert verify_report(TEXT, SIGNER.vkey).is_key_known
    assert verify_report(TEXT.rstrip("\n")).fingerprint == signed.fingerprint


def test_signing_leaves_the_report_as_it_is_and_replaces_an_older_signature() -> None:
    signed = sign_report(REPORT, SIGNER)
    assert REPORT["signature"] is None
    assert {**signed, "signature": None} == REPORT
    assert sign_report(signed, SIGNER) == signed


def test_every_changed_byte_of_a_signed_report_is_refused() -> None:
    data = TEXT.encode()
    taken = []
    for at in range(len(data)):
        changed = bytes([*data[:at], data[at] ^ (1, 2, 4, 32)[at % 4], *data[at + 1 :]])
        try:
            verify_report(changed.decode())
            taken.append(at)
        except (ReceiptError, UnicodeDecodeError):
            pass
    assert taken == []


def test_a_number_that_is_rounded_to_the_signed_one_is_refused() -> None:
    assert "0.9313" in TEXT
    with pytest.raises(ReceiptError, match="not written as guardian writes it"):
        verify_report(TEXT.replace("0.9313", "0.93134"))


def test_a_report_written_in_another_way_is_refused_though_it_means_the_same() -> None:
    with pytest.raises(ReceiptError, match="not written as guardian writes it"):
        verify_report(json.dumps(json.loads(TEXT)))


def test_the_key_can_not_be_given_another_name() -> None:
    """The same key under another journal's name has a valid id of its own; the signature binds the name too."""
    other = Signer(bytes(16), Secret(b"e" * 32))
    signed = json.loads(TEXT)
    signed["signature"]["vkey"] = other.vkey
    with pytest.raises(ReceiptError, match="signature does not hold"):
        verify_report(canonical_json(signed))


def test_a_signature_of_another_key_is_told_from_the_one_given() -> None:
    thief = Signer(MemoryJournal().journal_id, Secret(b"t" * 32))
    with pytest.raises(ReceiptError, match="another key than the one given"):
        verify_report(canonical_json(sign_report(REPORT, thief)), SIGNER.vkey)


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (None, "is not signed"),
        ([], "not a JSON object"),
        ({}, "lacks v"),
        ({"v": 2, "vkey": "", "ed25519": ""}, "another version"),
        ({"v": True, "vkey": "", "ed25519": ""}, "another version"),
        ({"v": 1, "vkey": 1, "ed25519": ""}, "another version"),
        ({"v": 1, "vkey": "", "ed25519": "", "more": 1}, "does not belong"),
        ({"v": 1, "vkey": "", "ed25519": ""}, "not a verifier key"),
        ({"v": 1, "vkey": SIGNER.vkey, "ed25519": "AAAA"}, "does not hold"),
        ({"v": 1, "vkey": SIGNER.vkey, "ed25519": "?"}, "not base64"),
    ],
)
def test_a_signature_that_is_none_is_refused_with_one_line(signature: object, words: str) -> None:
    with pytest.raises(ReceiptError, match=words):
        verify_report(canonical_json({**REPORT, "signature": signature}))


@pytest.mark.parametrize(
    "text", ["", "{}", '{"kind": "guardian-receipt"}', "[" * 50_000, TEXT.replace("1200", "1e999")]
)
def test_what_is_no_report_card_is_refused(text: str) -> None:
    with pytest.raises(ReceiptError):
        verify_report(text)
