"""Real journals with words of the owner's in them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))  # `journal_rig`
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "policy"))  # `policy_builders`

from journal_rig import SEEN, a_message, a_verdict, begun, settings_in
from policy_builders import a_manifest, a_policy, evidence_of

from guardian.adapt.labels import Labels, read_labels
from guardian.journal.feedback import Feedback, Says
from guardian.journal.journal import Journal
from guardian.journal.verdict_record import verdict_record
from guardian.message import Message
from guardian.verdict import Outcome

__all__ = [
    "a_manifest",
    "a_message",
    "a_policy",
    "a_verdict",
    "begun",
    "evidence_of",
    "keep",
    "labels_of",
    "say",
    "settings_in",
]

_STREAM = {"scores": dict(SEEN.possible), "senders": [], "fingerprint": "ab" * 32, "ordinary": False}


def keep(journal: Journal, message: Message, outcome: Outcome = Outcome.FLAGGED, *, why_not_text: str = "") -> int:
    """Record a verdict; its number."""
    stream = {**_STREAM, "senders": [message.sender] if message.sender else []}
    verdict = a_verdict(outcome, channel=message.channel.value)
    record = verdict_record(message, verdict, at_ms=1_000, program="test", why_not_text=why_not_text, stream=stream)
    return journal.append(record).seq


def say(journal: Journal, seq: int, says: Says) -> None:
    """The owner's word on a verdict."""
    journal.append(Feedback(seq, says, at_ms=2_000).to_record("test"))


def labels_of(home: Path, *said: tuple[Message, Outcome, Says], **how: Any) -> Labels:
    """The labels of a journal in which the owner said each of these."""
    with begun(settings_in(home)) as journal:
        for message, outcome, says in said:
            say(journal, keep(journal, message, outcome, **how), says)
        return read_labels(journal, ())
