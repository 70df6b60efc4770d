"""From outcomes to an exit code: one rule for `filter`, `scan` and whatever else screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from guardian.exits import ExitCode
from guardian.outcome import Outcome

_PASSING: Final = frozenset({"model-down"})
"""Codes of what may be over when a mail agent tries again. All others would be the same then, and a mail that is tried
again for ever goes back to its sender."""


def exit_code(outcomes: Collection[Outcome], fail_on: str, *, try_again: bool = False) -> ExitCode:
    """FLAGGED where anything reached `fail_on` (`flagged`, or `notice` and above); else NOT_SCREENED (TRY_AGAIN if
    wanted) where anything was not fully judged; else CLEAN."""
    alarming = {Outcome.FLAGGED, Outcome.NOTICE} if fail_on == "notice" else {Outcome.FLAGGED}
    if alarming.intersection(outcomes):
        return ExitCode.FLAGGED
    if {Outcome.UNSURE, Outcome.UNSCREENED}.intersection(outcomes):
        return ExitCode.TRY_AGAIN if try_again else ExitCode.NOT_SCREENED
    return ExitCode.CLEAN


def may_pass(reasons: Iterable[str]) -> bool:
    """Whether something was not judged for a reason that may be over soon; `reasons` as a verdict's JSON has them."""
    return any(reason.partition(":")[0] in _PASSING for reason in reasons)
