"""The page under the policy editor: a policy's text, what there is to say of it, and where the cursor stands.

Invariants: what is shown of a text belongs to it as it stands now; every word that came from a file passes `safe_line`;
reading the file is the desk's.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from enum import Enum
from pathlib import Path

from textual import events, on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from guardian.errors import GuardianError
from guardian.policy.unsaved import Unsaved, put_aside
from guardian.safe_text import safe_line
from tui.policy_keeping import PolicyKeeper, PolicyOpened
from tui.policy_trials import PolicyTrials
from tui.screens.base import GuardianScreen, app_of
from tui.screens.editor_sheets import ChoiceSheet
from tui.state import HouseState
from tui.widgets.findings_list import FindingsPane
from tui.widgets.toml_editor import Mark, TomlEditor, can_hold, marks_of


class Become(Enum):
    """What may become of a text that is not kept."""

    KEPT = "keep it"
    DISCARDED = "discard it; the file stays as it is"
    TAKEN_UP = "go on with it"
    DROPPED = "drop it, and begin with the file"
    OVER_OTHERS = "overwrite it with yours"


class EditorPage(GuardianScreen):
    """One policy's text, open to be edited."""

    CSS_PATH = "policy_editor.tcss"

    def __init__(self, policy_id: str) -> None:
        super().__init__()
        self.policy_id = policy_id
        self.path = Path()
        self.base = ""
        """What stands in the file, as far as the owner knows."""
        self.is_open = False
        """Whether the file was read, and can be edited here."""
        self._latest = ""
        """The text when it was last changed."""
        self._is_refusal_said = False

    def body(self) -> Iterable[Widget]:
        """The text, and beside or below it what there is to say of it."""
        yield Static("", markup=False, id="editor-head")
        yield Static("", markup=False, id="editor-said", classes="-nothing")
        with Container(id="editor-pane"):
            with Vertical(id="editor-left"):
                yield TomlEditor(id="policy-text")
                yield Static("", markup=False, id="editor-place")
            yield FindingsPane()

    def main(self) -> Widget:
        """The text."""
        return self.editor

    def on_mount(self) -> None:
        """Read the file."""
        self.keeper = PolicyKeeper(app_of(self), self.policy_id)
        self.editor.read_only = True
        self.show_head("reading …")
        self.focus_main()
        app_of(self).desk.do("policy-open", self.keeper.open, self)
        self.watch(self.app, "state", self._house_changed, init=False)

    def on_unmount(self) -> None:
        """The app ends: what was typed in the last moment is put where the rest is."""
        if self.is_open and self._latest not in ("", self.base):
            with suppress(GuardianError):  # there is nobody left to tell
                put_aside(app_of(self).settings, self.policy_id, self.base, self._latest)

    def on_resize(self, _event: events.Resize) -> None:
        """All parts of the list where there is room."""
        self.call_after_refresh(lambda: self.findings.show_all(not self.has_class("-narrow")))

    @property
    def editor(self) -> TomlEditor:
        """The text."""
        return self.query_one(TomlEditor)

    @property
    def findings(self) -> FindingsPane:
        """What there is to say of it."""
        return self.query_one(FindingsPane)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to keep."""
        return self.is_open and self.editor.policy_text != self.base

    # What is shown

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor there; both count from 0."""
        self.editor.focus()
        self.editor.move_cursor((line, column), center=True)

    def show_head(self, standing: str = "") -> None:
        """The policy, its file, and whether there is something to keep."""
        standing = standing or ("● not kept" if self.is_changed else "as in its file")
        name = safe_line(self.path.name)
        head = Content.assemble((safe_line(self.policy_id), "bold"), f"  {name}  ", (standing, "$foreground-muted"))
        self.query_one("#editor-head", Static).update(head)

    def say(self, words: str, *, is_trouble: bool = False, is_refusal: bool = False) -> None:
        """A line above the text, until the next one. `is_refusal`: until the text has no problem any more."""
        self._is_refusal_said = is_refusal
        said = self.query_one("#editor-said", Static)
        said.update(Content(f"{'! ' if is_trouble else ''}{safe_line(words)}"))
        said.set_class(is_trouble, "-trouble")
        said.set_class(not words, "-nothing")

    def _show_place(self, mark: Mark | None) -> None:
        """What is marked under the mouse, else at the cursor; else where the cursor is."""
        line, column = self.editor.cursor_location
        mark = mark or self.editor.mark_at(line, column)
        words = f"line {mark.line + 1}: {mark.words}" if mark is not None else f"line {line + 1}, column {column + 1}"
        self.query_one("#editor-place", Static).update(Content(words))

    # Opening

    @on(PolicyOpened)
    def _opened(self, message: PolicyOpened) -> None:
        self.path, self.base = message.path, message.text
        if not can_hold(message.text):
            words = "this file holds private characters that can't be edited here; guardian policy edit opens it"
            self.say(words, is_trouble=True)
            return
        self.findings.begin(PolicyTrials(app_of(self), self.policy_id, self.path))
        self.is_open = True
        self.editor.read_only = False
        self.editor.open_text(message.text)
        if message.unsaved is not None and can_hold(message.unsaved.text):
            self._offer(message.unsaved)
        else:
            self.opened()

    def opened(self) -> None:
        """The file was read, and nothing else was being written."""

    def _offer(self, unsaved: Unsaved) -> None:
        when = datetime.fromtimestamp(unsaved.at_ns // 1_000_000_000).strftime("%Y-%m-%d %H:%M")
        words = Content(f"You were writing on this policy on {when}, and it was not kept.")

        def decided(choice: Become | None) -> None:
            if choice is Become.DROPPED:
                app_of(self).desk.do("policy-drop", self.keeper.drop, self)
            else:
                self.base = unsaved.base
                self.editor.take_text(unsaved.text)
                self.editor.focus()

        choices = [(each, each.value) for each in (Become.TAKEN_UP, Become.DROPPED)]
        self.app.push_screen(ChoiceSheet("Not kept yet", words, choices), decided)

    # While the owner types

    def _house_changed(self, before: HouseState, now: HouseState) -> None:
        """The model came up, or other policies are in force: look again."""
        if self.is_open and (before.phase, before.policy_set) != (now.phase, now.policy_set):
            self.findings.look_at(self.base, self.editor.policy_text)

    @on(TextArea.Changed)
    def _typed(self, message: TextArea.Changed) -> None:
        message.stop()
        if self.is_open:
            self._latest = self.editor.policy_text
            self.findings.look_at(self.base, self._latest)
            self.show_head()

    @on(FindingsPane.Looked)
    def _looked(self, message: FindingsPane.Looked) -> None:
        message.stop()
        if message.trouble:
            self.say(message.trouble, is_trouble=True)
        elif self._is_refusal_said and not message.problems:
            self.say("")
        self.editor.show_marks(marks_of(self.editor.policy_text, message.problems))
        self._show_place(None)

    @on(TextArea.SelectionChanged)
    def _moved(self, message: TextArea.SelectionChanged) -> None:
        message.stop()
        self._show_place(None)

    @on(TomlEditor.Pointed)
    def _pointed(self, message: TomlEditor.Pointed) -> None:
        message.stop()
        self._show_place(message.mark)
