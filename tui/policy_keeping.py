"""Opening a policy's file for the page that edits it, and keeping what was written there, at the desk.

Invariants: the file is written by `guardian.policy.editing.keep` alone; what could not be kept lies in a private file,
whose place is told; the app's own model and journal are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.message import Message as AppMessage

from guardian.errors import CellError, GuardianError, JournalError, PolicyError
from guardian.policy.editing import changed_meanwhile, draft_of, force_words, keep, path_of, text_at
from guardian.policy.life.amendments import diff_of
from guardian.policy.problem import Problem
from guardian.policy.schema_file import refresh_schema
from guardian.policy.unsaved import Unsaved, drop_unsaved, put_aside, unsaved_text
from guardian.safe_text import safe_line
from tui.desk import Job, Work
from tui.diffing import diff_content

if TYPE_CHECKING:
    from guardian.journal.journal import Journal
    from guardian.policy.life.in_force import Compare
    from tui.app import GuardianApp


@dataclass(repr=False)
class PolicyOpened(AppMessage):
    """What stands in the policy's file."""

    path: Path
    text: str
    unsaved: Unsaved | None
    """What was being written earlier, and was not kept."""


@dataclass(repr=False)
class KeepRefused(AppMessage):
    """It is no policy of that id, so it can't be kept."""

    problem: Problem


@dataclass(repr=False)
class KeepReady(AppMessage):
    """It can be kept."""

    text: str
    meanwhile: str | None
    """What somebody else made of the file; None where nobody did."""
    difference: Content
    """What they changed, or else what would change."""


@dataclass(repr=False)
class PolicyKept(AppMessage):
    """It stands in the file."""

    text: str
    words: str
    """What took force, or how long it waits."""


class PolicyKeeper:
    """Works for the desk on one policy's file."""

    def __init__(self, app: GuardianApp, policy_id: str) -> None:
        self._app, self._settings, self._id = app, app.settings, policy_id

    def open(self, _job: Job) -> PolicyOpened:
        """A work that reads the file. Raises PolicyError where there is none, or it is no text."""
        path = path_of(self._id, self._settings)
        text = text_at(path)
        unsaved = unsaved_text(self._settings, self._id)
        if unsaved is not None and unsaved.text == text:
            drop_unsaved(self._settings, self._id)
            unsaved = None
        return PolicyOpened(path, text, unsaved)

    def prepare(self, path: Path, base: str, text: str) -> Work:
        """A work that ends in `KeepReady` or `KeepRefused`: nothing is written yet."""

        def work(_job: Job) -> AppMessage:
            draft = draft_of(text, path, self._id)
            if draft.policy is None:
                return KeepRefused(draft.problems[0])
            meanwhile = changed_meanwhile(path, base, text)
            changed = text if meanwhile is None else meanwhile
            return KeepReady(text, meanwhile, diff_content(diff_of(base, changed, path.name)))

        return work

    def keep(self, base: str, text: str, why: str, counts: Mapping[str, Any] | None) -> Work:
        """A work that writes the file and ends in `PolicyKept`. Raises PolicyError that says where the text is."""

        def work(_job: Job) -> AppMessage:
            try:
                refresh_schema(self._settings.policies_dir)
                with self._journal() as journal:
                    now = keep(self._settings, self._id, text, why, counts, compare=self._compare(), journal=journal)
            except GuardianError as error:
                raise PolicyError(f"not kept: {error.line()}; what you wrote is {self._apart(base, text)}") from None
            drop_unsaved(self._settings, self._id)
            if self._app.records is not None:
                self._app.records.look_now()
            return PolicyKept(text, safe_line(force_words(self._id, now)))

        return work

    def drop(self, _job: Job) -> None:
        """A work that forgets what was not kept."""
        drop_unsaved(self._settings, self._id)

    def _apart(self, base: str, text: str) -> str:
        """Where a text is that could not be kept."""
        try:
            return f"still here, and in {put_aside(self._settings, self._id, base, text)}"
        except GuardianError:
            return "still here, and nowhere else: no place takes it"

    def _compare(self) -> Compare | None:
        """With the app's own model; without one, what would have to be compared waits."""
        try:
            return self._app.bridge.assembled.compare
        except CellError:
            return None

    @contextmanager
    def _journal(self) -> Iterator[Journal | None]:
        """The app's journal where it is open; else the change waits in the state file until it is recorded."""
        records = self._app.records
        if records is None:
            yield None
            return
        try:
            with records.journal() as journal:
                opened: Journal | None = journal
        except JournalError:
            opened = None
        yield opened
