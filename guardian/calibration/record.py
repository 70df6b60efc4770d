"""A scored record: what calibration keeps of one screened message. Numbers, never text.

The iterator of scored records is the one seam between a stream (an archive, or the journal) and everything that is
computed from it.

Invariants: no text of a message and no address stands in a record; senders are compared by a keyed hash; a message
without a sender has the one sender that all such messages share.
"""

from __future__ import annotations

import email.parser
import email.utils
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from guardian.calibration.ordinary import is_ordinary
from guardian.detectors.possible import possible_scores
from guardian.inference.base import Floats
from guardian.message import Channel, Format, Message
from guardian.policy.base import Policy
from guardian.policy.scope import Scope
from guardian.policy.senders import address_of, addresses_of
from guardian.reading.reader import Reader
from guardian.verdict import Outcome

if TYPE_CHECKING:
    from guardian.gate import Screened

HEADER_BYTES = 64 << 10
"""How far into a mail its date is looked for."""
_HASH_BYTES = 16


@dataclass(frozen=True, slots=True, repr=False)
class ScoredRecord:
    """One message as calibration sees it."""

    place: int
    """Where it stands in its stream, from 0."""
    id: str
    """The source's name for it, untrusted; its number, from the journal."""
    channel: Channel
    outcome: Outcome
    """What the gate said of it, under the thresholds then in force."""
    scores: Floats
    """(outputs,): calibrated scores in the order of the manifest, 0 where an output cannot apply."""
    sender: bytes
    """Keyed hash of the sender's address."""
    sent_s: float | None
    """When it was sent, in seconds since 1970; None where the message does not say. From the journal: when it was
    screened, by this machine's clock."""
    is_ordinary: bool
    """Fully judged, and nothing but the model's outputs speaks against it: no rule, no pattern or example of the
    owner's."""
    excepted: tuple[str, ...]
    """Ids of the policies that do not look at its sender."""
    digest: bytes
    """Hash of the raw bytes, so that a second look is seen to be at the same message."""


class SenderMarks:
    """What a record keeps of a message's senders in place of their addresses."""

    def __init__(self, policies: Iterable[Policy], key: bytes) -> None:
        """`key` (at most 64 bytes) is what senders are hashed with."""
        self._choosing = [
            (policy.id, Scope(policy))
            for policy in policies
            if policy.is_in_force and (policy.senders_except or policy.senders_only)
        ]
        self._key = key

    def hashed(self, senders: Sequence[str | None]) -> bytes:
        """Keyed hash of the address of the first that is named; that of no address where none is."""
        address = address_of(next((sender for sender in senders if sender), ""))
        return hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=_HASH_BYTES, key=self._key).digest()

    def excepted(self, senders: Sequence[str | None]) -> tuple[str, ...]:
        """Ids of the policies in force that do not look at messages from them."""
        if not self._choosing:
            return ()
        addresses = addresses_of(senders)
        return tuple(policy for policy, scope in self._choosing if scope.outside_by_sender(addresses))


class Recorder:
    """Makes records of screened messages."""

    def __init__(self, labels: Sequence[str], policies: Iterable[Policy], reader: Reader, key: bytes) -> None:
        """`labels` are the manifest's, in order; `key` (at most 64 bytes) is what senders are hashed with."""
        self._labels = tuple(labels)
        self._reader = reader
        self._marks = SenderMarks(policies, key)

    def record(self, screened: Screened, place: int) -> ScoredRecord:
        """The record of one message. The text is read once more, for what the verdict does not carry."""
        message, verdict = screened.message, screened.verdict
        reading = self._reader.read(message)
        scores = possible_scores(verdict.scores, message, reading)
        senders = (message.sender, reading.sender)
        return ScoredRecord(
            place=place,
            id=message.id,
            channel=message.channel,
            outcome=verdict.outcome,
            scores=np.array([scores.get(label, 0.0) for label in self._labels], dtype=np.float32),
            sender=self._marks.hashed(senders),
            sent_s=sent_s(message),
            is_ordinary=is_ordinary(verdict),
            excepted=self._marks.excepted(senders),
            digest=digest_of(message),
        )


def digest_of(message: Message) -> bytes:
    """Hash of a message's bytes."""
    return hashlib.blake2b(message.raw, digest_size=_HASH_BYTES).digest()


def sent_s(message: Message) -> float | None:
    """When a mail says that it was sent, in seconds since 1970. The sender chose it: one date alone proves nothing."""
    if message.format is not Format.MAIL:
        return None
    try:
        headers = email.parser.BytesHeaderParser().parsebytes(message.raw[:HEADER_BYTES])
        return email.utils.parsedate_to_datetime(str(headers["Date"])).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, LookupError, OSError):
        return None
