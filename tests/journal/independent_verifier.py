"""A second receipt verifier, written from the described formats alone: it imports nothing of Guardian.

`python tests/journal/independent_verifier.py FILE` prints what the receipt shows, or fails with what is wrong. It reads
Ed25519 alone: a receipt with a second, post-quantum key is not its business.
"""

import base64
import hashlib
import json
import re
import sys
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAMES = ("kind", "time", "channel", "sender", "outcome", "policy", "tactic", "model", "text")
KEYS = {"v", "kind", "journal", "seq", "schema", "public", "sealed_sha256", "fields", "text", "proof", "checkpoint"}


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def raw(text: str, size: int | None = None) -> bytes:
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and size in (None, len(data)), "base64")
    return data


def half_of(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def path_root(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """RFC 6962 2.1.1, read from the root down: the path's last hash is the other half of the whole tree."""
    if size == 1:
        need(not proof, "the path is too long")
        return leaf
    half = half_of(size)
    if index < half:
        return sha(b"\1", path_root(index, half, leaf, proof[:-1]), proof[-1])
    return sha(b"\1", proof[-1], path_root(index - half, size - half, leaf, proof[:-1]))


def two_roots(old: int, size: int, proof: list[bytes], old_root: bytes, whole: bool = True) -> tuple[bytes, bytes]:
    """RFC 6962 2.1.2, read in the same way: the roots of both trees that the proof leads to."""
    if old == size:
        need(len(proof) == (not whole), "the consistency proof has the wrong length")
        return (old_root, old_root) if whole else (proof[0], proof[0])
    half = half_of(size)
    if old <= half:
        first, second = two_roots(old, half, proof[:-1], old_root, whole)
        return first, sha(b"\1", second, proof[-1])
    first, second = two_roots(old - half, size - half, proof[:-1], old_root, False)
    return sha(b"\1", proof[-1], first), sha(b"\1", proof[-1], second)


def signed_head(note: str, vkey: str, journal: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that the key signed."""
    name, key_id, key = vkey.split("+", 2)
    need(re.fullmatch("[0-9a-f]{32}", journal) and name == f"guardian.local/journal/{journal}", "journal")
    need(raw(key, 33)[0] == 1 and key_id == sha(name.encode(), b"\n", raw(key))[:4].hex(), "key")
    body, _, lines = note.rpartition("\n\n")
    need(lines.endswith("\n") and not re.search(r"[\0-\x09\x0b-\x1f]", note), "note")
    held = 0
    for line in lines[:-1].split("\n"):
        dash, signer, signature = line.split(" ")
        need(dash == "\u2014" and re.fullmatch(r"[^\s+]+", signer) and len(raw(signature)) > 4, "signature line")
        if (signer, raw(signature)[:4].hex()) == (name, key_id):
            Ed25519PublicKey.from_public_bytes(raw(key)[1:]).verify(raw(signature)[4:], f"{body}\n".encode())
            held += 1
    hashed = r"[A-Za-z0-9+/]{43}="
    shape = rf"{re.escape(name)}\n(0|[1-9]\d*)\n({hashed})\nkeys ({hashed})\nheader ({hashed})\ntime (0|[1-9]\d*)"
    parts = re.fullmatch(shape, body, re.ASCII)
    need(held and parts, "checkpoint")
    assert parts is not None
    size, root, *_ = int(parts[1]), raw(parts[2], 32), raw(parts[3], 32), raw(parts[4], 32)
    return size, root


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a key stands twice")
    return dict(pairs)


def field_digest(name: str, field: dict[str, Any]) -> bytes:
    if set(field) == {"commitment"}:
        return raw(field["commitment"], 32)
    need(set(field) == {"salt", "value"}, "field")
    value = json.dumps(field["value"], sort_keys=True, separators=(",", ":")).encode()
    return sha(b"guardian/commit/v1\0", raw(field["salt"], 32), name.encode(), b"\0", value)


def verify(text: str) -> dict[str, Any]:
    """The fields that the receipt shows. Raises whatever goes wrong."""
    receipt = json.loads(text, object_pairs_hook=once)
    v, kind, schema, seq = (receipt[key] for key in ("v", "kind", "schema", "seq"))
    need(set(receipt) == KEYS | {"vkey", "pq_vkey", "later"} and receipt["pq_vkey"] == "", "keys")
    need((v, kind, schema) == (1, "guardian-receipt", 1) and {type(v), type(schema), type(seq)} == {int}, "version")
    need(set(receipt["fields"]) == set(NAMES), "fields")
    fields = sha(b"guardian/fields/v1\0", *(field_digest(name, receipt["fields"][name]) for name in NAMES))
    public = raw(receipt["public"])
    numbers = seq.to_bytes(8, "big") + schema.to_bytes(2, "big")
    sealed = raw(receipt["sealed_sha256"], 32) + len(public).to_bytes(4, "big") + public
    leaf = sha(b"\0guardian/leaf/v1\0", bytes.fromhex(receipt["journal"]), numbers, fields, sealed)
    size, root = signed_head(receipt["checkpoint"], receipt["vkey"], receipt["journal"])
    need(seq < size and path_root(seq, size, leaf, [raw(each, 32) for each in receipt["proof"]]) == root, "path")
    shown = {name: receipt["fields"][name]["value"] for name in NAMES if "value" in receipt["fields"][name]}
    if receipt["text"] is not None:
        message = raw(receipt["text"])
        said = (shown["text"]["sha256"], shown["text"]["bytes"])
        need(said == (hashlib.sha256(message).hexdigest(), len(message)), "text")
    if (later := receipt["later"]) is not None:
        need(set(later) == {"size", "root", "proof"} and type(later["size"]) is int and later["size"] >= size, "later")
        roots = two_roots(size, later["size"], [raw(each, 32) for each in later["proof"]], root)
        need(roots == (root, raw(later["root"], 32)), "later")
    return shown


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(verify(file.read()), indent=1))
