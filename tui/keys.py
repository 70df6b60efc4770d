"""Every key of the app in one table: id (for an owner's own keymap), keys, what it does, and a tooltip.

Invariant: what has a key stands in the help and in the command palette; both are made from these tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding


def _key(keys: str, action: str, label: str, tooltip: str, *, name: str, in_footer: bool = False) -> Binding:
    return Binding(keys, action, label, tooltip=tooltip, id=name, show=in_footer)


APP_KEYS = (
    _key("1", "show_tab('inbox')", "Inbox", "Messages that were screened, worst first", name="app.inbox"),
    _key("2", "show_tab('ask')", "Ask", "Paste or type a text and see what it does", name="app.ask"),
    _key("question_mark", "help", "Help", "All keys, and what the words mean", name="app.help", in_footer=True),
    _key("i", "house", "State", "Model, wall, policies and problems in full", name="app.house", in_footer=True),
    _key("q", "quit", "Quit", "Leave the app", name="app.quit", in_footer=True),
)
"""Work everywhere, but for single letters and digits where a text is being typed."""

INBOX_KEYS = (
    _key("slash", "filter", "Filter", "Show only messages with these words", name="inbox.filter", in_footer=True),
    _key("s", "switch_order", "Sort", "Worst first, or newest first", name="inbox.order", in_footer=True),
    _key("escape", "step_back", "Back", "From the text to the list; from a filter to all", name="inbox.back"),
)
"""Work anywhere on the Inbox tab."""

LIST_KEYS = (
    _key("enter", "select_cursor", "Read", "Go to the message's text", name="list.read", in_footer=True),
    _key("j,down", "cursor_down", "Next", "The next message", name="list.next"),
    _key("k,up", "cursor_up", "Previous", "The message before", name="list.previous"),
    _key("g,home", "scroll_top", "First", "The first message", name="list.first"),
    _key("G,end", "scroll_bottom", "Last", "The last message", name="list.last"),
)
"""Work in the list of messages."""

TEXT_KEYS = (
    _key("j,down", "scroll_down", "Down", "One line down", name="text.down"),
    _key("k,up", "scroll_up", "Up", "One line up", name="text.up"),
    _key("g,home", "scroll_home", "Start", "To the beginning", name="text.start"),
    _key("G,end", "scroll_end", "End", "To the end", name="text.end"),
)
"""Work in a message's text and in its reasons."""

ASK_KEYS = (
    _key("f2", "switch_speaker", "Who speaks", "A person, or an AI", name="ask.speaker", in_footer=True),
    _key("f4", "clear", "Clear", "Begin with an empty page", name="ask.clear", in_footer=True),
    _key(
        "escape",
        "leave_editor",
        "Leave text",
        "Out of the text, so that single keys work",
        name="ask.leave",
        in_footer=True,
    ),
)
"""Work anywhere on the Ask tab."""

SPEAKER_KEYS = (_key("space,enter,left,right", "switch", "Switch", "A person, or an AI", name="speaker.switch"),)
"""Work on the switch that says who speaks."""

SHEET_KEYS = (_key("escape,q,enter,question_mark,i", "dismiss", "Close", "Back to where you were", name="sheet.close"),)
"""Work on a sheet, such as the help."""


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that work in one place."""

    title: str
    bindings: Sequence[Binding]


KEY_GROUPS = (
    KeyGroup("Everywhere", APP_KEYS),
    KeyGroup("Inbox", INBOX_KEYS),
    KeyGroup("The list", LIST_KEYS),
    KeyGroup("Text and reasons", TEXT_KEYS),
    KeyGroup("Ask", ASK_KEYS),
)
"""In the order of the help."""


def key_words(binding: Binding) -> str:
    """The keys of a binding as the help writes them."""
    names = {"question_mark": "?", "slash": "/", "escape": "esc"}
    return ", ".join(names.get(key, key) for key in binding.key.split(","))
