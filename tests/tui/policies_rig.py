"""What the tests of the Policies screen build with: policies, hits on them, and words that stand on the screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from recorded_rig import a_record, record
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import until

from guardian.journal.feedback import Feedback, Says
from guardian.policy.life.amendments import Amendment, read_amendments
from guardian.policy.starter import MARKER
from guardian.settings import Settings
from guardian.verdict import Action, PolicyMatch, Severity
from tui.app import GuardianApp
from tui.screens.policies import PoliciesScreen
from tui.state import Phase
from tui.widgets.line_list import LineList

TODAY = date.today()
OVERDUE = TODAY - timedelta(days=1)
UNTIL = TODAY + timedelta(days=30)

TULIPS = f"""\
id = "tulips"
title = "Tulips"
why = "I buy no tulips."
since = {TODAY - timedelta(days=9)}
review_by = {OVERDUE}
channels = ["incoming"]
severity = "high"
action = "warn"
status = "active"

[match]
patterns = ['(?i)tulips']

[[mutes]]
sender = "gardener@x.example"
since = {TODAY - timedelta(days=9)}
until = {UNTIL}
why = "he always writes of them"
"""


def own_policies_only(settings: Settings) -> Settings:
    """The house without starter policies."""
    (settings.policies_dir / MARKER).touch()
    return settings


def write_policy(settings: Settings, text: str, name: str = "tulips.toml") -> Path:
    """A policy's file."""
    path = settings.policies_dir / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def a_hit(policy: str, text: str = "Pay now.", **other: object) -> object:
    """A record of a verdict that a policy matched."""
    match = PolicyMatch(policy, policy, "why", Severity.HIGH, Action.WARN, 0.9, 0.5, True, because=("pattern:1",))
    return a_record(text, policies=(match,), **other)  # type: ignore[arg-type]


def say(settings: Settings, seqs: list[int], says: Says) -> None:
    """The owner's word on records."""
    record(settings, [replace(Feedback(seq, says), at_ms=1).to_record("test") for seq in seqs])


def amendments(settings: Settings, policy: str) -> list[Amendment]:
    """A policy's versions in the journal, oldest first."""
    from guardian.journal.opening import open_journal

    with open_journal(settings) as journal:
        return read_amendments(journal, policy)


async def at_policies(pilot: Pilot[None], app: GuardianApp) -> PoliciesScreen:
    """Go there, and wait until the policies were looked at."""
    await until(pilot, lambda: app.state.phase is Phase.READY, "the model")
    await pilot.press("3")
    await until(pilot, lambda: isinstance(app.screen, PoliciesScreen), "the screen")
    screen = app.screen
    assert isinstance(screen, PoliciesScreen)
    await until(pilot, lambda: listed(app), "the policies")
    return screen


def listed(app: GuardianApp, selector: str = "#policy-list") -> list[str]:
    """The rows of a list, drawn at 100 columns."""
    return [line.draw(100).plain.rstrip() for line in app.screen.query_one(selector, LineList).lines]


def said(app: GuardianApp, selector: str) -> str:
    """The words of a `Static` of the screen that is shown."""
    content = app.screen.query_one(selector, Static).content
    return getattr(content, "plain", str(content))
