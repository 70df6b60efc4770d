"""The judge with what measures it: what the desk needs of it, and `guardian.judge.opening` makes.

Invariant: all of it is for the desk's thread alone, but `close`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from guardian.judge.base import Judge
from guardian.judge.weighing import Agreed


class MeasuredJudge(Protocol):
    """A judge, its register and its canaries."""

    @property
    def judge(self) -> Judge:
        """The model."""
        ...

    def settle(self) -> None:
        """Wait until it can answer, or is closed. Raises GuardianError where it can't be used."""
        ...

    def next_round_s(self) -> float:
        """In how many seconds canaries are due; 0 or less: now."""
        ...

    @property
    def why_not(self) -> str:
        """Why what it says weighs nothing, in a few words; empty where its last canaries were good, so that it may."""
        ...

    def run_round(self, between: Callable[[], bool]) -> str:
        """Ask what is known. Returns what is wrong with the judge, as the end of a sentence that begins with its name;
        empty where nothing is.

        `between` is called between two canaries; where it says False the round is given up.
        """
        ...

    def agreed(self, agreement: Agreed) -> None:
        """Note how an opinion stood to rules and encoder."""
        ...

    def save(self) -> None:
        """Put what was measured into its file. Raises OutputError."""
        ...

    def close(self) -> None:
        """End the judge's cell; from any thread."""
        ...
