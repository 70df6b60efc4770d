"""What strangers send as a receipt: refused with the part that fails, whatever it is."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from receipt_rig import MemoryJournal, journal_of, verdict

from guardian.journal.receipt import ReceiptError, verify_receipt

CANARY = b"canary-7f3a: buy four gift cards"


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    """Eleven records; number 4 is the flagged message."""
    journal = journal_of(4)
    for number in range(7):
        journal.append(verdict(CANARY, "canary@example.com", "flagged", 1_763_000_000_000 + number), CANARY)
    return journal


def test_every_changed_byte_of_a_receipt_is_refused_or_changes_nothing(journal: MemoryJournal) -> None:
    text = journal.receipt(4, ["outcome", "policy", "text"], size=9, against=journal.note())
    told = verify_receipt(text)
    data = text.encode()
    taken = []
    for at in range(len(data)):
        changed = bytes([*data[:at], data[at] ^ (1, 2, 32)[at % 3], *data[at + 1 :]])
        try:
            assert verify_receipt(changed.decode()) == told
            taken.append(chr(data[at]))
        except (ReceiptError, UnicodeDecodeError):
            pass
    assert len(taken) <= 1  # the size of the later tree, which nobody relies on unless a signed one says the same


Change = Callable[[dict[str, Any]], object]


def set_to(*path: str | int, value: Any) -> Change:
    def change(receipt: dict[str, Any]) -> None:
        *parents, last = path
        place: Any = receipt
        for step in parents:
            place = place[step]
        place[last] = value

    return change


NESTED: Any = "x"
for _ in range(40):
    NESTED = [NESTED]

HOSTILE: dict[str, tuple[Change, str]] = {
    "another kind": (set_to("kind", value="guardian-recipe"), "not a receipt"),
    "another version": (set_to("v", value=2), "another version"),
    "true for one": (set_to("v", value=True), "another version"),
    "another schema": (set_to("schema", value=2), "another version"),
    "a key too many": (set_to("mood", value=1), "does not belong"),
    "a key too few": (lambda receipt: receipt.pop("later"), "lacks later"),
    "a field too few": (lambda receipt: receipt["fields"].pop("model"), "lacks model"),
    "a field too many": (set_to("fields", "mood", value={}), "does not belong"),
    "a field both shown and hidden": (set_to("fields", "outcome", "commitment", value="AAAA"), "does not belong"),
    "a field with neither": (set_to("fields", "outcome", value={}), "field outcome lacks salt"),
    "a field that is a list": (set_to("fields", "outcome", value=[]), "not a JSON object"),
    "a fraction": (set_to("seq", value=4.0), "not a whole one"),
    "a number that is none": (set_to("seq", value=float("nan")), "not a number"),
    "a negative number": (set_to("seq", value=-1), "seq is not a number"),
    "true for a number": (set_to("seq", value=True), "seq is not a number"),
    "a number of a million digits": (set_to("seq", value=int("9" * 4000)), "too long"),
    "a number past 63 bits": (set_to("seq", value=2**63), "seq is not a number"),
    "another place": (set_to("seq", value=5), "not shown to be in the journal"),
    "a place behind the tree": (set_to("seq", value=11), "not in a tree of 11"),
    "a deep value": (set_to("fields", "outcome", "value", value=NESTED), "nested too deep"),
    "a value of another type": (set_to("fields", "outcome", "value", value=1), "field outcome holds"),
    "a list with a number": (set_to("fields", "tactic", value={"salt": "", "value": [1]}), "field tactic holds"),
    "a text without its length": (
        set_to("fields", "text", value={"salt": "", "value": {"sha256": "0" * 64}}),
        "field text holds",
    ),
    "a model with more": (
        set_to(*("fields", "model"), value={"salt": "", "value": {"name": "", "sha256": "", "wall": "", "x": ""}}),
        "field model holds",
    ),
    "a false value": (set_to("fields", "outcome", "value", value="clean"), "not shown to be in the journal"),
    "a salt that is short": (set_to("fields", "outcome", "salt", value="AAAA"), "not 32 bytes"),
    "a text that was not logged": (set_to("text", value="AAAA"), "not the one that was logged"),
    "a text that is no base64": (set_to("text", value="???"), "text is not base64"),
    "a text without its field": (
        set_to("fields", "text", value={"commitment": base64.b64encode(bytes(32)).decode()}),
        "does not commit to",
    ),
    "another public part": (set_to("public", value="AAAA"), "not shown to be in the journal"),
    "a capital journal": (set_to("journal", value="AB" * 16), "not the id of a journal"),
    "another journal": (set_to("journal", value="ab" * 16), "another journal's"),
    "a proof that is a text": (set_to("proof", value="AAAA"), "proof is not a proof"),
    "an endless proof": (set_to("proof", value=["A" * 44] * 129), "proof is not a proof"),
    "a proof with a short hash": (set_to("proof", 0, value="AAAA"), "not 32 bytes"),
    "a hash too many": (set_to("proof", 0, value=base64.b64encode(bytes(32)).decode()), "does not lead to the root"),
    "no checkpoint": (set_to("checkpoint", value=""), "not a signed note"),
    "a checkpoint that is a number": (set_to("checkpoint", value=1), "checkpoint is not a text"),
    "no key": (set_to("vkey", value=""), "not a verifier key"),
    "the second key of nothing": (set_to("pq_vkey", value="x"), "not a verifier key"),
    "a link to nowhere": (set_to("later", value={"size": 9, "root": "A" * 43 + "=", "proof": []}), "no older form"),
    "a link that is a list": (set_to("later", value=[]), "later is not a JSON object"),
}


@pytest.mark.parametrize(("change", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_malformed_or_false_receipt_is_refused_with_the_part_that_fails(
    journal: MemoryJournal, change: Change, words: str
) -> None:
    value = json.loads(journal.receipt(4, ["outcome", "text"]))
    change(value)
    with pytest.raises(ReceiptError, match=words) as caught:
        verify_receipt(json.dumps(value))
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 200
    assert "canary" not in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"kind": "guardian-receipt"', "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 50_000, "nested too deep"),
        ('{"v": 1, "v": 1}', "a key stands twice"),
        ('{"v": 1e999999999}', "not a whole one"),
        ('{"kind": "guardian-receipt", "v": 1}', "the receipt lacks"),
        ("\ud800", "not JSON"),
        ("\ufeff{}", "not JSON"),
        (" " * 10_000_000, "longer than"),
    ],
)
def test_what_is_no_receipt_at_all_is_refused(text: str, words: str) -> None:
    with pytest.raises(ReceiptError, match=words):
        verify_receipt(text)
