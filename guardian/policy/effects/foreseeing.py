"""What a change of one policy's file would do, told before its owner says yes: for whoever shows it first.

Invariants: nothing is written, settled or recorded; what can't be told (no model, a locked journal) is said, and never
taken for no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from guardian.errors import CellError, JournalError, ModelError, PolicyError
from guardian.journal.journal import Journal
from guardian.policy.base import Policy
from guardian.policy.editing import path_of, text_at
from guardian.policy.effects.preview import Preview
from guardian.policy.effects.preview_words import preview_lines
from guardian.policy.effects.previewing import policies_now, preview_on
from guardian.policy.life.amendments import diff_of
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import is_borrowed
from guardian.policy.life.state import read_state
from guardian.policy.load import parse_policy
from guardian.policy.trying.bench import Bench
from guardian.safe_text import safe_line
from guardian.settings import Settings

MOST_MESSAGES: Final = 2_000
"""Of the journal's newest that are tried: an owner waits for the answer."""


@dataclass(frozen=True, slots=True, repr=False)
class Foreseen:
    """What would come of it."""

    after: Policy
    diff: str
    """Against the file as it stands; empty where it says the same. Not yet safe for a terminal."""
    milder: str | None
    """Why it makes the policy milder; empty where it does not; None where that can't be told now."""
    cooling_hours: int
    preview: Preview | None
    """None where the policy would look at nothing, or it can't be told."""
    why_no_preview: str = ""


def foresee(
    settings: Settings,
    policy_id: str,
    text: str,
    *,
    bench: Bench | None,
    compare: Compare | None,
    journal: Journal | None,
    advance: Callable[[], None] = lambda: None,
) -> Foreseen:
    """What would come of `text` in the policy's file. Raises PolicyError where it is no policy.

    Without `bench` there is no preview. `journal` is unlocked; None where there is none yet. `advance` hears of each
    message that is tried, and may raise to end it.
    """
    path = path_of(policy_id, settings)
    after, problems = parse_policy(text, path)
    if after is None:
        raise PolicyError(problems[0].to_line())
    try:
        before_text = text_at(path)
    except PolicyError:  # it is gone: all of it is new
        before_text = ""
    now = policies_now(settings)
    milder = compare(now[policy_id], after) if compare is not None and policy_id in now else None
    found, why_not = None, ""
    if after.is_in_force:
        found, why_not = _previewed(settings, after, now, bench, journal, advance)
    diff = diff_of(before_text, text, path.name)
    is_first = policy_id not in now
    return Foreseen(after, diff, "" if is_first else milder, _cooling_hours(settings), found, why_not)


def foreseen_lines(foreseen: Foreseen) -> Iterator[str]:
    """What the policy would do, and from when on, in two lines that are safe for a terminal."""
    after = foreseen.after
    if not after.is_in_force:
        yield f"It looks at nothing then (status {after.status.value}): no message is told by it any more."
    elif after.effective_action is not after.action:
        yield "It is on trial then: it looks, and gives notices at most."
    else:
        yield f"It is in force then; its action is {after.action.value}."
    yield _force_words(foreseen)


def effect_lines(foreseen: Foreseen) -> Iterator[str]:
    """What that would make of the recorded past, or why it can't be told; safe for a terminal."""
    if foreseen.preview is not None:
        yield from preview_lines(foreseen.preview)
    elif foreseen.why_no_preview:
        yield f"no preview: {foreseen.why_no_preview}"


def _force_words(foreseen: Foreseen) -> str:
    if not foreseen.cooling_hours:
        return "It takes force at once."
    if foreseen.milder == "":
        return "It makes the policy no milder, so it takes force at once."
    why = safe_line(foreseen.milder) if foreseen.milder else "it can't be told now whether it makes the policy milder"
    return f"Your cooling-off lets it wait {foreseen.cooling_hours} hours: {why}."


def _previewed(
    settings: Settings,
    after: Policy,
    now: dict[str, Policy],
    bench: Bench | None,
    journal: Journal | None,
    advance: Callable[[], None],
) -> tuple[Preview | None, str]:
    if bench is None:
        return None, "the model is not there yet, or is down"
    try:
        return preview_on(settings, after, now, bench, journal, most=MOST_MESSAGES, advance=advance), ""
    except (ModelError, CellError, JournalError) as error:
        return None, safe_line(error.line())


def _cooling_hours(settings: Settings) -> int:
    state = None if is_borrowed(settings) else read_state(settings.paths.policies_state).state
    return max(settings.policies.cooling_off_hours, state.cooling_hours if state is not None else 0)
