"""An export as its owner asks for it: which entries, in which format, with the messages' text or without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from guardian.journal.filters.matching import Filter
from guardian.journal.reports.export import csv_lines, ndjson_lines
from guardian.journal.reports.tally import DayCounts, gather
from guardian.journal.reports.view import Readable, View, select

FORMATS: Final = ("ndjson", "csv", "html")
"""Whole records, a table, or a page with charts."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for."""

    format: str
    """One of `FORMATS`."""
    wanted: Filter
    spelled: str
    """The filter as its owner wrote it."""
    with_text: bool


def export_pieces(journal: Readable, asked: Export, unsealed: DayCounts) -> Iterator[str]:
    """The export, piece by piece. `unsealed` are counts that no record holds yet; the page alone tells them."""

    def texted(views: Iterable[View]) -> Iterator[View]:
        return (view if asked.with_text else view.without_text() for view in views)

    if asked.format == "ndjson":
        return ndjson_lines(texted(select(journal, asked.wanted, newest_first=False)))
    if asked.format == "csv":
        return csv_lines(texted(select(journal, asked.wanted, newest_first=False)))
    from guardian.journal.reports.html_report import MOST_ENTRIES, About, report_pieces

    about = About(datetime.now(), asked.spelled, with_text=asked.with_text)
    statistics = gather(journal, asked.wanted, unsealed)
    return report_pieces(about, statistics, texted(islice(select(journal, asked.wanted), MOST_ENTRIES)))
