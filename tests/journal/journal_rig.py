"""Journals for tests: real ones, in a folder of their own, with the key in a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from guardian.journal.journal import Journal
from guardian.journal.opening import open_journal, open_or_begin
from guardian.message import Channel, Message
from guardian.recording import Seen
from guardian.settings import Settings, load_settings
from guardian.settings_sections import JournalSettings
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Severity, Verdict

NO_KEYRING = "keyring.backends.fail.Keyring"


def settings_in(home: Path, **journal: Any) -> Settings:
    """Settings with everything under `home`; `journal` sets fields of its section."""
    settings = load_settings({"GUARDIAN_HOME": str(home)}, {})
    return replace(settings, journal=replace(JournalSettings(), **journal))


@contextmanager
def begun(settings: Settings) -> Iterator[Journal]:
    """The journal of these settings, begun where there is none, and unlocked."""
    journal = open_or_begin(settings)
    try:
        journal.unlock()
        yield journal
    finally:
        journal.close()


@contextmanager
def opened(settings: Settings) -> Iterator[Journal]:
    """That journal, as a command opens it."""
    with open_journal(settings) as journal:
        yield journal


def a_verdict(outcome: Outcome = Outcome.FLAGGED, *, keep_text: bool = True, **other: Any) -> Verdict:
    """A verdict as the gate gives it."""
    matched = outcome in (Outcome.FLAGGED, Outcome.NOTICE)
    match = PolicyMatch(
        "pressure-to-pay",
        "Pressure to pay",
        "I lost 300 euros once.",
        Severity.HIGH,
        Action.WARN,
        0.97,
        0.8,
        True,
        because=("tactic:urgency",),
        tactics=("urgency",),
        keep_text=keep_text,
    )
    verdict = Verdict(
        id="",
        channel="incoming",
        outcome=outcome,
        action=Action.WARN if outcome is Outcome.FLAGGED else Action.NONE,
        risk=0.9 if matched else 0.1,
        scores={"urgency": 0.97, "risk": 0.9},
        policies=(match,) if matched else (),
        findings=(),
        vetoes=(),
        coverage=Coverage(20, 1),
        model_name="guardian-mini-2",
        model_sha256="ab" * 32,
        policy_set="sha256:" + "cd" * 32,
        wall="netns",
        elapsed_ms=8.0,
    )
    return replace(verdict, **other)


def a_message(text: str | bytes = "Pay now, and tell nobody.", **other: Any) -> Message:
    """An incoming message."""
    raw = text if isinstance(text, bytes) else text.encode()
    return Message(raw, channel=Channel.INCOMING, **other)


SEEN = Seen({"urgency": 0.97, "risk": 0.9}, ("mallory@example.org",))


def without_keyring() -> None:
    """For child processes, which have no fixture."""
    os.environ["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
