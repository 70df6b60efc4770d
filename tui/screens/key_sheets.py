"""The sheets for the journal's key: a recovery phrase, and a passphrase.

Invariants: the words of a phrase are drawn on this sheet alone, can't be selected with the mouse, and are never put on
the clipboard, into a notice or a log; they count only once two of them were typed back, and are let go of with the
sheet. A passphrase is shown by dots and is taken out of its lines at once. Stretching and sealing is work for the desk.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from guardian.settings import Settings
from tui.desk import Job
from tui.messages import WorkFailed
from tui.records import Records
from tui.screens.base import app_of
from tui.screens.form import FormSheet, label

if TYPE_CHECKING:
    from guardian.journal.phrase import Phrase

_COLUMNS: Final = 4
_NARROW_COLUMNS: Final = 2
_ASKED: Final = 2
"""Words that are typed back."""
_SEVERAL: Final = 60
"""Below so many columns the words stand in two columns."""


@dataclass(repr=False)
class PhraseMade(AppMessage):
    """A phrase was drawn. It opens nothing yet."""

    phrase: Phrase
    had_one: bool
    """Whether the journal has one already, whose place this is to take."""


@dataclass(repr=False)
class KeyChanged(AppMessage):
    """It was done."""


class Words(Static):
    """The words, which no mouse can select."""

    ALLOW_SELECT: ClassVar[bool] = False


class PhraseSheet(FormSheet[bool]):
    """Shows 24 words once, and asks for two of them."""

    CSS_PATH = ["form.tcss", "key_sheets.tcss"]  # type: ignore[assignment]  # noqa: RUF012  # Textual takes several

    def __init__(self, settings: Settings, records: Records) -> None:
        super().__init__("Your recovery phrase", "I wrote them down")
        self._settings, self._records = settings, records
        self._phrase: Phrase | None = None
        order = secrets.SystemRandom()
        self._places = sorted(order.sample(range(24), _ASKED))

    def fields(self) -> Iterable[Widget]:
        """The words, then two lines."""
        yield Static("", markup=False, id="phrase-says", classes="form-words")
        yield Words("", markup=False, id="phrase-words", classes="form-words")
        asked: list[Widget] = []
        for place in self._places:
            asked += [Label(Content(f"word {place + 1}")), Input(compact=True, id=f"word-{place}")]
        yield Horizontal(*asked, id="phrase-asked")

    def on_mount(self) -> None:
        """Draw a phrase, at the desk."""
        super().on_mount()
        self._show_says("drawing 24 words …")
        app_of(self).desk.do("phrase", partial(_made, self._settings, self._records), self)

    def on_unmount(self) -> None:
        """Let go of the words."""
        self._phrase = None

    def _show_says(self, words: str) -> None:
        self.query_one("#phrase-says", Static).update(Content(words))

    @on(PhraseMade)
    def _show(self, message: PhraseMade) -> None:
        message.stop()
        self._phrase = message.phrase
        before = " They take the place of those you have." if message.had_one else ""
        self._show_says(
            "Write these 24 words on paper, with their numbers. They are shown this once. Whoever has them and a copy "
            f"of the journal can read it.{before}"
        )
        self.on_resize()

    def on_resize(self) -> None:
        """As many columns as there is room for."""
        if self._phrase is not None:
            columns = _COLUMNS if self.size.width >= _SEVERAL else _NARROW_COLUMNS
            table = word_table(self._phrase.words(), columns)
            self.query_one("#phrase-words", Static).update(Content(f"\n{table}"))

    def send(self) -> None:
        """Compare, and seal the journal's key to the words."""
        if self._phrase is None:
            return
        shown = self._phrase.words()
        wrong = [place for place in self._places if self.value(f"word-{place}").casefold() != shown[place]]
        if wrong:
            places = " and ".join(str(place + 1) for place in wrong)
            self.say(f"word {places} {'is' if len(wrong) == 1 else 'are'} not what is shown; nothing was changed yet")
            return
        app_of(self).desk.do("seal", partial(_sealed, self._settings, self._records, self._phrase), self)

    @on(KeyChanged)
    def _changed(self, message: KeyChanged) -> None:
        message.stop()
        self.dismiss(True)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.say(message.line)


class PassphraseSheet(FormSheet[bool]):
    """Closes the journal's key with a new passphrase, typed twice."""

    def __init__(self, settings: Settings, records: Records) -> None:
        super().__init__("Close the key with a passphrase", "Close it")
        self._settings, self._records = settings, records

    def fields(self) -> Iterable[Widget]:
        """Two lines of dots."""
        words = (
            "The journal is then closed until you type the passphrase here; what is recorded meanwhile waits, sealed. "
            "Without the passphrase, and without a recovery phrase, nobody can open it: not you either."
        )
        yield Static(words, markup=False, classes="form-words")
        yield label("passphrase, at least 12 characters")
        yield Input(password=True, compact=True, id="first")
        yield label("the same once more")
        yield Input(password=True, compact=True, id="second")

    def send(self) -> None:
        """Compare, and move the key."""
        from guardian.journal.places.passphrase import SHORTEST_CHARACTERS

        lines = [self.query_one(f"#{name}", Input) for name in ("first", "second")]
        first, second = (line.value for line in lines)
        if first and not second:
            lines[1].focus()
            return
        if len(first) < SHORTEST_CHARACTERS:
            self.say(
                f"too short: a copied file can be guessed at without end; at least {SHORTEST_CHARACTERS} characters"
            )
            return
        for line in lines:
            line.value = ""
        if first != second:
            lines[0].focus()
            self.say("the two are not the same; nothing was changed")
            return
        self.say("")
        app_of(self).desk.do("close-key", partial(_closed, self._settings, self._records, first), self)

    @on(KeyChanged)
    def _changed(self, message: KeyChanged) -> None:
        message.stop()
        self.dismiss(True)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.say(message.line)


def word_table(words: tuple[str, ...], columns: int) -> str:
    """The words with their numbers, from top to bottom and then from left to right."""
    rows = -(-len(words) // columns)
    cells = [f"{place:>2} {word:<10}" for place, word in enumerate(words, 1)]
    return "\n".join("  ".join(cells[row::rows]).rstrip() for row in range(rows))


def _made(settings: Settings, records: Records, _job: Job) -> PhraseMade:
    """A phrase. Where there is no journal yet, none is begun for it: that is left to the words that are typed back."""
    from guardian.journal.phrase import new_phrase
    from guardian.journal.standing import standing

    return PhraseMade(new_phrase(), standing(settings).has_phrase)


def _sealed(settings: Settings, records: Records, phrase: Phrase, _job: Job) -> KeyChanged:
    from guardian.journal.opening import open_journal
    from guardian.journal.owner_key import seal_to_phrase

    with open_journal(settings, ask=records.ask, begin=True) as journal:
        seal_to_phrase(journal, phrase)
    records.look_now()
    return KeyChanged()


def _closed(settings: Settings, records: Records, given: str, _job: Job) -> KeyChanged:
    from guardian.journal.keys import KeyPlace
    from guardian.journal.opening import open_journal
    from guardian.journal.owner_key import move_key
    from guardian.journal.secret import Secret

    new = Secret(given.encode("utf-8", "replace"))
    with open_journal(settings, ask=records.ask, begin=True) as journal:
        move_key(journal, settings, KeyPlace.PASSPHRASE, lambda _prompt: new)
    records.unlock(new)
    return KeyChanged()
