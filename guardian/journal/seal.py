"""Sealing: from one master key to the key of an epoch, to the key of a record, to a sealed record.

Invariants: a record is sealed under a key of its own, so that it can be forgotten by destroying that key; what is bound
to a record (journal, number, everything before it, schema) can't be changed without its seal failing; no error here
says anything of what was sealed.

Sources: RFC 8452 (AES-GCM-SIV), RFC 5869 (HKDF). The layout of every input is in docs/guide/journal-format.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guardian.journal.secret import KEY_BYTES, Secret

NONCE_BYTES: Final = 12
JOURNAL_ID_BYTES: Final = 16

_KEY_BOUND: Final = b"guardian/key/v1\0"
_RECORD_BOUND: Final = b"guardian/record/v1\0"
_EPOCH_INFO: Final = b"guardian/epoch/v1\0"
_IDENTITY_INFO: Final = b"guardian/identity/v1\0"


class SealError(ValueError):
    """A seal does not open: another key, or something that it binds was changed."""


def derived(secret: Secret, salt: bytes, info: bytes, length: int = KEY_BYTES) -> Secret:
    """A key of `length` bytes made from `secret` for one purpose (HKDF-SHA256)."""
    return Secret(HKDF(SHA256(), length, salt=salt, info=info).derive(secret.reveal()))


class Wrapper:
    """Seals the keys of records, and the journal's identity, under one master key and epoch."""

    def __init__(self, master: Secret, journal_id: bytes, epoch: int) -> None:
        self.epoch = epoch
        self._id = journal_id
        self._records = AESGCMSIV(derived(master, journal_id, _EPOCH_INFO + _four(epoch)).reveal())
        self._identity = AESGCMSIV(derived(master, journal_id, _IDENTITY_INFO + _four(epoch)).reveal())

    def wrap(self, record_key: Secret, seq: int) -> bytes:
        """The key of record `seq`, sealed."""
        return _sealed(self._records, record_key.reveal(), self._key_bound(seq))

    def unwrap(self, wrapped: bytes, seq: int) -> Secret:
        """The key of record `seq`. Raises SealError."""
        return Secret(_opened(self._records, wrapped, self._key_bound(seq)))

    def opener(self) -> Callable[[int, int, bytes, bytes, int, bytes], bytes]:
        """`open(seq, epoch, wrapped, root, schema, sealed)`: a sealed record, padded, by its wrapped key, in the fewest
        steps; what `unwrap` and `unseal` do. It raises SealError, for values of any type.
        """
        epoch, unwrap, tail = self.epoch, self._records.decrypt, _four(self.epoch)
        key_head, record_head = _KEY_BOUND + self._id, _RECORD_BOUND + self._id

        def opened(seq: int, epoch_then: int, wrapped: bytes, root: bytes, schema: int, sealed: bytes) -> bytes:
            try:
                number = seq.to_bytes(8)
                key = unwrap(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_head + number + tail)
                bound = record_head + number + root + schema.to_bytes(2)
                data = AESGCMSIV(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
            except (InvalidTag, ValueError, TypeError, AttributeError, OverflowError) as error:
                raise SealError("the seal does not open") from error
            if epoch_then != epoch:
                raise SealError("sealed under another master key")
            return data

        return opened

    def wrap_identity(self, seed: Secret) -> bytes:
        """The seed of the journal's signing and receiving keys, sealed."""
        return _sealed(self._identity, seed.reveal(), b"guardian/identity/v1\0" + self._id + _four(self.epoch))

    def unwrap_identity(self, wrapped: bytes) -> Secret:
        """That seed. Raises SealError."""
        return Secret(_opened(self._identity, wrapped, b"guardian/identity/v1\0" + self._id + _four(self.epoch)))

    def _key_bound(self, seq: int) -> bytes:
        return _KEY_BOUND + self._id + seq.to_bytes(8) + _four(self.epoch)


def record_bound(journal_id: bytes, seq: int, root_before: bytes, schema: int) -> bytes:
    """What a record's seal binds besides its content."""
    return _RECORD_BOUND + journal_id + seq.to_bytes(8) + root_before + schema.to_bytes(2)


def seal(record_key: Secret, data: bytes, bound: bytes) -> bytes:
    """`data` under a record's key: 12 bytes of nonce, then the sealed bytes."""
    return _sealed(AESGCMSIV(record_key.reveal()), data, bound)


def unseal(record_key: Secret, sealed: bytes, bound: bytes) -> bytes:
    """What was sealed. Raises SealError."""
    return _opened(AESGCMSIV(record_key.reveal()), sealed, bound)


def _sealed(cipher: AESGCMSIV, data: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, bound)


def _opened(cipher: AESGCMSIV, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise SealError("the seal does not open") from error


def _four(number: int) -> bytes:
    return number.to_bytes(4)
