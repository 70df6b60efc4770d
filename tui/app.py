"""The app: two tabs, one status line, and the wiring between the bridge's messages and the widgets.

Invariants: no slow work here; the first paint waits for nothing but Textual; a crash is one line without
anybody's words (`crash.py`), and the screen is restored before it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, TabbedContent, TabPane

from guardian.events import CellRestarted, JournalNotice, NotJournaled, PoliciesChanged
from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui import messages
from tui.bridge import Bridge, Opener
from tui.keys import APP_KEYS, ASK_KEYS, INBOX_KEYS, LIST_KEYS
from tui.screens.help import help_words
from tui.screens.house import house_words
from tui.screens.sheet import Sheet
from tui.state import HouseState, Phase
from tui.widgets.ask import AskPane
from tui.widgets.banner import Banner
from tui.widgets.inbox import InboxPane, InboxTable
from tui.widgets.status_line import StatusLine

CRASHED = 2
"""The app's return code after a crash: `ExitCode.USAGE`, as for any internal error of the command line."""

NO_PATHS = "No messages yet.\n\nStart with a file or folder:  python -m tui PATH\nor press 2 and paste a text."
NOTHING_FOUND = "There is no message in what you named."
STARTING = "The model is starting …"
SCREENING = "Screening …"


class PanicError(Exception):
    """Textual, or its driver, gave up."""


class GuardianApp(App[None]):
    """Guardian on a terminal. `opener` opens the gate; leave it out to have the owner's own."""

    TITLE = "Guardian"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(APP_KEYS)
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]  # Textual forgot ClassVar
        (0, "-narrow"),
        (100, "-wide"),
    ]

    state: reactive[HouseState] = reactive(HouseState())

    def __init__(self, settings: Settings, paths: Sequence[Path] = (), opener: Opener | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.paths = tuple(paths)
        self.bridge = Bridge(settings, self.paths, self.post_message, opener)
        self.crash: Exception | None = None

    def compose(self) -> ComposeResult:
        """What is broken above all, then the tabs; status and keys below."""
        yield Banner(self.settings.policies_dir)
        with TabbedContent(initial="inbox" if self.paths else "ask"):
            with TabPane("1 Inbox", id="inbox"):
                yield InboxPane(self.settings)
            with TabPane("2 Ask", id="ask"):
                yield AskPane()
        yield StatusLine()
        yield Footer()

    def on_mount(self) -> None:
        """Paint first, then open the gate."""
        self.action_show_tab("inbox" if self.paths else "ask")
        self.call_after_refresh(self.bridge.start)

    def on_unmount(self) -> None:
        """Tell the bridge to end."""
        self.bridge.stop()

    # What the bridge says

    @on(messages.HouseLoaded)
    def _house_loaded(self, message: messages.HouseLoaded) -> None:
        self._change(model=message.model, policies=message.policies, policy_set=message.policy_set)

    @on(messages.JournalFound)
    def _journal_found(self, message: messages.JournalFound) -> None:
        self._change(journal=message.key, has_weak_key=message.is_weak)
        if message.waiting:
            words = f"{message.waiting} verdicts wait for the journal's key; guardian journal list asks for it"
            self.notify(words, severity="warning", markup=False)

    @on(messages.ReasonsWanted)
    def _reasons_wanted(self, message: messages.ReasonsWanted) -> None:
        first = safe_line(message.policies[0], 64)
        others = f" (and {len(message.policies) - 1} more)" if len(message.policies) > 1 else ""
        self.notify(f"why did you change {first}{others}? guardian policy amend {first} --why TEXT", markup=False)

    @on(messages.GateOpened)
    def _gate_opened(self) -> None:
        self.state = self.state.with_gate_open()
        if self.state.problems:
            words = f"{len(self.state.problems)} problems in your policies; press i to read them"
            self.notify(words, severity="warning", markup=False)

    @on(messages.GateFailed)
    def _gate_failed(self, message: messages.GateFailed) -> None:
        self._change(phase=Phase.DOWN, trouble=message.line)

    @on(messages.CoreEvent)
    def _core_event(self, message: messages.CoreEvent) -> None:
        before, self.state = self.state, self.state.with_event(message.event)
        if isinstance(message.event, PoliciesChanged) and message.event.policy_set != before.policy_set:
            self.notify(f"your policies changed; in force now: {message.event.policies}", markup=False)
        elif isinstance(message.event, CellRestarted):
            words = f"the model was started again: {safe_line(message.event.reason)}"
            self.notify(words, severity="warning", markup=False)
        elif isinstance(message.event, JournalNotice):
            self.notify(safe_line(message.event.line), markup=False)
        elif isinstance(message.event, NotJournaled) and self.state.not_journaled == 1:
            self.notify(safe_line(message.event.line), severity="warning", markup=False)

    @on(messages.InboxListed)
    def _inbox_listed(self, message: messages.InboxListed) -> None:
        self._change(total=message.total)

    @on(messages.InboxScreened)
    def _inbox_screened(self, message: messages.InboxScreened) -> None:
        self.state = self.state.with_counted(message.screened).with_verdict(message.screened.verdict)
        if self.is_running:
            self.query_one(InboxPane).add(message.screened)

    @on(messages.InboxFailed)
    def _inbox_failed(self, message: messages.InboxFailed) -> None:
        self._change(inbox_trouble=message.line)

    @on(messages.Answered)
    def _answered(self, message: messages.Answered) -> None:
        self.state = self.state.with_verdict(message.screened.verdict)
        if self.is_running:
            self.query_one(AskPane).show(message)

    # What the owner does

    @on(messages.TextGiven)
    def _text_given(self, message: messages.TextGiven) -> None:
        self.bridge.ask(message)

    def action_show_tab(self, tab: str) -> None:
        """Go to a tab, ready for its keys."""
        self.query_one(TabbedContent).active = tab
        if tab == "ask":
            self.query_one(AskPane).focus_editor()
        else:
            self.query_one(InboxPane).focus_list()

    def action_help(self) -> None:
        """All keys, and what the words mean."""
        self.push_screen(Sheet("Help", help_words()))

    def action_house(self) -> None:
        """Model, wall, policies and problems in full."""
        self.push_screen(Sheet("State", house_words(self.state)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key, by name, and Textual's own."""
        yield from self._commands(APP_KEYS, self, "")
        if not isinstance(screen, Sheet):
            yield from self._commands((*INBOX_KEYS, *LIST_KEYS), self.query_one(InboxTable), "inbox")
            yield from self._commands(ASK_KEYS, self.query_one(AskPane), "ask")
        yield from (command for command in super().get_system_commands(screen) if command.title != "Quit")

    # How the house stands

    def watch_state(self, state: HouseState) -> None:
        """Show the state wherever it shows. The bridge still talks while the widgets are taken down."""
        if not self.is_running:
            return
        self.query_one(Banner).show(state)
        self.query_one(StatusLine).show(state)
        self.query_one(AskPane).show_state(state)
        self.query_one(InboxPane).say_when_empty(self._words_when_empty(state))

    def _change(self, **parts: object) -> None:
        self.state = replace(self.state, **parts)  # type: ignore[arg-type]  # the names are those of its fields

    def _words_when_empty(self, state: HouseState) -> str:
        if state.inbox_trouble:
            return state.inbox_trouble
        if state.phase is Phase.DOWN:
            return f"The model is down, so nothing was screened.\n\n{state.trouble}"
        if not self.paths:
            return NO_PATHS
        if state.total == 0:
            return NOTHING_FOUND
        return STARTING if state.phase is Phase.STARTING else SCREENING

    def _commands(self, bindings: Iterable[Binding], at: DOMNode, tab: str) -> Iterator[SystemCommand]:
        for binding in bindings:
            yield SystemCommand(binding.description, binding.tooltip, partial(self._command, binding.action, at, tab))

    async def _command(self, action: str, at: DOMNode, tab: str) -> None:
        if tab:
            self.action_show_tab(tab)
        for node in at.ancestors_with_self:
            if hasattr(node, f"action_{action.partition('(')[0]}"):
                await self.run_action(action, default_namespace=node)
                return

    # How it ends when it fails

    def _handle_exception(self, error: Exception) -> None:
        """In place of Textual's own, which prints the local variables of every frame."""
        self._return_code = CRASHED
        if self.crash is None:
            self.crash = error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """In place of Textual's own, which prints whatever it is given."""
        self._handle_exception(PanicError())
