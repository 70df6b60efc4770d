"""What the product can't do: every measure that is under its mark, and every one that could not be stated.

Invariants: a measure stands here by its point estimate, with its interval beside it; one from fewer than `LEAST_ROWS`
rows is called unmeasured, never good or bad; nothing is left out because it is inconvenient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

LEAST_ROWS: Final = 8
"""Fewer rows (or pairs) than this say nothing about a share."""
FAMILY_MARKS: Final = {"1 %": 0.45, "0.2 %": None}
MEAN_MARKS: Final = {"1 %": 0.60, "0.2 %": 0.40}
TWINS_MARK: Final = 0.88
TACTIC_MARK: Final = 0.75
ALARM_MARK: Final = 0.03
"""Most of one kind of ordinary text that may come out as flagged."""
EVIDENCE_MARK: Final = 0.80
LANGUAGE_MARK: Final = 0.80
NOT_JUDGED_MARK: Final = 0.90
"""A language of which at least this share is answered as unsure counts as not judged, which is an honest answer."""
CALIBRATION_MARK: Final = 0.10
CUSTOM_MARKS: Final = {"3 + 3": (0.82, 0.65), "10 + 10": (0.88, None)}
"""Mean and worst area under the curve over policies, by number of flagged and fine examples."""

Item = dict[str, Any]


def shortfalls(report: Mapping[str, Any]) -> list[Item]:
    """Items of `measure`, `name`, and either `share`, `low`, `high` and `mark`, or what is missing. Worst first within
    each measure, the measures in the order of the report."""
    return [
        *_recall(report["scores"]["recall"]),
        *_twins(report["scores"]["twins"]),
        *_alarms(report["false_alarms"]["flagged"]),
        *_evidence(report["evidence"]),
        *_languages(report["languages"]),
        *_calibration(report["calibration"]),
        *_custom(report["custom_policies"] or {}),
    ]


def _recall(recall: Mapping[str, Any]) -> Iterator[Item]:
    for rate, part in recall.items():
        if not part["stated"]:
            missing = part["ordinary_needed"]
            yield {"measure": "recall_unstated", "name": rate, "rows": part["ordinary"], "needed": missing}
            continue
        if part["all"]["total"] == 0:
            yield {"measure": "recall_unstated", "name": rate, "rows": 0, "needed": 0}
            continue
        mean = part["mean_over_families"]
        if mean is not None and mean["share"] < MEAN_MARKS[rate]:
            yield _item("recall_mean", rate, mean, MEAN_MARKS[rate])
        mark = FAMILY_MARKS[rate]
        if mark is not None:
            yield from _under(f"recall at {rate}", part["families"], mark)


def _twins(twins: Mapping[str, Any]) -> Iterator[Item]:
    if twins["all"]["total"] >= LEAST_ROWS and twins["all"]["share"] < TWINS_MARK:
        yield _item("twins", "", twins["all"], TWINS_MARK)
    yield from _under("twins of", twins["tactics"], TACTIC_MARK)


def _alarms(flagged: Mapping[str, Any]) -> Iterator[Item]:
    kinds = {"all ordinary text": flagged["all"], **flagged["kinds"]}
    over = [(name, share) for name, share in kinds.items() if share["total"] >= LEAST_ROWS]
    for name, share in sorted(over, key=lambda pair: -pair[1]["share"]):
        if share["share"] > ALARM_MARK:
            yield _item("false_alarms", name, share, ALARM_MARK)


def _evidence(evidence: Mapping[str, Any]) -> Iterator[Item]:
    for name in ("flagged", "all_rows"):
        share = evidence[name]
        if share["total"] >= LEAST_ROWS and share["share"] < EVIDENCE_MARK:
            yield _item("evidence", name, share, EVIDENCE_MARK)


def _languages(languages: Mapping[str, Any]) -> Iterator[Item]:
    for name, part in languages.items():
        share = part["not_judged"]
        if share["share"] >= NOT_JUDGED_MARK:
            yield _item("language_not_judged", name, share, NOT_JUDGED_MARK)
        elif part["auc"] is None or min(part["violating"], part["ordinary"]) < LEAST_ROWS:
            yield {"measure": "language_unmeasured", "name": name, "rows": part["violating"] + part["ordinary"]}
        elif part["auc"]["auc"] < LANGUAGE_MARK:
            area = part["auc"]
            item = {"share": area["auc"], "low": area["low"], "high": area["high"]}
            yield _item("language", name, item, LANGUAGE_MARK)


def _calibration(calibration: Mapping[str, Any]) -> Iterator[Item]:
    if calibration["error"] is not None and calibration["error"] > CALIBRATION_MARK:
        yield {"measure": "calibration", "name": "", "share": calibration["error"], "mark": CALIBRATION_MARK}


def _custom(measured: Mapping[str, Any]) -> Iterator[Item]:
    for name, marks in CUSTOM_MARKS.items():
        part = measured.get(name)
        for which, mark in zip(("mean", "worst"), marks, strict=True):
            if part is not None and mark is not None and part[which] < mark:
                yield {"measure": f"custom_{which}", "name": name, "share": part[which], "mark": mark}


def _under(measure: str, shares: Mapping[str, Any], mark: float) -> Iterator[Item]:
    known = [(name, share) for name, share in shares.items() if share["total"] >= LEAST_ROWS]
    for name, share in sorted(known, key=lambda pair: pair[1]["share"]):
        if share["share"] < mark:
            yield _item(measure, name, share, mark)
    for name, share in shares.items():
        if share["total"] < LEAST_ROWS:
            yield {"measure": f"{measure}: unmeasured", "name": name, "rows": share["total"]}


def _item(measure: str, name: str, share: Mapping[str, Any], mark: float) -> Item:
    return {
        "measure": measure,
        "name": name,
        "share": share["share"],
        "low": share["low"],
        "high": share["high"],
        "mark": mark,
    }
