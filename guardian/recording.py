"""What the gate tells of every verdict before anybody sees it: the seam between the gate and the journal.

Invariants: the gate calls its recorder for every message, once, and waits for it; a recorder never raises, so that a
journal in trouble stops no screening; what it answers stands in the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, final

from guardian.message import Message
from guardian.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """What the gate knows of a message besides its verdict."""

    possible: Mapping[str, float] = field(default_factory=dict)
    """The model's scores without those that cannot apply to this message; empty where the model did not judge."""
    senders: tuple[str, ...] = ()
    """Whom the message claims to come from. Untrusted."""
    fingerprint: str = ""
    """What gives the scores their meaning (`calibration.thresholds.fingerprint`): one model may be calibrated anew."""


class Recorder(Protocol):
    """Keeps verdicts."""

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Keep one verdict; on disk when this returns, or the answer says that it is not.

        The answer is what stands as `journal` in the verdict: `seq` and `leaf`, or None and a `problem`; None where
        nothing was to be recorded of this message.
        """
        ...

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Keep what the judge said of a message after `before` was kept, and what that makes of the verdict: `now`.

        From any thread. Never raises. The answer is what stands as `journal` in `now`.
        """
        ...


@final
class NoRecord:
    """Keeps nothing: for runs that are to leave no trace (`--no-journal`), and for self-tests."""

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Nothing."""
        return None

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Nothing."""
        return None
