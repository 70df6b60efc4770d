"""Evidence for tests of detectors and vetoes, and one shape for their tables of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.rulebook import MENTION, PLAIN, WEAK
from guardian.message import Format, Message
from guardian.reading.base import Link, Reading, ViewKind, derived_view, exact_view

__all__ = ["MENTION", "NONE", "PLAIN", "WEAK", "Case", "check", "evidence", "steady", "strength", "table"]

NONE = 0.0
"""Not found at all."""
steady = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For hypothesis: no test fails because the machine is busy."""
_NAMES = {PLAIN: "plain", WEAK: "weak", MENTION: "mention", NONE: "none"}


@dataclass(frozen=True, slots=True)
class Case:
    """One text and how strongly one tactic is to be found in it."""

    name: str
    text: str
    score: float
    tactic: str = ""
    """Empty: the table's own tactic."""


def evidence(
    text: str = "",
    *,
    hidden: str = "",
    decoded: str = "",
    links: Sequence[tuple[str, str]] = (),
    scores: Mapping[str, float] | None = None,
    format: Format = Format.TEXT,
) -> Evidence:
    """A message whose visible view is `text`, with other views and links beside it, all in one run of raw bytes."""
    raw = text.encode("utf-8", "surrogateescape")
    views = [exact_view(ViewKind.VISIBLE, "text", text)] if text else []
    if hidden:
        views.append(exact_view(ViewKind.HIDDEN, "html", hidden, len(raw)))
        raw += hidden.encode("utf-8", "surrogateescape")
    if decoded:
        views.append(derived_view(ViewKind.DECODED, "base64", decoded, 0, len(raw)))
    whole = exact_view(ViewKind.VISIBLE, "html", "".join(shown for shown, _ in links), len(raw))
    raw += whole.text.encode("utf-8", "surrogateescape")
    found, place = [], 0
    for shown, target in links:
        found.append(Link(shown, target, whole.span(place, place + len(shown))))
        place += len(shown)
    if whole.text:
        views.append(whole)
    reading = Reading(tuple(views), (), links=tuple(found), size_bytes=len(raw))
    return Evidence(Message(raw, format=format), reading, scores or {})


def strength(detector: Detector, given: Evidence, tactic: str) -> float:
    """The strongest score that the detector gives the tactic; 0 where it says nothing of it."""
    return max((finding.score for finding in detector.detect(given) if finding.tactic == tactic), default=NONE)


def table(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrise a test over the cases, each under its name."""
    return pytest.mark.parametrize(
        "case", [pytest.param(case, id=f"{_NAMES[case.score]}: {case.name}") for case in cases]
    )


def check(detector: Detector, case: Case, tactic: str) -> None:
    """The case's tactic is found as strongly as the table says, and a finding quotes words that are there."""
    given = evidence(case.text)
    wanted = case.tactic or tactic
    assert strength(detector, given, wanted) == case.score, [
        (finding.tactic, finding.score, [span.quote for span in finding.spans]) for finding in detector.detect(given)
    ]
    for finding in detector.detect(given):
        assert finding.spans
        assert all(span.quote in case.text for span in finding.spans if span.view == "visible")
