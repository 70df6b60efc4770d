"""What would tell the two classes of our corpus apart without reading them: length, punctuation, single words.

A model that can use such a give-away learns the writer, not the deed. So inside each voice a small classifier is
trained on some pairs and asked about others, and its area under the curve must stay low. Pairs that a bag of words
tells apart too surely are named by `overt_pairs`: they are kept for training, apart, and not counted as twins.

Invariants: a pair never stands on both sides of a fold; pure and deterministic; numpy alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from corpus import OwnText, read_corpus
from numpy.typing import NDArray

Array = NDArray[np.float64]
FOLDS = 5
RIDGE = 3.0
MOST_AREA = 0.70
_WORD = re.compile(r"\w+")
_MARKS = "!?,.\"'\n:;-()/0123456789"


def pairs_of(texts: Sequence[OwnText]) -> list[tuple[OwnText, OwnText]]:
    """The (violating, harmless) pairs, in the order of their ids."""
    by_twin: dict[str, dict[int, OwnText]] = defaultdict(dict)
    for text in texts:
        if text.twin:
            by_twin[text.twin][text.label] = text
    return [(pair[1], pair[0]) for _, pair in sorted(by_twin.items()) if len(pair) == 2]


def shape_features(texts: Sequence[OwnText]) -> Array:
    """(texts, features): length, punctuation, digits, capitals, lines, links."""
    rows = []
    for text in texts:
        body = text.text
        size = max(len(body), 1)
        rows.append(
            [
                np.log(size),
                np.log(1 + len(body.split())),
                *(np.log(1 + body.count(mark)) for mark in _MARKS),
                sum(letter.isupper() for letter in body) / size,
                sum(letter.isdigit() for letter in body) / size,
                float("http" in body or ".example" in body),
                sum(ord(letter) > 127 for letter in body) / size,
            ]
        )
    table = np.array(rows)
    return np.asarray((table - table.mean(0)) / (table.std(0) + 1e-9))


def length_feature(texts: Sequence[OwnText]) -> Array:
    """(texts, 1): logarithm of the number of characters."""
    return np.log([[len(text.text) + 1.0] for text in texts])


def word_features(texts: Sequence[OwnText]) -> Array:
    """(texts, vocabulary): whether each word stands in a text; words of one text alone are left out."""
    bags = [set(_WORD.findall(text.text.lower())) for text in texts]
    counts: dict[str, int] = defaultdict(int)
    for bag in bags:
        for word in bag:
            counts[word] += 1
    place = {word: number for number, word in enumerate(sorted(word for word, count in counts.items() if count > 1))}
    table = np.zeros((len(texts), len(place)))
    for row, bag in enumerate(bags):
        table[row, [place[word] for word in bag if word in place]] = 1.0
    return table


def held_out_margins(
    pairs: Sequence[tuple[OwnText, OwnText]], features: Callable[[Sequence[OwnText]], Array]
) -> tuple[Array, Array]:
    """Scores of the violating and of the harmless texts, each by a ridge classifier that did not see its pair."""
    texts = [text for pair in pairs for text in pair]
    table = features(texts)
    wanted = np.tile([1.0, -1.0], len(pairs))
    fold = np.repeat(np.arange(len(pairs)) % FOLDS, 2)
    scores = np.zeros(len(texts))
    for number in range(FOLDS):
        learn = fold != number
        centre = table[learn].mean(0)
        rows = table[learn] - centre
        # The dual form: there are fewer texts than words.
        weights = rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(learn.sum()), wanted[learn])
        scores[~learn] = (table[~learn] - centre) @ weights
    return scores[::2], scores[1::2]


def area(violating: Array, harmless: Array) -> float:
    """Area under the ROC curve (Mann-Whitney), ties counted half."""
    order = np.sort(harmless)
    below, upto = np.searchsorted(order, violating, "left"), np.searchsorted(order, violating, "right")
    return float(((below + upto) / 2).mean() / len(order))


def overt_pairs(texts: Sequence[OwnText]) -> list[str]:
    """Ids of the pairs of one voice that must be set apart so that words and punctuation stay under `MOST_AREA`.

    The pairs that a held-out classifier tells apart most surely go first (adversarial filtering: Le Bras et al., ICML
    2020).
    """
    pairs = pairs_of(texts)
    set_apart: list[str] = []
    while len(pairs) > 2 * FOLDS:
        told = [held_out_margins(pairs, features) for features in (word_features, shape_features)]
        violating, harmless = max(told, key=lambda margins: area(*margins))
        excess = area(violating, harmless) - MOST_AREA
        if excess <= -0.005:
            break
        surest = np.argsort(harmless - violating)[: max(1, round(len(pairs) * min(max(excess, 0.0), 0.1) * 0.3))]
        set_apart += [str(pairs[place][0].twin) for place in surest]
        pairs = [pair for place, pair in enumerate(pairs) if place not in set(surest.tolist())]
    return set_apart


def main() -> None:
    """Write `corpus/overt.txt` again: run it when texts were added or dropped."""
    folder = Path(__file__).resolve().parent / "corpus"
    voices: dict[str, list[OwnText]] = defaultdict(list)
    for text in read_corpus(folder):
        voices[text.voice].append(text)
    lines = ["# Pairs that a bag of words tells apart: trained on, not counted as twins. Written by giveaways.py."]
    for voice in sorted(voices):
        lines += sorted(overt_pairs(voices[voice]))
    (folder / "overt.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} of {len(pairs_of(list(chain(*voices.values()))))} pairs are overt")


if __name__ == "__main__":
    main()
