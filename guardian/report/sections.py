"""A report as sections of plain cells, which every face (words, Markdown, page) shows in its own way.

Invariants: what it can't do comes first; cells may hold names from files, untrusted until a face makes them safe; a
number that was not measured is shown as a dash or in words, never as 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.report.shortfalls import Item

DASH: Final = "-"
_PARTS: Final = {
    "kinds": "kind",
    "languages": "language",
    "lengths": "length",
    "channels": "channel",
    "tactics": "tactic",
    "sources": "source",
    "voices": "voice",
    "positions": "evidence in the",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share to be drawn, 0 to 1."""

    share: float
    low: float
    high: float
    mark: float | None = None
    """Where it should reach."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    cells: tuple[str, ...]
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report."""

    name: str
    """Stable: `cannot`, `recall`, ... It is the section's class on the page."""
    title: str
    note: str = ""
    """Guardian's own words."""
    headings: tuple[str, ...] = ()
    """Empty where the lines are sentences."""
    lines: list[Line] = field(default_factory=list)


def percent(share: Mapping[str, Any] | None, key: str = "share", digits: int = 0) -> str:
    """`24 % (20 to 29)`; a dash where nothing was measured."""
    if share is None or share[key] is None:
        return DASH
    value, low, high = (f"{100 * share[each]:.{digits}f}" for each in (key, "low", "high"))
    return f"{value} % ({low} to {high})"


def area(part: Mapping[str, Any] | None) -> str:
    """`0.85 (0.80 to 0.89)`."""
    return DASH if part is None else f"{part['auc']:.2f} ({part['low']:.2f} to {part['high']:.2f})"


def per_thousand(share: Mapping[str, Any]) -> str:
    """`13 (4 to 33)`, of a thousand."""
    if share["share"] is None:
        return DASH
    return f"{1000 * share['share']:.0f} ({1000 * share['low']:.0f} to {1000 * share['high']:.0f})"


def bar(share: Mapping[str, Any] | None, mark: float | None = None) -> Bar | None:
    """The bar of a share; None where nothing was measured."""
    if share is None or share["share"] is None:
        return None
    return Bar(share["share"], share["low"], share["high"], mark)


def named_parts(part: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    """(what it is by, name, share) of the named shares under `keys`."""
    for key in keys:
        for name, share in part[key].items():
            yield _PARTS[key], name, share


def cannot(report: Mapping[str, Any]) -> Section:
    """The first section of every face."""
    lines = [Line((say,)) for say in (*map(shortfall_words, report["cannot"]), *report["notes"])]
    if not lines:
        lines = [Line(("No measure here is under its mark. That speaks for these rows alone.",))]
    return Section("cannot", "What it can't do", lines=lines)


def shortfall_words(item: Item) -> str:
    """One shortfall as a sentence."""
    name, measure = item["name"], item["measure"]
    if measure == "recall_unstated" and item["needed"]:
        return (
            f"Recall at {name} false alarms can't be stated: {item['rows']:,} ordinary rows, {item['needed']:,} needed."
        )
    if measure == "recall_unstated":
        return f"Recall at {name} false alarms can't be stated: there are no violating rows."
    if measure.endswith(": unmeasured"):
        return f"{_upper(measure.removesuffix(': unmeasured'))} {name}: too few rows to say ({item['rows']})."
    if measure == "language_unmeasured":
        return f"Language {name}: too few rows of both sorts to say ({item['rows']} in all)."
    if measure == "calibration":
        return f"Its risk is not a probability here: off by {100 * item['share']:.0f} points on average."
    if measure in _CUSTOM:
        return (
            f"{_CUSTOM[measure]} from {name} examples reaches an AUC of {item['share']:.2f}; mark {item['mark']:.2f}."
        )
    mark = f"{100 * item['mark']:.0f} %"
    words = {
        "recall_mean": f"At {name} false alarms it finds {percent(item)} as a mean over families; the mark is {mark}.",
        "twins": f"Of a pair, the violating text scores higher in {percent(item)}; the mark is {mark}.",
        "false_alarms": f"It flags {percent(item, digits=1)} of {name}; the mark is at most {mark}.",
        "evidence": f"{_EVIDENCE.get(name, name)} it points at the words that do it in {percent(item)}; "
        f"the mark is {mark}.",
        "language_not_judged": f"It does not judge {name}: {percent(item)} are answered as unsure.",
        "language": f"In {name} its area under the curve is {item['share']:.2f}; the mark is {item['mark']:.2f}.",
    }
    return words.get(measure) or f"{_upper(measure)} {name}: {percent(item)}; the mark is {mark}."


_CUSTOM: Final = {"custom_mean": "The mean policy of an owner's own", "custom_worst": "The worst one"}
_EVIDENCE: Final = {"flagged": "In flagged texts", "all_rows": "Over all violating texts"}


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
