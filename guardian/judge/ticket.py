"""One message that waits for the judge.

Invariant: what it comes to goes to whoever waits, or else, once, to whoever asked to be told; never to both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from guardian.judge.base import Case, Label, Opinion
from guardian.policy.base import Policy

Opinions = tuple[Opinion, ...]


class Ticket:
    """One message at the desk. What it comes to goes to whoever waits, or else to whoever asked to be told."""

    def __init__(self, case: Case, policies: Sequence[Policy]) -> None:
        self.case, self.policies = case, tuple(policies)
        self._changed = threading.Condition()
        self._opinions: Opinions | None = None
        self._tell: Callable[[Opinions], None] | None = None

    def wait(self, within_s: float) -> Opinions | None:
        """The opinions; None where they did not come in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._opinions is not None, max(within_s, 0.0))
            return self._opinions

    def when_late(self, tell: Callable[[Opinions], None]) -> None:
        """Hand what is not there yet to `tell`, in the desk's thread; or what came meanwhile, now."""
        with self._changed:
            self._tell = tell
            opinions = self._opinions
        if opinions is not None:
            tell(opinions)

    def answer(self, opinions: Opinions) -> None:
        """What it comes to."""
        with self._changed:
            self._opinions = opinions
            tell = self._tell
            self._changed.notify_all()
        if tell is not None:
            tell(opinions)

    def refused(self, why: str) -> Opinions:
        """What it comes to where the judge could not be asked."""
        return tuple(Opinion(policy.id, Label.UNSURE, failure=why) for policy in self.policies)
