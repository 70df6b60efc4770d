"""Every key of the app in one table: id (for an owner's own keymap), keys, what it does, and a tooltip.

Invariants: what has a key stands in the help and in the command palette; both are made from these tables. At most five
keys of those that work in one place are in the footer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding


def _key(keys: str, action: str, label: str, tooltip: str, *, name: str, in_footer: bool = False) -> Binding:
    return Binding(keys, action, label, tooltip=tooltip, id=name, show=in_footer)


APP_KEYS = (
    _key("1", "show('inbox')", "Inbox", "What was flagged, newest first", name="app.inbox"),
    _key("2", "show('ask')", "Ask", "Paste or type a text and see what it does", name="app.ask"),
    _key("3", "show('policies')", "Policies", "What you look for, and how it fares", name="app.policies"),
    _key("4", "show('journal')", "Journal", "Search, count, verify and export the record", name="app.journal"),
    _key("5", "show('health')", "Health", "What was measured of the guardian itself", name="app.health"),
    _key(
        "question_mark",
        "help",
        "Help",
        "The keys that work here, and what the words mean",
        name="app.help",
        in_footer=True,
    ),
    _key("n", "notices", "Notices", "What you have not seen yet", name="app.notices"),
    _key("ctrl+z", "suspend_process", "Suspend", "Back to the shell; fg returns here", name="app.suspend"),
    _key("q", "quit", "Quit", "Leave the app", name="app.quit", in_footer=True),
)
"""Work everywhere, but for single letters and digits where a text is being typed."""

INBOX_KEYS = (
    _key(
        "slash", "filter", "Filter", "Show only alerts that a filter lets through", name="inbox.filter", in_footer=True
    ),
    _key("s", "switch_order", "Sort", "Newest first, or worst first", name="inbox.order"),
    _key("escape", "step_back", "Back", "From the text to the list; from a filter to all", name="inbox.back"),
)
"""Work anywhere on the Inbox."""

LIST_KEYS = (
    _key("enter", "select_cursor", "Read", "Go to the message's text", name="list.read", in_footer=True),
    _key("j,down", "cursor_down", "Next", "The next one", name="list.next"),
    _key("k,up", "cursor_up", "Previous", "The one before", name="list.previous"),
    _key("g,home", "scroll_top", "First", "The first one", name="list.first"),
    _key("G,end", "scroll_bottom", "Last", "The last one", name="list.last"),
)
"""Work in lists."""

ALERT_KEYS: tuple[Binding, ...] = ()
"""Work on the alert under the cursor, and on the message that is open."""

MESSAGE_KEYS: tuple[Binding, ...] = ()
"""Work on the page of one message."""

TEXT_KEYS = (
    _key("j,down", "scroll_down", "Down", "One line down", name="text.down"),
    _key("k,up", "scroll_up", "Up", "One line up", name="text.up"),
    _key("g,home", "scroll_home", "Start", "To the beginning", name="text.start"),
    _key("G,end", "scroll_end", "End", "To the end", name="text.end"),
)
"""Work in a text that scrolls."""

ASK_KEYS = (
    _key("f2", "switch_speaker", "Who speaks", "A person, or an AI", name="ask.speaker", in_footer=True),
    _key("f4", "clear", "Clear", "Begin with an empty page", name="ask.clear", in_footer=True),
    _key("escape", "leave_editor", "Leave text", "Out of the text, so that single keys work", name="ask.leave"),
)
"""Work anywhere on the Ask screen."""

SPEAKER_KEYS = (_key("space,enter,left,right", "switch", "Switch", "A person, or an AI", name="speaker.switch"),)
"""Work on the switch that says who speaks."""

POLICY_KEYS: tuple[Binding, ...] = ()
"""Work anywhere on the Policies screen."""

JOURNAL_KEYS: tuple[Binding, ...] = ()
"""Work anywhere on the Journal screen."""

HEALTH_KEYS: tuple[Binding, ...] = ()
"""Work anywhere on the Health screen."""

SHEET_KEYS = (
    _key("escape,q,question_mark", "dismiss", "Close", "Back to where you were", name="sheet.close", in_footer=True),
)
"""Work on a sheet, such as the help."""


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that work in one place."""

    title: str
    bindings: Sequence[Binding]
    screen: str = ""
    """The screen that has to be shown for them; empty where they work on several."""


KEY_GROUPS = (
    KeyGroup("Everywhere", APP_KEYS),
    KeyGroup("Inbox", INBOX_KEYS, "inbox"),
    KeyGroup("The alert", ALERT_KEYS, "inbox"),
    KeyGroup("The message", MESSAGE_KEYS),
    KeyGroup("Lists", LIST_KEYS),
    KeyGroup("Texts", TEXT_KEYS),
    KeyGroup("Ask", ASK_KEYS, "ask"),
    KeyGroup("Who speaks", SPEAKER_KEYS),
    KeyGroup("Policies", POLICY_KEYS, "policies"),
    KeyGroup("Journal", JOURNAL_KEYS, "journal"),
    KeyGroup("Health", HEALTH_KEYS, "health"),
    KeyGroup("Sheets", SHEET_KEYS),
)
"""In the order of the help."""


def key_words(keys: str) -> str:
    """The keys of a binding as the help writes them."""
    names = {"question_mark": "?", "slash": "/", "escape": "esc", "asterisk": "*"}
    return ", ".join(names.get(key, key) for key in keys.split(","))
