"""What one training step reads: a batch of rows, marked sentences, and an episode of a custom policy.

Invariants: rows of one twin pair stay together; a batch holds at most `batch_tokens` tokens, padding included (a
little more where a pair is long); a long text is seen through a window that holds what its author marked; all draws
come from one seeded generator.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus import PolicyTexts
from sources import GROUP_OF, Row

from guardian.reading.sentences import split_sentences
from guardian.tactics import TACTICS

CROP_CHARS = 1000
"""Long texts are seen through a window of this size, as the encoder sees them in use."""
CHARS_PER_TOKEN = 3.6
"""For planning alone."""
POOL = 1200
"""Units that are sorted by length at once."""
_HEADERS = re.compile(r"\A(?:(?:Subject|From|To|Date):[^\n]*\n)+\n?")
_USER_TURN = re.compile(r"\AUser: [\s\S]*?\n\nAssistant: ")


def crop(row: Row, rng: random.Random) -> str:
    """A window of a long text, beginning at a word, with a marked span in it where there is one."""
    text = row.text
    if len(text) <= CROP_CHARS:
        return text
    last = len(text) - CROP_CHARS
    if row.evidence:
        at = max(text.find(rng.choice(row.evidence)), 0)
        start = min(max(0, at - rng.randrange(CROP_CHARS // 2)), last)
    else:
        start = rng.choice((0, rng.randrange(last), last))
    piece = text[start : start + CROP_CHARS]
    return piece if start == 0 else piece.split(" ", 1)[-1]


def vary(text: str, rng: random.Random) -> str:
    """Small honest changes that remove give-aways: no headers, no frame, typos, no final stop, no capitals."""
    if rng.random() < 0.4:
        text = _HEADERS.sub("", text)
    if rng.random() < 0.3 and text.count("\n\nAssistant: ") == 1:
        text = _USER_TURN.sub("", text)
    if rng.random() < 0.2:
        text = text.rstrip(".!")
    if rng.random() < 0.1:
        text = text.replace("!", ".")
    if rng.random() < 0.15:
        letters = list(text)
        for _ in range(max(1, len(letters) // 80)):
            place = rng.randrange(max(len(letters) - 1, 1))
            if len(letters) > place + 1 and letters[place].isalpha():
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
        text = "".join(letters)
    return text


def draw_rows(rows: Sequence[Row], shares: dict[str, int], rng: random.Random) -> list[int]:
    """Indices of one epoch: each shared source in its share, our own corpus whole."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_source[row.source].append(index)
    chosen: list[int] = []
    for source, indices in sorted(by_source.items()):
        share = shares.get(source, len(indices))
        chosen += rng.sample(indices, min(share, len(indices)))
    return chosen


def epoch_batches(
    rows: Sequence[Row], shares: dict[str, int], batch_tokens: int, rng: random.Random
) -> list[list[int]]:
    """One epoch of batches, texts of like length together."""
    units: dict[str, list[int]] = defaultdict(list)
    for index in draw_rows(rows, shares, rng):
        twin = rows[index].twin
        units[f"twin {twin}" if twin else f"row {index}"].append(index)
    order = list(units.values())
    rng.shuffle(order)
    result: list[list[int]] = []
    for start in range(0, len(order), POOL):
        pool = sorted(order[start : start + POOL], key=lambda unit: _longest(rows, unit))
        batch: list[int] = []
        for unit in pool:
            if batch and (len(batch) + len(unit)) * _longest(rows, unit) > batch_tokens:
                result.append(batch)
                batch = []
            batch += unit
        result.append(batch)
    rng.shuffle(result)
    return result


def _longest(rows: Sequence[Row], unit: Sequence[int]) -> float:
    return max(min(len(rows[index].text), CROP_CHARS) for index in unit) / CHARS_PER_TOKEN + 3


@dataclass(frozen=True, slots=True)
class Marked:
    """Two sentences of one text: one that its author marked, and one that carries nothing."""

    index: int
    marked: str
    other: str


def marked_sentences(rows: Sequence[Row]) -> list[Marked]:
    """Every pair of a marked and an unmarked sentence in our own texts of three sentences or more."""
    found = []
    for index, row in enumerate(rows):
        if not row.evidence:
            continue
        places = [(row.text.find(span), len(span)) for span in row.evidence]
        marked, other = [], []
        for start, end in split_sentences(row.text):
            shared = max(min(end, at + size) - max(start, at) for at, size in places)
            if end - start >= 12:
                (marked if shared > 0.5 * min(end - start, 40) else other if shared <= 0 else []).append((start, end))
        if marked and len(other) >= 2:
            found += [Marked(index, row.text[a:b], row.text[c:d]) for a, b in marked for c, d in other[:6]]
    return found


@dataclass(frozen=True, slots=True)
class Episode:
    """A policy's prose with texts to flag and fine texts, equally many."""

    prose: str
    flag: list[str]
    fine: list[str]


def episodes(
    policies: Sequence[PolicyTexts], rows: Sequence[Row], rng: random.Random, size: int = 6
) -> Iterator[Episode]:
    """Endless episodes: two in three from custom policies, one from a tactic with its twins."""
    by_tactic: dict[str, list[tuple[str, str]]] = defaultdict(list)
    harmless = {row.twin: row.text for row in rows if row.twin and row.labels.get("risk") == 0.0}
    for row in rows:
        if row.twin in harmless and row.labels.get("risk") == 1.0 and len(row.text) < 300:
            for tactic in GROUP_OF:
                if row.labels.get(tactic) == 1.0:
                    by_tactic[tactic].append((row.text, harmless[row.twin]))
    tactics = sorted(tactic for tactic, pairs in by_tactic.items() if len(pairs) >= 2 * size)
    while True:
        if policies and (not tactics or rng.random() < 0.67):
            policy = rng.choice(policies)
            fine = rng.sample(policy.near, min(len(policy.near), size - 1))
            fine += rng.sample(policy.plain, min(len(policy.plain), size - len(fine)))
            rng.shuffle(fine)
            yield Episode(policy.prose, rng.sample(policy.flag, size), fine)
        else:
            tactic = rng.choice(tactics)
            yield Episode(
                TACTICS[tactic].definition,
                [pair[0] for pair in rng.sample(by_tactic[tactic], size)],
                [pair[1] for pair in rng.sample(by_tactic[tactic], size)],
            )
