"""The pages of the first run: what this is, starter policies, and where messages come from. The key has its own file.

Invariants: each fits 80 columns by 24 lines and says one thing; a line that is offered to be copied works today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from guardian.paths import Paths
from guardian.safe_text import safe_line
from tui.beginning import quiet_until
from tui.copying import copy, write
from tui.desk import Job
from tui.keys import FIRST_PAGE_KEYS
from tui.messages import WorkFailed
from tui.screens.base import app_of
from tui.widgets.key_list import KeyList
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.policy.starter import StarterPolicy

ABOUT: Final = """\
Guardian reads what people send you and what AI assistants answer, and tells you when it tries to work on you: \
pressure, flattery, false names, lies about what happened, orders hidden for your AI. \
It shows the words that do it, and says why.

It is advice. You decide. Nothing is answered, deleted or held back, unless a policy of yours says so.

Nothing leaves this machine. The model is part of the program; there is no account, and no network.

What it can't see: pictures, voices and calls; what does not reach it; other languages than English, of which it says \
that it is unsure. It can be wrong, both ways. Clean means that none of your policies matched. It does not mean safe.

Your rules are files of your own. You can read, change and delete every one of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is ready to be used."""

    what: str
    command: str


LINES: Final = (
    Line("a text in a file", "guardian filter --annotate < letter.txt"),
    Line("what you copied (X11; wl-paste on Wayland)", "xclip -o | guardian filter --annotate"),
    Line("one saved mail", "guardian filter --mail --check < message.eml"),
    Line("a Maildir, or a folder of files", "guardian scan ~/Maildir"),
    Line("new mail in procmail: aside what is not clean", ":0\n* ! ? guardian filter --mail --check\nlook-twice/"),
    Line("what an assistant answers", "assistant 'my question' | guardian filter --as ai --annotate"),
)
NOT_YET: Final = "Not there yet: watching a folder by itself, a proxy and hooks for assistants."


class Page(Vertical):
    """One page."""

    title: ClassVar[str]

    def begin(self) -> None:
        """It is shown now."""

    def choose(self, _place: int) -> bool:
        """Enter on a line of its list; False where that means to go on."""
        return False


class AboutPage(Page):
    """What this is, and what it is not."""

    title = "what this is, and what it is not"

    def __init__(self) -> None:
        super().__init__(id="first-about")

    def compose(self) -> ComposeResult:
        """Words."""
        yield KeyScroll(Static(ABOUT, markup=False))

    def begin(self) -> None:
        """So that the words can be scrolled where the screen is small."""
        self.query_one(KeyScroll).focus()


class ListPage(Page):
    """A page with words, a list, and words on the line under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = list(FIRST_PAGE_KEYS)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static("", markup=False, classes="first-words")
        yield KeyList(markup=False)
        yield Static("", markup=False, classes="first-line")

    @property
    def list(self) -> KeyList:
        """The list."""
        return self.query_one(KeyList)

    def say(self, words: str) -> None:
        """What stands above the list."""
        self.query_one(".first-words", Static).update(Content(words))

    def fill(self, lines: Iterable[Content]) -> None:
        """Put these into the list; the cursor stays."""
        place = self.list.highlighted or 0
        self.list.set_options(Option(line) for line in lines)
        if self.list.option_count:
            self.list.highlighted = min(place, self.list.option_count - 1)

    def words_on(self, _place: int) -> Content:
        """What stands below the list, on one of its lines."""
        return Content("")

    @on(OptionList.OptionHighlighted)
    def _explain(self, message: OptionList.OptionHighlighted) -> None:
        message.stop()
        self.query_one(".first-line", Static).update(self.words_on(message.option_index))

    def begin(self) -> None:
        """The keys go to the list."""
        self.list.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what this page can do is among its keys."""
        return action not in ("copy_line", "write_line")


@dataclass(repr=False)
class StartersRead(AppMessage):
    """The starter policies, and how they stand in the owner's folder where they were copied before."""

    starters: tuple[StarterPolicy, ...]
    standing: Mapping[str, str] | None
    """{id: status} of the owner's own; None where they are yet to be copied."""


class PoliciesPage(ListPage):
    """Which starter policies are to be in force."""

    title = "what to look for"

    def __init__(self) -> None:
        super().__init__(id="first-policies")
        self._starters: tuple[StarterPolicy, ...] = ()
        self._standing: Mapping[str, str] | None = None
        self._off: set[str] = set()

    @property
    def is_offered(self) -> bool:
        """Whether the owner chooses; where they have the policies already, they were asked before."""
        return bool(self._starters) and self._standing is None

    @property
    def drafts(self) -> frozenset[str]:
        """Ids of those that are switched off."""
        return frozenset(self._off)

    def begin(self) -> None:
        """Read them, at the desk."""
        super().begin()
        app_of(self).desk.do("starters", partial(_starters, app_of(self).settings.paths), self)

    @on(StartersRead)
    def _show(self, message: StartersRead) -> None:
        message.stop()
        self._starters, self._standing = message.starters, message.standing
        if self._standing is None:
            self.say("space switches one off: it is kept as a draft, which looks for nothing.")
        else:
            self.say("These are in your folder already. Policies (3) is where you change them.")
        self.fill(map(self._line, self._starters))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.say(message.line)

    def _line(self, starter: StarterPolicy) -> Content:
        if self._standing is not None:
            return Content(f"{self._standing.get(starter.id, 'not there'):<10} {safe_line(starter.title)}")
        return Content(f"{'[ ]' if starter.id in self._off else '[x]'} {safe_line(starter.title)}")

    def words_on(self, place: int) -> Content:
        """What the policy looks for."""
        return Content(safe_line(self._starters[place].looks_for, 400)) if place < len(self._starters) else Content("")

    def action_switch_line(self) -> None:
        """On or off."""
        place = self.list.highlighted
        if self._standing is None and place is not None and place < len(self._starters):
            self._off ^= {self._starters[place].id}
            self.fill(map(self._line, self._starters))


class SourcesPage(ListPage):
    """Where messages come from, and the quiet week."""

    title = "where messages come from"

    def __init__(self) -> None:
        super().__init__(id="first-sources")
        self.is_quiet_wanted = False

    def begin(self) -> None:
        """Lines that work today."""
        super().begin()
        self.is_quiet_wanted = app_of(self).notices.is_quiet
        self.say(f"Nothing comes by itself: you send messages here. These lines work now; y copies one.\n{NOT_YET}")
        self._fill()

    def _fill(self) -> None:
        self.fill([self._quiet_line(), *(Content(line.what) for line in LINES)])

    def _quiet_line(self) -> Content:
        until = date.fromisoformat(quiet_until(date.today()))
        sign = "[x]" if self.is_quiet_wanted else "[ ]"
        return Content.styled(f"{sign} A quiet first week, until {until:%a} {until.day}", "bold")

    def words_on(self, place: int) -> Content:
        """The line itself, or what a quiet week is."""
        if place == 0:
            words = "Everything is logged, nothing interrupts you, and at the end there is a summary. space: on or off."
            return Content(words)
        return Content.styled(LINES[place - 1].command, "bold $text-accent") if place <= len(LINES) else Content("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Both the week and the lines."""
        return True

    def action_switch_line(self) -> None:
        """The quiet week, wherever the cursor is."""
        self.is_quiet_wanted = not self.is_quiet_wanted
        self._fill()

    def action_copy_line(self) -> None:
        """The line under the cursor."""
        if self._command:
            copy(app_of(self), self._command, "the line")

    def action_write_line(self) -> None:
        """To a private file, where the terminal has no clipboard."""
        if self._command:
            write(app_of(self), self._command, "the line")

    @property
    def _command(self) -> str:
        """That of the line under the cursor; empty on the quiet week."""
        place = self.list.highlighted
        return LINES[place - 1].command if place else ""


def _starters(paths: Paths, _job: Job) -> StartersRead:
    from guardian.policy.load import load_policies
    from guardian.policy.starter import starter_policies, were_starter_policies_installed

    starters = starter_policies(paths.shipped_policies)
    if not were_starter_policies_installed(paths.policies):
        return StartersRead(starters, None)
    standing = {policy.id: policy.status.value for policy in load_policies(paths.policies).policies}
    return StartersRead(starters, standing)
