"""The one line that always says how the house stands: model, wall, policies, counts."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from guardian.safe_text import safe_line
from guardian.verdict import Outcome
from tui.state import HouseState, Phase
from tui.triage import GROUPS

TROUBLE_CHARS = 60


class StatusLine(Static):
    """Shows a `HouseState`. Trouble comes first, so that a narrow screen cuts off the rest."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="status")

    def on_mount(self) -> None:
        """Go with the state."""
        self.watch(self.app, "state", self._show)

    def _show(self, state: HouseState) -> None:
        """Show the state, and turn red while nothing is being screened."""
        self.set_class(state.phase is Phase.DOWN, "-down")
        self.update(status_words(state))


def status_words(state: HouseState) -> Content:
    """The line."""
    parts = [_model(state), *_inbox_trouble(state), *_wall(state), *_policies(state), *_journal(state), *_counts(state)]
    return Content.styled(" │ ", "$text-disabled").join(parts)


def _model(state: HouseState) -> Content:
    match state.phase:
        case Phase.STARTING:
            return Content.styled("model is starting", "$text-warning")
        case Phase.DOWN:
            return Content.styled(f"x model is down: {safe_line(state.trouble, TROUBLE_CHARS)}", "bold $text-error")
        case Phase.READY:
            return Content(safe_line(state.model))


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


def _journal(state: HouseState) -> list[Content]:
    if state.not_journaled:
        return [Content.styled(f"{state.not_journaled} not journaled", "bold $text-warning")]
    return [Content("key in a file")] if state.has_weak_key else []


def _counts(state: HouseState) -> list[Content]:
    if not state.total:
        return []
    done = f"{state.screened} of {state.total}" if state.screened < state.total else f"{state.total} messages"
    shown = [outcome for outcome in GROUPS if outcome is not Outcome.CLEAN and state.counts.get(outcome)]
    return [Content(f"{done}: " if shown else done) + Content(", ".join(f"{state.counts[o]} {o}" for o in shown))]


def _inbox_trouble(state: HouseState) -> list[Content]:
    if not state.inbox_trouble:
        return []
    return [Content.styled(safe_line(state.inbox_trouble, TROUBLE_CHARS), "bold $text-error")]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
