"""A checkpoint is what the journal's key signed, to the byte, or it is nothing."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from guardian.journal.checkpoint import (
    Checkpoint,
    NoteError,
    Signer,
    fingerprint,
    is_post_quantum,
    journal_id_of,
    open_note,
    origin_of,
    verify_bytes,
)
from guardian.journal.note import VerifierKey, read_note
from guardian.journal.secret import Secret

ID = bytes(range(16))
SIGNER = Signer(ID, Secret(b"e" * 32), Secret(b"m" * 32))
OTHER = Signer(ID, Secret(b"x" * 32), Secret(b"y" * 32))
VKEY, PQ_VKEY = SIGNER.vkey, SIGNER.pq_vkey
CHECKPOINT = Checkpoint(origin_of(ID), 20_852_163, b"r" * 32, b"c" * 32, b"h" * 32, 1_700_000_000_123)
NOTE, PQ_NOTE = SIGNER.sign(CHECKPOINT), SIGNER.sign(CHECKPOINT, post_quantum=True)
BODY, LINE = NOTE.rsplit("\n\n", 1)


def signed_as_is(body: str) -> str:
    """A note over any text at all, under the right key: what a bug or a thief with the key could make."""
    seed = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
    return f"{body}\n{VerifierKey.parse(VKEY).signature_line(seed.sign(body.encode()))}"


def test_a_checkpoint_is_written_as_c2sp_has_it() -> None:
    origin, size, root, *more = NOTE.split("\n")
    assert origin == "guardian.local/journal/000102030405060708090a0b0c0d0e0f"
    assert (size, base64.b64decode(root)) == ("20852163", b"r" * 32)
    assert [line.split(" ")[0] for line in more] == ["keys", "header", "time", "", "—", ""]


def test_the_signature_is_one_that_anybody_can_check_by_the_specification() -> None:
    """signed-note: key id = SHA-256(name, 0x0A, type, key)[:4]; vkey = name+id+base64(type, key). By hand, from it."""
    name, key_id, encoded = VKEY.split("+", 2)
    public = base64.b64decode(encoded)
    assert public[0] == 1
    assert key_id == sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    dash, signer, signature = LINE.rstrip("\n").split(" ")
    raw = base64.b64decode(signature)
    assert (dash, signer, raw[:4].hex()) == ("\u2014", name, key_id)
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], f"{BODY}\n".encode())


def test_a_vkey_of_the_go_implementation_is_written_the_same_here() -> None:
    """From golang.org/x/mod/sumdb/note's documentation: its name is not a journal's, so only the id is compared."""
    name, key_id, encoded = ["PeterNeumann", "c74f20a3", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]
    data = base64.b64decode(encoded)
    assert VerifierKey(name, data[:1], data[1:]).id.hex() == key_id


@pytest.mark.parametrize("note", [NOTE, PQ_NOTE], ids=["one signature", "two signatures"])
def test_what_was_signed_is_read_back(note: str) -> None:
    assert open_note(note, VKEY) == open_note(note, VKEY, PQ_VKEY) == CHECKPOINT
    assert is_post_quantum(note, PQ_VKEY) is (note == PQ_NOTE)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=3),
    st.binary(min_size=16, max_size=16),
)
def test_any_checkpoint_survives_its_own_spelling(size: int, time_ms: int, hashes: list[bytes], journal: bytes) -> None:
    checkpoint = Checkpoint(origin_of(journal), size, hashes[0], hashes[1], hashes[2], time_ms)
    assert Checkpoint.parse(checkpoint.body()) == checkpoint
    assert checkpoint.journal_id == journal == journal_id_of(checkpoint.origin)


def test_every_changed_byte_of_a_note_is_refused() -> None:
    data = NOTE.encode()
    taken = []
    for at in range(len(data)):
        for flip in (0x01, 0x02, 0x20, 0x80):
            changed = bytes([*data[:at], data[at] ^ flip, *data[at + 1 :]])
            if is_accepted(changed):
                taken.append((at, flip))
    assert taken == []


def is_accepted(note: bytes, vkey: str = VKEY, pq_vkey: str = "") -> bool:
    try:
        open_note(note.decode(), vkey, pq_vkey)
    except (NoteError, UnicodeDecodeError):
        return False
    return True


def test_every_byte_taken_out_of_a_note_or_put_in_twice_is_refused() -> None:
    data = NOTE.encode()
    dropped = [at for at in range(len(data)) if is_accepted(data[:at] + data[at + 1 :])]
    doubled = [at for at in range(len(data)) if is_accepted(data[: at + 1] + data[at:])]
    cut = [at for at in range(len(data)) if is_accepted(data[:at])]
    assert dropped == doubled == cut == []


def test_a_changed_byte_of_the_second_signature_is_refused_or_makes_the_line_a_stranger_s() -> None:
    """A line by a key that nobody knows is passed over, as C2SP says; it never counts as signed."""
    data = PQ_NOTE.encode()
    start = data.rindex("\n—".encode()) + 1
    taken = []
    for at in range(start, len(data), 7):  # each byte costs an ML-DSA check
        changed = bytes([*data[:at], data[at] ^ 1, *data[at + 1 :]])
        if is_accepted(changed, VKEY, PQ_VKEY):
            taken.append(at)
            assert not is_post_quantum(changed.decode(), PQ_VKEY)
    name_and_id = len(f"— {CHECKPOINT.origin} ".encode()) + 6  # 6 characters of base64 hold the 4 bytes of the key id
    assert all(at - start < name_and_id for at in taken)


def test_a_false_second_signature_spoils_a_note_that_the_first_one_holds() -> None:
    forged = NOTE + OTHER.sign(CHECKPOINT, post_quantum=True).splitlines(keepends=True)[-1]
    assert open_note(forged, VKEY, PQ_VKEY) == CHECKPOINT  # another key: a stranger's line
    line = PQ_NOTE.splitlines()[-1]
    signature = bytearray(base64.b64decode(line.split(" ")[2]))
    signature[100] ^= 1
    false = f"{NOTE}— {CHECKPOINT.origin} {base64.b64encode(signature).decode()}\n"
    assert open_note(false, VKEY) == CHECKPOINT  # who does not know the key can't judge its line
    with pytest.raises(NoteError, match="does not hold"):
        open_note(false, VKEY, PQ_VKEY)


def test_signatures_of_strangers_are_passed_over() -> None:
    strangers = "".join(
        f"— {name} {base64.b64encode(number.to_bytes(4, 'big') + bytes(60)).decode()}\n"
        for number, name in enumerate(["witness.example/w1", "żółw.example", CHECKPOINT.origin, "a" * 300] * 4)
    )
    assert open_note(f"{BODY}\n\n{strangers}{LINE}", VKEY) == CHECKPOINT
    assert open_note(f"{BODY}\n\n{LINE}{strangers}", VKEY) == CHECKPOINT


def test_a_note_that_only_strangers_signed_is_refused() -> None:
    with pytest.raises(NoteError, match="no signature of that key"):
        open_note(NOTE, OTHER.vkey)
    pq_only = f"{BODY}\n\n{PQ_NOTE.splitlines(keepends=True)[-1]}"
    assert read_note(pq_only, [VerifierKey.parse(PQ_VKEY)])[1]
    with pytest.raises(NoteError, match="no signature of that key"):
        open_note(pq_only, VKEY, PQ_VKEY)


HOSTILE_NOTES = {
    "empty": "",
    "no signature": f"{BODY}\n",
    "no line behind the gap": f"{BODY}\n\n",
    "no last line feed": NOTE[:-1],
    "carriage returns": NOTE.replace("\n", "\r\n"),
    "a zero byte": NOTE.replace("keys", "keys\0"),
    "a tab": NOTE.replace("keys ", "keys\t"),
    "a lone surrogate": NOTE.replace("keys", "keys\ud800"),
    "two spaces": NOTE.replace("— ", "—  "),
    "a hyphen for the dash": NOTE.replace("—", "--"),
    "a name with a plus": f"{NOTE}— a+b {base64.b64encode(bytes(68)).decode()}\n",
    "a name with an odd space": f"{NOTE}— a\u2003b {base64.b64encode(bytes(68)).decode()}\n",
    "a signature without a body": f"{NOTE}— witness.example AAAAAA==\n",
    "a line that is not base64": f"{NOTE}— witness.example ????\n",
    "text behind the signatures": f"{NOTE}more\n",
    "33 signatures": NOTE + LINE * 32,
    "200 KiB": NOTE + f"— w {base64.b64encode(bytes(5000)).decode()}\n" * 30,
    "a huge text": "a" * 10_000_000 + NOTE,
}


@pytest.mark.parametrize("note", HOSTILE_NOTES.values(), ids=HOSTILE_NOTES.keys())
def test_a_malformed_note_is_refused_with_one_line(note: str) -> None:
    with pytest.raises(NoteError) as caught:
        open_note(note, VKEY)
    words = str(caught.value)
    assert words[0].islower()
    assert "\n" not in words
    assert len(words) < 100


HOSTILE_BODIES = {
    "a leading zero": BODY.replace("\n20852163", "\n020852163"),
    "a sign": BODY.replace("\n20852163", "\n+20852163"),
    "other digits": BODY.replace("\n20852163", "\n२०८"),
    "2^63": BODY.replace("20852163", str(2**63)),
    "a long number": BODY.replace("20852163", "9" * 5000),
    "stray bits in base64": BODY.replace("cnI=", "cnJ="),
    "a short root": BODY.replace(base64.b64encode(b"r" * 32).decode(), base64.b64encode(b"r" * 31).decode()),
    "another journal": BODY.replace("guardian.local/journal/00", "guardian.local/journal/ff"),
    "a capital digit": BODY.replace("0a0b", "0A0B"),
    "another site": BODY.replace("guardian.local", "guardianxlocal"),
    "one line more": f"{BODY}\nmore",
    "lines swapped": BODY.replace("keys ", "x").replace("header ", "keys ").replace("x", "header "),
    "no time": BODY.rsplit("\n", 1)[0],
    "something else": "hello",
}


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
def test_even_under_the_right_key_only_the_one_spelling_of_a_checkpoint_is_read(body: str) -> None:
    assert body != BODY
    note = signed_as_is(f"{body}\n")
    assert read_note(note, [VerifierKey.parse(VKEY)])[1]
    with pytest.raises(NoteError):
        open_note(note, VKEY)
    assert open_note(signed_as_is(f"{BODY}\n"), VKEY) == CHECKPOINT


HOSTILE_KEYS = {
    "empty": "",
    "of the other kind": PQ_VKEY,
    "another id": VKEY.replace("+", "+0", 1)[:-1],
    "a wrong id": VKEY.split("+")[0] + "+00000000+" + VKEY.split("+", 2)[2],
    "a longer key": VKEY + "AAAA",
    "an unknown type": VKEY.split("+")[0] + "+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    "another site": VKEY.replace("guardian.local", "example.com"),
    "a line feed behind it": f"{VKEY}\n",
    "endless": VKEY + "A" * 1_000_000,
}


@pytest.mark.parametrize("vkey", HOSTILE_KEYS.values(), ids=HOSTILE_KEYS.keys())
def test_what_is_not_the_journals_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        open_note(NOTE, vkey)


def test_the_two_keys_must_be_of_one_journal() -> None:
    foreign = Signer(bytes(16), Secret(b"e" * 32), Secret(b"m" * 32))
    with pytest.raises(NoteError, match="different journals"):
        open_note(NOTE, VKEY, foreign.pq_vkey)
    with pytest.raises(NoteError, match="another journal's"):
        foreign.sign(CHECKPOINT)


def test_a_signature_holds_for_its_purpose_alone() -> None:
    signature = SIGNER.sign_bytes("report-card", b"data")
    verify_bytes("report-card", b"data", signature, VKEY)
    for purpose, data, vkey in [
        ("report", b"data", VKEY),
        ("report-card", b"Data", VKEY),
        ("report-card", b"data", OTHER.vkey),
    ]:
        with pytest.raises(NoteError):
            verify_bytes(purpose, data, signature, vkey)
    raw = base64.b64decode(signature)
    line = f"— {CHECKPOINT.origin} {base64.b64encode(VerifierKey.parse(VKEY).id + raw).decode()}\n"
    with pytest.raises(NoteError):
        open_note(f"{BODY}\n\n{line}", VKEY)


def test_without_a_post_quantum_seed_nothing_claims_to_be_post_quantum() -> None:
    plain = Signer(ID, Secret(b"e" * 32))
    assert plain.pq_vkey == ""
    assert plain.sign(CHECKPOINT) == NOTE
    with pytest.raises(NoteError, match="no post-quantum key"):
        plain.sign(CHECKPOINT, post_quantum=True)


def test_a_fingerprint_tells_keys_and_journals_apart() -> None:
    words = fingerprint(VKEY).split(" ")
    assert [len(word) for word in words] == [8] * 8
    others = {OTHER.vkey, Signer(bytes(16), Secret(b"e" * 32)).vkey}
    assert fingerprint(VKEY) not in {fingerprint(each) for each in others}


def test_no_seed_is_shown() -> None:
    assert "eeee" not in repr(SIGNER)
    assert repr(SIGNER) == f"Signer({CHECKPOINT.origin})"


@pytest.mark.parametrize(
    ("size", "root", "time_ms"), [(-1, bytes(32), 0), (2**63, bytes(32), 0), (0, bytes(31), 0), (0, bytes(32), -1)]
)
def test_a_checkpoint_that_could_not_be_read_back_is_not_made(size: int, root: bytes, time_ms: int) -> None:
    with pytest.raises(ValueError, match="checkpoint's"):
        Checkpoint(origin_of(ID), size, root, bytes(32), bytes(32), time_ms)
