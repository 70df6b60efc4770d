"""The report card of a pack: how its policies did on its golden cases when its author made it.

Invariant: it is the author's word, shown beside what was measured here, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.strict_json import check_keys, read_object
from guardian.packs.base import MOST_FILE_BYTES, REPORT, decoded, refused
from guardian.safe_text import safe_line

_VERSION: Final = 1
_COUNTS: Final = ("matched", "must_match", "wrongly_matched", "must_not_match", "ordinary_matched", "ordinary")
_MOST_DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Score:
    """How one policy did."""

    matched: int
    """Of the cases that it must match, those that it does."""
    must_match: int
    wrongly_matched: int
    """Of the cases that it must not match, those that it does."""
    must_not_match: int
    ordinary_matched: int
    """Of the ordinary texts that Guardian ships, those that it matches."""
    ordinary: int

    def to_json(self) -> dict[str, int]:
        """As it stands in a report card."""
        return {name: getattr(self, name) for name in _COUNTS}

    def say(self) -> str:
        """`matches 3 of 3 that it must, 0 of 4 that it must not, 1 of 36 ordinary texts`."""
        return (
            f"matches {self.matched} of {self.must_match} that it must, {self.wrongly_matched} of "
            f"{self.must_not_match} that it must not, {self.ordinary_matched} of {self.ordinary} ordinary texts"
        )


@dataclass(frozen=True, slots=True)
class ReportCard:
    """What the author measured, and with which model."""

    model_name: str
    model_sha256: str
    scores: Mapping[str, Score]
    """By the policy's id in the pack."""

    def to_bytes(self) -> bytes:
        """The card as a file: canonical JSON."""
        value = {
            "v": _VERSION,
            "model": {"name": self.model_name, "sha256": self.model_sha256},
            "policies": {name: score.to_json() for name, score in self.scores.items()},
        }
        return canonical_bytes(value) + b"\n"


def parse_report(data: bytes, policies: Collection[str]) -> ReportCard:
    """The card in a file's bytes; it must speak of each policy of the pack, and no other. Raises PackError."""
    try:
        value = read_object(decoded(REPORT, data), most_bytes=MOST_FILE_BYTES, most_depth=_MOST_DEPTH)
        check_keys(value, ("v", "model", "policies"), "the report card")
        if value["v"] != _VERSION:
            raise ValueError("the report card is of another version")
        model = check_keys(value["model"], ("name", "sha256"), "the model in it")
        if not all(isinstance(each, str) and len(each) <= 200 for each in model.values()):
            raise ValueError("the model in it must be named by texts")
        if not isinstance(value["policies"], dict) or set(value["policies"]) != set(policies):
            raise ValueError("the report card speaks of other policies than the pack has")
        scores = {name: _score(row) for name, row in value["policies"].items()}
    except ValueError as error:
        raise refused(REPORT, str(error)) from None
    return ReportCard(safe_line(model["name"]), safe_line(model["sha256"]), scores)


def _score(row: Any) -> Score:
    counts = check_keys(row, _COUNTS, "a policy in it")
    if not all(type(count) is int and 0 <= count <= 1_000_000 for count in counts.values()):
        raise ValueError("a count in it is no count")
    return Score(**counts)
