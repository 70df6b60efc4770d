"""The page on which a policy is edited: its keys, and what becomes of what was written.

Invariants: nothing takes force before the owner says "keep"; a text that is no policy can't be kept; what somebody else
made of the file meanwhile is shown before it is replaced; what is neither kept nor discarded survives a crash.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content

from guardian.errors import GuardianError
from guardian.policy.completion import Completion, completions
from guardian.policy.unsaved import put_aside
from guardian.safe_text import safe_line
from tui.editing_outside import edit_outside
from tui.keys import EDITOR_KEYS
from tui.messages import WorkFailed
from tui.policy_keeping import KeepReady, KeepRefused, PolicyKept
from tui.screens.base import app_of
from tui.screens.editor_page import Become, EditorPage
from tui.screens.editor_sheets import ChoiceSheet, CompletionSheet, WhySheet
from tui.widgets.findings_list import FindingsPane
from tui.widgets.policy_findings import preview_contents
from tui.widgets.toml_editor import can_hold, problem_words


class PolicyEditorScreen(EditorPage):
    """Edits one policy. With `outside` it begins in the owner's own editor, and goes on here with what came back."""

    BINDINGS: ClassVar[list[BindingType]] = list(EDITOR_KEYS)

    def __init__(self, policy_id: str, *, outside: bool = False) -> None:
        super().__init__(policy_id)
        self._begins_outside = outside
        self._leaves_when_kept = False

    def opened(self) -> None:
        """Begin where the owner wants to."""
        if self._begins_outside:
            self.action_edit_outside()

    # Keys

    def action_step_back(self) -> None:
        """From the list to the text; from the text to where the owner came from, once it is decided what to do."""
        if self.editor.has_focus or self.focused is None:
            self._leave()
        else:
            self.editor.focus()

    def action_next_part(self) -> None:
        """The next part of the list."""
        self.findings.next_part()

    def action_next_problem(self) -> None:
        """The next problem behind the cursor, and then the first again."""
        problems = self.findings.found.problems or ()
        places = sorted({(each.line - 1, each.column - 1) for each in problems})
        if places:
            self.go_to(*next((place for place in places if place > self.editor.cursor_location), places[0]))

    def action_complete(self) -> None:
        """What can stand at the cursor."""
        line, column = self.editor.cursor_location
        found = completions(self.editor.policy_text, line, column) if self.is_open else []
        if not found:
            self.say("nothing is known that could stand here")
            return

        def chosen(each: Completion | None) -> None:
            if each is not None:
                self.editor.replace(each.text, (line, each.begin), (line, column), maintain_selection_offset=False)
            self.editor.focus()

        self.app.push_screen(CompletionSheet(found), chosen)

    def action_edit_outside(self) -> None:
        """Go on in the owner's own editor, and come back with what it left."""
        if not self.is_open:
            return
        text = self.editor.policy_text
        try:
            written = edit_outside(app_of(self), text, self.path.name)
            if not can_hold(written):
                apart = put_aside(app_of(self).settings, self.policy_id, self.base, written)
                words = f"what came back holds private characters that can't be edited here; it is in {apart}"
                self.say(words, is_trouble=True)
            elif written != text:
                self.editor.take_text(written)
        except GuardianError as error:
            self.say(error.line(), is_trouble=True)

    @on(FindingsPane.Followed)
    def _follow(self, message: FindingsPane.Followed) -> None:
        message.stop()
        if message.place is not None:
            self.go_to(message.place.line - 1, message.place.column - 1)
        elif message.message is not None:
            from tui.screens.message import MessageScreen  # here: it imports much, and is seldom wanted

            self.app.push_screen(MessageScreen(message.message))

    # Keeping it

    def action_keep(self) -> None:
        """Put the text into the policy's file."""
        if not self.is_changed:
            self.say("nothing was changed, so there is nothing to keep")
            return
        work = self.keeper.prepare(self.path, self.base, self.editor.policy_text)
        app_of(self).desk.do("policy-prepare", work, self)

    @on(KeepRefused)
    def _refused(self, message: KeepRefused) -> None:
        message.stop()
        self._leaves_when_kept = False
        problem = message.problem
        self.say(f"it can't be kept: line {problem.line}, {problem_words(problem)}", is_trouble=True, is_refusal=True)
        self.go_to(problem.line - 1, problem.column - 1)

    @on(KeepReady)
    def _ready(self, message: KeepReady) -> None:
        message.stop()
        theirs = message.meanwhile
        if theirs is None:
            self._ask_why(message.text, message.difference)
            return

        def decided(choice: Become | None) -> None:
            if choice is None:
                self._leaves_when_kept = False
                return
            self.base = theirs
            if choice is Become.OVER_OTHERS:
                self._ask_why(message.text, Content("Yours takes the place of what was just shown."))
            else:
                self._go()

        choices = [(each, each.value) for each in (Become.OVER_OTHERS, Become.DISCARDED)]
        self.app.push_screen(ChoiceSheet("The file was changed meanwhile", message.difference, choices), decided)

    def _ask_why(self, text: str, difference: Content) -> None:
        found = self.findings.found
        counts = found.preview.to_json() if found.preview is not None and found.is_tried else None

        def given(why: str | None) -> None:
            if why is None:
                self._leaves_when_kept = False
                return
            self.say("keeping it …")
            self.findings.stop()
            app_of(self).desk.do("policy-keep", self.keeper.keep(self.base, text, why, counts), self)

        words = Content("\n").join([difference, Content(""), *preview_contents(found)])
        self.app.push_screen(WhySheet(f"Keep {safe_line(self.policy_id)}", words), given)

    @on(PolicyKept)
    def _kept(self, message: PolicyKept) -> None:
        message.stop()
        self.base = message.text
        if self._leaves_when_kept and not self.is_changed:
            self.app.notify(message.words, markup=False)
            self._go()
            return
        self.say(f"kept; {message.words}")
        self.findings.look_at(self.base, self.editor.policy_text)
        self.show_head()

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self._leaves_when_kept = False
        self.say(message.line, is_trouble=True)
        self.show_head("" if self.is_open else "not to be had")

    def _leave(self) -> None:
        if not self.is_changed:
            self._go()
            return

        def decided(choice: Become | None) -> None:
            if choice is Become.KEPT:
                self._leaves_when_kept = True
                self.action_keep()
            elif choice is Become.DISCARDED:
                self._go()

        choices = [(each, each.value) for each in (Become.KEPT, Become.DISCARDED)]
        self.app.push_screen(ChoiceSheet("Not kept yet", Content("You changed this policy."), choices), decided)

    def _go(self) -> None:
        """Leave; what was kept or discarded needs no private copy any more."""
        if self.is_open:
            self.findings.stop()
            app_of(self).desk.do("policy-drop", self.keeper.drop, app_of(self))
        self.is_open = False
        self.dismiss()
