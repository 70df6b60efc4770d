"""What was judged before, as samples that any policy can be tried on again: nothing is screened a second time.

The reference bank keeps numbers and no texts, so patterns and rules can't be told of its messages, nor whether there is
a link: the model's score for links counts there as if there were.

Invariants: pure; what can't be told of a stored message is left out of its sample and never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from guardian.calibration.bank import ReferenceBank
from guardian.detectors.base import Evidence
from guardian.inference.base import Encoding
from guardian.inference.manifest import Manifest
from guardian.message import Channel, Message
from guardian.policy.sample import Sample
from guardian.reading.base import Reading
from guardian.tactics import group_of

_ASSISTANT: Final = "ai_to_human"


def bank_samples(bank: ReferenceBank, manifest: Manifest, channels: Collection[Channel]) -> Iterator[Sample]:
    """The bank's messages of some channels, in its order within each kind of message."""
    nothing = np.zeros(1, dtype=np.int32)
    for stratum, members in bank.strata():
        if stratum.channel not in channels:
            continue
        message = Message(b"", channel=stratum.channel)
        possible = [stratum.channel is Channel.AI_OUTPUT or group_of(label) != _ASSISTANT for label in manifest.labels]
        rows = np.flatnonzero(members)
        scored = np.where(possible, manifest.window_scores(bank.logits[rows], stratum), 0.0)
        for row, columns in zip(rows.tolist(), scored.tolist(), strict=True):
            encoding = Encoding(bank.logits[row][None], bank.embeddings[row][None], nothing, nothing, 0.0)
            scores = dict(zip(manifest.labels, columns, strict=True))
            yield Sample(f"ordinary message {row + 1:,}", Evidence(message, Reading((), ()), scores, encoding))
