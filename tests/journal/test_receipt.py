"""A receipt shows what its owner chose, holds where it is true, and holds nowhere else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from receipt_rig import MemoryJournal, journal_of, verdict

from guardian.journal.checkpoint import fingerprint
from guardian.journal.fields import FIELDS, field_values, salt_of
from guardian.journal.receipt import ReceiptError, make_receipt, verify_receipt
from guardian.journal.receipt_file import MOST_BYTES, MOST_BYTES_WITH_TEXT, Receipt
from guardian.journal.record import Kind, Record
from guardian.journal.verdict_record import MOST_TEXT_BYTES

CANARY = b"canary-7f3a: buy four gift cards"
SENDER = "canary-sender@example.com"
AT_MS = 1_763_000_000_000


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    """Eleven records; number 4 is the flagged message that most tests are about."""
    journal = journal_of(4)
    journal.append(verdict(CANARY, SENDER, "flagged", AT_MS), CANARY)
    journal.append(verdict(CANARY, SENDER, "flagged", AT_MS, kept=False))
    for number in range(5):
        journal.append(Record(Kind.GAP, AT_MS + number, {"why": "test"}))
    return journal


REVEALS = [(), ("outcome",), ("outcome", "policy"), ("text",), ("time", "sender", "model"), FIELDS]


@pytest.mark.parametrize("reveal", REVEALS, ids=lambda names: ",".join(names) or "nothing")
def test_a_receipt_shows_what_was_chosen_and_commits_to_the_rest(
    journal: MemoryJournal, reveal: tuple[str, ...]
) -> None:
    text = journal.receipt(4, reveal)
    shown = verify_receipt(text)
    values = field_values(journal.records[4])
    assert shown.revealed == {name: values[name] for name in reveal}
    assert shown.hidden == tuple(name for name in FIELDS if name not in reveal)
    assert (shown.journal, shown.seq, shown.size) == (journal.journal_id.hex(), 4, 11)
    assert shown.text == (CANARY if "text" in reveal else None)
    assert shown.fingerprint == fingerprint(journal.vkey)
    assert (shown.is_key_known, shown.against_size, shown.pq_fingerprint) == (False, None, "")
    assert shown.can_run_again is (reveal == FIELDS)
    assert len(text) <= MOST_BYTES


def test_what_was_not_chosen_stands_nowhere_in_the_receipt(journal: MemoryJournal) -> None:
    text = journal.receipt(4, ["outcome"])
    values = field_values(journal.records[4])
    for secret in (SENDER, "pressure-to-pay", values["text"]["sha256"], values["policy"]["set"], str(AT_MS)):
        assert secret not in text
    assert base64.b64encode(CANARY).decode()[:20] not in text
    for name in FIELDS:
        salt = base64.b64encode(salt_of(journal.keys[4], name)).decode()
        assert (salt in text) is (name == "outcome")
    assert base64.b64encode(journal.keys[4].reveal()).decode() not in text


def test_a_text_that_was_not_kept_is_shown_as_its_hash(journal: MemoryJournal) -> None:
    shown = verify_receipt(journal.receipt(5, ["text", "model", "policy"]))
    assert shown.text is None
    assert shown.revealed["text"] == field_values(journal.records[4])["text"]
    assert not shown.can_run_again


def test_every_kind_of_record_can_be_shown(journal: MemoryJournal) -> None:
    shown = verify_receipt(journal.receipt(9, FIELDS))
    assert shown.revealed["kind"] == "gap"
    assert shown.revealed["text"] is shown.revealed["outcome"] is None


def test_what_a_record_says_to_everybody_is_shown_too() -> None:
    journal = MemoryJournal()
    journal.append(Record(Kind.FORGOTTEN, 1, {"seqs": [], "why": ""}), None, b'{"forgotten":[[1,3]]}')
    assert verify_receipt(journal.receipt(0)).public == b'{"forgotten":[[1,3]]}'


def test_the_same_receipt_is_the_same_bytes_and_is_read_back_equal(journal: MemoryJournal) -> None:
    text = journal.receipt(4, FIELDS, size=9, against=journal.note())
    assert text == journal.receipt(4, FIELDS, size=9, against=journal.note())
    assert Receipt.parse(text).to_text() == text


# --- whom the reader trusts -------------------------------------------------------------------------------------------


def test_a_reader_with_the_key_or_the_same_checkpoint_need_not_trust_the_receipt(journal: MemoryJournal) -> None:
    text = journal.receipt(4, ["outcome"])
    assert verify_receipt(text, vkey=journal.vkey).is_key_known
    assert verify_receipt(text, journal.note()).against_size == 11


@pytest.mark.parametrize("size", range(5, 12))
@pytest.mark.parametrize("given", range(5, 12))
def test_a_receipt_made_against_the_readers_checkpoint_holds_there(
    journal: MemoryJournal, size: int, given: int
) -> None:
    note = journal.note(given)
    shown = verify_receipt(journal.receipt(4, ["outcome"], size=size, against=note), note)
    assert (shown.size, shown.against_size) == (min(size, given), given)


@pytest.mark.parametrize(
    ("size", "given", "words"),
    [(7, 11, "nothing links the receipt"), (11, 7, "later than the one given")],
)
def test_a_receipt_that_nothing_links_to_the_readers_checkpoint_says_so(
    journal: MemoryJournal, size: int, given: int, words: str
) -> None:
    with pytest.raises(ReceiptError, match=words):
        verify_receipt(journal.receipt(4, ["outcome"], size=size), journal.note(given))
    linked_elsewhere = journal.receipt(4, ["outcome"], size=7, against=journal.note(9))
    with pytest.raises(ReceiptError, match="nothing links"):
        verify_receipt(linked_elsewhere, journal.note(11))


@pytest.mark.parametrize("size", [11, 7])
def test_a_rewritten_journal_is_told_by_the_checkpoint_from_before(journal: MemoryJournal, size: int) -> None:
    """The owner's own key signs both: only what the reader kept tells them apart."""
    rewritten = journal_of(4)
    rewritten.append(verdict(b"something harmless", SENDER, "clean", AT_MS), b"something harmless")
    for record in journal.records[5:]:
        rewritten.append(record)
    receipt = rewritten.receipt(4, ["outcome"], size=size, against=rewritten.note())
    assert verify_receipt(receipt).revealed == {"outcome": "clean"}
    with pytest.raises(ReceiptError, match="of another tree"):
        verify_receipt(receipt, journal.note())


def test_another_key_is_told_from_the_one_given(journal: MemoryJournal) -> None:
    thief = journal_of(11)
    thief.seed = b"t" * 32
    receipt = thief.receipt(4, ["outcome"])
    assert verify_receipt(receipt).fingerprint != fingerprint(journal.vkey)
    with pytest.raises(ReceiptError, match="another key than the one given"):
        verify_receipt(receipt, vkey=journal.vkey)
    with pytest.raises(ReceiptError, match="the checkpoint given does not hold"):
        verify_receipt(receipt, journal.note())


def test_a_second_signature_is_said_where_it_holds_and_only_there(journal: MemoryJournal) -> None:
    def receipt(note: str) -> str:
        place, record, key = journal.places[4], journal.records[4], journal.keys[4]
        return make_receipt(
            place, record, key, journal.leaves, note, journal.vkey, reveal=["kind"], pq_vkey=journal.signer.pq_vkey
        )

    doubly = receipt(journal.note(post_quantum=True))
    assert verify_receipt(doubly).pq_fingerprint == fingerprint(journal.signer.pq_vkey)
    assert verify_receipt(receipt(journal.note())).pq_fingerprint == ""
    value = json.loads(doubly)
    value["checkpoint"] = journal.note()
    with pytest.raises(ReceiptError, match="no signature of the second key"):
        verify_receipt(json.dumps(value))


# --- what can't be made -----------------------------------------------------------------------------------------------


def test_a_receipt_that_would_not_hold_is_not_made(journal: MemoryJournal) -> None:
    with pytest.raises(ReceiptError, match="no field has the name mood"):
        journal.receipt(4, ["mood"])
    with pytest.raises(ReceiptError, match="younger than the checkpoint over 4 records"):
        journal.receipt(4, size=4)
    with pytest.raises(ReceiptError, match="younger than the checkpoint over 2 records"):
        journal.receipt(4, against=journal.note(2))

    def make(**changes: Any) -> str:
        parts = {
            "place": journal.places[4],
            "record": journal.records[4],
            "record_key": journal.keys[4],
            "leaves": journal.leaves,
            "note": journal.note(),
            "vkey": journal.vkey,
            "reveal": ["text"],
        }
        return make_receipt(**{**parts, **changes})

    assert make()
    other = journal_of(11, seed=8)
    elsewhere = MemoryJournal(bytes(16))
    elsewhere.append(journal.records[9])
    refused: list[tuple[dict[str, Any], str]] = [
        ({"record_key": journal.keys[3]}, "not what its leaf commits to"),
        ({"record": journal.records[3]}, "not what its leaf commits to"),
        ({"leaves": journal.leaves[:4]}, "not what its leaf commits to"),
        ({"leaves": journal.leaves[:8]}, "not one of this journal as it stands"),
        ({"note": other.note()}, "not one of this journal as it stands"),
        ({"note": elsewhere.note(), "vkey": elsewhere.vkey}, "another journal's"),
        ({"note": "no note"}, "the checkpoint does not hold"),
        ({"text": CANARY[:-1]}, "not the one that was logged"),
    ]
    for changes, words in refused:
        with pytest.raises(ReceiptError, match=words):
            make(**changes)


def test_a_receipt_has_a_largest_size_with_and_without_its_text() -> None:
    journal = MemoryJournal()
    longest = b"x" * MOST_TEXT_BYTES
    journal.append(verdict(longest, None, "flagged", 1), longest)
    journal.append(Record(Kind.FORGOTTEN, 1, {}), None, b"p" * MOST_BYTES)
    text = journal.receipt(0, FIELDS)
    assert verify_receipt(text).text == longest
    assert len(text) <= MOST_BYTES_WITH_TEXT
    with pytest.raises(ReceiptError, match="longer than 64 KiB"):
        journal.receipt(1)
    with pytest.raises(ReceiptError, match="longer than 64 KiB"):
        verify_receipt(journal.receipt(0) + " " * MOST_BYTES)
    with pytest.raises(ReceiptError, match="longer than 405 KiB"):
        verify_receipt(text + " " * MOST_BYTES)
