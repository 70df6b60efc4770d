"""What a recorder does while system calls fail under it, and after."""

from __future__ import annotations

import os
import time
from pathlib import Path

from fault_diary import Diary
from fault_forks import Go
from fault_lives import ask, record, settings_of
from fault_strace import is_traced

from guardian.events import Event, NotJournaled
from guardian.journal.recorder import JournalRecorder
from guardian.verdict import Outcome

UNDER_FAULTS = (Outcome.FLAGGED, Outcome.CLEAN, Outcome.FLAGGED, Outcome.UNSURE, Outcome.CLEAN)


def record_through_faults(go: Go, home: Path, diary: Path, is_open: bool) -> None:
    """Record while calls fail; once they work again record one more, and close.

    `is_open`: the recorder had the journal open before anything failed.
    """
    settings, pages, notices = settings_of(home), Diary(diary), []

    def observe(event: Event) -> None:
        if isinstance(event, NotJournaled):
            notices.append(event.line)

    recorder = JournalRecorder(settings, observe, ask=ask)
    if is_open:
        record(recorder, pages)
    go.ready()
    for outcome in UNDER_FAULTS:
        notices.clear()
        is_in = record(recorder, pages, outcome)
        pages.say(outcome=outcome.value, is_in=is_in, notices=list(notices))
    pages.say(under_faults="over")
    while _is_traced():
        time.sleep(0.001)
    notices.clear()
    is_in = record(recorder, pages)
    recorder.close()
    pages.say(after=True, is_in=is_in, notices=list(notices))


def _is_traced() -> bool:
    try:
        return is_traced(os.getpid())
    except OSError:  # the fault is not over
        return True
