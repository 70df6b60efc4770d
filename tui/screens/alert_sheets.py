"""The sheets of what can be done with an alert: a note, a mute, a policy made from it.

Invariants: nothing here writes; what a policy, a sender or a message said is safe before it is shown; a mute always
says its last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, RadioSet, Static

from guardian.safe_text import safe_line
from guardian.verdict import Action
from tui.screens.form import FormSheet, label
from tui.widgets.line_input import LineInput
from tui.widgets.toggles import Choice

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 90
_SHOWN_TEXT: Final = 300
_ACTIONS: Final = (
    (Action.NOTICE, "notice: say so, quietly"),
    (Action.WARN, "warn: flag it"),
    (Action.LOG, "log: only write it down"),
)


class NoteSheet(FormSheet[str]):
    """A note on one alert. Empty: no note."""

    def __init__(self, about: str, note: str) -> None:
        super().__init__("Note", "Keep the note")
        self._about, self._note = about, note

    def fields(self) -> Iterable[Widget]:
        """One line."""
        yield Static(Content(safe_line(self._about, 120)), classes="form-words")
        yield label("Your note. It stands in the journal, sealed. Empty: no note.")
        yield LineInput(safe_line(self._note), compact=True, id="note", max_length=2_000)

    def send(self) -> None:
        """Give the note."""
        self.dismiss(self.value("note"))


@dataclass(frozen=True, slots=True)
class MuteScope:
    """Something that can be muted."""

    policy: str
    tactic: str
    """Empty: the whole policy."""
    sender: str
    """Empty: from anybody."""
    words: str
    """Safe for a terminal."""


@dataclass(frozen=True, slots=True)
class MuteWish:
    """What the owner wants muted."""

    scope: MuteScope
    days: int
    why: str


class MuteSheet(FormSheet[MuteWish]):
    """What is not to be told, how long, and why."""

    def __init__(self, scopes: Sequence[MuteScope]) -> None:
        super().__init__("Mute", "Mute it")
        self._scopes = scopes

    def fields(self) -> Iterable[Widget]:
        """The scopes, the smallest first."""
        yield Static(Content("What you mute is still looked at and recorded; you are not told of it."))
        yield label("What not to tell you of")
        yield RadioSet(*(Choice(Content(each.words), number == 0) for number, each in enumerate(self._scopes)))
        yield label(f"For how many days (1 to {MOST_DAYS})")
        yield LineInput(str(USUAL_DAYS), compact=True, id="days", restrict=r"[0-9]*", max_length=2)
        yield Static(Content(_until(USUAL_DAYS)), id="until")
        yield label("Why? It stands in the policy and in the journal. (may be left empty)")
        yield LineInput(compact=True, id="why", max_length=500)

    @on(Input.Changed, "#days")
    def _days_changed(self, message: Input.Changed) -> None:
        message.stop()
        self.query_one("#until", Static).update(Content(_until(self._days())))

    def send(self) -> None:
        """Give the wish."""
        days = self._days()
        if not 1 <= days <= MOST_DAYS:
            self.say(f"from 1 to {MOST_DAYS} days; for longer, change the policy itself")
            return
        pressed = max(self.query_one(RadioSet).pressed_index, 0)
        self.dismiss(MuteWish(self._scopes[pressed], days, self.value("why")))

    def _days(self) -> int:
        return int(self.value("days") or 0)


def _until(days: int) -> str:
    if not 1 <= days <= MOST_DAYS:
        return "…"
    last = date.today() + timedelta(days=days)
    return f"its last day is {last:%A}, {last.isoformat()}; guardian policy unmute ends it earlier"


@dataclass(frozen=True, slots=True, repr=False)
class PolicyWish:
    """What the new policy is to say."""

    why: str
    fine: str
    action: Action


class NewPolicySheet(FormSheet[PolicyWish]):
    """A policy from one alert: why, what is fine, what it does."""

    def __init__(self, why: str, text: str) -> None:
        """`why`: a first sentence; `text`: the message's, which becomes the example; empty where it was not kept."""
        super().__init__("A policy from this alert", "Make the policy")
        self._why, self._text = why, text

    def fields(self) -> Iterable[Widget]:
        """The example, and three questions."""
        if self._text:
            yield label("The example: this text goes into the policy's file, in clear")
            yield Static(Content(safe_line(self._text, _SHOWN_TEXT)), classes="form-words")
        else:
            yield Static(Content("The text was not kept, so the policy begins with the tactics alone."))
        yield label("Why do you want to be told of such ones?")
        yield LineInput(safe_line(self._why), compact=True, id="why", max_length=1_000)
        yield label("One that looks like it and is fine (may be left empty)")
        yield LineInput(compact=True, id="fine", max_length=2_000)
        yield label("What it does")
        yield RadioSet(*(Choice(Content(words), each is Action.WARN) for each, words in _ACTIONS))
        yield Static(Content("It begins on trial: notices at most, until you put it in force."), classes="form-label")

    def send(self) -> None:
        """Give the wish."""
        why = self.value("why")
        if not why:
            self.say("say why, in a sentence: you will read it when it matches")
            return
        action = _ACTIONS[max(self.query_one(RadioSet).pressed_index, 0)][0]
        self.dismiss(PolicyWish(why, self.value("fine"), action))
