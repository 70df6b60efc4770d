"""The journal's keys while it is unlocked: what one master key opens.

Invariants: keys that do not belong to the header are refused; no field shows in `repr`. The identity (signing and
receiving keys) comes from a seed of its own, so it outlives a change of the master key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.checkpoint import Signer
from guardian.journal.header import Header, digest_of
from guardian.journal.hybrid import HybridPrivate
from guardian.journal.seal import SealError, Wrapper, derived
from guardian.journal.secret import Secret
from guardian.journal.store_file import DAMAGE_HINT

_SIGNING = b"guardian/sign/ed25519/v1"
_PQ_SIGNING = b"guardian/sign/ml-dsa-65/v1"
_BOX = "guardian/box/v1"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Everything that an unlocked journal works with."""

    header: Header
    digest: bytes
    """Hash of the header that these keys belong to."""
    master: Secret
    wrapper: Wrapper
    signer: Signer
    box: HybridPrivate
    seed: Secret
    """Seed of `signer` and `box`."""


def open_keys(header: Header, master: Secret) -> Keys:
    """The keys that `master` opens. Raises JournalError where it is another journal's key."""
    wrapper = Wrapper(master, header.journal_id, header.epoch)
    try:
        seed = wrapper.unwrap_identity(header.identity)
    except SealError:
        raise JournalError(
            "the key that was found does not open this journal",
            hint="guardian key recover brings the right one back from your 24 words",
        ) from None
    signer, box = _identity(seed, header.journal_id)
    if (signer.vkey, signer.pq_vkey, box.public_bytes()) != (header.vkey, header.pq_vkey, header.box):
        raise JournalDamagedError("the journal's header names other public keys than its own", hint=DAMAGE_HINT)
    return Keys(header, digest_of(header.to_bytes()), master, wrapper, signer, box, seed)


def new_keys(*, journal_id: bytes, key_id: bytes, master: Secret, place: str, created_ms: int) -> Keys:
    """The keys of a new journal."""
    seed = Secret.fresh()
    signer, box = _identity(seed, journal_id)
    wrapper = Wrapper(master, journal_id, 0)
    header = Header(
        journal_id=journal_id,
        created_ms=created_ms,
        vkey=signer.vkey,
        pq_vkey=signer.pq_vkey,
        box=box.public_bytes(),
        epoch=0,
        key_id=key_id,
        place=place,
        identity=wrapper.wrap_identity(seed),
    )
    return Keys(header, digest_of(header.to_bytes()), master, wrapper, signer, box, seed)


def with_header(keys: Keys, header: Header) -> Keys:
    """The same keys under a header that says something else of them."""
    return replace(keys, header=header, digest=digest_of(header.to_bytes()))


def with_master(keys: Keys, master: Secret, key_id: bytes) -> Keys:
    """The same identity under a new master key, one epoch on."""
    wrapper = Wrapper(master, keys.header.journal_id, keys.header.epoch + 1)
    header = replace(
        keys.header, epoch=wrapper.epoch, key_id=key_id, identity=wrapper.wrap_identity(keys.seed), recovery=None
    )
    return replace(with_header(keys, header), master=master, wrapper=wrapper)


def _identity(seed: Secret, journal_id: bytes) -> tuple[Signer, HybridPrivate]:
    signing = derived(seed, journal_id, _SIGNING)
    return (
        Signer(journal_id, signing, derived(seed, journal_id, _PQ_SIGNING)),
        HybridPrivate.from_seed(seed, f"{_BOX}/{journal_id.hex()}"),
    )
