"""The journal's signature under a report card.

A signed report has, as its `signature`, {"v": 1, "vkey": the journal's verifier key, "ed25519": base64}. What is signed
is the report's canonical JSON with `signature` null, for the purpose `report-card`.

Invariants: a signed report is read in one spelling only, the one that Guardian writes, so no two reports, however
close, share a signature; the signature says who made the report, not that its numbers are right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.journal.checkpoint import NoteError, Signer, fingerprint, verify_bytes
from guardian.journal.note import VerifierKey
from guardian.journal.receipt_file import ReceiptError
from guardian.journal.strict_json import check_keys, read_object
from guardian.report.canonical import canonical_json

KIND: Final = "guardian-report-card"
MOST_REPORT_BYTES: Final = 16 << 20
_VERSION: Final = 1
_KEYS: Final = ("v", "vkey", "ed25519")
_PURPOSE: Final = "report-card"
_MOST_DEPTH: Final = 32


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report card whose signature holds."""

    journal: str
    """Id of the journal whose key signed it, 32 hex digits."""
    fingerprint: str
    """Of that key."""
    is_key_known: bool
    """Whether the reader brought the key."""
    report: Mapping[str, Any]
    """The report; its texts are as untrusted as any file's."""


def sign_report(report: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """The report with its signature. Write it with `canonical_json`, and not in any other way."""
    signature = signer.sign_bytes(_PURPOSE, _signed_bytes(report))
    return {**report, "signature": {"v": _VERSION, "vkey": signer.vkey, "ed25519": signature}}


def verify_report(text: str, vkey: str | None = None) -> SignedReport:
    """Check a signed report, as the text of its file. `vkey`: the key, got another way. Raises ReceiptError."""
    try:
        report = read_object(text, most_bytes=MOST_REPORT_BYTES, most_depth=_MOST_DEPTH, with_fractions=True)
        if report.get("kind") != KIND:
            raise ReceiptError("not a report card of guardian's")
        if report.get("signature") is None:
            raise ReceiptError("the report card is not signed")
        signature = check_keys(report["signature"], _KEYS, "the signature")
        if [type(signature[key]) for key in _KEYS] != [int, str, str] or signature["v"] != _VERSION:
            raise ReceiptError("the signature is of another version of guardian")
        if vkey is not None and vkey != signature["vkey"]:
            raise ReceiptError("the report card is signed with another key than the one given")
        if text.strip() != canonical_json(report).strip():
            raise ReceiptError("the report card is not written as guardian writes it; check the file as it was made")
        verify_bytes(_PURPOSE, _signed_bytes(report), signature["ed25519"], signature["vkey"])
    except ReceiptError:
        raise
    except NoteError as error:
        raise ReceiptError(f"the report card's signature does not hold: {error}") from error
    except ValueError as error:
        raise ReceiptError(f"the report card can't be read: {error}") from error
    name = VerifierKey.parse(signature["vkey"]).name
    return SignedReport(name.rpartition("/")[2], fingerprint(signature["vkey"]), vkey is not None, report)


def _signed_bytes(report: Mapping[str, Any]) -> bytes:
    return canonical_json({**report, "signature": None}).encode("ascii")
