"""Whether `risk` means what it says: of rows with risk 0.8, are 8 in 10 violating?

Source: expected calibration error over equal bins, M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015.
It depends on how many of the rows are violating: a labelled set has far more of them than an inbox.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guardian.report.ranking import Scores
from guardian.report.shares import Share

BINS: Final = 10


def reliability(risks: Scores, violating: NDArray[np.bool_]) -> dict[str, Any]:
    """`bins`: from, to, mean risk and share of violating rows, empty bins left out; `error`: the expected one."""
    places = np.minimum((risks * BINS).astype(int), BINS - 1)
    bins, error = [], 0.0
    for place in range(BINS):
        inside = places == place
        share = Share(int(violating[inside].sum()), int(inside.sum()))
        if share.value is not None:
            mean = float(risks[inside].mean())
            error += share.total / len(risks) * abs(mean - share.value)
            bins.append(
                {"from": place / BINS, "to": (place + 1) / BINS, "mean_risk": mean, "violating": share.to_json()}
            )
    return {"bins": bins, "error": error if len(risks) else None}
