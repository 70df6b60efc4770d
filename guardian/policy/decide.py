"""From matches and coverage to an outcome: pure, so the same input gives the same verdict.

Invariants (each a property test): what was not fully judged is never clean and never a mere notice; one more
match never lowers the outcome; a flagged message stays flagged whatever was left unread.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian.verdict import Action, Coverage, Outcome, PolicyMatch

_RANKS = {action: rank for rank, action in enumerate(Action)}
"""Mildest first, as `Action` lists them."""


def decide(matches: Sequence[PolicyMatch], coverage: Coverage, judged: bool) -> tuple[Outcome, Action]:
    """Outcome, and the strongest action that a matched policy asks for.

    `judged` says whether the model judged any of the message. A notice that was not fully judged must not look
    complete: its outcome is `unsure` (or `unscreened`), and its policies stay in the verdict.
    """
    actions = [match.action for match in matches if match.matched]
    action = max(actions, key=_RANKS.__getitem__, default=Action.NONE)
    if action in (Action.WARN, Action.HOLD):
        return Outcome.FLAGGED, action
    if not judged:
        return Outcome.UNSCREENED, action
    if not coverage.complete:
        return Outcome.UNSURE, action
    return (Outcome.NOTICE if actions else Outcome.CLEAN), action
