"""The reference bank: how the model sees a thousand ordinary messages, shipped beside the model.

It makes "as strange as 1 in N ordinary messages" a statement. The p-value is conformal: under exchangeability with
the bank, P(p <= a) <= a for a new ordinary message, whatever the score (Vovk, Gammerman and Shafer, Algorithmic
Learning in a Random World, 2005, section 2.2).

Invariants: arrays are read-only and finite; a damaged file is a ModelError, never a wrong bank; nothing in the file is
unpickled.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ModelError
from guardian.inference.base import Floats
from guardian.inference.strata import STRATA, Length, Stratum
from guardian.message import Channel

LARGEST_BYTES = 64 << 20
_CHANNEL_CODES = {Channel.INCOMING: 0, Channel.AI_OUTPUT: 1}
_UNIT_TOLERANCE = 5e-3
"""float16 rounds a unit row of 128 numbers by less than this."""
_DAMAGE = (
    ValueError,
    KeyError,
    EOFError,
    TypeError,
    RuntimeError,
    NotImplementedError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, repr=False)
class ReferenceBank:
    """What the model says of N ordinary messages. Made by `load_reference_bank`, or from arrays in memory."""

    embeddings: Floats
    """(N, embedding size): unit rows."""
    logits: Floats
    """(N, outputs): raw, in the order of `Manifest.outputs`."""
    channels: NDArray[np.uint8]
    """(N,): 0 incoming, 1 ai_output."""
    lengths: NDArray[np.uint8] | None = None
    """(N,): each message's `Length`; None where the bank does not say, and all then count as of medium length."""

    def strata(self) -> list[tuple[Stratum, NDArray[np.bool_]]]:
        """The strata that the bank has messages of, each with which (N,) messages these are."""
        lengths = np.full(len(self.channels), Length.MEDIUM) if self.lengths is None else self.lengths
        found = []
        for stratum in STRATA:
            members = (self.channels == _CHANNEL_CODES[stratum.channel]) & (lengths == stratum.length)
            if members.any():
                found.append((stratum, members))
        return found

    def rows(self, channels: Collection[Channel]) -> NDArray[np.bool_]:
        """(N,): which messages are of one of `channels`; all of them where none is."""
        chosen: NDArray[np.bool_] = np.isin(self.channels, [_CHANNEL_CODES[channel] for channel in channels])
        return chosen if chosen.any() else np.ones(len(self.channels), dtype=np.bool_)


def load_reference_bank(path: Path, sha256: str | None = None) -> ReferenceBank:
    """The bank in an `.npz` file: `embeddings` float16 (N, E), `logits` float16 (N, outputs), `channel` uint8 (N,),
    and `length` uint8 (N,) where it says how long its messages are.

    `sha256` is the hex digest that the manifest pins. Raises ModelError where the file is missing, damaged, not the
    pinned one, or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise _damaged(path, "it is far too large")
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(path, "its sha256 is not the one in the manifest")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            embeddings, logits, channels = arrays["embeddings"], arrays["logits"], arrays["channel"]
            lengths = arrays.get("length")
    except OSError as error:
        reason = (error.strerror or "it is not readable").lower()
        raise ModelError(f"reference bank {path}: {reason}", hint="install guardian again") from None
    except _DAMAGE as error:
        raise _damaged(path, str(error) or type(error).__name__) from None
    count = len(channels) if channels.ndim == 1 else 0
    shapes_agree = embeddings.ndim == logits.ndim == 2 and len(embeddings) == len(logits) == count > 0
    if not shapes_agree or (embeddings.dtype, logits.dtype, channels.dtype) != (np.float16, np.float16, np.uint8):
        raise _damaged(path, "its arrays have the wrong shape or type")
    if lengths is not None and (lengths.shape != channels.shape or lengths.dtype != np.uint8):
        raise _damaged(path, "its arrays have the wrong shape or type")
    bank = ReferenceBank(embeddings.astype(np.float32), logits.astype(np.float32), channels, lengths)
    _check_values(bank, path)
    for array in (bank.embeddings, bank.logits, bank.channels, *([] if lengths is None else [lengths])):
        array.setflags(write=False)
    return bank


def conformal_p(bank_scores: Floats, score: float) -> float:
    """How rare a score is: (1 + #{bank score >= score}) / (N + 1), in (0, 1]."""
    return (1 + int(np.count_nonzero(bank_scores >= score))) / (len(bank_scores) + 1)


def rarity_words(p: float) -> str:
    """`as strange as 1 in N ordinary messages`, N rounded down to two digits, so that it never boasts."""
    one_in = int(1 / p + 1e-9)
    step = 10 ** max(len(str(one_in)) - 2, 0)
    return f"as strange as 1 in {one_in // step * step:,} ordinary messages"


def _check_values(bank: ReferenceBank, path: Path) -> None:
    if not (np.isfinite(bank.embeddings).all() and np.isfinite(bank.logits).all()):
        raise _damaged(path, "it holds numbers that are not finite")
    if (np.abs(np.linalg.norm(bank.embeddings, axis=1) - 1) > _UNIT_TOLERANCE).any():
        raise _damaged(path, "its embeddings are not of unit length")
    if bank.channels.max() > max(_CHANNEL_CODES.values()):
        raise _damaged(path, "it names a channel that does not exist")
    if bank.lengths is not None and bank.lengths.max() > max(Length):
        raise _damaged(path, "it names a length that does not exist")


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"reference bank {path} is damaged: {reason}", hint="install guardian again")
