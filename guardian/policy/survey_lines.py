"""A survey as plain lines: what `guardian policy list --long` prints, and its JSON.

Invariant: every word of a policy has passed `safe_line`; what is not known is a dash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guardian.policy.survey import Survey, Surveyed
from guardian.safe_text import safe_line

_HEADINGS = ("policy", "state", "hits", "right/wrong", "review by", "by", "needs", "title")


def survey_lines(found: Survey) -> Iterator[str]:
    """A heading and one line a policy, those first that need their owner most."""
    rows = [_HEADINGS, *(_cells(each) for each in found.policies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]])


def surveyed_json(each: Surveyed) -> dict[str, Any]:
    """One policy as JSON; None is what is not known."""
    day = each.policy.review_by if each.policy is not None else None
    return {
        "id": each.id,
        "state": each.standing.value,
        "hits": each.hits.count if each.hits is not None else None,
        "last_hits": [hit.seq for hit in each.hits.last] if each.hits is not None else None,
        "record": each.track.to_json() if each.track is not None else None,
        "review_by": day.isoformat() if day is not None else None,
        "by": each.came_from,
        "needs": list(each.notes),
        "waits": each.waits,
        "troubles": list(each.troubles),
        "title": each.title,
        "file": str(each.path),
    }


def record_words(each: Surveyed) -> str:
    """`3 / 1`: how often its last alerts were called right and wrong; a dash where that is not known, or none was."""
    track = each.track
    return f"{track.right} / {track.wrong}" if track is not None and track.judged else "-"


def hits_words(each: Surveyed) -> str:
    """How often it matched lately; a dash where that is not known."""
    return f"{each.hits.count:,}" if each.hits is not None else "-"


def _cells(each: Surveyed) -> tuple[str, ...]:
    day = each.policy.review_by if each.policy is not None else None
    return (
        safe_line(each.id),
        each.standing.value,
        hits_words(each),
        record_words(each),
        day.isoformat() if day is not None else "-",
        safe_line(each.came_from),
        ", ".join(each.notes) or "-",
        safe_line(each.title),
    )
