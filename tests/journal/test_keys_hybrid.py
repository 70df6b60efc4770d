"""Sealing to a public key: the right key opens it, and nothing else does."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.journal.hybrid import (
    OVERHEAD_BYTES,
    PUBLIC_BYTES,
    HybridError,
    HybridPrivate,
    open_sealed,
    seal_to,
)
from guardian.journal.secret import Secret

SEED = Secret(bytes(range(32)))
PRIVATE = HybridPrivate.from_seed(SEED, "test")
PUBLIC = PRIVATE.public_bytes()
GOLDEN_PUBLIC_SHA256 = "389a5e42549dc0db7ea83c6a600db5fd7ad01834cfd054097c8fc347100c53ed"
"""Of SEED and "test", frozen when version 1 was written: a seed must give the same key for ever."""


@settings(max_examples=50)
@given(st.binary(max_size=5000), st.binary(max_size=100))
def test_what_is_sealed_comes_back_unchanged(data: bytes, info: bytes) -> None:
    sealed = seal_to(PUBLIC, data, info)
    assert len(sealed) == len(data) + OVERHEAD_BYTES
    assert open_sealed(PRIVATE, sealed, info) == data


def test_the_key_of_a_seed_stays_what_it_is() -> None:
    assert hashlib.sha256(PUBLIC).hexdigest() == GOLDEN_PUBLIC_SHA256


def test_the_key_of_a_seed_is_the_one_that_the_words_of_the_module_describe() -> None:
    # RFC 5869 by hand: extract with a salt of zeros, then three blocks of expand.
    import hmac

    extracted = hmac.digest(bytes(32), SEED.reveal(), "sha256")
    block, stream = b"", b""
    for number in (1, 2, 3):
        block = hmac.digest(extracted, block + b"guardian/hybrid/v1\0test" + bytes([number]), "sha256")
        stream += block
    mlkem = MLKEM768PrivateKey.from_seed_bytes(stream[:64]).public_key().public_bytes_raw()
    x25519 = X25519PrivateKey.from_private_bytes(stream[64:]).public_key().public_bytes_raw()
    assert mlkem + x25519 == PUBLIC
    assert len(PUBLIC) == PUBLIC_BYTES == 1184 + 32


def test_another_purpose_another_seed_or_another_binding_does_not_open_it() -> None:
    sealed = seal_to(PUBLIC, b"data", b"info")
    strangers = [
        (HybridPrivate.from_seed(SEED, "other"), b"info"),
        (HybridPrivate.from_seed(Secret.fresh(), "test"), b"info"),
        (PRIVATE, b"other"),
        (PRIVATE, b""),
    ]
    for private, info in strangers:
        with pytest.raises(HybridError, match="not sealed to this key"):
            open_sealed(private, sealed, info)


def test_no_changed_or_cut_byte_passes() -> None:
    sealed = seal_to(PUBLIC, b"data", b"")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(HybridError):
            open_sealed(PRIVATE, bytes(changed), b"")
    for size in (0, 1, 31, 1088, OVERHEAD_BYTES - 1, len(sealed) - 1):
        with pytest.raises(HybridError):
            open_sealed(PRIVATE, sealed[:size], b"")


def test_half_of_the_key_does_not_open_it() -> None:
    # Whoever breaks one of the two schemes has one private half; the other half is some other key.
    sealed = seal_to(PUBLIC, b"data", b"")
    mine, other = PRIVATE, HybridPrivate.from_seed(Secret.fresh(), "test")
    for half in (HybridPrivate(mine._mlkem, other._x25519), HybridPrivate(other._mlkem, mine._x25519)):
        with pytest.raises(HybridError):
            open_sealed(half, sealed, b"")


@pytest.mark.parametrize(
    "public",
    [b"", bytes(PUBLIC_BYTES), b"\xff" * PUBLIC_BYTES, PUBLIC[:-1], PUBLIC + b"\0", PUBLIC[:1184] + bytes(32)],
    ids=["empty", "zeros", "ones", "short", "long", "low-order point"],
)
def test_what_is_no_public_key_is_refused(public: bytes) -> None:
    with pytest.raises(HybridError, match="public key"):
        seal_to(public, b"data", b"")


def test_a_private_key_shows_itself_to_nobody() -> None:
    assert repr(PRIVATE) == "HybridPrivate(...)"
    with pytest.raises(TypeError):
        pickle.dumps(PRIVATE)


def test_a_failure_carries_nothing_of_what_was_sealed() -> None:
    with pytest.raises(HybridError) as raised:
        open_sealed(PRIVATE, b"canary" * 400, b"canary")
    assert raised.value.__context__ is None
    assert "canary" not in repr(raised.value)
