"""What a detector is: evidence in, findings out.

A detector is registered by its file being in this folder (see `guardian.detectors.load`). It is pure: no
input, output, clock or state between messages. Detectors over-report; `guardian.vetoes` sets aside what
a named rule says is harmless.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from guardian.adapt.said import HeadSaid
from guardian.finding import Finding
from guardian.inference.base import Encoding
from guardian.inference.strata import Stratum, stratum_of
from guardian.message import Message
from guardian.reading.base import Reading
from guardian.sender_facts import SenderFacts

TOGETHER: Final = "together with what was sent before"
"""Behind the sentence of a finding that the message does not carry by itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a detector may look at."""

    message: Message
    reading: Reading
    scores: Mapping[str, float] = field(default_factory=dict)
    """Calibrated score per trained output, worst window; empty where the model did not judge."""
    encoding: Encoding | None = None
    """The model's numbers per window, in the order of `reading.windows`; None where it did not judge."""
    judged_at: datetime | None = None
    """When the gate judged it, by the owner's local clock; None where that is not known. For a policy's hours and
    mutes: no detector goes by the time."""
    alone: Mapping[str, float] = field(default_factory=dict)
    """The same scores without what was sent before; below `scores` where the conversation raised them."""
    sender: SenderFacts | None = None
    """What is known of who wrote; None where the message names nobody, or nothing is known."""
    head: HeadSaid | None = None
    """The owner's head that spoke (`guardian.adapt`); `scores` and `alone` are then as it left them."""

    @property
    def model_scores(self) -> Mapping[str, float]:
        """`scores` as the model gave them, whatever the owner's head made of them."""
        return self.scores if self.head is None else self.head.before

    @property
    def stratum(self) -> Stratum:
        """What the model's numbers are calibrated by."""
        return stratum_of(self.message.channel, self.reading.characters)


class Detector(ABC):
    """Base of all detectors."""

    name: ClassVar[str]
    """Stable name, shown in findings: the file's name."""

    @abstractmethod
    def detect(self, evidence: Evidence) -> list[Finding]:
        """The findings in this evidence, in order of place; empty where there is none."""
