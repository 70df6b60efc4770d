"""Tries one added model: can it judge at all, how well, how fast, and with how much memory?

Invariants: the model runs in its cell, as it would as a judge; what is said of it was measured on canaries by this
side, never said by the model; the round counts as any other, so that a model that was tried is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.added_models.shelf import AddedModel, refuse_missing
from guardian.calibration.interval import rate_interval
from guardian.errors import ModelError
from guardian.health.words import ms_words
from guardian.inference.generative_register import GenerativeRegister
from guardian.judge.canaries import ROUND_LIMIT_S, CanaryRound, run_round
from guardian.judge.canary_texts import CANARIES, Canary
from guardian.judge.cell import open_cell
from guardian.judge.judging import ModelJudge
from guardian.judge.prompt_frames import FRAMES
from guardian.judge.register import JudgeRegister
from guardian.policy.base import Policy
from guardian.settings import Settings

START_LIMIT_S: Final = 600.0
"""For hashing and loading: about a second for 1.5 GB, and then as slow as the disk."""


@dataclass(frozen=True, slots=True, repr=False)
class Trial:
    """What came of it."""

    model: AddedModel
    round: CanaryRound
    process: GenerativeRegister
    within_s: float
    """How long a message waits for an opinion."""

    @property
    def can_judge(self) -> bool:
        """Whether its opinions would weigh anything."""
        return self.round.is_good

    @property
    def agreement(self) -> float:
        """Share of the canaries asked that it answered as anybody would; 0 where none was."""
        numbers = self.round.numbers
        return numbers.right / numbers.asked if numbers.asked else 0.0

    @property
    def agreement_interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, for texts such as these (90 %)."""
        return rate_interval(self.round.numbers.right, self.round.numbers.asked)

    @property
    def sentence(self) -> str:
        """The verdict on the model, in one or two sentences."""
        if not self.can_judge:
            return f"This model can't judge: it {'; it '.join(trouble.words for trouble in self.round.troubles)}."
        numbers = self.round.numbers
        words = "This model can judge: it finds what is plain, and leaves alone what is harmless."
        if numbers.median_ms > self.within_s * 1000:
            words += (
                f" Half of its answers take more than {ms_words(numbers.median_ms)}, and a message waits "
                f"{self.within_s:g} s, so most opinions would come late, as updates of their alerts."
            )
        return words


def try_model(
    model: AddedModel,
    settings: Settings,
    register: JudgeRegister,
    *,
    policies: Iterable[Policy] = (),
    canaries: Sequence[Canary] = CANARIES,
    limit_s: float = ROUND_LIMIT_S,
    advance: Callable[[], None] = lambda: None,
    worker_command: Sequence[str] | None = None,
) -> Trial:
    """One round of canaries. `advance` is called after each.

    Raises ModelError where the file is not there, can't be used or is not the pinned one, CellError where its process
    can't be made.
    """
    refuse_missing(model)
    if model.frame not in FRAMES:
        raise ModelError(f"the prompt frame {model.frame} is not known", hint="guardian model add pins it anew")

    is_first = True

    def go_on() -> bool:
        nonlocal is_first
        if not is_first:
            advance()
        is_first = False
        return True

    with open_cell(model, settings, worker_command=worker_command) as cell:
        cell.wait_started(START_LIMIT_S)
        judge = ModelJudge(
            cell, FRAMES[model.frame], model.name, model.sha256, record=register.add, is_trusted=register.is_trusted
        )
        sung = run_round(
            judge,
            register,
            policies=policies,
            timeout_s=settings.judge.patience_s,
            canaries=canaries,
            limit_s=limit_s,
            between=go_on,
            process=lambda: cell.register,
        )
        return Trial(model, sung, cell.register, settings.judge.timeout_s)
