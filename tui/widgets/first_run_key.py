"""The page of the first run that is about the journal's key: where it is, what that protects, and what helps.

Invariants: nothing is asked of a keyring but whether it works; each choice has a sheet of its own, or is done at once
and said; leaving it for later is a choice too, and Health goes on saying that there is no phrase yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from textual import on
from textual.content import Content
from textual.message import Message as AppMessage

from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui.desk import Job
from tui.messages import WorkFailed
from tui.records import Records
from tui.screens.base import app_of
from tui.screens.key_sheets import KeyChanged, PassphraseSheet, PhraseSheet
from tui.widgets.first_run_pages import ListPage

_PHRASE, _PASSPHRASE, _KEYRING, _LATER = range(4)
PLACES: Final = {
    "file": "It is in a file: that protects copies of the journal, but not this disk.",
    "keyring": "It is in your keyring, which is open while you are logged in.",
    "passphrase": "It is closed by a passphrase, which the app asks for.",
}
_BECAUSE: Final = {
    _PHRASE: "24 words on paper bring a lost key back. Without them, a lost key closes the journal for good.",
    _PASSPHRASE: "Protects this disk too. You type it in the app; what comes meanwhile waits, sealed.",
    _KEYRING: "The system keeps the key, and has it open while you are logged in.",
    _LATER: "Nothing is lost by it. Health says what is still to be done; Set up in the palette (ctrl+p) comes back.",
}


@dataclass(repr=False)
class KeyFound(AppMessage):
    """How the key stands."""

    place: str
    """file, keyring or passphrase: where it is, or where the key of a new journal will go."""
    is_there: bool
    """Whether there is a journal."""
    has_phrase: bool
    keyring_trouble: str
    """Why no keyring works, in one safe line; empty where one does."""


class KeyPage(ListPage):
    """Phrase, passphrase, keyring, or later."""

    title = "your journal's key"

    def __init__(self) -> None:
        super().__init__(id="first-key")
        self._found: KeyFound | None = None

    def begin(self) -> None:
        """Look, at the desk: a keyring may take its time."""
        super().begin()
        if self._found is None:
            self.say("looking where the key is …")
        self._look()

    def choose(self, place: int) -> bool:
        """The sheet for it, or the deed."""
        app = app_of(self)
        if place == _LATER or app.records is None or self._found is None:
            return False
        if place == _PHRASE:
            app.push_screen(PhraseSheet(app.settings, app.records), self._done)
        elif place == _PASSPHRASE:
            app.push_screen(PassphraseSheet(app.settings, app.records), self._done)
        elif self._found.keyring_trouble:
            self.say(f"No keyring works here: {self._found.keyring_trouble}")
        elif self._found.place != "keyring" or not self._found.is_there:
            app.desk.do("to-keyring", partial(_to_keyring, app.settings, app.records), self)
        return True

    def words_on(self, place: int) -> Content:
        """What it protects."""
        return Content(_BECAUSE.get(place, ""))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to switch or to copy here: words on paper are the point."""
        return action not in ("copy_line", "write_line", "switch_line")

    def _look(self) -> None:
        app_of(self).desk.do("key", partial(_found, app_of(self).settings), self)

    def _done(self, is_done: bool | None) -> None:
        if is_done:
            self._look()

    @on(KeyFound)
    def _show(self, message: KeyFound) -> None:
        message.stop()
        self._found = message
        begins = (
            ""
            if message.is_there
            else " The journal begins with the first message that is recorded, or with a choice here."
        )
        self.say(f"What is flagged is kept in a journal, sealed with a key. {PLACES[message.place]}{begins}")
        phrase = "Make another recovery phrase" if message.has_phrase else "Make a recovery phrase"
        made = Content.styled("   made", "$text-success") if message.has_phrase else Content("")
        other = "   (none works here)" if message.keyring_trouble else ""
        self.fill(
            [
                Content(phrase) + made,
                Content("Close the key with a passphrase" + ("   done" if message.place == "passphrase" else "")),
                Content("Keep the key in the keyring" + ("   done" if message.place == "keyring" else other)),
                Content("Leave it for later, and go on" if not message.has_phrase else "Go on"),
            ]
        )

    @on(KeyChanged)
    def _changed(self, message: KeyChanged) -> None:
        message.stop()
        self._look()

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.say(message.line)


def _found(settings: Settings, _job: Job) -> KeyFound:
    from guardian.journal.opening import open_journal
    from guardian.journal.places.keyring_place import probe_keyring

    probe = probe_keyring(may_prompt=False)
    trouble = "" if probe.ok else safe_line(probe.why)
    if not settings.paths.journal_file.exists():
        return KeyFound("keyring" if probe.ok else "file", False, False, trouble)
    with open_journal(settings, unlock=False) as journal:
        return KeyFound(journal.header.place, True, journal.header.recovery is not None, trouble)


def _to_keyring(settings: Settings, records: Records, _job: Job) -> KeyChanged:
    from guardian.journal.keys import KeyPlace
    from guardian.journal.opening import open_journal
    from guardian.journal.owner_key import move_key

    with open_journal(settings, ask=records.ask, begin=True) as journal:
        move_key(journal, settings, KeyPlace.KEYRING, records.ask)
    records.look_now()
    return KeyChanged()
