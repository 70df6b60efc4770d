"""Alerts for tests: made of real records, on the roads by which the program makes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))  # `entries_rig`, `journal_rig`

from entries_rig import raw_of, verdict_entry

from guardian.alerts.alert import Alert, alert_of_bytes
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Record


def an_alert(seq: int = 1, text: str | bytes = "Pay now, and tell nobody.", **of_verdict: Any) -> Alert:
    """The alert for a verdict, as the follower makes it; `of_verdict` as for `verdict_entry`, and `said`."""
    said: Said = of_verdict.pop("said", NOTHING_SAID)
    return alert_of_bytes(seq, raw_of(verdict_entry(seq, text, **of_verdict)), said)


def a_record(text: str | bytes = "Pay now, and tell nobody.", **of_verdict: Any) -> Record:
    """The record of a verdict."""
    record = verdict_entry(0, text, **of_verdict).record
    assert isinstance(record, Record)
    return record
