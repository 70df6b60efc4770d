"""What a client reads from Guardian inside an answer: the notice for a held sentence, the note at the end.

Invariants: nothing of the answer is quoted, so that no notice can carry what was held back; every line is safe.
"""

from __future__ import annotations

from guardian.safe_text import safe_line
from guardian.streams.base import Judged, LaneKind
from guardian.verdict import Outcome

_HEADS = {
    Outcome.NOTICE: "notice",
    Outcome.FLAGGED: "flagged",
    Outcome.UNSURE: "not fully screened",
    Outcome.UNSCREENED: "not screened",
}
_REASON_CHARS = 120


def held_notice(kind: LaneKind, why: str, seq: int | None) -> str:
    """What stands for a held sentence, or for the arguments of a tool call."""
    what = "the input of a tool call" if kind is LaneKind.ARGUMENTS else "a sentence"
    return f"[guardian held back {what}{_reason(why)}{_record(seq)}]"


def unscreened_notice(kind: LaneKind, why: str) -> str:
    """The same where it was held only because it could not be judged."""
    what = "the input of a tool call" if kind is LaneKind.ARGUMENTS else "a sentence"
    return f"[guardian held back {what} that could not be screened{_reason(why)}]"


def verdict_line(judged: Judged, what: str = "this answer") -> str:
    """One line of the note: what the verdict on the whole answer is, or on a part of it."""
    return f"[guardian] {what}: {_HEADS.get(judged.outcome, 'clean')}{_reason(judged.short)}{_record(judged.seq)}"


def not_screened_line(count: int, why: str) -> str:
    """One line of the note: what passed although it could not be judged."""
    what = "a part of this answer" if count == 1 else f"{count} parts of this answer"
    return f"[guardian] {what}: passed on without being fully screened{_reason(why)}"


def unread_line(count: int) -> str:
    """One line of the note: what could not even be read."""
    what = "an event" if count == 1 else f"{count} events"
    return f"[guardian] {what} of this answer could not be read, and passed on without being screened"


def note(lines: list[str]) -> str:
    """The note that is added to an answer; empty where there is nothing to be told."""
    return "\n\n" + "\n".join(lines) if lines else ""


def _reason(why: str) -> str:
    line = safe_line(why, _REASON_CHARS)
    return f": {line}" if line else ""


def _record(seq: int | None) -> str:
    return f"; open it in the app: guardian journal show {seq}" if seq is not None else ""
