"""Learns a head from the journal and the policies, and counts what it would do: nothing is in force by it.

Invariants: nothing is written and nothing recorded; the same labels, model and thresholds give the same head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.adapt.check_rows import load_check_rows
from guardian.adapt.effects import Effects, effects_of
from guardian.adapt.fitting import fit
from guardian.adapt.head import PersonalHead
from guardian.adapt.labels import LEAST_WORDS, Labels, Left
from guardian.adapt.seeing import SeenText, rows_of, see
from guardian.adapt.versions import digest_of
from guardian.calibration.thresholds import fingerprint
from guardian.errors import AdaptError
from guardian.policy.trying.bench import Bench


@dataclass(frozen=True, slots=True)
class Learned:
    """What a head was learned from, in numbers."""

    fine: int
    """Words of the owner's that say fine."""
    bad: int
    """Words that say that the owner wants to be told."""
    senders: int
    examples_fine: int
    examples_flag: int
    left: Mapping[Left, int]
    """Words that were left out."""

    def to_json(self) -> dict[str, Any]:
        """As it stands in JSON and in the amendment."""
        return {
            "fine": self.fine,
            "to_be_told": self.bad,
            "senders": self.senders,
            "examples": {"fine": self.examples_fine, "flag": self.examples_flag},
            "left_out": {left.value: count for left, count in sorted(self.left.items()) if count},
        }


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """A head that is not in force, and what it would do."""

    head: PersonalHead
    """Its version is 0 until it is put in force."""
    sha256: str
    """Of the head's numbers: the same labels, model and thresholds give the same."""
    learned: Learned
    effects: Effects


def learn(labels: Labels, bench: Bench, model_dir: Path, advance: Callable[[], None] = lambda: None) -> Draft:
    """A head of these labels. Raises AdaptError where there are too few words, ModelError where the test rows cannot be
    used."""
    check = load_check_rows(model_dir, bench.manifest)
    _refuse_too_few(len(labels.words), labels.left)
    words, not_judged = see(labels.words, bench, advance)
    left = dict(labels.left) | ({Left.NOT_JUDGED: not_judged} if not_judged else {})
    _refuse_too_few(len(words), left)
    examples, _ = see(labels.examples, bench, advance)
    head = fit(rows_of((*words, *examples), bench.manifest), version=0)
    effects = effects_of(head, words, examples, bench.manifest, bench.thresholds, bench.bank, check)
    return Draft(head, digest_of(head, fingerprint(bench.manifest)), _learned(words, examples, left), effects)


def left_words(left: Mapping[Left, int]) -> str:
    """`2 whose text was not kept, 1 of which you were unsure`; empty where none was left out."""
    said = [f"{left[each]:,} {_LEFT_WORDS[each]}" for each in Left if left.get(each)]
    return ", ".join(said)


_LEFT_WORDS: Mapping[Left, str] = {
    Left.UNSURE: "of which you were unsure",
    Left.UNDECIDED: "that had not been fully judged",
    Left.NOT_KEPT: "whose text was not kept",
    Left.NOT_JUDGED: "that the model does not read",
    Left.REPEAT: "recorded before",
    Left.UNREADABLE: "that cannot be read",
    Left.TOO_MANY: "older than the newest that are used",
    Left.EXAMPLES: "examples beyond the first that are used",
    Left.SHIPPED: "examples that come with guardian, not from you",
}


def _refuse_too_few(words: int, left: Mapping[Left, int]) -> None:
    if words < LEAST_WORDS:
        others = left_words({reason: count for reason, count in left.items() if reason is not Left.SHIPPED})
        raise AdaptError(
            f"there is too little to learn from: {words} of your words can be used, and it takes {LEAST_WORDS}"
            + (f"; left out: {others}" if others else ""),
            hint="guardian feedback SEQ right|wrong says what you think of a verdict",
        )


def _learned(words: Sequence[SeenText], examples: Sequence[SeenText], left: Mapping[Left, int]) -> Learned:
    bad = sum(text.label.is_bad for text in words)
    flag = sum(text.label.is_bad for text in examples)
    senders = len({text.label.group for text in words})
    return Learned(len(words) - bad, bad, senders, len(examples) - flag, flag, left)
