"""A message's way through policies: of one that is in hand, or of one that the journal holds.

What was kept goes through the gate's eyes again, as at the time of its record; what was not is told by the record's
numbers alone, and only while the model that gave them is still the one in use. `guardian policy explain` and the app's
page of a message share this.

Invariants: nothing is recorded; the policies are today's, and what the record said then is told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from guardian.inspection import Inspection
from guardian.journal.record import Record
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.effects.recorded import at_its_time, recorded_inspection, recorded_message
from guardian.policy.roads import margin_of
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain import Explained, explain
from guardian.policy.trying.match_words import nearly_matched

OTHER_MODEL: Final = "another model gave this record's scores, so they say nothing here"


@dataclass(frozen=True, slots=True, repr=False)
class Walker:
    """One message, ready to go through any number of policies: it is read and judged once."""

    inspection: Inspection
    has_text: bool
    """False: judged by its record's numbers alone."""
    trouble: str = ""
    """What keeps the numbers from saying more; empty where nothing does."""

    def through(self, policy: Policy, bench: Bench) -> Explained:
        """Its way through one policy."""
        return explain(policy, self.inspection, bench, has_text=self.has_text)


def walker_of_message(message: Message, bench: Bench) -> Walker:
    """A message that is in hand, at this moment."""
    (inspection,) = bench.inspect_all((message,))
    return Walker(inspection, has_text=True)


def walker_of_record(record: Record, bench: Bench) -> Walker:
    """A recorded message. Raises ValueError where the record holds no verdict that can be read."""
    message = recorded_message(record)
    if message is not None:
        (inspection,) = bench.inspect_all((message,))
        return Walker(at_its_time(inspection, record), has_text=True)
    inspection = recorded_inspection(record)
    if record.spoke.model_sha256 == bench.manifest.sha256:
        return Walker(inspection, has_text=False)
    without_scores = replace(inspection, evidence=replace(inspection.evidence, scores={}))
    return Walker(without_scores, has_text=False, trouble=OTHER_MODEL)


def nearest_first(explained: Explained) -> tuple[bool, bool, bool, float]:
    """Sort key: what matches, then what nearly did, then the rest by their distance; what does not look, last."""
    now = explained.now
    if now is None:
        return True, True, True, 0.0
    return False, not now.matched, not nearly_matched(now), -margin_of(now.score, now.threshold)
