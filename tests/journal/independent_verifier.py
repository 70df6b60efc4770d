"""A second receipt verifier, written from docs/guide/receipts.md alone: imports nothing of Guardian.

`python tests/journal/independent_verifier.py FILE` prints what the receipt shows, or fails with a traceback. It reads
Ed25519 alone: a receipt with a second, post-quantum key is not its business.
"""

import base64
import hashlib
import json
import re
import sys
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAMES = ["kind", "time", "channel", "sender", "outcome", "policy", "tactic", "model", "text"]
KEYS = "v kind journal seq schema public sealed_sha256 fields text proof checkpoint vkey pq_vkey later".split()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def raw(text: str, size: int | None = None) -> bytes:
    data = base64.b64decode(text, validate=True)
    assert base64.b64encode(data).decode() == text, "base64 is not as it is written"
    assert size is None or len(data) == size, "wrong length"
    return data


def path_root(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """RFC 6962 2.1.1, read from the root down: the last hash of the path is the other half of the whole tree."""
    if size == 1:
        assert not proof, "path too long"
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha(b"\1", path_root(index, half, leaf, proof[:-1]), proof[-1])
    return sha(b"\1", proof[-1], path_root(index - half, size - half, leaf, proof[:-1]))


def two_roots(old: int, size: int, proof: list[bytes], old_root: bytes, whole: bool = True) -> tuple[bytes, bytes]:
    """RFC 6962 2.1.2, read the same way: the roots of the old and the new tree that the proof leads to."""
    if old == size:
        assert len(proof) == (0 if whole else 1), "proof of the wrong length"
        return (old_root, old_root) if whole else (proof[0], proof[0])
    half = 1 << (size - 1).bit_length() - 1
    if old <= half:
        left, new = two_roots(old, half, proof[:-1], old_root, whole)
        return left, sha(b"\1", new, proof[-1])
    left, new = two_roots(old - half, size - half, proof[:-1], old_root, False)
    return sha(b"\1", proof[-1], left), sha(b"\1", proof[-1], new)


def signed_head(note: str, vkey: str, journal: str) -> tuple[int, bytes]:
    """Size and root of the checkpoint, once a signature of the key is found under it."""
    name, key_id, key = vkey.split("+", 2)
    assert name == f"guardian.local/journal/{journal}" and re.fullmatch("[0-9a-f]{32}", journal)
    assert raw(key, 33)[:1] == b"\1" and key_id == sha(name.encode(), b"\n", raw(key))[:4].hex()
    body, _, lines = note.rpartition("\n\n")
    held = 0
    for line in lines.removesuffix("\n").split("\n"):
        dash, signer, signature = line.split(" ")
        assert dash == "\u2014" and signer and lines.endswith("\n") and not re.search(r"\s|\+", signer)
        if (signer, raw(signature)[:4].hex()) == (name, key_id):
            Ed25519PublicKey.from_public_bytes(raw(key)[1:]).verify(raw(signature)[4:], f"{body}\n".encode())
            held += 1
    origin, size, root, chain, header, time = body.split("\n")
    assert held and origin == name and re.fullmatch("0|[1-9][0-9]*", size)
    for line, word in ((chain, "keys "), (header, "header ")):
        assert line.startswith(word) and raw(line.removeprefix(word), 32)
    assert re.fullmatch("time (0|[1-9][0-9]*)", time)
    return int(size), raw(root, 32)


def verify(text: str) -> dict[str, Any]:
    """The fields that the receipt shows. Raises whatever goes wrong."""
    receipt = json.loads(text, object_pairs_hook=lambda pairs: {**dict(pairs), **({} if len({*dict(pairs)}) == len(pairs) else {"double": 1})})
    assert set(receipt) == set(KEYS) and list(map(type, (receipt["v"], receipt["seq"], receipt["schema"]))) == [int] * 3
    assert (receipt["v"], receipt["kind"], receipt["schema"], receipt["pq_vkey"]) == (1, "guardian-receipt", 1, "")
    assert set(receipt["fields"]) == set(NAMES)
    shown, digests = {}, []
    for name in NAMES:
        field = receipt["fields"][name]
        if set(field) == {"commitment"}:
            digests.append(raw(field["commitment"], 32))
            continue
        assert set(field) == {"salt", "value"}
        value = json.dumps(field["value"], sort_keys=True, separators=(",", ":")).encode()
        digests.append(sha(b"guardian/commit/v1\0", raw(field["salt"], 32), name.encode(), b"\0", value))
        shown[name] = field["value"]
    public = raw(receipt["public"])
    numbers = receipt["seq"].to_bytes(8, "big") + receipt["schema"].to_bytes(2, "big")
    fields = sha(b"guardian/fields/v1\0", *digests)
    leaf = sha(
        b"\0guardian/leaf/v1\0", bytes.fromhex(receipt["journal"]), numbers, fields,
        raw(receipt["sealed_sha256"], 32), len(public).to_bytes(4, "big"), public,
    )  # fmt: skip
    size, root = signed_head(receipt["checkpoint"], receipt["vkey"], receipt["journal"])
    assert receipt["seq"] < size
    assert path_root(receipt["seq"], size, leaf, [raw(each, 32) for each in receipt["proof"]]) == root
    if receipt["text"] is not None:
        message = raw(receipt["text"])
        assert shown["text"] == {"sha256": hashlib.sha256(message).hexdigest(), "bytes": len(message)}
    if (later := receipt["later"]) is not None:
        assert set(later) == {"size", "root", "proof"} and type(later["size"]) is int and later["size"] >= size
        proof = [raw(each, 32) for each in later["proof"]]
        assert two_roots(size, later["size"], proof, root) == (root, raw(later["root"], 32))
    return shown


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(verify(file.read()), indent=1))
