"""The tree is RFC 6962's: against its recursive definition, against vectors of others, and against forged proofs."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.journal.tree import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# From transparency-dev/merkle (Apache-2.0), testdata: proofs that are right, and proofs spoilt in one way each.
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "merkle"
VECTOR_FILES = sorted(VECTORS.rglob("*.json"))

# RFC 6962 test data as published with certificate-transparency's reference implementation (MerkleTreeTest): leaf
# inputs, and the roots of the trees over the first 1, 2, ... 8 of them.
KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


# --- RFC 6962 section 2.1, written down as it stands there -----------------------------------------------------------


def split_of(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def defined_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = split_of(len(leaves))
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def defined_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = split_of(len(leaves))
    if index < split:
        return [*defined_path(index, leaves[:split]), defined_root(leaves[split:])]
    return [*defined_path(index - split, leaves[split:]), defined_root(leaves[:split])]


def defined_proof(size: int, leaves: Sequence[bytes], is_whole: bool = True) -> list[bytes]:
    if size == len(leaves):
        return [] if is_whole else [defined_root(leaves)]
    split = split_of(len(leaves))
    if size <= split:
        return [*defined_proof(size, leaves[:split], is_whole), defined_root(leaves[split:])]
    return [*defined_proof(size - split, leaves[split:], False), defined_root(leaves[:split])]


# ----------------------------------------------------------------------------------------------------------------------


def test_the_known_trees_have_the_known_roots() -> None:
    hashes = [leaf_hash(bytes.fromhex(data)) for data in KNOWN_LEAVES]
    assert [root_of(hashes[:size]).hex() for size in range(1, 9)] == KNOWN_ROOTS
    assert root_of([]) == EMPTY_ROOT == Frontier.empty().root
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.skipif(not VECTORS.is_dir(), reason="../shared/vectors/merkle is not here")
def test_every_vector_of_others_is_answered_as_they_answer_it() -> None:
    wrong = [path.name for path in VECTOR_FILES if is_accepted(json.loads(path.read_text())) == must_fail(path)]
    assert wrong == []
    assert len(VECTOR_FILES) == 196


def must_fail(path: Path) -> bool:
    return bool(json.loads(path.read_text())["wantErr"])


def is_accepted(vector: dict[str, Any]) -> bool:
    def decoded(name: str) -> bytes:
        return base64.b64decode(vector[name] or "")

    proof = [base64.b64decode(each) for each in vector["proof"] or []]
    try:
        if "leafIdx" in vector:
            index, size = vector["leafIdx"], vector["treeSize"]
            verify_inclusion(decoded("leafHash"), index, size, proof, decoded("root"))
        else:
            verify_consistency(vector["size1"], vector["size2"], proof, decoded("root1"), decoded("root2"))
    except ProofError:
        return False
    return True


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_roots_are_as_defined_and_the_frontier_keeps_up_with_them(leaves: list[bytes]) -> None:
    frontier = Frontier.empty()
    for leaf in leaves:
        frontier = frontier.add(leaf)
    assert defined_root(leaves) == root_of(leaves) == frontier.root
    assert frontier.size == len(leaves)
    assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


@given(st.data(), st.integers(1, 130))
def test_inclusion_proofs_are_as_defined_and_hold(data: st.DataObject, count: int) -> None:
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))
    proof = inclusion_proof(leaves, index)
    assert proof == defined_path(index, leaves)
    verify_inclusion(leaves[index], index, count, proof, root_of(leaves))


@given(st.data(), st.integers(1, 130))
def test_consistency_proofs_are_as_defined_and_hold(data: st.DataObject, count: int) -> None:
    leaves = leaves_of(count)
    size = data.draw(st.integers(1, count))
    proof = consistency_proof(leaves, size)
    assert proof == defined_proof(size, leaves)
    verify_consistency(size, count, proof, root_of(leaves[:size]), root_of(leaves))


def test_every_place_of_every_small_tree_can_be_proved_and_no_other_place_with_the_same_proof() -> None:
    for count in range(1, 34):
        leaves = leaves_of(count)
        root = root_of(leaves)
        for index in range(count):
            proof = inclusion_proof(leaves, index)
            assert [at for at in range(count) if holds_at(leaves[index], at, count, proof, root)] == [index]


def holds_at(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index, size, proof, root)
    except ProofError:
        return False
    return True


def spoilt(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """The proof with one thing wrong."""
    how = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "shorten"]))
    if how == "add" or not proof:
        proof.insert(data.draw(st.integers(0, len(proof))), bytes(32))
        return proof
    at = data.draw(st.integers(0, len(proof) - 1))
    if how == "drop":
        del proof[at]
    elif how == "swap" and len(proof) > 1:
        proof[at], proof[at - 1] = proof[at - 1], proof[at]
    elif how == "shorten":
        proof[at] = proof[at][:-1]
    else:
        byte = data.draw(st.integers(0, 31))
        proof[at] = bytes([*proof[at][:byte], proof[at][byte] ^ data.draw(st.integers(1, 255)), *proof[at][byte + 1 :]])
    return proof


@given(st.data(), st.integers(1, 60))
def test_a_spoilt_proof_is_refused(data: st.DataObject, count: int) -> None:
    leaves = leaves_of(count)
    index, size = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, count))
    root, old_root = root_of(leaves), root_of(leaves[:size])
    inclusion = spoilt(inclusion_proof(leaves, index), data)
    consistency = spoilt(consistency_proof(leaves, size), data)
    with pytest.raises(ProofError):
        verify_inclusion(leaves[index], index, count, inclusion, root)
    with pytest.raises(ProofError):
        verify_consistency(size, count, consistency, old_root, root)


@given(st.data(), st.integers(2, 60))
def test_a_journal_that_was_rewritten_is_not_consistent_with_its_past(data: st.DataObject, count: int) -> None:
    leaves = leaves_of(count)
    size = data.draw(st.integers(1, count))
    changed = data.draw(st.integers(0, size - 1))
    rewritten = [leaf_hash(b"another") if at == changed else leaf for at, leaf in enumerate(leaves)]
    with pytest.raises(ProofError):
        verify_consistency(size, count, consistency_proof(rewritten, size), root_of(leaves[:size]), root_of(rewritten))


@pytest.mark.parametrize("index", [-1, 5, 2**70])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    leaves = leaves_of(5)
    with pytest.raises(IndexError):
        inclusion_proof(leaves, index)
    with pytest.raises(ProofError, match="is not in a tree of 5"):
        verify_inclusion(leaves[0], index, 5, inclusion_proof(leaves, 0), root_of(leaves))


@pytest.mark.parametrize("size", [-1, 0, 6])
def test_there_is_no_proof_from_a_tree_that_says_nothing_or_never_was(size: int) -> None:
    leaves = leaves_of(5)
    with pytest.raises(IndexError):
        consistency_proof(leaves, size)
    with pytest.raises(ProofError):
        verify_consistency(size, 5, [], EMPTY_ROOT, root_of(leaves))


def test_an_endless_proof_is_refused_before_it_is_hashed() -> None:
    with pytest.raises(ProofError, match="longer than any tree needs"):
        verify_inclusion(bytes(32), 0, 2**62, [bytes(32)] * 100_000, bytes(32))


@pytest.mark.parametrize(("size", "length"), [(0, 32), (3, 32), (3, 65), (4, 0), (-1, 32)])
def test_a_frontier_of_the_wrong_length_is_refused(size: int, length: int) -> None:
    with pytest.raises(ValueError, match="not the frontier"):
        Frontier.from_bytes(size, bytes(length))


def test_a_leaf_is_never_an_inner_node() -> None:
    """The second-preimage attack that the two prefixes of RFC 6962 are there for."""
    left, right = leaves_of(2)
    assert leaf_hash(left + right) != node_hash(left, right)
