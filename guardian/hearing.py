"""What a gate needs to have the owner's judge asked about a message.

Invariants: nothing here loads a judge; what an opinion may change is decided by `guardian.judge.weighing` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from guardian.finding import Finding
    from guardian.inspection import Inspection
    from guardian.policy.match import Matcher
    from guardian.second_opinion import SecondOpinion
    from guardian.verdict import PolicyMatch, Reason


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the judge's word comes to."""

    matches: tuple[PolicyMatch, ...]
    """How the policies stand to the message now."""
    findings: tuple[Finding, ...] = ()
    """What is to be told besides."""
    reasons: tuple[Reason, ...] = ()
    """Why the message counts as judged in part."""
    says: SecondOpinion | None = None
    """None where nobody was asked."""


class Hearing(Protocol):
    """One message that the judge was asked about."""

    @property
    def weighed(self) -> Weighed:
        """What counts now: the judge's word, or that it is late."""
        ...

    def when_late(self, tell: Callable[[Weighed], None]) -> None:
        """Have `tell` called, once and in whatever thread, when the word comes that was not there in time. Nothing
        where it was, or where it never comes."""
        ...


class SecondOpinions(Protocol):
    """The judge as the gate knows it. Never raises for a message."""

    def hear(self, inspection: Inspection, matches: Sequence[PolicyMatch], matcher: Matcher) -> Hearing | None:
        """Ask about the policies that want it, and wait no longer than the owner allows; None where none wants it."""
        ...

    def start(self) -> None:
        """Have its model loaded now, for whoever goes on running."""
        ...

    def close(self) -> None:
        """End the judge's cell."""
        ...
