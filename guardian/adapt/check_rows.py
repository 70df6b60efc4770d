"""What the model says of texts that nobody trained on, shipped as numbers: the test that a personal head must face.

The file `adapt-check.npz` (made by `models/training/adapt_check.py`, pinned by the manifest) holds, for M held-out
texts of our own corpus and their W windows, in the order of `Manifest.outputs`:

    embeddings  float16 (W, size)      logits  float16 (W, outputs)     message  uint16 (W,): whose window it is
    label       uint8 (M,): 1 manipulative, 0 not        channel  uint8 (M,): 0 incoming, 1 ai_output
    length      uint8 (M,): `Length`                     link     uint8 (M,): 1 where it holds an address
    groups      uint16 (M,): bit n for the n-th group of tactics that it uses, in the order of `guardian.tactics.GROUPS`

Invariants: arrays are finite and fit together; a damaged file is a ModelError, never another test; nothing in it is
unpickled, and it holds no text.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ModelError
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.inference.strata import Length, Stratum
from guardian.message import Channel
from guardian.tactics import GROUPS

LARGEST_BYTES: Final = 16 << 20
_CHANNELS: Final = (Channel.INCOMING, Channel.AI_OUTPUT)
_DAMAGE: Final = (ValueError, KeyError, EOFError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
_TYPES: Final[Mapping[str, type[np.generic]]] = {
    "embeddings": np.float16,
    "logits": np.float16,
    "message": np.uint16,
    "label": np.uint8,
    "channel": np.uint8,
    "length": np.uint8,
    "link": np.uint8,
    "groups": np.uint16,
}


@dataclass(frozen=True, slots=True, repr=False)
class CheckRows:
    """The texts as the model sees them."""

    embeddings: Floats
    """(W, size): unit rows."""
    logits: Floats
    """(W, outputs): raw."""
    message: NDArray[np.intp]
    """(W,): whose window it is; the windows of a text stand together, the texts in order."""
    is_manipulative: NDArray[np.bool_]
    """(M,)"""
    strata: tuple[Stratum, ...]
    """M: the stratum of each text."""
    has_link: NDArray[np.bool_]
    """(M,)"""
    groups: NDArray[np.uint16]
    """(M,): bits."""

    def of_group(self, group: str) -> NDArray[np.bool_]:
        """(M,): which texts use a tactic of a group."""
        bit = 1 << list(GROUPS).index(group)
        return (self.groups & bit).astype(np.bool_)


def load_check_rows(folder: Path, manifest: Manifest) -> CheckRows | None:
    """The test rows of a model; None where its manifest names none. Raises ModelError where they are missing, damaged
    or not the pinned ones."""
    if not manifest.check_file:
        return None
    path = folder / manifest.check_file
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it is not readable").lower()
        raise ModelError(f"test rows {path}: {reason}", hint="install guardian again") from None
    if len(content) > LARGEST_BYTES or hashlib.sha256(content).hexdigest() != manifest.check_sha256:
        raise _damaged(path, "their sha256 is not the one in the manifest")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file_arrays:
            arrays = {name: file_arrays[name] for name in _TYPES}
    except _DAMAGE as error:
        raise _damaged(path, str(error) or type(error).__name__) from None
    if why := _trouble(arrays, manifest):
        raise _damaged(path, why)
    pairs = zip(arrays["channel"].tolist(), arrays["length"].tolist(), strict=True)
    return CheckRows(
        embeddings=arrays["embeddings"].astype(np.float32),
        logits=arrays["logits"].astype(np.float32),
        message=arrays["message"].astype(np.intp),
        is_manipulative=arrays["label"].astype(np.bool_),
        strata=tuple(Stratum(_CHANNELS[channel], Length(length)) for channel, length in pairs),
        has_link=arrays["link"].astype(np.bool_),
        groups=arrays["groups"],
    )


def _trouble(arrays: Mapping[str, NDArray[Any]], manifest: Manifest) -> str:
    """What is wrong with the arrays; empty where nothing is."""
    if any(arrays[name].dtype != kind for name, kind in _TYPES.items()):
        return "its arrays have the wrong type"
    windows, texts = len(arrays["message"]), len(arrays["label"])
    wanted = {
        "embeddings": (windows, manifest.embedding),
        "logits": (windows, len(manifest.outputs)),
        "message": (windows,),
        **dict.fromkeys(("label", "channel", "length", "link", "groups"), (texts,)),
    }
    if not texts or any(arrays[name].shape != shape for name, shape in wanted.items()):
        return "its arrays have the wrong shape"
    if not all(np.isfinite(arrays[name]).all() for name in ("embeddings", "logits")):
        return "it holds numbers that are not finite"
    owners = arrays["message"].astype(np.intp)
    if owners[0] != 0 or owners[-1] != texts - 1 or not np.isin(np.diff(owners), (0, 1)).all():
        return "its windows are not in the order of its texts"
    limits: Iterator[tuple[str, int]] = iter((("label", 1), ("channel", 1), ("length", max(Length)), ("link", 1)))
    wrong = [name for name, most in limits if arrays[name].max() > most]
    return f"{wrong[0]} holds a value that does not exist" if wrong else ""


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"test rows {path} are damaged: {reason}", hint="install guardian again")
