"""What of a verdict is kept: the owner's settings and policies decide whether a message's text is."""

from __future__ import annotations

from guardian import __version__
from guardian.calibration.ordinary import is_ordinary
from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Message
from guardian.recording import Seen
from guardian.settings_sections import JournalSettings
from guardian.verdict import Outcome, Verdict


def kept_record(message: Message, verdict: Verdict, seen: Seen, at_ms: int, settings: JournalSettings) -> Record:
    """The record of a verdict as its owner wants it kept."""
    stream = {
        "scores": {name: round(score, 4) for name, score in seen.possible.items()},
        "senders": list(seen.senders),
        "fingerprint": seen.fingerprint,
        "ordinary": is_ordinary(verdict),
    }
    why_not = why_not_text(verdict, settings)
    return verdict_record(message, verdict, at_ms=at_ms, program=__version__, why_not_text=why_not, stream=stream)


def why_not_text(verdict: Verdict, settings: JournalSettings) -> str:
    """Why the text of a message is not kept, in one line; empty where it is."""
    for match in verdict.matched:
        if not match.keep_text:
            return f"your policy {match.id} says keep_text = false"
    wanted = settings.keep_text
    if verdict.outcome is Outcome.CLEAN and settings.clean == "full" and wanted != "none":
        return ""
    if verdict.outcome is Outcome.CLEAN and settings.clean == "scores":
        return "of clean messages only the scores are kept (journal.clean)"
    if wanted == "none" or (wanted == "flagged" and verdict.outcome is not Outcome.FLAGGED):
        return "the text of such messages is not kept (journal.keep_text)"
    return ""
