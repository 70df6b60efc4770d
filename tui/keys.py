"""Every key of the app in one table: id (for an owner's own keymap), keys, what it does, and a tooltip.

Invariants: what has a key stands in the help and in the command palette; both are made from these tables. At most five
keys of those that work in one place are in the footer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding


def _key(
    keys: str, action: str, label: str, tooltip: str, *, name: str, in_footer: bool = False, is_first: bool = False
) -> Binding:
    """`is_first`: it goes before what the widget that has the focus does with the key."""
    return Binding(keys, action, label, tooltip=tooltip, id=name, show=in_footer, priority=is_first)


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
    _key("c", "switch_lines", "Group", "Single alerts, conversations, campaigns", name="inbox.group"),
    _key("U", "unlock", "Unlock", "Give the journal's passphrase", name="inbox.unlock"),
    _key("s", "switch_order", "Sort", "Newest first, or worst first", name="inbox.order"),
    _key("escape", "step_back", "Back", "From the text to the list; from a filter to all", name="inbox.back"),
)
"""Work anywhere on the Inbox."""

FILTER_KEYS = (
    _key("tab", "take", "Take", "Take the word that is offered", name="filter.take"),
    _key("down", "point(1)", "Next", "The next word that is offered", name="filter.next"),
    _key("up", "point(-1)", "Before", "The word above; above the first: the filter before", name="filter.previous"),
)
"""Work in the filter line."""

LIST_KEYS = (
    _key("enter", "select_cursor", "Read", "Go to the message's text", name="list.read", in_footer=True),
    _key("j,down", "cursor_down", "Next", "The next one", name="list.next"),
    _key("k,up", "cursor_up", "Previous", "The one before", name="list.previous"),
    _key("g,home", "scroll_top", "First", "The first one", name="list.first"),
    _key("G,end", "scroll_bottom", "Last", "The last one", name="list.last"),
    _key("pagedown", "page_down", "Page on", "One page on", name="list.page_down"),
    _key("pageup", "page_up", "Page back", "One page back", name="list.page_up"),
)
"""Work in lists."""

GROUP_KEYS = (
    _key("space", "fold('either')", "Unfold", "Show or hide the alerts of a group", name="group.either"),
    _key("right", "fold('unfold')", "Unfold", "Show the alerts of a group", name="group.unfold"),
    _key("left", "fold('fold')", "Fold", "Hide the alerts of a group", name="group.fold"),
)
"""Work on the groups of the Inbox's list."""

ALERT_KEYS = (
    _key("r", "say('right')", "Right", "It was right to tell you of it", name="alert.right"),
    _key("w", "say('wrong')", "Wrong", "It was wrong to tell you of it", name="alert.wrong", in_footer=True),
    _key("u", "say('unsure')", "Unsure", "You can't tell", name="alert.unsure"),
    _key("z", "take_back", "Take back", "Take your word on it back", name="alert.take_back"),
    _key("asterisk", "mark('kept')", "Keep", "Mark it, to come back to it; again: no mark", name="alert.keep"),
    _key("d", "mark('done')", "Done", "Mark it as done; again: no mark", name="alert.done"),
    _key("N", "note", "Note", "Write a note on it", name="alert.note"),
    _key("m", "mute", "Mute", "Not be told of such ones, until a day that you choose", name="alert.mute"),
    _key("p", "make_policy", "Policy", "Make a policy from it", name="alert.policy"),
)
"""Work on the alert under the cursor, and on the message that is open."""

MESSAGE_KEYS = (
    _key("escape", "leave", "Back", "To where you came from", name="message.back", in_footer=True),
    _key(
        "right", "step_part(1)", "Next part", "The next tab of this message", name="message.part_next", in_footer=True
    ),
    _key("left", "step_part(-1)", "Part before", "The tab before", name="message.part_previous"),
    _key("M", "part('said')", "Message", "Its text, and why it is here", name="message.said"),
    _key("H", "part('hidden')", "Hidden", "What the sender hid, and what was really sent", name="message.hidden"),
    _key("I", "part('way')", "Its way", "How it went through your policies", name="message.way"),
    _key("R", "part('receipt')", "Receipt", "Prove to somebody that this was recorded", name="message.receipt"),
    _key("right_square_bracket", "step_alert(1)", "Next alert", "The next of the list", name="message.next"),
    _key("left_square_bracket", "step_alert(-1)", "Alert before", "The one before it", name="message.previous"),
    _key("t", "talk", "Talk", "Ask your own language model about this message", name="message.talk"),
    _key(
        "y", "copy", "Copy", "Copy the part that has the keys, as it is shown: safe, not as sent", name="message.copy"
    ),
    _key("Y", "write", "To a file", "Write that part to a private file, as it is shown", name="message.write"),
)
"""Work on the page of one message."""

WAY_KEYS = (
    _key("enter,space", "select", "Open", "Open this policy, or fold it", name="way.open"),
    _key("pagedown", "page_down", "Page on", "One page on", name="way.page_down"),
    _key("pageup", "page_up", "Page back", "One page back", name="way.page_up"),
)
"""Work on the list of policies that a message went through."""

OPTION_KEYS = (
    _key("j,down", "cursor_down", "Next", "The next one", name="option.next"),
    _key("k,up", "cursor_up", "Previous", "The one before", name="option.previous"),
    _key("g,home", "first", "First", "The first one", name="option.first"),
    _key("G,end", "last", "Last", "The last one", name="option.last"),
)
"""Work in lists of lines."""

TEXT_KEYS = (
    _key("j,down", "scroll_down", "Down", "One line down", name="text.down"),
    _key("k,up", "scroll_up", "Up", "One line up", name="text.up"),
    _key("g,home", "scroll_home", "Start", "To the beginning", name="text.start"),
    _key("G,end", "scroll_end", "End", "To the end", name="text.end"),
)
"""Work in a text that scrolls."""

ASK_KEYS = (
    _key("f2", "switch_speaker", "Who speaks", "A person, or an AI", name="ask.speaker", in_footer=True),
    _key("f3", "before", "Before", "From whom it is, and what was said before", name="ask.before"),
    _key("f4", "clear", "Clear", "Begin with an empty page", name="ask.clear", in_footer=True),
    _key("f5,w", "ask('why')", "Why?", "What led to the verdict", name="ask.why"),
    _key("f6,c", "ask('change')", "What would change it?", "Tried on the running model", name="ask.change"),
    _key("f7,b", "ask('benign')", "A benign reading?", "And what tells the two apart", name="ask.benign"),
    _key("f8,r", "ask('reply')", "What could I answer?", "Short replies, to be copied", name="ask.reply"),
    _key("f9,s", "ask('similar')", "Seen before?", "Similar messages from your journal", name="ask.similar"),
    _key("slash", "words", "In words", "Type a question", name="ask.words"),
    _key("ctrl+s", "keep", "Keep", "Record this text in the journal, as any message", name="ask.keep", in_footer=True),
    _key("ctrl+l,t", "talk", "Talk", "With your own language model, about this text or anything", name="ask.talk"),
    _key("escape", "leave_editor", "Leave text", "Out of the text, so that single keys work", name="ask.leave"),
)
"""Work anywhere on the Ask screen."""

TALK_KEYS = (
    _key("escape", "stop", "Stop", "Stop the answer; else out of the line, and back", name="talk.stop", in_footer=True),
    _key("ctrl+l", "leave", "To the text", "Back to the text that is judged", name="talk.leave", in_footer=True),
    _key("f4", "clear", "New", "Begin a new conversation", name="talk.new", in_footer=True),
    _key("slash", "line", "Say", "To the line for what you say", name="talk.line"),
    _key("y", "copy", "Copy", "Copy the last answer", name="talk.copy"),
    _key("Y", "write", "To a file", "Write the last answer to a private file", name="talk.write"),
)
"""Work while you talk with your language model."""

ANSWER_KEYS = (
    _key("enter", "take", "Take", "Copy this line, or open that message", name="answer.take"),
    _key("y", "copy", "Copy", "Copy this line", name="answer.copy"),
    _key("Y", "write", "To a file", "Write this line to a private file", name="answer.write"),
)
"""Work on a line of an answer that can be copied or opened."""

SPEAKER_KEYS = (_key("space,enter,left,right", "switch", "Switch", "A person, or an AI", name="speaker.switch"),)
"""Work on the switch that says who speaks."""

POLICY_KEYS = (
    _key("enter", "edit", "Edit", "Change it here, and see what that does", name="policy.edit", in_footer=True),
    _key("space", "status", "Status", "In force, on trial, draft or retired", name="policy.status", in_footer=True),
    _key("plus", "new", "New", "Make a policy of your own", name="policy.new", in_footer=True),
    _key("e", "edit_outside", "Your editor", "Change it in the editor of $EDITOR", name="policy.edit_outside"),
    _key("a", "amend", "Say why", "Give your reason for a change made in its file", name="policy.amend"),
    _key("h", "history", "History", "Its versions, what changed and why; to go back to one", name="policy.history"),
    _key("v", "review", "Reviewed", "You read it again; choose when to do so next", name="policy.review"),
    _key("x", "unmute", "Unmute", "Take out what mutes it", name="policy.unmute"),
    _key("slash", "filter", "Filter", "Show only policies with these words", name="policy.filter"),
    _key("P", "packs", "Packs", "Policies of others, and whom you trust", name="policy.packs"),
    _key("y", "copy", "Copy", "Copy the words of the chosen policy", name="policy.copy"),
    _key(
        "Y", "write", "Write to a file", "Put the words of the chosen policy into a private file", name="policy.write"
    ),
    _key("escape", "step_back", "Back", "To the list; from a filter to all", name="policy.back"),
)
"""Work anywhere on the Policies screen."""

EDITOR_KEYS = (
    _key(
        "ctrl+s",
        "keep",
        "Keep",
        "Put the text into the policy's file, with your reason",
        name="editor.keep",
        in_footer=True,
    ),
    _key(
        "ctrl+space,ctrl+@",
        "complete",
        "Complete",
        "What can stand here: keys, choices, tactics",
        name="editor.complete",
        in_footer=True,
    ),
    _key(
        "ctrl+e", "edit_outside", "Your editor", "Go on in $EDITOR, and come back", name="editor.outside", is_first=True
    ),
    _key("f6", "next_part", "Next part", "Problems, preview, tests, what changed", name="editor.part", is_first=True),
    _key("f8", "next_problem", "Next problem", "Go to the next problem in the text", name="editor.problem"),
    _key(
        "escape",
        "step_back",
        "Back",
        "From the list to the text; from the text to your policies",
        name="editor.back",
        in_footer=True,
    ),
)
"""Work anywhere on the page on which a policy is edited."""

HIT_KEYS = (_key("enter", "open_hit", "Read", "Go to the message", name="hit.read", in_footer=True),)
"""Work on the messages that a policy matched."""

HISTORY_KEYS = (
    _key("R", "restore", "Restore", "Go back to this version, with a reason", name="history.restore", in_footer=True),
    _key("a", "amend", "Say why", "Give the reason of this change", name="history.amend", in_footer=True),
    _key("y", "copy", "Copy", "Copy what this version changed", name="history.copy"),
    _key("escape", "leave", "Back", "Back to your policies", name="history.back", in_footer=True),
)
"""Work on the history of a policy."""

PACK_KEYS = (
    _key(
        "i",
        "install",
        "Install",
        "Look at a pack in a file, and take it in or update it",
        name="pack.install",
        in_footer=True,
    ),
    _key("x", "remove", "Remove", "Take out what this pack brought", name="pack.remove", in_footer=True),
    _key("t", "trust", "Trust a key", "Let packs that a key signed warn you", name="pack.trust"),
    _key("y", "copy", "Copy", "Copy the words about the chosen pack", name="pack.copy"),
    _key("escape,P", "leave", "Back", "Back to your policies", name="pack.back", in_footer=True),
)
"""Work on the packs."""

AGREE_KEYS = (_key("y", "agree", "Yes", "Do what is shown", name="agree.yes", in_footer=True),)
"""Work where a yes is asked for."""

JOURNAL_KEYS = (
    _key("slash", "search", "Search", "Search the record, in words or codes", name="journal.search", in_footer=True),
    _key(
        "s",
        "tab('statistics')",
        "Statistics",
        "Count by week, tactic, policy and sender",
        name="journal.statistics",
        in_footer=True,
    ),
    _key(
        "v",
        "tab('verify')",
        "Verify",
        "Check that nothing was changed or taken away",
        name="journal.verify",
        in_footer=True,
    ),
    _key("x", "tab('export')", "Export", "Write records to a file", name="journal.export"),
    _key("c", "tab('receipts')", "Receipts", "Check a receipt, or write a checkpoint", name="journal.receipts"),
    _key("escape", "leave_field", "Leave field", "Out of a field, so that single keys work", name="journal.leave"),
)
"""Work anywhere on the Journal screen."""

HEALTH_KEYS = (
    _key(
        "c", "canaries", "Canaries", "Look at the texts whose verdict is known", name="health.canaries", in_footer=True
    ),
    _key("v", "verify", "Verify model", "Hash the model's files once more", name="health.verify", in_footer=True),
    _key("e", "write", "To a file", "Write all readings to a private file", name="health.write", in_footer=True),
    _key("y", "copy", "Copy", "Copy all readings", name="health.copy"),
)
"""Work anywhere on the Health screen."""

NOTICE_KEYS = (
    _key("enter", "read", "Read", "Open the message", name="notices.read", in_footer=True),
    _key("a", "all_seen", "All seen", "Take everything off this list", name="notices.all", in_footer=True),
)
"""Work on the list of what was not seen."""

FIRST_RUN_KEYS = (
    _key("enter", "go_on", "Go on", "Do this, and on to the next page", name="first.next", in_footer=True),
    _key("left,backspace", "go_back", "Back", "To the page before", name="first.back", in_footer=True),
    _key("escape", "leave", "Leave", "Leave now; nothing half done stays", name="first.leave", in_footer=True),
)
"""Work on the pages of the first run."""

FIRST_PAGE_KEYS = (
    _key("space", "switch_line", "On or off", "Switch the line under the cursor", name="first.toggle", in_footer=True),
    _key("y", "copy_line", "Copy", "Copy the line under the cursor", name="first.copy", in_footer=True),
    _key("Y", "write_line", "To a file", "Write the line under the cursor to a file", name="first.write"),
)
"""Work on the lists of the first run."""

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
    KeyGroup("Its way", WAY_KEYS),
    KeyGroup("Filter line", FILTER_KEYS),
    KeyGroup("Lists", LIST_KEYS),
    KeyGroup("Groups", GROUP_KEYS),
    KeyGroup("Lines", OPTION_KEYS),
    KeyGroup("Texts", TEXT_KEYS),
    KeyGroup("Ask", ASK_KEYS, "ask"),
    KeyGroup("Talk", TALK_KEYS),
    KeyGroup("Who speaks", SPEAKER_KEYS),
    KeyGroup("A line of an answer", ANSWER_KEYS),
    KeyGroup("Policies", POLICY_KEYS, "policies"),
    KeyGroup("The policy's text", EDITOR_KEYS),
    KeyGroup("Messages that it matched", HIT_KEYS),
    KeyGroup("History of a policy", HISTORY_KEYS),
    KeyGroup("Packs", PACK_KEYS),
    KeyGroup("A question", AGREE_KEYS),
    KeyGroup("Journal", JOURNAL_KEYS, "journal"),
    KeyGroup("Health", HEALTH_KEYS, "health"),
    KeyGroup("Not seen yet", NOTICE_KEYS),
    KeyGroup("Set up", FIRST_RUN_KEYS),
    KeyGroup("Set up: lists", FIRST_PAGE_KEYS),
    KeyGroup("Sheets", SHEET_KEYS),
)
"""In the order of the help."""


def key_words(keys: str) -> str:
    """The keys of a binding as the help writes them."""
    names = {
        "right_square_bracket": "]",
        "left_square_bracket": "[",
        "question_mark": "?",
        "slash": "/",
        "escape": "esc",
        "asterisk": "*",
    }
    return ", ".join(names.get(key, key) for key in keys.split(","))
