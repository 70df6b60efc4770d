"""What the Inbox says in words: where its list is empty, and how much there is.

Invariant: words of the app's own, and lines that are safe already.
"""

from __future__ import annotations

from tui.messages import Reach
from tui.state import HouseState, Phase
from tui.triage import Lines

NO_JOURNAL_YET = """No alerts yet.

What Guardian flags, in any program, appears here as it comes. Try one of these in another terminal:

  echo 'Buy four gift cards and send me the codes' | guardian filter
  guardian scan ~/Mail

Or press 2 and paste a text."""
NOTHING_RECORDED = "No alerts yet.\n\nWhat guardian filter, scan and the other programs flag appears here as it comes."
NOTHING_FOUND = "There is no message in what you named."
NOTHING_MATCHES = "Nothing matches the filter.\n\nesc shows all again."
LOCKED = (
    "Your journal is locked, so what is in it can't be shown. What is flagged now is kept, sealed.\n\nU unlocks it."
)
READING = "Reading your journal …"
STARTING = "The model is starting …"
SCREENING = "Screening …"


def words_when_empty(state: HouseState, *, is_filtered: bool, has_paths: bool) -> str:
    """What to read where the list would be. `has_paths`: whether files were named to be screened."""
    if is_filtered:
        return NOTHING_MATCHES
    if state.inbox_trouble:
        return state.inbox_trouble
    if state.phase is Phase.DOWN:
        return f"The model is down, so nothing is screened.\n\n{state.trouble}"
    match state.reach:
        case Reach.LOCKED:
            return f"{LOCKED}\n\n{state.reach_trouble}"
        case Reach.TROUBLE:
            return f"Your journal can't be read.\n\n{state.reach_trouble}\n\nIt is tried again every few seconds."
        case Reach.READING:
            return READING
    if has_paths and state.total == 0:
        return NOTHING_FOUND
    if has_paths and state.is_screening:
        return STARTING if state.phase is Phase.STARTING else SCREENING
    return NOTHING_RECORDED if state.reach is Reach.OPEN else NO_JOURNAL_YET


def words_below(state: HouseState, known: int, shown: int, lines: Lines, *, is_filtered: bool, is_seeking: bool) -> str:
    """The line below the list; empty where there is nothing that the list does not show by itself."""
    parts: list[str] = []
    if state.reach is Reach.READING:
        parts.append(f"reading the journal: {known:,} so far")
    elif state.reach is Reach.LOCKED:
        parts.append("the journal is locked: U unlocks it")
    elif state.reach is Reach.TROUBLE:
        parts.append(state.reach_trouble)
    if is_filtered or is_seeking:
        parts.append(f"{shown:,} of {known:,} match{' so far' if is_seeking else ', esc shows all'}")
    if lines is not Lines.SINGLE:
        parts.append(lines.value)
    return " · ".join(parts)
