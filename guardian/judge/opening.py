"""Opens the owner's judge from the settings: its file on the shelf, its cell, its register, its canaries.

Invariants: opening starts nothing: the model is loaded in the desk's thread, with the first question or at `start`; a
judge that can't be used is told to the observer, and everything goes on without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from guardian.added_models.shelf import AddedModel, find
from guardian.errors import GuardianError, ModelError, OutputError
from guardian.events import JudgeProblem, Observer, ignore
from guardian.judge.canaries import note_dead, run_round
from guardian.judge.cell import open_cell
from guardian.judge.desk import JudgeDesk
from guardian.judge.judging import ModelJudge
from guardian.judge.prompt_frames import FRAMES
from guardian.judge.register import JudgeRegister
from guardian.judge.weighing import Agreed
from guardian.policy.base import Policy
from guardian.settings import Settings

_START_WITHIN_S = 300.0
"""A large file on a slow disk takes minutes to be hashed and loaded."""
_ROUND_AGAIN_S = 60.0
"""After a round that decided nothing, the next one comes no sooner."""


def open_judge(
    settings: Settings, observer: Observer = ignore, *, policies: Callable[[], Sequence[Policy]] = tuple
) -> JudgeDesk | None:
    """The desk of the judge that the settings name; None where they name none, or it can't be used.

    `policies` gives those in force, whose examples are among the canaries.
    """
    if not settings.judge.model:
        return None
    try:
        model = find(settings, settings.judge.model)
        if model.frame not in FRAMES:
            raise ModelError(f"its prompt frame {model.frame} is not known", hint="guardian model add it again")
    except GuardianError as error:
        observer(JudgeProblem(f"your judge {settings.judge.model} can't be used: {error.line()}; verdicts go on"))
        return None
    return JudgeDesk(
        lambda: OpenedJudge(model, settings, policies),
        name=model.name,
        sha256=model.sha256,
        patience_s=settings.judge.patience_s,
        observer=observer,
    )


class OpenedJudge:
    """See `guardian.judge.measured.MeasuredJudge`."""

    def __init__(
        self,
        model: AddedModel,
        settings: Settings,
        policies: Callable[[], Sequence[Policy]],
    ) -> None:
        wanted = settings.judge
        self._policies, self._patience_s = policies, wanted.patience_s
        self._not_before_s, self._is_closed = 0.0, False
        self._register = JudgeRegister(
            settings.paths.judge_register, model.sha256, round_minutes=float(wanted.canary_minutes)
        )
        self._cell = open_cell(model, settings)  # how it fares, the judge's own register says
        self.judge = ModelJudge(
            self._cell,
            FRAMES[model.frame],
            model.name,
            model.sha256,
            record=self._register.add,
            is_trusted=self._register.is_trusted,
        )

    def settle(self) -> None:
        """See `MeasuredJudge`."""
        try:
            self._cell.wait_started(_START_WITHIN_S)
        except GuardianError:
            if not self._is_closed:
                note_dead(self._register)
                with suppress(OutputError):  # it is tried again, and what is wrong now is the model
                    self._register.save()
            raise

    @property
    def why_not(self) -> str:
        """See `MeasuredJudge`."""
        return self._register.snapshot().why_not

    def next_round_s(self) -> float:
        """See `MeasuredJudge`."""
        return max(self._register.next_round_s(), self._not_before_s - time.monotonic())

    def run_round(self, between: Callable[[], bool]) -> str:
        """See `MeasuredJudge`."""
        self._not_before_s = time.monotonic() + _ROUND_AGAIN_S
        sung = run_round(
            self.judge,
            self._register,
            policies=self._policies(),
            timeout_s=self._patience_s,
            between=between,
            process=lambda: self._cell.register,
        )
        return "; it ".join(trouble.words for trouble in sung.troubles)

    def agreed(self, agreement: Agreed) -> None:
        """See `MeasuredJudge`."""
        self._register.add_agreement(with_rules=agreement.with_rules, with_encoder=agreement.with_encoder)

    def save(self) -> None:
        """See `MeasuredJudge`."""
        self._register.save()

    def close(self) -> None:
        """See `MeasuredJudge`."""
        self._is_closed = True
        self.judge.close()
