"""Measures that need a score a row and nothing else, so that the product and its rivals are measured alike.

Invariants: the limit at a rate is taken over all ordinary rows together; every share says hits and total; a pair is a
violating and a harmless row of one source with one twin name, and a tie in it is a miss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from guardian.report.ranking import Limit, Scores, area_json, limit_at, ordinary_rows_needed
from guardian.report.rows import LabelledRow
from guardian.report.shares import Share, mean_of_shares

RATES: Final = (0.01, 0.002)
"""False-alarm rates at which recall is stated."""
LENGTHS: Final = ((160, "under 160 B"), (500, "160 to 499 B"), (1000, "500 to 999 B"), (4000, "1000 to 3999 B"))
"""An SMS; a short chat; one window of the encoder; a page."""
LONGEST: Final = "4000 B and more"
THIRDS: Final = ("first third", "middle third", "last third")

Name = Callable[[LabelledRow], str]


def rate_name(rate: float) -> str:
    """A rate as a key and a heading: `1 %`, `0.2 %`."""
    return f"{100 * rate:g} %"


def measure_scores(rows: Sequence[LabelledRow], scores: Scores) -> dict[str, Any]:
    """Recall at each rate, areas under the curve and twins, of one system's `scores` (one a row)."""
    if len(rows) != len(scores):
        raise ValueError(f"{len(scores)} scores for {len(rows)} rows")
    return {
        "recall": {rate_name(rate): _recall(rows, scores, rate) for rate in RATES},
        "auc": _areas(rows, scores),
        "twins": twins(rows, scores),
    }


def _recall(rows: Sequence[LabelledRow], scores: Scores, rate: float) -> dict[str, Any]:
    ordinary = scores[[not row.violating for row in rows]]
    limit = limit_at(ordinary, rate)
    if limit is None:
        return {"stated": False, "ordinary": len(ordinary), "ordinary_needed": ordinary_rows_needed(rate)}
    found = [(row, bool(score > limit.score)) for row, score in zip(rows, scores, strict=True) if row.violating]
    return {"stated": True, "limit": limit.score, "alarms": limit.alarms.to_json(), **_recall_parts(found, rows, limit)}


def _recall_parts(found: list[tuple[LabelledRow, bool]], rows: Sequence[LabelledRow], limit: Limit) -> dict[str, Any]:
    families = shares_by(found, lambda row: row.family)
    return {
        "all": Share.of(hit for _, hit in found).to_json(),
        "families": to_json(families),
        "mean_over_families": mean_of_shares(list(families.values())),
        "without_family": sum(not row.family for row, _ in found),
        "sources": to_json(shares_by(found, lambda row: row.source)),
        "lengths": to_json(shares_by(found, length_of)),
        "positions": to_json(shares_by(found, position_of)),
    }


def _areas(rows: Sequence[LabelledRow], scores: Scores) -> dict[str, Any]:
    """Over all rows; and of each family's and source's violating rows against all ordinary rows."""
    violating = np.array([row.violating for row in rows], dtype=bool)
    ordinary = scores[~violating]

    def each(name: Name) -> dict[str, Any]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            if row.violating and name(row):
                places[name(row)].append(place)
        return {value: area_json(scores[chosen], ordinary) for value, chosen in sorted(places.items())}

    return {
        "all": area_json(scores[violating], ordinary),
        "families": each(lambda row: row.family),
        "sources": each(lambda row: row.source),
    }


def twins(rows: Sequence[LabelledRow], scores: Scores) -> dict[str, Any]:
    """How often the violating text of a pair scores higher: over all, by tactic, source and voice."""
    pairs: dict[tuple[str, str], list[tuple[LabelledRow, float]]] = defaultdict(list)
    for row, score in zip(rows, scores, strict=True):
        if row.twin:
            pairs[row.source, row.twin].append((row, float(score)))
    judged, unpaired = [], 0
    for pair in pairs.values():
        pair.sort(key=lambda each: not each[0].violating)
        if [row.violating for row, _ in pair] == [True, False]:
            judged.append((pair[0][0], pair[0][1] > pair[1][1]))
        else:
            unpaired += len(pair)
    by_tactic = [(tactic, hit) for row, hit in judged for tactic in dict.fromkeys(row.tactics)]
    return {
        "all": Share.of(hit for _, hit in judged).to_json(),
        "tactics": to_json(_shares(by_tactic)),
        "sources": to_json(shares_by(judged, lambda row: row.source)),
        "voices": to_json(shares_by(judged, lambda row: row.voice)),
        "rows_without_partner": unpaired,
    }


def shares_by(flagged: Iterable[tuple[LabelledRow, bool]], name: Name) -> dict[str, Share]:
    """Share of true flags under each name, by name; rows without one are left out."""
    return _shares((name(row), hit) for row, hit in flagged)


def _shares(flagged: Iterable[tuple[str, bool]]) -> dict[str, Share]:
    by_name: dict[str, list[bool]] = defaultdict(list)
    for name, hit in flagged:
        if name:
            by_name[name].append(hit)
    return {name: Share.of(hits) for name, hits in sorted(by_name.items())}


def to_json(shares: Mapping[str, Share]) -> dict[str, Any]:
    """Named shares as they stand in a report."""
    return {name: share.to_json() for name, share in shares.items()}


def length_of(row: LabelledRow) -> str:
    """The bucket of a row's length."""
    return next((name for limit, name in LENGTHS if row.size_bytes < limit), LONGEST)


def position_of(row: LabelledRow) -> str:
    """The third of the text in which the middle of the first marked span stands; empty where none is marked."""
    ranges = row.evidence_ranges()
    if not ranges:
        return ""
    start, end = ranges[0]
    return THIRDS[min(3 * (start + end) // (2 * row.size_bytes), 2)]
