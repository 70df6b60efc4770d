"""Measures of what the product answers: outcomes, false alarms, languages, times.

Invariants: an alarm is an ordinary row that came out as flagged (or, apart, as notice); what was not fully judged is
counted as such and never as clean.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from guardian.report.answers import Answer
from guardian.report.ranking import area_json
from guardian.report.rows import LabelledRow
from guardian.report.scored import Name, length_of, shares_by, to_json
from guardian.report.shares import Share
from guardian.verdict import Outcome

MOST_LISTED: Final = 50
"""Ids of the worst errors that a report names, of each sort."""
NOT_JUDGED: Final = (Outcome.UNSURE, Outcome.UNSCREENED)

Pairs = Sequence[tuple[LabelledRow, Answer]]


def false_alarms(pairs: Pairs) -> dict[str, Any]:
    """Shares of ordinary rows that came out as flagged and as notice: in all, and by what the rows are."""
    ordinary = [(row, answer) for row, answer in pairs if not row.violating]
    parts: dict[str, Name] = {
        "kinds": lambda row: row.ordinary_kind,
        "languages": lambda row: row.language,
        "lengths": length_of,
        "channels": lambda row: row.channel.value,
        "sources": lambda row: row.source,
    }
    result: dict[str, Any] = {}
    for outcome in (Outcome.FLAGGED, Outcome.NOTICE):
        flags = [(row, answer.outcome is outcome) for row, answer in ordinary]
        result[outcome.value] = {
            "all": Share.of(hit for _, hit in flags).to_json(),
            **{part: to_json(shares_by(flags, name)) for part, name in parts.items()},
        }
    return result


def found(pairs: Pairs) -> dict[str, Any]:
    """Shares of violating rows that came out as flagged, and as flagged or notice: in all and by family."""
    violating = [(row, answer) for row, answer in pairs if row.violating]
    flagged = [(row, answer.outcome is Outcome.FLAGGED) for row, answer in violating]
    said = [(row, answer.outcome in (Outcome.FLAGGED, Outcome.NOTICE)) for row, answer in violating]
    return {
        "flagged": Share.of(hit for _, hit in flagged).to_json(),
        "flagged_or_notice": Share.of(hit for _, hit in said).to_json(),
        "families": to_json(shares_by(flagged, lambda row: row.family)),
    }


def outcomes(pairs: Pairs) -> dict[str, dict[str, dict[str, int]]]:
    """Number of rows by channel, label (violating, ordinary) and outcome, every outcome named."""
    counts: dict[str, dict[str, Counter[Outcome]]] = defaultdict(lambda: defaultdict(Counter))
    for row, answer in pairs:
        counts[row.channel.value]["violating" if row.violating else "ordinary"][answer.outcome] += 1
    return {
        channel: {label: {outcome.value: counter[outcome] for outcome in Outcome} for label, counter in labels.items()}
        for channel, labels in counts.items()
    }


def languages(pairs: Pairs) -> dict[str, Any]:
    """For each language: area under the curve by risk, and the share that was answered as unsure or unscreened."""
    by_language: dict[str, list[tuple[LabelledRow, Answer]]] = defaultdict(list)
    for row, answer in pairs:
        if row.language:
            by_language[row.language].append((row, answer))
    return {language: _language(chosen) for language, chosen in sorted(by_language.items())}


def _language(pairs: Pairs) -> dict[str, Any]:
    risks = np.array([answer.risk for _, answer in pairs])
    violating = np.array([row.violating for row, _ in pairs], dtype=bool)
    return {
        "violating": int(violating.sum()),
        "ordinary": int((~violating).sum()),
        "auc": area_json(risks[violating], risks[~violating]),
        "not_judged": Share.of(answer.outcome in NOT_JUDGED for _, answer in pairs).to_json(),
    }


def worst_errors(pairs: Pairs) -> dict[str, list[dict[str, Any]]]:
    """Ids to read: the ordinary rows with most risk, the violating rows with least. Ties in the order of the rows."""

    def listed(chosen: Pairs) -> list[dict[str, Any]]:
        return [
            {"id": row.id, "source": row.source, "risk": answer.risk, "outcome": answer.outcome.value}
            for row, answer in chosen[:MOST_LISTED]
        ]

    alarms = sorted((pair for pair in pairs if not pair[0].violating), key=lambda pair: -pair[1].risk)
    misses = sorted((pair for pair in pairs if pair[0].violating), key=lambda pair: pair[1].risk)
    return {"alarms": listed(alarms), "misses": listed(misses)}


def latency(answers: Sequence[Answer]) -> dict[str, float]:
    """Median and 95th percentile of the time that one message took, in milliseconds, screened one at a time."""
    taken = np.array([answer.elapsed_ms for answer in answers])
    return {
        "median_ms": float(np.median(taken)),
        "p95_ms": float(np.quantile(taken, 0.95)),
        "messages": len(taken),
    }
