"""Puts a report together from rows and answers: one plain dictionary, ready for `canonical_json`.

Invariants: everything in it but `date` and `timings` follows from the rows, the answers and the versions; `cannot` is
computed from the other parts; `signature` is None here, and `journal.report_signature.sign_report` fills it.
"""

from __future__ import annotations

import datetime
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import numpy as np

from guardian import __version__
from guardian.policy.roads import RULE_THRESHOLD
from guardian.report import answered
from guardian.report.answers import Answer, Asked
from guardian.report.labelled_files import LabelledSet
from guardian.report.pointing import evidence
from guardian.report.ranking import Scores
from guardian.report.reliability import reliability
from guardian.report.rows import LabelledRow
from guardian.report.scored import measure_scores
from guardian.report.shares import Share
from guardian.report.shortfalls import shortfalls
from guardian.verdict import Outcome

JSON_VERSION: Final = 1
"""`v` of a report; raised when a field changes its meaning or goes away."""
KIND: Final = "guardian-report-card"
PRODUCT: Final = "guardian"
_PACKAGES: Final = ("llama-cpp-python", "numpy", "google-re2")


@dataclass(frozen=True, slots=True)
class Rival:
    """Another system over the same rows."""

    name: str
    scores: Scores
    """One a row; higher is more suspicious."""
    says: tuple[bool, ...] = ()
    """Whether it calls a row violating, by its own decision; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What `make eval` adds to a report."""

    rivals: tuple[Rival, ...] = ()
    seeds: Mapping[str, int] = field(default_factory=dict)
    custom_policies: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    """What could not be run, and why."""


def scores_of(answers: Sequence[Answer]) -> Scores:
    """The product's risk, one a row."""
    return np.array([answer.risk for answer in answers], dtype=np.float64)


def simple_rivals(answers: Sequence[Answer]) -> tuple[Rival, ...]:
    """What needs no run of its own: flagging everything, and the shipped rules without the model."""
    rules = np.array([answer.rule_score for answer in answers], dtype=np.float64)
    return (
        Rival("always flag", np.ones(len(answers)), (True,) * len(answers)),
        Rival("rules only", rules, tuple(bool(score >= RULE_THRESHOLD) for score in rules)),
    )


def make_report(
    labelled: LabelledSet,
    asked: Asked,
    extras: Extras | None = None,
    today: datetime.date | None = None,
) -> dict[str, Any]:
    """The report of one run of the product over labelled rows."""
    extras = extras or Extras()
    rows, answers, judge = labelled.rows, asked.answers, asked.judge
    pairs = list(zip(rows, answers, strict=True))
    scores = scores_of(answers)
    violating = np.array([row.violating for row in rows], dtype=bool)
    report: dict[str, Any] = {
        "v": JSON_VERSION,
        "kind": KIND,
        "date": (today or datetime.datetime.now(datetime.UTC).date()).isoformat(),
        "model": {"name": judge.model_name, "sha256": judge.model_sha256},
        "policy_set": judge.policy_set,
        "data": [asdict(file) for file in labelled.files],
        "seeds": dict(extras.seeds),
        "versions": _versions(),
        "rows": _counts(pairs),
        "scores": measure_scores(rows, scores),
        "found": answered.found(pairs),
        "false_alarms": answered.false_alarms(pairs),
        "calibration": reliability(scores, violating),
        "evidence": evidence(rows, answers),
        "outcomes": answered.outcomes(pairs),
        "languages": answered.languages(pairs),
        "errors": answered.worst_errors(pairs),
        "beside": _beside(rows, pairs, (*simple_rivals(answers), *extras.rivals)),
        "custom_policies": extras.custom_policies,
        "notes": list(extras.notes),
        "timings": _timings(asked),
        "signature": None,
    }
    report["cannot"] = shortfalls(report)
    return report


def _timings(asked: Asked) -> dict[str, Any]:
    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "wall": asked.judge.wall,
        "resident_mb": asked.resident_mb,
        **answered.latency(asked.answers),
    }


def _counts(pairs: answered.Pairs) -> dict[str, int]:
    violating = sum(row.violating for row, _ in pairs)
    not_judged = sum(answer.outcome in answered.NOT_JUDGED for _, answer in pairs)
    return {"violating": violating, "ordinary": len(pairs) - violating, "not_judged": not_judged}


def _beside(rows: Sequence[LabelledRow], pairs: answered.Pairs, rivals: Sequence[Rival]) -> list[dict[str, Any]]:
    says = tuple(answer.outcome is Outcome.FLAGGED for _, answer in pairs)
    product = Rival(PRODUCT, scores_of([answer for _, answer in pairs]), says)
    measured = [_rival(rows, rival) for rival in (product, *rivals)]
    for each in measured[1:]:
        each["gain"] = {rate: _gain(measured[0], each, rate) for rate in each["recall"]}
    return measured


def _rival(rows: Sequence[LabelledRow], rival: Rival) -> dict[str, Any]:
    measured = measure_scores(rows, rival.scores)
    parts = ("stated", "all", "families", "mean_over_families", "alarms")
    says = list(zip(rows, rival.says, strict=True)) if rival.says else []
    return {
        "name": rival.name,
        "recall": {rate: {key: part.get(key) for key in parts} for rate, part in measured["recall"].items()},
        "auc": measured["auc"]["all"],
        "twins": measured["twins"]["all"],
        "says_of_violating": Share.of(hit for row, hit in says if row.violating).to_json() if says else None,
        "says_of_ordinary": Share.of(hit for row, hit in says if not row.violating).to_json() if says else None,
    }


def _gain(product: Mapping[str, Any], rival: Mapping[str, Any], rate: str) -> dict[str, Any] | None:
    """By how much the product finds more, and whether the two intervals stand apart; None where nothing is stated."""
    ours, theirs = product["recall"][rate], rival["recall"][rate]
    ours, theirs = (part["mean_over_families"] or part["all"] for part in (ours, theirs))
    if not ours or not theirs or ours["share"] is None or theirs["share"] is None:
        return None
    return {"by": ours["share"] - theirs["share"], "apart": ours["low"] > theirs["high"]}


def _versions() -> dict[str, str]:
    found = {"guardian": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found
