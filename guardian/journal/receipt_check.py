"""A receipt or a signed report card, checked with nothing but the file: what it proves, in lines and as JSON values.

Invariants: needs no journal, no model and no key of this machine; says who vouches, and says so where nobody but the
file itself does; every word that comes from the file passes `safe_line`.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardian.errors import InputError, UsageError
from guardian.journal.note import encode64
from guardian.journal.receipt import Verified, verify_receipt
from guardian.journal.receipt_file import KIND as RECEIPT_KIND
from guardian.journal.receipt_file import MOST_BYTES_WITH_TEXT, ReceiptError
from guardian.journal.report_signature import KIND as REPORT_KIND
from guardian.journal.report_signature import MOST_REPORT_BYTES, SignedReport, verify_report
from guardian.journal.strict_json import read_object
from guardian.safe_text import safe_line

_MOST_DEPTH: Final = 32
_LONGEST_VALUE: Final = 400
_RECEIPT_SHOWS: Final = "it shows that this key logged this record before that checkpoint; not that the model was run"
_REPORT_SHOWS: Final = "it shows that this key signed this report card; not that its numbers are right"
_ALONE: Final = (
    "nothing but the file vouches for this key: compare its fingerprint with one that you got another way,\n"
    "or give {flags}"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it."""

    holds: bool
    lines: tuple[str, ...]
    """Safe for a terminal."""
    values: dict[str, Any]
    """As JSON values."""


def read_receipt_file(path: Path) -> bytes:
    """The file's bytes; one byte more than any receipt has where it is longer, so that it is refused and not cut.

    Raises InputError.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_REPORT_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        words = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InputError(f"cannot read {path}: {words.lower()}") from error


def check_receipt_file(data: bytes, checkpoint: str | None = None, key: str | None = None) -> Checked:
    """Check a file. `checkpoint`: a signed note to hold it against; `key`: the verifier key that must have signed.

    Raises UsageError for a checkpoint beside a report card.
    """
    try:
        text = _decoded(data)
        if _kind(text) == RECEIPT_KIND:
            receipt = verify_receipt(text, checkpoint, key)
            return Checked(True, tuple(_receipt_lines(receipt)), _receipt_json(receipt))
        if checkpoint is not None:
            raise UsageError("--checkpoint is for receipts; a report card stands in no journal", hint="leave it out")
        report = verify_report(text, key)
        return Checked(True, tuple(_report_lines(report)), _report_json(report))
    except ReceiptError as error:
        why = safe_line(str(error))
        return Checked(False, (f"does not hold: {why}",), {"holds": False, "why": why})


def _receipt_json(receipt: Verified) -> dict[str, Any]:
    return {
        "holds": True,
        "kind": RECEIPT_KIND,
        "journal": receipt.journal,
        "seq": receipt.seq,
        "size": receipt.size,
        "time_ms": receipt.time_ms,
        "revealed": dict(receipt.revealed),
        "hidden": list(receipt.hidden),
        "text_base64": None if receipt.text is None else encode64(receipt.text),
        "public_base64": encode64(receipt.public),
        "fingerprint": receipt.fingerprint,
        "pq_fingerprint": receipt.pq_fingerprint or None,
        "key_known": receipt.is_key_known,
        "against_size": receipt.against_size,
        "can_run_again": receipt.can_run_again,
    }


def _receipt_lines(receipt: Verified) -> list[str]:
    rows = {
        "journal": receipt.journal,
        "record": f"{receipt.seq}, before the checkpoint over {receipt.size} records",
        "signed": f"{_moment(receipt.time_ms)}, by the journal's own clock",
        "key": receipt.fingerprint,
    }
    if receipt.pq_fingerprint:
        rows["second key"] = f"{receipt.pq_fingerprint} (ML-DSA-65)"
    if receipt.against_size is not None:
        rows["checked"] = f"against your checkpoint over {receipt.against_size} records: the record is in it"
    rows |= {name: _words(name, value) for name, value in receipt.revealed.items()}
    if receipt.text is not None:
        rows["message"] = receipt.text.decode("utf-8", "replace")
    if receipt.public:
        rows["public"] = receipt.public.decode("utf-8", "replace")
    if receipt.hidden:
        rows["not shown"] = ", ".join(receipt.hidden)
    lines = [*_table("the receipt holds", rows), _RECEIPT_SHOWS]
    if not receipt.is_key_known and receipt.against_size is None:
        lines.append(_ALONE.format(flags="--key or --checkpoint"))
    return lines


def _report_json(report: SignedReport) -> dict[str, Any]:
    return {
        "holds": True,
        "kind": REPORT_KIND,
        "journal": report.journal,
        "fingerprint": report.fingerprint,
        "key_known": report.is_key_known,
    }


def _report_lines(report: SignedReport) -> list[str]:
    rows = {"journal": report.journal, "key": report.fingerprint}
    rows |= {name: json.dumps(report.report[name]) for name in ("date", "model") if name in report.report}
    lines = [*_table("the report card holds", rows), _REPORT_SHOWS]
    return lines if report.is_key_known else [*lines, _ALONE.format(flags="--key")]


def _table(title: str, rows: dict[str, str]) -> list[str]:
    width = max(map(len, rows))
    return [title, *(f"  {name:<{width}}  {safe_line(value, _LONGEST_VALUE)}" for name, value in rows.items())]


def _words(name: str, value: Any) -> str:
    if name == "time":
        return _moment(value)
    if value is None or value == []:
        return "none"
    if name == "policy":
        return f"{', '.join(value['matched']) or 'none'} (policy set {value['set']})"
    if name == "model":
        return f"{value['name']} (sha256 {value['sha256']}), wall {value['wall']}, guardian {value['program']}"
    if name == "text":
        return f"{value['bytes']} bytes, sha256 {value['sha256']}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _moment(time_ms: int) -> str:
    try:
        moment = datetime.datetime.fromtimestamp(time_ms / 1000, datetime.UTC)
    except (OverflowError, ValueError, OSError):  # a stranger's number: past the year 9999
        return f"{time_ms} ms after 1970"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _kind(text: str) -> str:
    """Which of the two kinds the file is of. Raises ReceiptError."""
    try:
        value = read_object(text, most_bytes=MOST_REPORT_BYTES, most_depth=_MOST_DEPTH, with_fractions=True)
    except ValueError as error:
        raise ReceiptError(str(error)) from error
    kind = value.get("kind")
    if kind == RECEIPT_KIND and len(text) > MOST_BYTES_WITH_TEXT:
        raise ReceiptError(f"longer than {MOST_BYTES_WITH_TEXT >> 10} KiB")
    if kind not in (RECEIPT_KIND, REPORT_KIND):
        raise ReceiptError("neither a receipt nor a report card of guardian's")
    return str(kind)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReceiptError("not UTF-8") from error
