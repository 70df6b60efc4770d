"""The Merkle tree over the journal's leaves, as RFC 6962 defines it, and its two kinds of proof.

Invariants: a root depends on the number, the order and the bytes of all leaves; a proof is accepted only where it leads
from what is claimed to the root that is known, with no hash missing and none left over.

Sources: RFC 6962 section 2.1 (hashes, paths, consistency), RFC 9162 sections 2.1.3.2 and 2.1.4.2 (verification).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""(32,): root of the tree that has no leaves."""
_MOST_PROOF_HASHES: Final = 128
"""More than any proof of a tree of 2^63 leaves holds; a longer one is refused before it is hashed."""


class ProofError(ValueError):
    """A proof does not show what it claims; the text is one lower-case line."""


def leaf_hash(data: bytes) -> bytes:
    """(32,): hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """(32,): hash of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that must be kept of a tree to append to it and to know its root: O(log n) hashes."""

    size: int
    """Leaves in the tree."""
    hashes: tuple[bytes, ...]
    """Roots of the perfect subtrees that the tree falls into, largest first: one for each 1 bit of `size`."""

    @classmethod
    def empty(cls) -> Frontier:
        """The tree before its first leaf."""
        return cls(0, ())

    def add(self, leaf: bytes) -> Frontier:
        """The tree with one more leaf hash (32,) at its end."""
        size, hashes = self.size, self.hashes
        kept = len(hashes)
        while size & 1:  # two perfect subtrees of one size become one, as a carry does in binary addition
            kept -= 1
            leaf = node_hash(hashes[kept], leaf)
            size >>= 1
        return Frontier(self.size + 1, (*hashes[:kept], leaf))

    @property
    def root(self) -> bytes:
        """(32,): root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """The hashes, one behind the other; `size` is kept beside them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """The frontier that `to_bytes` wrote. Raises ValueError where `data` can't be that of `size` leaves."""
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            raise ValueError("not the frontier of a tree of that size")
        return cls(size, tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """(32,): root of the tree over these leaf hashes."""
    level = list(leaves)
    while len(level) > 1:
        level = _level_above(level)
    return level[0] if level else EMPTY_ROOT


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, lowest hash first. Raises IndexError where there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    proof = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):  # the last node of an odd level has none: it moves up as it is
            proof.append(level[sibling])
        level = _level_above(level)
        index >>= 1
    return proof


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """What shows that the tree of the first `size` leaves is a prefix of the tree of them all (RFC 6962, 2.1.2).

    Empty where `size` is all of them. Raises IndexError where `size` is 0 or there are fewer leaves.
    """
    if not 0 < size <= len(leaves):
        raise IndexError(f"no tree of {size} leaves in one of {len(leaves)}")
    proof: list[bytes] = []
    is_whole = True  # RFC 6962's `b`: the subtree that is left is the old tree itself, whose root the verifier has
    while size < len(leaves):
        split = 1 << ((len(leaves) - 1).bit_length() - 1)  # the largest power of two below the number of leaves
        if size <= split:
            proof.append(root_of(leaves[split:]))
            leaves = leaves[:split]
        else:
            proof.append(root_of(leaves[:split]))
            leaves, size, is_whole = leaves[split:], size - split, False
    if not is_whole:
        proof.append(root_of(leaves))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash stands at `index` in the tree of `size` leaves with this root. Raises ProofError."""
    _check_hashes([leaf, *proof])
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    node, last, result = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if node & 1 or node == last:
            result = node_hash(each, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, each)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is too short")
    if result != root:
        raise ProofError("the inclusion proof does not lead to the root")


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Check that the tree of `old_size` leaves is a prefix of the tree of `size` leaves.

    Raises ProofError; also for an empty old tree, which is a prefix of every tree, so that its proof shows nothing.
    """
    _check_hashes(proof)
    if not 0 < old_size <= size:
        raise ProofError(f"a tree of {old_size} leaves is no older form of one of {size}")
    if old_size == size:
        if proof:
            raise ProofError("the consistency proof is too long")
        if old_root != root:
            raise ProofError("the roots of the two trees do not agree")
        return
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        raise ProofError("the consistency proof is too short")
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, each)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof is too short")
    if old != old_root or new != root:
        raise ProofError("the consistency proof does not lead to both roots")


def _level_above(level: list[bytes]) -> list[bytes]:
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) & 1:
        above.append(level[-1])
    return above


def _check_hashes(hashes: Sequence[bytes]) -> None:
    """A root is not checked: one of another length equals no hash, so it is refused where it is compared."""
    if len(hashes) > _MOST_PROOF_HASHES:
        raise ProofError("the proof is longer than any tree needs")
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError(f"a hash of the proof is not {HASH_BYTES} bytes long")
