"""The keeper of the encoder's process: sends it batches, and sees that every job gets its answer.

Invariants: those of `process_keeper`; nothing is loaded before the parent has approved the file; of the batches under
way only the first can be to blame for a failure, as the process answers in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from guardian.events import Observer
from guardian.inference.base import EncodingFailure
from guardian.inference.child import CellProcess
from guardian.inference.conversation import Conversation
from guardian.inference.frames import FRAMES, Load
from guardian.inference.manifest import Manifest
from guardian.inference.process_keeper import ProcessKeeper
from guardian.inference.recovery import Recovery
from guardian.inference.register import Tally
from guardian.inference.windows import Job, Piece
from guardian.inference.workload import Workload
from guardian.walls.wall import WallLevel


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What is needed to start the model's process."""

    manifest: Manifest
    descriptor: int
    """Of the model's file."""
    load: Load
    command: Sequence[str]
    limit: WallLevel
    """The strongest wall that may be tried."""
    batch_timeout_s: float


class Dispatcher(ProcessKeeper[Conversation, Tally]):
    """Starts its thread, and in it the process, at once. Its public methods may be called from any other thread."""

    thread_name = "guardian-cell"

    def __init__(self, plan: CellPlan, recovery: Recovery, observer: Observer) -> None:
        super().__init__(Tally(), recovery, observer)
        self._plan = plan
        self._workload = Workload(self.tally)
        self._inbox: deque[tuple[Job, list[Piece]]] = deque()
        self._is_approved = False
        self._begin()

    def add(self, job: Job, pieces: list[Piece]) -> None:
        """Take a job; its future will complete."""
        if not self._hand_over(lambda: self._inbox.append((job, pieces))):
            self._workload.fail(job, self._down())

    def approve_model(self) -> None:
        """The model's file has the pinned hash: it may be loaded."""
        self._hand_over(self._set_approved)

    def _set_approved(self) -> None:
        self._is_approved = True

    def _is_asked(self) -> bool:
        return bool(self._workload or self._inbox)

    def _new_life(self) -> Conversation:
        plan = self._plan
        process = CellProcess(plan.command, plan.limit, plan.descriptor, FRAMES)
        return Conversation(process, plan.manifest, plan.batch_timeout_s, self._workload, self.tally)

    def _load(self, life: Conversation) -> None:
        if self._is_approved:
            life.send_load(self._plan.load)

    def _feed(self, life: Conversation) -> None:
        self._load(life)
        self._take_inbox()
        life.send_batches()

    def _note_waiting(self) -> None:
        self._take_inbox()
        self.tally.wait_for(self._workload.pieces + (self._life.pieces if self._life is not None else 0))

    def _blame(self, life: Conversation, code: str) -> None:
        pieces = life.withdraw()
        if pieces:
            self._workload.blame(pieces, EncodingFailure(code, self.tally.trouble), is_hang=code == "model-timeout")

    def _let_go(self, life: Conversation | None) -> None:
        if life is not None:
            self._workload.give_back(life.withdraw())

    def _fail_waiting(self) -> None:
        self._take_inbox()
        self._workload.fail_all(self._down())
        self._note_waiting()

    def _take_inbox(self) -> None:
        while self._inbox:
            self._workload.take(*self._inbox.popleft())

    def _down(self) -> EncodingFailure:
        return EncodingFailure("model-down", f"the model is not running: {self._reason}")
