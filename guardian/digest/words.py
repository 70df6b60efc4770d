"""What a digest says, whatever it is written on: sections in their order, sentences, and one message in few words.

Invariants: pure; safe for a terminal; a text appears only where the digest holds one; what was not judged stands before
everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from guardian.digest.digest import Digest, Item
from guardian.journal.reports.view import local_time
from guardian.safe_text import safe_line, safe_text
from guardian.verdict import Outcome
from guardian.verdict_words import MARKS

LIMITS: Final = "Guardian can tell only of what passed it. It knows nothing of the rest."
NOTHING_CAME: Final = (
    "Nothing was screened in this time. That says nothing about what you were sent: check that your messages reach "
    "guardian."
)
COUNT_WORDS: Final = {
    Outcome.UNSCREENED: "unscreened: could not be judged",
    Outcome.UNSURE: "unsure: judged in part only",
    Outcome.FLAGGED: "flagged",
    Outcome.NOTICE: "notice: worth a second look",
    Outcome.CLEAN: "clean: judged whole, and none of your policies matched",
}
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A part of a digest under its own heading, read from the top."""

    title: str
    opening: str = ""
    """One sentence before the rest."""
    reasons: tuple[tuple[str, int], ...] = ()
    items: Sequence[Item] = ()
    lines: Sequence[str] = ()

    @property
    def is_of_what_was_not_judged(self) -> bool:
        """Whether nothing is known of what stands in it."""
        return bool(self.reasons)


def sections(digest: Digest) -> list[Section]:
    """What there is to tell but for the counts: no section is empty."""
    found: list[Section] = []
    if digest.not_judged:
        opening = not_judged_words(digest)
        found.append(Section("Not judged", opening, reasons=digest.reasons, items=digest.not_judged))
    found += [
        Section("Missing", lines=missing_words(digest)),
        Section("Flagged", items=digest.flagged),
        Section("Worth a second look", items=digest.notices),
        Section("Waits for you", lines=task_lines(digest)),
    ]
    return [each for each in found if each.items or each.lines]


def head(digest: Digest) -> str:
    """How much it is about."""
    if not digest.screened:
        return NOTHING_CAME
    messages = "1 message was" if digest.screened == 1 else f"{digest.screened:,} messages were"
    return f"{messages} screened."


def not_judged_words(digest: Digest) -> str:
    """The sentence above what was not judged."""
    count = len(digest.not_judged)
    whose = "1 message was" if count == 1 else f"{count:,} messages were"
    return f"{whose} not judged, or in part only. Nothing is known of what they do: look at them yourself."


def missing_words(digest: Digest) -> list[str]:
    """What is not in the numbers, one line each."""
    lines = list(digest.missing)
    if digest.waiting_records:
        what = "1 verdict waits" if digest.waiting_records == 1 else f"{digest.waiting_records:,} verdicts wait"
        lines.append(f"{what} for your journal's key and is in no number here; guardian journal list asks for the key")
    return lines


def task_lines(digest: Digest) -> list[str]:
    """What waits for the owner, one line each."""
    lines = []
    if digest.unspoken:
        what = "1 flagged message waits" if digest.unspoken == 1 else f"{digest.unspoken:,} flagged messages wait"
        lines.append(f"{what} for your word: guardian feedback SEQ right|wrong|unsure")
    lines += [f"often wrong, you said: {line}" for line in digest.often_wrong]
    lines += digest.tasks
    if digest.often_wrong or digest.tasks:
        lines.append("guardian policy review asks you about them one by one")
    return lines


def item_line(item: Item, zone: tzinfo | None) -> str:
    """Number, when, outcome, severity of a flagged one, what it does, who from."""
    alert = item.alert
    moment = local_time(alert.at_ms, zone)
    when = f"{moment:%a %d %b %H:%M}" if moment is not None else ""
    outcome = f"{MARKS[alert.outcome]}{alert.outcome.value}".strip()
    if alert.outcome is Outcome.FLAGGED:
        outcome += f" ({alert.severity.value})"
    who = alert.sender or alert.name
    said = f"  [you: {alert.says}]" if alert.says else ""
    return f"{alert.key:>6}  {when}  {outcome}: {alert.reason}" + (f", from {who}" if who else "") + said


def text_of_item(item: Item) -> str:
    """The text, safe and cut; empty where there is none to be shown."""
    if item.text is None:
        return ""
    more = f"\n(and {item.left_out:,} characters more: guardian journal show {item.alert.key})"
    return safe_text(item.text) + (more if item.left_out else "")


def more_words(left_out: Sequence[Item], digest: Digest) -> str:
    """Where those are that a list left out."""
    outcomes = " | ".join(dict.fromkeys(f"~o {item.alert.outcome.value}" for item in left_out))
    wanted = f"({outcomes})" if "|" in outcomes else outcomes
    return safe_line(f"and {len(left_out):,} more: guardian journal list '{wanted} {digest.span.filter}'")
