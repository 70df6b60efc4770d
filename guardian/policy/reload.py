"""Keeps a program that goes on running in step with the policies on disk.

Invariants: what is in force comes from `standing.policies_in_force`, as for every other program; a folder that was
named for one run alone is settled in memory, so that there too a broken file keeps its last good version; what was read
while the files changed again is never used; a failure leaves in force what was, and is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from guardian.errors import GuardianError
from guardian.events import Event, Observer, PoliciesChanged, PolicyProblem
from guardian.policy.base import Policy
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.in_force import Compare, settle
from guardian.policy.life.stamp import stamp_of
from guardian.policy.life.standing import is_borrowed, policies_in_force
from guardian.policy.life.state import State
from guardian.policy.load import PolicySet
from guardian.settings import Settings

_LAST_GOOD: Final = "last-good"
"""Code of the problem that `in_force` adds to a broken file."""
SAVE_S: Final = 30.0
"""How often at most what was learnt is written to disk; what is lost with the process is learnt again."""
Use = Callable[[PolicySet, Observer], None]
"""Judges by these policies from now on, and tells the observer what of them does not count."""


class Reloader:
    """Reads the policies in force, and goes on doing so while it follows them.

    Whoever builds on them calls `read` first; `following` then keeps what was built in step.
    """

    def __init__(self, settings: Settings, observer: Observer, *, compare: Compare | None = None) -> None:
        """`compare`: see `standing.policies_in_force`. While it follows, it calls `observer` in a thread of its own."""
        self._settings, self._observer, self._compare = settings, observer, compare
        self._folder = settings.policies_dir
        self._beside = () if is_borrowed(settings) else (settings.paths.policies_state,)
        self._seen = stamp_of(self._folder, self._beside)
        self._remembered: State | None = None
        self._policies: PolicySet | None = None
        self._problems: list[str] = []
        self._of_the_watch: list[str] = []
        self._is_whole = True
        self._told: PoliciesChanged | None = None

    def read(self) -> PolicySet:
        """The policies in force now; what is wrong with them is told. Raises PolicyError."""
        policies = policies_in_force(self._settings, self.note, compare=self._compare).policies
        for line in _lines(policies):
            self.note(PolicyProblem(line))
        self._policies = policies
        return policies

    def note(self, event: Event) -> None:
        """The observer for whoever builds on what `read` gave: it is told as usual, and kept for comparing."""
        if isinstance(event, PolicyProblem):
            self._problems.append(event.line)
        self._observer(event)

    @contextmanager
    def following(self, use: Use, save: Callable[[], None]) -> Iterator[None]:
        """While the context lasts, `use` is called with other policies when there are any.

        `save` is called now and then and at the end, to keep what `use` has learnt. The observer is told what is in
        force at the beginning and with every change.
        """
        from guardian.policy.life.watch import FolderWatch  # watchdog is for programs that go on running

        if self._policies is None:
            raise ValueError("nothing was read yet, so there is nothing to follow")
        if is_borrowed(self._settings):
            self._settle_in_memory()
        self._is_whole = len(self._problems) == len(self._policies.problems)
        self._tell()
        saved_at = time.monotonic()

        def changed(is_unchanged: Callable[[], bool]) -> bool:
            nonlocal saved_at
            was_used = self._reload(use, is_unchanged)
            if time.monotonic() - saved_at >= SAVE_S:
                save()
                saved_at = time.monotonic()
            return was_used

        with FolderWatch(self._folder, changed, self._say, self._seen, self._beside) as watch:
            yield
        if watch.has_ended:
            save()

    def _reload(self, use: Use, is_unchanged: Callable[[], bool]) -> bool:
        """Read again, and use what was read unless the files changed meanwhile; False if so."""
        self._problems = []
        try:
            policies = self._read_again()
            if not is_unchanged():
                return False
            self._take(policies, use)
        except GuardianError as error:
            self._problems.append(error.line())
        except Exception as error:  # nobody else would hear of it, and the next change must still be seen
            self._problems.append(f"your policies could not be read again: internal error ({type(error).__name__})")
        self._tell()
        return True

    def _take(self, policies: PolicySet, use: Use) -> None:
        before = self._policies
        if before is None or policies.policies != before.policies or not self._is_whole:
            told = len(self._problems)
            use(policies, self._keep)
            self._is_whole = len(self._problems) == told
        self._policies = policies

    def _read_again(self) -> PolicySet:
        if is_borrowed(self._settings):
            policies = self._settle_in_memory()
        else:
            policies = policies_in_force(self._settings, self._keep, compare=self._compare).policies
        self._problems += _lines(policies)
        return policies

    def _settle_in_memory(self) -> PolicySet:
        """A folder that was named for one run has no state on disk, and no cooling-off."""
        settled = settle(self._folder, self._remembered, this_moment(), hours_wanted=0, compare=_never_asked)
        self._remembered = replace(settled.state, unrecorded=())
        return settled.policies

    def _keep(self, event: Event) -> None:
        """The observer while policies are read again: problems are told together, as what is wrong now."""
        if isinstance(event, PolicyProblem):
            self._problems.append(event.line)
        else:
            self._observer(event)

    def _say(self, line: str) -> None:
        self._of_the_watch.append(line)
        self._observer(PolicyProblem(line))

    def _tell(self) -> None:
        if self._policies is not None and (standing := self._standing(self._policies)) != self._told:
            self._told = standing
            self._observer(standing)

    def _standing(self, policies: PolicySet) -> PoliciesChanged:
        count = sum(policy.is_in_force for policy in policies.policies)
        return PoliciesChanged(policies.sha256, count, (*self._problems, *self._of_the_watch))


def _lines(policies: PolicySet) -> list[str]:
    """What is wrong, first of all which broken files keep their last good version in force."""
    problems = sorted(policies.problems, key=lambda problem: problem.code != _LAST_GOOD)
    return [problem.to_line() for problem in problems]


def _never_asked(_before: Policy | None, _after: Policy | None) -> str | None:
    """Without a cooling-off nothing is compared."""
    return None
