"""Our own texts: twins, ordinary texts and custom policies, as training and measuring read them.

Invariants: a row that breaks the corpus's rules is an error with its file and id, never skipped; the voices in
`HELD_OUT_VOICES` and the policies of `HELD_OUT_POLICIES` are read for measuring alone; pairs that the second reader did
not confirm (`dropped.txt`) are read by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sources import TACTICS, Row, nothing, positive

from guardian.message import Channel
from guardian.reading.context import in_context

HELD_OUT_VOICES = frozenset(
    {
        "t1-wren", "t2-birch", "t3-flint", "t4-ibis", "t5-fern", "t6-clay", "t7-opal", "t8-yew", "t9-rowan",
        "t10-pearl", "t11-thyme", "t12-umber", "t13-lark", "t14-jade", "t15-moss2", "t16-ridge", "t17-dusk",
        "t18-comet", "t19-wool", "t20-glass", "t21-rust", "t22-canon", "t23-inkwell", "t24-tansy", "t25-bracken",
        "t26-heath", "t27-holly", "o1-elm", "o2-larch", "o3-ivory", "o4-beryl", "o5-ash", "b8",
    }
)  # fmt: skip
"""Voices that neither training nor the bank reads; in other languages than English those that end in -b."""
HELD_OUT_POLICIES = frozenset({"p1", "p3", "p5", "p7"})
"""Files of custom policies that no training run reads: the benchmark of unseen policies."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """One row of the corpus, as its author wrote it."""

    id: str
    twin: str | None
    text: str
    context: tuple[str, ...]
    channel: str
    form: str
    label: int
    tactics: tuple[str, ...]
    evidence: tuple[str, ...]
    language: str
    voice: str
    file: str

    @property
    def is_held_out(self) -> bool:
        """Whether no training run may read it."""
        return self.voice in HELD_OUT_VOICES or (self.language != "en" and self.voice.endswith("-b"))

    @property
    def judged(self) -> str:
        """The text with its conversation before it, as the product shows it to the encoder."""
        return in_context(self.text, self.context, Channel(self.channel))

    def row(self) -> Row:
        """The row as training reads it: every output is known."""
        labels = nothing() | (positive(*self.tactics) if self.label else {})
        return Row(
            self.judged, labels, f"own:{self.file}", self.twin or self.id, self.channel, self.twin, self.evidence
        )


@dataclass(frozen=True, slots=True)
class PolicyTexts:
    """One custom policy: what its owner wrote, and texts to flag and texts that are fine."""

    id: str
    prose: str
    channel: str
    file: str
    flag: tuple[str, ...]
    near: tuple[str, ...]
    """Fine texts of the same subject."""
    plain: tuple[str, ...]
    """Fine texts on anything."""


def read_lines(path: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file. Raises ValueError with file and line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path.name}:{number}: {error}") from None


def read_corpus(folder: Path) -> list[OwnText]:
    """Every confirmed row of `corpus/` or `bank/`. Raises ValueError for a row that breaks the rules."""
    dropped = _dropped(folder)
    rows: list[OwnText] = []
    for path in sorted(folder.glob("*.jsonl")):
        for raw in read_lines(path):
            if (raw["twin"] or raw["id"]) not in dropped:
                rows.append(_own_text(raw, path.stem))
    return rows


@cache
def _dropped(folder: Path) -> frozenset[str]:
    """Twins (or rows) that were dropped after the second reading."""
    return _listed(folder / "dropped.txt")


@cache
def overt_ids(folder: Path) -> frozenset[str]:
    """Twins that a bag of words tells apart: trained on, and not counted as twins where give-aways are measured."""
    return _listed(folder / "overt.txt")


def _listed(path: Path) -> frozenset[str]:
    """The first word of each line of a list, but for comments; nothing where there is no list."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))


def _own_text(raw: dict[str, object], file: str) -> OwnText:
    row = OwnText(**{key: _plain(value) for key, value in raw.items() if key != "note"}, file=file)  # type: ignore[arg-type]
    unknown = set(row.tactics) - set(TACTICS)
    if unknown:
        raise ValueError(f"{file}: {row.id}: unknown tactic {sorted(unknown)[0]}")
    if bool(row.label) is not bool(row.tactics):
        raise ValueError(f"{file}: {row.id}: tactics and label disagree")
    missing = [span for span in row.evidence if span not in row.text]
    if missing:
        raise ValueError(f"{file}: {row.id}: evidence is not in the text: {missing[0][:60]!r}")
    Channel(row.channel)
    return row


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def read_policies(folder: Path, *, held_out: bool) -> list[PolicyTexts]:
    """The custom policies for training, or those of the benchmark."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    about: dict[tuple[str, str], tuple[str, str]] = {}
    for path in sorted(folder.glob("p*.jsonl")):
        if (path.stem in HELD_OUT_POLICIES) is not held_out:
            continue
        for raw in read_lines(path):
            key = (path.stem, str(raw["policy"]))
            about[key] = (str(raw["prose"]), str(raw["channel"]))
            kind = "flag" if raw["flag"] else str(raw["kind"])
            found.setdefault(key, {"flag": [], "near": [], "plain": []})[kind].append(str(raw["text"]))
    return [
        PolicyTexts(key[1], *about[key], key[0], tuple(kinds["flag"]), tuple(kinds["near"]), tuple(kinds["plain"]))
        for key, kinds in found.items()
    ]


def own_rows(folder: Path, *, held_out: bool) -> list[Row]:
    """The English corpus as training reads it: the training voices, or the held-out ones."""
    return [text.row() for text in read_corpus(folder) if text.language == "en" and text.is_held_out is held_out]
