"""The checks of `guardian doctor` on the owner's judge: does it run, can it judge, what did its register measure?

Invariants: a check reports, it never raises for what it finds; a judge in trouble is a warning, since every verdict
stands without it; what is asked here goes to no register and no journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from guardian.commands.doctor_checks import Check, Level
from guardian.errors import GuardianError
from guardian.health.words import ms_words
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.added_models.shelf import AddedModel
    from guardian.judge.register import JudgeRegister

CANARIES_ASKED: Final = 8
"""Two policies' worth, four on each side: a large model takes seconds for each."""
ROUND_LIMIT_S: Final = 120.0
_WHAT: Final = "judge"


def check_judge(settings: Settings) -> Iterator[Check]:
    """One row where there is none, else what it did just now, and what was measured of it so far."""
    name = settings.judge.model
    if not name:
        yield Check(Level.OK, _WHAT, "none: rules and encoder decide alone (guardian model add gives a second opinion)")
        return
    from guardian.added_models.shelf import find  # here: without a judge none of it is needed
    from guardian.judge.register import JudgeRegister

    try:
        model = find(settings, name)
        yield _tried(settings, model)
    except GuardianError as error:
        yield Check(Level.WARN, _WHAT, f"{name} can't be used: {error.line()}; verdicts go on without it")
        return
    register = JudgeRegister(
        settings.paths.judge_register, model.sha256, round_minutes=float(settings.judge.canary_minutes)
    )
    yield _measured(register)


def _tried(settings: Settings, model: AddedModel) -> Check:
    """What it makes of a few canaries. Raises ModelError, CellError where it can't be asked."""
    from guardian.judge.canaries import round_words
    from guardian.judge.canary_texts import CANARIES
    from guardian.judge.register import JudgeRegister
    from guardian.judge.trial import try_model

    unkept = JudgeRegister(None, model.sha256)
    trial = try_model(model, settings, unkept, canaries=CANARIES[:CANARIES_ASKED], limit_s=ROUND_LIMIT_S)
    numbers = trial.round.numbers
    if numbers.asked and numbers.not_asked and numbers.right == numbers.asked:  # our patience ended, not its own
        words = f"right on all {numbers.asked} that it was asked within {ROUND_LIMIT_S:.0f} s"
        return Check(Level.OK, _WHAT, f"{model.name}: {words}; it is slow here (guardian model test asks all)")
    if not trial.can_judge:
        return Check(Level.WARN, _WHAT, f"{model.name}: {trial.sentence} What it says weighs nothing")
    found = (
        f"{model.name}: {round_words(numbers)}; half within {ms_words(numbers.median_ms)}; "
        f"{trial.process.memory_mb:,.0f} MB behind {trial.process.wall}"
    )
    if trial.process.wall == "none" and settings.model.wall != "none":
        return Check(Level.WARN, _WHAT, f"{found}: this system offers no wall")
    return Check(Level.OK, _WHAT, found)


def _measured(register: JudgeRegister) -> Check:
    """What every process that asked it has measured, in one row."""
    what, found = "judge's register", register.snapshot()
    total = found.tallies.total
    if not total.calls and not found.tallies.rounds:
        return Check(Level.OK, what, "nothing measured yet")
    words = (
        f"{total.calls:,.0f} questions, {total.yes:,.0f} yes, {total.no:,.0f} no, "
        f"{total.calls - total.answered:,.0f} without an answer; {total.says_sure_only:,.0f} that it called sure and "
        "we do not"
    )
    troubles = [alarm.say for alarm in found.alarms]
    if found.why_not and found.tallies.last_round is not None and found.tallies.last_round.troubles:
        troubles.insert(0, f"its opinions weigh nothing: {found.why_not}")
    if troubles:
        return Check(Level.WARN, what, f"{words}; {' '.join(troubles)}")
    return Check(Level.OK, what, f"{words}; {found.why_not or 'trusted'}")
