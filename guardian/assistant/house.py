"""What an answer may look at besides the verdict: the running model, the owner's policies, the journal.

Invariants: nothing here screens or records; what is not there (a locked journal, none at all) is said in the answer and
keeps no other answer away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from guardian.assistant.past import Memory
from guardian.journal.journal import Journal
from guardian.policy.base import Policy
from guardian.policy.trying.bench import Bench


def _never() -> bool:
    return False


def _nobody(_done: int, _total: int) -> None:
    """Nobody looks at the progress."""


@dataclass(frozen=True, slots=True, repr=False)
class House:
    """For one answer."""

    bench: Bench
    policies: Sequence[Policy]
    """Those in force."""
    journal: Journal | None = None
    """Unlocked; None where there is none to look at."""
    why_no_journal: str = "there is no journal"
    """In a few safe words, for where it is None."""
    memory: Memory = field(default_factory=Memory)
    """What was worked out of recorded messages in this run."""
    is_cancelled: Callable[[], bool] = _never
    """Whether nobody waits for the answer any more."""
    progress: Callable[[int, int], None] = _nobody
    """Told how much is done, of how much."""


class Cancelled(Exception):  # no error: nobody waits for the answer any more
    """Nobody waits for the answer any more."""
