"""The keys by which the owner changes a policy, on the Policies screen and on a policy's history.

Invariant: each shows on a sheet what would come of it, at the desk, and does nothing before the owner says so there.
"""

from __future__ import annotations

from functools import cached_property

from textual import on
from textual.content import Content
from textual.dom import DOMNode

from guardian.policy.survey import Surveyed
from guardian.safe_text import safe_line
from tui.desk import Work
from tui.diffing import diff_content
from tui.policy_desk import ChangesFound, PolicyDesk, ReasonMissing
from tui.screens.base import app_of
from tui.screens.policy_sheets import ChangeSheet, Decided, ReasonSheet


class PolicyChanges(DOMNode):
    """To be mixed into a screen, which says which policy is meant, and takes `Changed`."""

    @cached_property
    def works(self) -> PolicyDesk:
        """What is done at the desk."""
        return PolicyDesk(app_of(self))

    def chosen(self) -> Surveyed | None:
        """The policy that the keys mean now; None where there is none."""
        raise NotImplementedError

    def show_editor(self, policy_id: str, *, outside: bool = False) -> None:
        """Put the editor of a policy over this screen; with `outside` the owner's own editor over that, first."""
        from tui.screens.policy_editor import PolicyEditorScreen

        self.app.push_screen(PolicyEditorScreen(policy_id, outside=outside))

    def action_edit(self) -> None:
        """Edit the chosen policy here."""
        each = self.chosen()
        if each is not None:
            self.show_editor(each.id)

    def action_edit_outside(self) -> None:
        """Edit the chosen policy in the owner's own editor, and see here what came back."""
        each = self.chosen()
        if each is not None:
            self.show_editor(each.id, outside=True)

    def action_history(self) -> None:
        """The versions of the chosen policy."""
        from tui.screens.policy_history import HistoryScreen

        each = self.chosen()
        if each is not None:
            self.app.push_screen(HistoryScreen(each.id))

    def action_status(self) -> None:
        """Another status."""
        each = self.chosen()
        if each is not None:
            self.find_changes(self.works.statuses(each.id))

    def action_review(self) -> None:
        """Another day on which to read it again."""
        each = self.chosen()
        if each is not None:
            self.find_changes(self.works.reviews(each.id))

    def action_unmute(self) -> None:
        """Take out a mute."""
        each = self.chosen()
        if each is not None and each.policy is not None and not each.policy.mutes:
            self.app.notify(f"{safe_line(each.id)} mutes nothing", markup=False)
        elif each is not None:
            self.find_changes(self.works.unmutes(each.id))

    def action_amend(self) -> None:
        """Give the reason of a change that was made in the file."""
        each = self.chosen()
        if each is not None:
            self.find_changes(self.works.unexplained(each.id))

    def find_changes(self, work: Work) -> None:
        """Have the desk find what the owner may choose from; a sheet shows it then."""
        app_of(self).desk.do("changes", work, self)

    @on(ChangesFound)
    def _show_changes(self, message: ChangesFound) -> None:
        message.stop()

        def decided(found: Decided | None) -> None:
            if found is not None:
                work = self.works.change(message.policy_id, found.change, found.why, message.how)
                app_of(self).desk.do("change", work, self)

        self.app.push_screen(ChangeSheet(message.title, message.changes, self.works.tell(message.policy_id)), decided)

    @on(ReasonMissing)
    def _ask_reason(self, message: ReasonMissing) -> None:
        message.stop()
        amendment = message.amendment

        def given(why: str | None) -> None:
            if why:
                app_of(self).desk.do("change", self.works.explain(amendment, why), self)

        head = Content(f"You changed its file (version {amendment.n}):")
        words = Content("\n\n").join([head, diff_content(amendment.diff)])
        self.app.push_screen(ReasonSheet(f"{safe_line(amendment.policy)}: why?", words), given)
