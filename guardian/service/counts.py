"""What the service counted since it began. Numbers alone: nothing of a message."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counts:
    """Written by the loop's thread alone; read by any."""

    questions: int = 0
    """Questions that were taken."""
    answers: int = 0
    refusals: int = 0
    """Questions that were taken and got no verdict: refused, or their client was gone before their turn."""
    dropped: int = 0
    """Connections that exceeded a time limit in the middle of something."""

    @property
    def open_questions(self) -> int:
        """Questions that wait for an answer."""
        return self.questions - self.answers - self.refusals

    def to_json(self) -> dict[str, int]:
        """As they stand in the status."""
        return {**asdict(self), "open_questions": self.open_questions}
