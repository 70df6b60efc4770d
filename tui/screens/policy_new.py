"""A new policy from its owner's answers: why, a message to be flagged, one that is fine, and what it does.

Invariants: closing the sheet makes nothing; what is pasted is drawn safely and kept as it was; the policy begins on
trial, so that it gives notices at most until its owner says more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import RadioSet

from guardian.policy.making import Answers
from guardian.verdict import Action
from tui.messages import LongTextPasted
from tui.screens.form import FormSheet, label
from tui.widgets.editor import EDITABLE_CHARS, Editor
from tui.widgets.line_input import LineInput
from tui.widgets.toggles import Choice

_ACTIONS: Final = ((Action.WARN, "warn me"), (Action.NOTICE, "give notices, never more"))


class NewPolicySheet(FormSheet[Answers]):
    """Four answers."""

    def __init__(self) -> None:
        super().__init__("A new policy", "Make it")

    def fields(self) -> Iterable[Widget]:
        """The questions below each other."""
        yield label("What happened, or what should be flagged? One or two sentences.")
        yield LineInput(placeholder="in your own words", id="new-why", compact=True)
        yield label("A message that should be flagged; paste it here:")
        yield Editor(id="new-flag", placeholder="its text", classes="new-example", tab_behavior="focus", compact=True)
        yield label("A message that looks like it and is fine (may stay empty):")
        yield Editor(id="new-fine", placeholder="its text", classes="new-example", tab_behavior="focus", compact=True)
        yield label("What should it do, once it is off trial?")
        yield RadioSet(*(Choice(Content(words), value=number == 0) for number, (_, words) in enumerate(_ACTIONS)))

    def on_mount(self) -> None:
        """To the first line, with its question in sight."""
        super().on_mount()
        self.call_after_refresh(lambda: self.query_one(VerticalScroll).scroll_home(animate=False))

    def send(self) -> None:
        """The answers, where there are enough."""
        why, flag = self.value("new-why"), self._text("new-flag")
        if not why:
            self.say("it needs your reason: it is told with every alert")
            self.query_one("#new-why").focus()
        elif not flag:
            self.say("it needs a message that should be flagged")
            self.query_one("#new-flag").focus()
        else:
            fine = self._text("new-fine")
            action, _ = _ACTIONS[max(self.query_one(RadioSet).pressed_index, 0)]
            self.dismiss(Answers(why, (flag,), (fine,) if fine else (), action))

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Editor).text.strip()

    @on(LongTextPasted)
    def _too_long(self, message: LongTextPasted) -> None:
        message.stop()
        self.say(f"at most {EDITABLE_CHARS:,} characters: paste the part that matters")
