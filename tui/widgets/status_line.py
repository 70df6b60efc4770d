"""The one line that always says how the house stands: whether it runs and records, wall, policies, counts.

Invariants: what stopped is the first word, with a sign and in red, on every screen and sheet; a narrow screen cuts off
what matters least; no number is shown as if it were fresh that is not.
"""

from __future__ import annotations

import time

from textual.content import Content
from textual.widgets import Static

from guardian.health.words import clock_words
from guardian.safe_text import safe_line
from guardian.verdict import Outcome
from tui.state import HouseState, Phase
from tui.triage import GROUPS

TROUBLE_CHARS = 60
DAY_TURNS_S = 60.0
"""A time of yesterday is no time of today any more."""


class StatusLine(Static):
    """Shows a `HouseState`. Trouble comes first, so that a narrow screen cuts off the rest."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="status")

    def on_mount(self) -> None:
        """Go with the state."""
        self.watch(self.app, "state", self._show)
        self.set_interval(DAY_TURNS_S, lambda: self._show(self.app.state))  # type: ignore[attr-defined]  # ours

    def _show(self, state: HouseState) -> None:
        """Show the state, and turn red while nothing is being screened or recorded."""
        self.set_class(bool(state.stopped or state.unrecorded), "-down")
        self.update(status_words(state))


def status_words(state: HouseState, now_ms: int | None = None) -> Content:
    """The line."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    parts = [
        *_standing(state),
        *_breaches(state),
        *_quiet(state),
        *_inbox_trouble(state),
        *_last_screened(state, now_ms),
        *_wall(state),
        *_policies(state),
        *_key(state),
        *_counts(state),
    ]
    return Content.styled(" │ ", "$text-disabled").join(parts)


def alarm_word(state: HouseState) -> str:
    """`STOPPED` or `NOT RECORDED`; empty where all goes on."""
    return "STOPPED" if state.stopped else "NOT RECORDED" if state.unrecorded else ""


def _standing(state: HouseState) -> list[Content]:
    """Whether it runs and records; what it is, where it does."""
    parts = []
    for word, why in (("STOPPED", state.stopped), ("NOT RECORDED", state.unrecorded)):
        if why:
            parts.append(Content.styled(f"x {word}: {safe_line(why, TROUBLE_CHARS)}", "bold $text-error"))
    if state.phase is Phase.STARTING:
        parts.append(Content.styled("model is starting", "$text-warning"))
    elif not state.stopped:
        parts.append(Content(safe_line(state.model)))
    return parts


def _breaches(state: HouseState) -> list[Content]:
    words = [f"x {each}, press 5" for each in (state.canary_trouble, state.file_trouble) if each]
    parts = [Content.styled(safe_line(each), "bold $text-error") for each in words]
    if state.restarts:
        parts.append(Content.styled(_counted(state.restarts, "restart", "restarts"), "bold $text-warning"))
    return parts


def _quiet(state: HouseState) -> list[Content]:
    return [Content.styled(safe_line(state.quiet), "$text-accent")] if state.quiet else []


def _wall(state: HouseState) -> list[Content]:
    if state.phase is not Phase.READY:
        return []
    if state.wall == "none":
        return [Content.styled("no wall", "bold $text-warning")]
    return [Content(f"wall {state.wall}")] if state.wall else []


def _policies(state: HouseState) -> list[Content]:
    if state.policies is None:
        return []
    words = [Content(_counted(state.policies, "policy", "policies"))]
    if state.problems:
        words.append(Content.styled(_counted(len(state.problems), "problem", "problems"), "bold $text-warning"))
    return [Content(", ").join(words)]


def _key(state: HouseState) -> list[Content]:
    return [Content("key in a file")] if state.has_weak_key else []


def _counts(state: HouseState) -> list[Content]:
    if not state.total:
        return []
    done = f"{state.screened} of {state.total}" if state.screened < state.total else f"{state.total} messages"
    shown = [outcome for outcome in GROUPS if outcome is not Outcome.CLEAN and state.counts.get(outcome)]
    return [Content(f"{done}: " if shown else done) + Content(", ".join(f"{state.counts[o]} {o}" for o in shown))]


def _last_screened(state: HouseState, now_ms: int) -> list[Content]:
    """When something was last screened, while nothing is."""
    if state.last_screened_ms is None or state.is_screening:
        return []
    return [Content(f"last screened {clock_words(state.last_screened_ms, now_ms)}")]


def _inbox_trouble(state: HouseState) -> list[Content]:
    if not state.inbox_trouble:
        return []
    return [Content.styled(safe_line(state.inbox_trouble, TROUBLE_CHARS), "bold $text-error")]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
