"""How the house stands, as far as the app knows: one frozen value that every screen reads.

Invariants: pure; a model that is down is never shown as anything else; numbers come from verdicts and events of the
core, never from a widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from guardian.events import (
    CalibrationProblem,
    CaughtUp,
    CellRestarted,
    CellStarted,
    Event,
    JudgeMended,
    JudgeProblem,
    NotJournaled,
    PoliciesChanged,
    PolicyProblem,
)
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, Verdict
from tui.messages import Reach

if TYPE_CHECKING:
    from guardian.gate import Screened

_WALL_DOWN = "down"
_MODEL_REASONS = "model-"
"""How the codes of coverage reasons begin that speak of the model."""


class Phase(StrEnum):
    """Whether there is a model to screen with."""

    STARTING = "starting"
    READY = "ready"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class HouseState:
    """Model, wall, policies, and how far the screening is."""

    phase: Phase = Phase.STARTING
    is_open: bool = False
    """Whether everything is loaded; the model may still be starting."""
    model: str = ""
    """Name of the model; empty until it is known."""
    trouble: str = ""
    """Why the model is down, in one safe line."""
    wall: str = ""
    """Level of the model's cell; empty until it was measured."""
    restarts: int = 0
    policies: int | None = None
    """Policies in force; None until they are loaded."""
    policy_set: str = ""
    """Their hash; empty until they are loaded."""
    policy_problems: tuple[str, ...] = ()
    """One safe line for each problem of a policy file, until it is mended."""
    calibration_problems: tuple[str, ...] = ()
    """The same for the thresholds."""
    judge_problem: str = ""
    """Why the judge's opinions weigh nothing now, in one safe line; empty where they do, or there is no judge."""
    total: int | None = None
    """Messages that the paths hold; None until they are listed."""
    counts: Mapping[Outcome, int] = field(default_factory=lambda: MappingProxyType({}))
    """Messages of the inbox by outcome."""
    journal: str = ""
    """Where the journal's key is, in one safe line; empty until it is known."""
    has_weak_key: bool = False
    """Whether that key lies in a plain file."""
    not_journaled: int = 0
    """Verdicts of this run that are not in the journal yet."""
    journal_trouble: str = ""
    """Why they are not, in one safe line."""
    reach: Reach | None = None
    """Whether the journal can be read; None until it is known, or where this run leaves it alone."""
    reach_trouble: str = ""
    """Why it can't be, in one safe line."""
    inbox_trouble: str = ""
    """Why the paths cannot be read, in one safe line."""

    stalled: str = ""
    """That something waits and nothing is judged, in one safe line; empty where that is not so."""
    last_screened_ms: int | None = None
    """When any message was last screened, by this app or, as the journal says, by another program."""
    canary_trouble: str = ""
    """What is wrong with the canaries, in a few words."""
    file_trouble: str = ""
    """What is wrong with the model's file, in a few words."""
    quiet: str = ""
    """`quiet until Fri 28`: nothing interrupts the owner; empty where there is no quiet time."""
    keymap_problems: tuple[str, ...] = ()
    """One safe line for each entry of the owner's keymap that can't be used."""

    @property
    def stopped(self) -> str:
        """Why nothing is screened by the model now, in one safe line; empty where it is, or is about to be."""
        if self.phase is Phase.DOWN:
            return f"model is down: {self.trouble}" if self.trouble else "model is down"
        return self.stalled

    @property
    def unrecorded(self) -> str:
        """Why verdicts do not go into the journal now, in one safe line; empty where they do."""
        if self.reach is Reach.LOCKED:
            return "the journal is locked, verdicts wait outside"
        if self.reach is Reach.TROUBLE:
            return f"the journal can't be used: {self.reach_trouble}"
        if self.not_journaled:
            return f"{self.not_journaled} not journaled: {self.journal_trouble}"
        return ""

    @property
    def problems(self) -> tuple[str, ...]:
        """Whatever of the owner's can't be used as it stands."""
        judge = (self.judge_problem,) if self.judge_problem else ()
        return (*self.policy_problems, *self.calibration_problems, *judge)

    @property
    def screened(self) -> int:
        """Messages of the inbox that have a verdict."""
        return sum(self.counts.values())

    @property
    def is_screening(self) -> bool:
        """Whether more verdicts are to come for the inbox."""
        more = self.total is None or self.screened < self.total
        return more and self.phase is not Phase.DOWN and not self.inbox_trouble

    def with_counted(self, screened: Screened) -> HouseState:
        """After a further message of the inbox was screened."""
        outcome = screened.verdict.outcome
        counts = {**self.counts, outcome: self.counts.get(outcome, 0) + 1}
        return replace(self, counts=MappingProxyType(counts))

    def with_verdict(self, verdict: Verdict) -> HouseState:
        """After any verdict: it says whether the model still runs, and behind which wall."""
        if verdict.wall == _WALL_DOWN:
            reasons = [each.say for each in verdict.coverage.reasons if each.code.startswith(_MODEL_REASONS)]
            return replace(self, phase=Phase.DOWN, wall=verdict.wall, trouble="; ".join(reasons) or self.trouble)
        return replace(self, phase=Phase.READY, wall=verdict.wall, trouble="")

    def with_screened(self, at_ms: int) -> HouseState:
        """After a message was screened at that time, here or elsewhere."""
        if at_ms <= (self.last_screened_ms or 0):
            return self
        return replace(self, last_screened_ms=at_ms)

    def with_gate_open(self) -> HouseState:
        """After everything was loaded: ready, if the model runs already."""
        return replace(self, is_open=True, phase=Phase.READY if self.wall else self.phase)

    def with_event(self, event: Event) -> HouseState:
        """After something that the core told its observer."""
        match event:
            case CellStarted(wall=wall):
                return replace(self, wall=wall, phase=Phase.READY if self.is_open else self.phase)
            case CellRestarted(restarts=restarts):
                phase = Phase.READY if self.is_open else self.phase
                return replace(self, restarts=restarts, phase=phase, trouble="")
            case PolicyProblem(line=line):
                return replace(self, policy_problems=(*self.policy_problems, line))
            case PoliciesChanged(policy_set=policy_set, policies=policies, problems=problems):
                return replace(self, policy_set=policy_set, policies=policies, policy_problems=problems)
            case CalibrationProblem(line=line):
                return replace(self, calibration_problems=(*self.calibration_problems, line))
            case JudgeProblem(line=line):
                return replace(self, judge_problem=safe_line(line))
            case JudgeMended():
                return replace(self, judge_problem="")
            case NotJournaled(line=line):
                return replace(self, not_journaled=self.not_journaled + 1, journal_trouble=line)
            case CaughtUp():
                return replace(self, not_journaled=0, journal_trouble="")
        return self
