"""What a head would do, counted before it is in force: on the owner's labels held back, on texts that nobody trained
on, and on ordinary messages.

A text counts as found (or, where it is harmless, as a false alarm) while an output of the model that can apply to it is
over the threshold in force; rules, patterns and examples go on as they were and are not counted here.

Invariants: no label is judged by a head that learned from it, nor from an example that is a copy of it; where there are
enough senders, none by one that learned from its sender; a fall of recall, over all or in one group of tactics alone,
is never left out. Pure, deterministic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guardian.adapt.check_rows import CheckRows
from guardian.adapt.fitting import fit
from guardian.adapt.head import Doubles, PersonalHead, scaled
from guardian.adapt.seeing import Margins, SeenText, rows_of
from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import Thresholds
from guardian.inference.manifest import Manifest
from guardian.inference.strata import Stratum
from guardian.tactics import GROUPS

FOLDS: Final = 5
"""Parts that the owner's labels are held back in."""
COPY: Final = 0.98
"""Cosine of two windows from which an example of a policy counts as a copy of a label."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """So many of so many texts that the model speaks of, without the head and with it."""

    of: int
    before: int
    after: int

    def to_json(self) -> dict[str, int]:
        """The three numbers."""
        return {"of": self.of, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What heads that did not know a label say of it."""

    by_sender: bool
    """Whether no sender stood on both sides; else single messages were held back, for there were too few senders."""
    fine: Change
    """Labels that say fine: fewer is better."""
    bad: Change
    """Labels that say that the owner wants to be told: more is better."""

    def to_json(self) -> dict[str, Any]:
        """As it stands in JSON and in the amendment."""
        return {"by_sender": self.by_sender, "fine": self.fine.to_json(), "to_be_told": self.bad.to_json()}


@dataclass(frozen=True, slots=True)
class Measured:
    """What it does to the texts of the shipped test."""

    found: Change
    """Manipulative texts."""
    lost: int
    """Manipulative texts that would not be found any more."""
    alarms: Change
    """Harmless texts, most of them twins of manipulative ones."""
    groups: Mapping[str, Change]
    """Manipulative texts by the groups of tactics that they use."""

    @property
    def lowered(self) -> tuple[str, ...]:
        """Groups in which fewer texts would be found."""
        return tuple(group for group, change in self.groups.items() if change.after < change.before)

    @property
    def lowers_recall(self) -> bool:
        """Whether fewer would be found, over all or in one group."""
        return self.found.after < self.found.before or bool(self.lowered)

    def to_json(self) -> dict[str, Any]:
        """As it stands in JSON and in the amendment."""
        return {
            "found": self.found.to_json(),
            "lost": self.lost,
            "false_alarms": self.alarms.to_json(),
            "groups": {group: change.to_json() for group, change in self.groups.items()},
            "lowers_recall": self.lowers_recall,
        }


@dataclass(frozen=True, slots=True)
class Effects:
    """All of it."""

    held_back: HeldBack
    tested: Measured | None
    """None where the model ships without test rows."""
    ordinary: Change
    """Ordinary messages of the reference bank."""

    @property
    def needs_consent(self) -> bool:
        """Whether the owner must say that recall may fall: it does, or it cannot be known."""
        return self.tested is None or self.tested.lowers_recall

    def to_json(self) -> dict[str, Any]:
        """As it stands in JSON and in the amendment."""
        return {
            "held_back": self.held_back.to_json(),
            "tested": self.tested.to_json() if self.tested is not None else None,
            "ordinary": self.ordinary.to_json(),
        }


def effects_of(
    head: PersonalHead,
    words: Sequence[SeenText],
    examples: Sequence[SeenText],
    manifest: Manifest,
    thresholds: Thresholds,
    bank: ReferenceBank,
    check: CheckRows | None,
) -> Effects:
    """What `head`, learned from `words` and `examples`, would do under the thresholds in force."""
    margins = Margins(manifest, thresholds)
    return Effects(
        held_back(words, examples, manifest),
        measured(head, check, margins, manifest) if check is not None else None,
        _ordinary(head, bank, margins, manifest),
    )


def held_back(words: Sequence[SeenText], examples: Sequence[SeenText], manifest: Manifest) -> HeldBack:
    """The labels, each judged by a head that learned from the other folds and from the examples of policies, but for
    those that an owner made of the very message."""
    groups = list(dict.fromkeys(text.label.group for text in words))
    by_sender = len(groups) >= FOLDS
    folds = [(groups.index(text.label.group) if by_sender else place) % FOLDS for place, text in enumerate(words)]
    after = np.zeros(len(words), dtype=np.bool_)
    for fold in sorted(set(folds)):
        learned: list[SeenText] = []
        held: list[SeenText] = []
        for text, number in zip(words, folds, strict=True):
            (held if number == fold else learned).append(text)
        head = fit(rows_of((*learned, *_without_copies(examples, held)), manifest), version=0)
        for place, number in enumerate(folds):
            if number == fold:
                after[place] = _margin(words[place], head) >= 0
    before = np.array([text.margins.max() >= 0 for text in words], dtype=np.bool_)
    is_bad = np.array([text.label.is_bad for text in words], dtype=np.bool_)
    return HeldBack(by_sender, _change(~is_bad, before, after), _change(is_bad, before, after))


def _without_copies(examples: Sequence[SeenText], held: Sequence[SeenText]) -> list[SeenText]:
    """The examples that say what none of the held back texts says."""
    rows = np.concatenate([text.embeddings for text in held])
    return [each for each in examples if float((each.embeddings @ rows.T).max()) < COPY]


def measured(head: PersonalHead, check: CheckRows, margins: Margins, manifest: Manifest) -> Measured:
    """What it does to the test rows."""
    over = np.zeros(len(check.message))
    for stratum, has_link in sorted(set(zip(check.strata, check.has_link.tolist(), strict=True)), key=repr):
        texts = np.array([own == stratum for own in check.strata]) & (check.has_link == has_link)
        rows = texts[check.message]
        over[rows] = margins.of(check.logits[rows], stratum, has_link=has_link)
    moved = over + head.shifts(check.embeddings, scaled(check.logits, manifest))
    before, after = (_of_texts(each, check.message) >= 0 for each in (over, moved))
    bad = check.is_manipulative
    groups = {group: _change(bad & check.of_group(group), before, after) for group in GROUPS}
    return Measured(
        found=_change(bad, before, after),
        lost=int((bad & before & ~after).sum()),
        alarms=_change(~bad, before, after),
        groups={group: change for group, change in groups.items() if change.of},
    )


def _ordinary(head: PersonalHead, bank: ReferenceBank, margins: Margins, manifest: Manifest) -> Change:
    """The bank keeps a row a message, and not whether there is a link: the output for links counts as if there were."""
    shifts = head.shifts(bank.embeddings, scaled(bank.logits, manifest))
    before, after = np.zeros(len(shifts), dtype=np.bool_), np.zeros(len(shifts), dtype=np.bool_)
    for stratum, members in bank.strata():
        over = _over(bank, members, stratum, margins)
        before[members], after[members] = over >= 0, over + shifts[members] >= 0
    return _change(np.ones(len(shifts), dtype=np.bool_), before, after)


def _over(bank: ReferenceBank, members: Flags, stratum: Stratum, margins: Margins) -> Doubles:
    return margins.of(bank.logits[members], stratum, has_link=True)


def _margin(text: SeenText, head: PersonalHead) -> float:
    """How far a text's worst window is over its threshold with the head."""
    return float((text.margins + head.shifts(text.embeddings, text.scores)).max())


def _of_texts(windows: Doubles, message: NDArray[np.intp]) -> Doubles:
    """(M,): the highest of each text's windows, which stand together."""
    starts = np.flatnonzero(np.diff(message, prepend=-1))
    highest: Doubles = np.maximum.reduceat(windows, starts)
    return highest


def _change(which: Flags, before: Flags, after: Flags) -> Change:
    return Change(int(which.sum()), int((which & before).sum()), int((which & after).sum()))
