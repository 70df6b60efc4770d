"""What is found out of a policy while its owner types, at the desk: problems, how its examples fare, what it would do.

Invariants: everything carries the number of the text that it belongs to; a bench and a journal of the app's own are
used, and no second model is started; a work that was cancelled ends at the next message or example.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.message import Message as AppMessage

from guardian.errors import CellError, GuardianError
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.editing import draft_of
from guardian.policy.effects.preview import Preview
from guardian.policy.effects.previewing import policies_now, preview_on
from guardian.policy.life.amendments import diff_of
from guardian.policy.load import LoadedFile, load_policies
from guardian.policy.position import Place, Positions
from guardian.policy.problem import Problem
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.checking import Checked, check_on_bench, check_texts
from guardian.policy.trying.trial import ExampleTrial
from guardian.policy.unsaved import drop_unsaved, put_aside
from guardian.safe_text import safe_line
from tui.desk import Job, Work
from tui.diffing import diff_content

if TYPE_CHECKING:
    from guardian.journal.journal import Journal
    from tui.app import GuardianApp

MOST_CHANGED_LINES: Final = 200
MOST_PREVIEWED: Final = 2_000
"""Recorded messages that a preview tries while somebody types, the newest; `guardian policy preview` tries more."""

_TELL_EVERY: Final = 50


@dataclass(repr=False)
class DraftChecked(AppMessage):
    """What is wrong with a text, as far as that is told at once."""

    number: int
    """Of the text."""
    problems: tuple[Problem, ...]
    changes: tuple[Content, ...]
    """Lines of the difference to the file, as they are drawn; none where there is none."""
    added: int
    removed: int
    trouble: str
    """Why the text is not safe from a crash, in one line; empty where it is."""


@dataclass(repr=False)
class DraftTried(AppMessage):
    """How its examples fare."""

    number: int
    checked: Checked
    places: tuple[tuple[ExampleTrial, Place], ...]
    """Each example with its place in the text."""


@dataclass(repr=False)
class DraftPreviewed(AppMessage):
    """What it would do; or why that can't be told."""

    number: int
    preview: Preview | None
    trouble: str
    """In one safe line."""


@dataclass(repr=False)
class DraftPreviewing(AppMessage):
    """How many messages it was tried on so far."""

    number: int
    done: int


class CancelledError(Exception):
    """Nobody waits for it any more. The desk drops it."""


class PolicyTrials:
    """Works for the desk on the texts of one policy."""

    def __init__(self, app: GuardianApp, policy_id: str, path: Path) -> None:
        self._app, self._settings = app, app.settings
        self._id, self._path = policy_id, path
        self._one_preview = threading.Lock()
        """So that one that was just cancelled has ended: both keep the rows of texts in one file."""

    def check(self, number: int, base: str, text: str) -> Work:
        """A work that ends in `DraftChecked`; the text is put where a crash does not lose it."""

        def work(job: Job) -> AppMessage:
            trouble = ""
            try:
                if job.is_cancelled:  # a later text was kept, or put aside, meanwhile
                    raise CancelledError
                if text == base:
                    drop_unsaved(self._settings, self._id)
                else:
                    put_aside(self._settings, self._id, base, text)
            except GuardianError as error:
                trouble = safe_line(error.line())
            problems = check_texts([self._draft(text)], self._settings, self._others())
            diff = diff_of(base, text, self._path.name)
            return DraftChecked(number, tuple(problems), *_changes(diff), trouble)

        return work

    def try_out(self, number: int, text: str) -> Work:
        """A work that posts `DraftTried` and ends in `DraftPreviewed`."""

        def work(job: Job) -> AppMessage:
            draft = self._draft(text)
            bench = self._bench(job)
            checked = check_on_bench([draft], self._settings, bench, others=self._others())
            places = Positions(text) if checked.trials else None
            found = [
                (each, places.value(["examples", each.number - 1, "text"]))
                for trial in checked.trials
                for each in trial.examples
                if places is not None
            ]
            job.post(DraftTried(number, checked, tuple(found)))
            return self._previewed(number, draft, bench, job)

        return work

    def _previewed(self, number: int, draft: LoadedFile, bench: Bench | str, job: Job) -> DraftPreviewed:
        if draft.policy is None:
            return DraftPreviewed(number, None, "no preview while it is no policy")
        if isinstance(bench, str):
            return DraftPreviewed(number, None, f"no preview: {bench}")
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            _go_on(job)
            if done % _TELL_EVERY == 0:
                job.post(DraftPreviewing(number, done))

        try:
            with self._one_preview, self._journal() as journal:
                found = preview_on(
                    self._settings,
                    draft.policy,
                    policies_now(self._settings),
                    bench,
                    journal,
                    most=MOST_PREVIEWED,
                    advance=advance,
                )
        except GuardianError as error:
            return DraftPreviewed(number, None, f"no preview: {safe_line(error.line())}")
        return DraftPreviewed(number, found, "")

    def _draft(self, text: str) -> LoadedFile:
        return draft_of(text, self._path, self._id)

    def _others(self) -> list[LoadedFile]:
        return [file for file in load_policies(self._settings.policies_dir).files if file.path != self._path]

    def _bench(self, job: Job) -> Bench | str:
        """The app's own bench, on which a cancelled job goes no further; or why there is none."""
        try:
            bench = self._app.bridge.assembled.bench
        except CellError as error:
            return safe_line(error.line())

        def inspect_all(messages: Iterable[Message]) -> Iterator[Inspection]:
            for inspection in bench.inspect_all(messages):
                _go_on(job)
                yield inspection

        return replace(bench, inspect_all=inspect_all)

    @contextmanager
    def _journal(self) -> Iterator[Journal | None]:
        """The app's journal; None where there is none yet, or this run is to leave it alone. Raises JournalError."""
        records = self._app.records
        if records is None or not self._settings.paths.journal_file.exists():
            yield None
            return
        with records.journal() as journal:
            yield journal


def _changes(diff: str) -> tuple[tuple[Content, ...], int, int]:
    """The lines of a unified difference as they are drawn, how many are new, and how many are gone."""
    if not diff:
        return (), 0, 0
    lines = diff.split("\n")[2:]  # behind the names of the files
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    shown = diff_content("\n".join(lines[:MOST_CHANGED_LINES])).split("\n")
    more = len(lines) - MOST_CHANGED_LINES
    rest = [Content.styled(f"… and {more:,} more lines", "$foreground-muted")] if more > 0 else []
    return (*shown, *rest), added, removed


def _go_on(job: Job) -> None:
    if job.is_cancelled:
        raise CancelledError
