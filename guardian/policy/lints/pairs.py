"""Examples that say the opposite of one another: of one text, or of two that the model holds for nearly the same.

Within one policy that is a contradiction. Between two it is a conflict where both are in force on one channel: what the
one calls fine is flagged by the other all the same.

Invariants: pure; the same text is found without the model, and what is nearly the same only where its rows are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from guardian.inference.base import Floats
from guardian.policy.base import Example, Policy
from guardian.policy.load import LoadedFile
from guardian.policy.position import Positions
from guardian.policy.probe import NEARLY_THE_SAME
from guardian.policy.problem import Level, Problem

_MOST_TOLD: Final = 20
"""Of one policy; more would be one and the same trouble."""


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """One example, and where it stands."""

    file: LoadedFile
    policy: Policy
    number: int
    """In the file, from 1."""
    text: str

    def problem(self, level: Level, code: str, message: str, hint: str = "") -> Problem:
        """A problem at its text."""
        positions = Positions(self.file.source.text if self.file.source is not None else "")
        place = positions.value(["examples", self.number - 1, "text"])
        return Problem(self.file.path, place.line, place.column, level, code, message, hint)


def repeated_examples(file: LoadedFile) -> Iterator[Problem]:
    """Examples of one policy that are there twice, word for word, and say the same."""
    first: dict[Example, int] = {}
    for shown in _shown([file]):
        earlier = first.setdefault(shown.policy.examples[shown.number - 1], shown.number)
        if earlier != shown.number:
            message = f"example {shown.number} is the same as example {earlier}"
            yield shown.problem(Level.INFO, "repeated-example", message)


def opposite_examples(files: Sequence[LoadedFile], rows: Mapping[str, Floats]) -> Iterator[Problem]:
    """Each fine example that is also one to flag, of its own policy or of another: the same text but for case and
    spaces, or by its row nearly the same."""
    told: Counter[str] = Counter()
    for here, there in _alike(list(_shown(files, flag=False)), list(_shown(files, flag=True)), rows):
        is_own = here.policy.id == there.policy.id
        if is_own or _meet(here.policy, there.policy):
            told[here.policy.id] += 1
            if told[here.policy.id] <= _MOST_TOLD:
                yield _contradiction(here, there) if is_own else _conflict(here, there)


def _contradiction(fine: _Shown, flagged: _Shown) -> Problem:
    later, earlier = (fine, flagged) if fine.number > flagged.number else (flagged, fine)
    likeness = "also" if _words(fine.text) == _words(flagged.text) else "nearly the same as"
    message = f"example {later.number} is {likeness} example {earlier.number}, which says the opposite"
    return later.problem(Level.WARNING, "contradiction", message, "keep one of them, or make them differ")


def _conflict(fine: _Shown, flagged: _Shown) -> Problem:
    likeness = "" if _words(fine.text) == _words(flagged.text) else "nearly "
    there = f"example {flagged.number} of {flagged.policy.id}"
    message = f"example {fine.number} is fine here, and {likeness}the same as {there}, which flags it"
    return fine.problem(
        Level.WARNING, "conflict", message, "such a message is flagged: decide which of the two is right"
    )


def _meet(one: Policy, other: Policy) -> bool:
    """Whether both are in force on one channel."""
    return one.is_in_force and other.is_in_force and not set(one.channels).isdisjoint(other.channels)


def _shown(files: Sequence[LoadedFile], *, flag: bool | None = None) -> Iterator[_Shown]:
    for file in files:
        for number, example in enumerate(file.policy.examples if file.policy is not None else (), start=1):
            if file.policy is not None and flag in (None, example.flag):
                yield _Shown(file, file.policy, number, example.text)


def _alike(
    fine: Sequence[_Shown], flagged: Sequence[_Shown], rows: Mapping[str, Floats]
) -> Iterator[tuple[_Shown, _Shown]]:
    """Pairs of the same, or nearly the same, text."""
    by_words: dict[str, list[_Shown]] = {}
    for shown in flagged:
        by_words.setdefault(_words(shown.text), []).append(shown)
    known = [shown for shown in flagged if shown.text in rows]
    table = np.array([rows[shown.text] for shown in known])
    for here in fine:
        same = by_words.get(_words(here.text), [])
        yield from ((here, there) for there in same)
        if here.text in rows and known:
            near = np.flatnonzero(table @ rows[here.text] > NEARLY_THE_SAME)
            yield from ((here, known[index]) for index in near.tolist() if known[index] not in same)


def _words(text: str) -> str:
    """A text but for its case and its spaces."""
    return " ".join(text.casefold().split())
