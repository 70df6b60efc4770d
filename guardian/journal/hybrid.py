"""Sealing to a public key: anybody who has it can seal, only the holder of the private key can open.

HPKE (RFC 9180) with the hybrid of ML-KEM-768 (FIPS 203) and X25519 (`MLKEM768_X25519` of cryptography), HKDF-SHA256 and
AES-256-GCM. What the hybrid protects: whoever copies a sealed thing today must break both, so it stays closed to a
quantum computer built later, which breaks X25519, and to a flaw found in ML-KEM, which is young. What it does not:
it does not say who sealed (the public key suffices for that), and it does not help where the private key, or the seed
it comes from, was copied too.

Invariants: a private key comes from a seed of 32 bytes and a purpose, so it need not be stored; no `repr` shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, final

from guardian.journal.secret import KEY_BYTES, Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

MLKEM_PUBLIC_BYTES: Final = 1184
X25519_PUBLIC_BYTES: Final = 32
PUBLIC_BYTES: Final = MLKEM_PUBLIC_BYTES + X25519_PUBLIC_BYTES
OVERHEAD_BYTES: Final = 1136
"""What sealing adds: the encapsulated key (1,120) and the tag (16)."""

_MLKEM_SEED_BYTES: Final = 64
_INFO: Final = b"guardian/hybrid/v1\0"


class HybridError(ValueError):
    """A public key that is none, or a sealed thing that this key does not open. Says nothing of what was in it."""


@final
class HybridPrivate:
    """A private key of both kinds."""

    __slots__ = ("_mlkem", "_x25519")

    def __init__(self, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self._mlkem = mlkem
        self._x25519 = x25519

    @classmethod
    def from_seed(cls, seed: Secret, purpose: str) -> HybridPrivate:
        """The key that belongs to `seed` (32 bytes) and `purpose` (HKDF-SHA256); another purpose gives another key."""
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if len(seed.reveal()) != KEY_BYTES:
            raise ValueError(f"a seed has {KEY_BYTES} bytes")
        derived = HKDF(SHA256(), _MLKEM_SEED_BYTES + KEY_BYTES, salt=None, info=_INFO + purpose.encode()).derive(
            seed.reveal()
        )
        return cls(
            MLKEM768PrivateKey.from_seed_bytes(derived[:_MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(derived[_MLKEM_SEED_BYTES:]),
        )

    def public_bytes(self) -> bytes:
        """(1216,): the ML-KEM-768 key, then the X25519 key."""
        return self._mlkem.public_key().public_bytes_raw() + self.x25519_public_bytes()

    def x25519_public_bytes(self) -> bytes:
        """(32,): the second part of `public_bytes`, at a third of the cost: enough to tell two keys apart."""
        return self._x25519.public_key().public_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to this key with the same `info`. Raises HybridError."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

        try:
            return _suite().decrypt(sealed, MLKEM768X25519PrivateKey(self._mlkem, self._x25519), info=info)
        except (InvalidTag, ValueError):
            pass  # raised below, so that the error carries no context
        raise HybridError("it was not sealed to this key, or it was changed since")

    def __repr__(self) -> str:
        return "HybridPrivate(...)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a private key is not copied or pickled")


def seal_to(public_bytes: bytes, data: bytes, info: bytes) -> bytes:
    """`data`, sealed to a public key (1216 bytes) and bound to `info`: 1,136 bytes longer.

    Raises HybridError where `public_bytes` is no key of this kind.
    """
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

    if len(public_bytes) != PUBLIC_BYTES:
        raise HybridError(f"a public key has {PUBLIC_BYTES} bytes, not {len(public_bytes)}")
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public_bytes[:MLKEM_PUBLIC_BYTES])
        x25519 = X25519PublicKey.from_public_bytes(public_bytes[MLKEM_PUBLIC_BYTES:])
        return _suite().encrypt(data, MLKEM768X25519PublicKey(mlkem, x25519), info=info)
    except ValueError:
        pass
    raise HybridError("not a public key of this kind")


def open_sealed(private: HybridPrivate, sealed: bytes, info: bytes) -> bytes:
    """What `seal_to` sealed to this key with the same `info`. Raises HybridError."""
    return private.open(sealed, info)


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
