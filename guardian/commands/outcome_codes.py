"""From outcomes to an exit code: one rule for `filter` and `scan`."""

from __future__ import annotations

from collections.abc import Collection

from guardian.exits import ExitCode
from guardian.verdict import Outcome


def exit_code(outcomes: Collection[Outcome], fail_on: str, *, mail: bool = False) -> ExitCode:
    """FLAGGED where anything reached `fail_on` (`flagged`, or `notice` and above); else NOT_SCREENED (TRY_AGAIN for a
    mail agent) where anything was not fully judged; else CLEAN."""
    alarming = {Outcome.FLAGGED, Outcome.NOTICE} if fail_on == "notice" else {Outcome.FLAGGED}
    if alarming.intersection(outcomes):
        return ExitCode.FLAGGED
    if {Outcome.UNSURE, Outcome.UNSCREENED}.intersection(outcomes):
        return ExitCode.TRY_AGAIN if mail else ExitCode.NOT_SCREENED
    return ExitCode.CLEAN
