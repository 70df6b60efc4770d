"""What the Policies screen has done at the desk: looking at all policies, telling what a change would do, changing.

Invariants: nothing here touches a widget; the model is the app's own, through the bench; every change goes through the
core function that the command uses; a journal that is locked, or not there, keeps nothing from being shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message as AppMessage

from guardian.assembly import Assembled
from guardian.errors import CellError, GuardianError, JournalError, PolicyError
from guardian.journal.journal import Journal
from guardian.packs.origins import origins
from guardian.policy.amend import give_reason, version_of, without_reason
from guardian.policy.base import Policy, Status
from guardian.policy.editing import force_words, keep
from guardian.policy.effects.foreseeing import effect_lines, foresee, foreseen_lines
from guardian.policy.life.amendments import Amendment, read_amendments
from guardian.policy.life.standing import policies_in_force, record_amendments
from guardian.policy.making import Answers, draft_from, make_policy
from guardian.policy.mute_lines import without_mute
from guardian.policy.on_disk import policy_on_disk
from guardian.policy.one_value import with_value
from guardian.policy.survey import Survey, survey
from guardian.safe_text import safe_line
from tui.desk import Job, Work
from tui.diffing import diff_content
from tui.policy_words import STATUS_MEANS, mute_words
from tui.screens.policy_sheets import Change

if TYPE_CHECKING:
    from tui.app import GuardianApp

_REVIEW_MONTHS = (3, 6, 12)


class NotWantedError(GuardianError):
    """Nobody waits for the work any more."""


@dataclass(repr=False)
class SurveyMade(AppMessage):
    """All policies were looked at."""

    survey: Survey


@dataclass(repr=False)
class ChangesFound(AppMessage):
    """What the owner may choose from."""

    title: str
    policy_id: str
    changes: tuple[Change, ...]
    how: str = ""
    """As an amendment has it; empty where it is a change like any other."""


@dataclass(repr=False)
class ReasonMissing(AppMessage):
    """A change of the owner's that has no reason yet."""

    amendment: Amendment


@dataclass(repr=False)
class VersionsRead(AppMessage):
    """A policy's history, newest first."""

    versions: tuple[Amendment, ...]


@dataclass(repr=False)
class Changed(AppMessage):
    """Something was done."""

    line: str
    """What came of it, safe for a terminal."""
    made: str = ""
    """Id of the policy that was made."""


class PolicyDesk:
    """Makes the works. For the painting thread; what it returns is done at the desk."""

    def __init__(self, app: GuardianApp) -> None:
        self._app, self._settings = app, app.settings

    def look(self, _job: Job) -> SurveyMade:
        """Look at every policy. Work."""
        with self._journal() as journal:
            came_from = origins(self._settings)
            return SurveyMade(
                survey(self._settings, date.today(), journal=journal, compare=self._compare(), came_from=came_from)
            )

    def statuses(self, policy_id: str) -> Work:
        """The statuses that a policy may be given."""

        def work(_job: Job) -> ChangesFound:
            policy, text = self._on_disk(policy_id)
            others = [status for status in STATUS_MEANS if status is not policy.status]
            changes = [Change(STATUS_MEANS[status], with_value(text, "status", status.value)) for status in others]
            now = STATUS_MEANS[Status(policy.status)].partition(":")[0]
            return ChangesFound(f"{safe_line(policy_id)}, now {now}", policy_id, tuple(changes))

        return work

    def reviews(self, policy_id: str) -> Work:
        """The days on which to look at a policy again."""

        def work(_job: Job) -> ChangesFound:
            _, text = self._on_disk(policy_id)
            days = [(months, date.today() + timedelta(days=months * 30 + months // 2)) for months in _REVIEW_MONTHS]
            changes = [
                Change(f"I read it; again in {months} months, by {day}", with_value(text, "review_by", day))
                for months, day in days
            ]
            return ChangesFound(f"{safe_line(policy_id)}: reviewed", policy_id, tuple(changes))

        return work

    def unmutes(self, policy_id: str) -> Work:
        """The mutes that can be taken out of a policy."""

        def work(_job: Job) -> ChangesFound:
            policy, text = self._on_disk(policy_id)
            if not policy.mutes:
                raise PolicyError(f"{policy_id} mutes nothing")
            today = date.today()
            changes = [
                Change(f"take out {mute_words(number, mute, today)}", without_mute(text, number - 1))
                for number, mute in enumerate(policy.mutes, 1)
            ]
            return ChangesFound(f"{safe_line(policy_id)}: take out a mute", policy_id, tuple(changes))

        return work

    def restoring(self, policy_id: str, number: int) -> Work:
        """Going back to a version."""

        def work(_job: Job) -> ChangesFound:
            with self._open_journal() as journal:
                earlier = version_of(journal, policy_id, number)
            change = Change(f"back to version {number}", earlier.version.text)
            return ChangesFound(f"{safe_line(policy_id)}: back to version {number}", policy_id, (change,), "restored")

        return work

    def tell(self, policy_id: str) -> Callable[[Change, Job], Content]:
        """What tells, at the desk, what would come of a change of this policy."""

        def words(change: Change, job: Job) -> Content:
            def advance() -> None:
                if job.is_cancelled:
                    raise NotWantedError("not wanted any more")

            parts = self._parts()
            with self._journal() as journal:
                found = foresee(
                    self._settings,
                    policy_id,
                    change.text,
                    bench=parts.bench if parts is not None else None,
                    compare=parts.compare if parts is not None else None,
                    journal=journal,
                    advance=advance,
                )
            diff = diff_content(found.diff) if found.diff else Content("the file says that already")
            blocks = [_lines(foreseen_lines(found)), diff, _lines(effect_lines(found))]
            return Content("\n\n").join(block for block in blocks if block.plain)

        return words

    def change(self, policy_id: str, change: Change, why: str, how: str = "") -> Work:
        """Write what the owner chose into the policy's file, and take it in force or let it wait."""

        def work(_job: Job) -> Changed:
            with self._journal() as journal:
                reason = why or (f"{change.label}" if how else "")
                now = keep(
                    self._settings, policy_id, change.text, reason, compare=self._compare(), journal=journal, how=how
                )
            self._look_now()
            return Changed(force_words(policy_id, now))

        return work

    def unexplained(self, policy_id: str, number: int = 0) -> Work:
        """A change of a policy whose reason was never given: of one version, or the latest."""

        def work(_job: Job) -> ReasonMissing:
            with self._open_journal() as journal:
                policies_in_force(self._settings, compare=self._compare(), journal=journal)
                record_amendments(self._settings, journal)
                found = [each for each in without_reason(journal) if each.policy == policy_id]
            chosen = [each for each in found if number in (0, each.n)]
            if not chosen:
                raise PolicyError(f"{policy_id}: no change of yours lacks a reason")
            return ReasonMissing(chosen[-1])

        return work

    def explain(self, amendment: Amendment, why: str) -> Work:
        """Record why a change was made."""

        def work(_job: Job) -> Changed:
            with self._open_journal() as journal:
                give_reason(self._settings, journal, amendment, why)
            self._look_now()
            return Changed(f"{amendment.policy}: your reason for version {amendment.n} stands in the journal")

        return work

    def versions(self, policy_id: str) -> Work:
        """The history of a policy."""

        def work(_job: Job) -> VersionsRead:
            with self._open_journal() as journal:
                policies_in_force(self._settings, compare=self._compare(), journal=journal)
                record_amendments(self._settings, journal)
                return VersionsRead(tuple(reversed(read_amendments(journal, policy_id))))

        return work

    def make(self, answers: Answers) -> Work:
        """Write a new policy, on trial."""

        def work(_job: Job) -> Changed:
            with self._journal() as journal:
                path = make_policy(self._settings, draft_from(answers), compare=self._compare(), journal=journal)
            self._look_now()
            policy_id = path.name.removesuffix(".toml")
            return Changed(f"{policy_id}: made, on trial: it gives notices at most", made=policy_id)

        return work

    def _on_disk(self, policy_id: str) -> tuple[Policy, str]:
        with self._journal() as journal:
            now = policies_in_force(self._settings, compare=self._compare(), journal=journal)
        return policy_on_disk(policy_id, self._settings, now.policies)

    def _parts(self) -> Assembled | None:
        try:
            return self._app.bridge.assembled
        except CellError:
            return None

    def _compare(self) -> Callable[[Policy | None, Policy | None], str | None] | None:
        parts = self._parts()
        return parts.compare if parts is not None else None

    @contextmanager
    def _journal(self) -> Iterator[Journal | None]:
        """The journal, where it can be had now."""
        with ExitStack() as stack:
            journal = None
            if self._app.records is not None and self._settings.paths.journal_file.exists():
                try:
                    journal = stack.enter_context(self._app.records.journal())
                except JournalError:
                    journal = None
            yield journal

    @contextmanager
    def _open_journal(self) -> Iterator[Journal]:
        """The journal. Raises JournalError where it can't be had."""
        if self._app.records is None:
            raise JournalError("this run leaves the journal alone", hint="start the app without --no-journal")
        with self._app.records.journal() as journal:
            yield journal

    def _look_now(self) -> None:
        if self._app.records is not None:
            self._app.records.look_now()


def _lines(lines: Iterable[str]) -> Content:
    return Content("\n").join(map(Content, lines))
