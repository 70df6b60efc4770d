"""A switch: who wrote the text, a person or an AI. The choice is a sign and not only a colour."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from guardian.message import Channel
from tui.keys import SPEAKER_KEYS
from tui.messages import SpeakerChanged

_CHOICES = ((Channel.INCOMING, "a person wrote it"), (Channel.AI_OUTPUT, "an AI wrote it"))


class Speaker(Widget, can_focus=True):
    """Shows both choices; space, enter or a click takes the other one."""

    BINDINGS: ClassVar[list[BindingType]] = list(SPEAKER_KEYS)

    channel: reactive[Channel] = reactive(Channel.INCOMING)

    def render(self) -> Content:
        """Both choices on one line."""
        choices = []
        for channel, words in _CHOICES:
            is_chosen = channel is self.channel
            sign, style = ("(•)", "bold") if is_chosen else ("( )", "$foreground-muted")
            choices.append(Content.styled(f"{sign} {words}", style))
        return Content("   ").join(choices)

    def watch_channel(self, before: Channel, now: Channel) -> None:
        """Tell the page."""
        if before is not now:
            self.post_message(SpeakerChanged(now))

    def action_switch(self) -> None:
        """Take the other choice."""
        self.channel = Channel.INCOMING if self.channel is Channel.AI_OUTPUT else Channel.AI_OUTPUT

    def on_click(self, event: events.Click) -> None:
        """Take the other choice."""
        event.stop()
        self.action_switch()
