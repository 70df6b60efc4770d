"""How one policy's tactics, patterns and examples stand to one message: each with its numbers and its places.

Invariants: the numbers are those that the matcher decides by (`guardian.policy.roads`, `guardian.policy.probe`), not
others computed beside them; quotes are verbatim and not yet safe for a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from guardian.calibration.bank import rarity_words
from guardian.finding import FindingKind, Span
from guardian.inference.base import Floats
from guardian.inspection import Inspection
from guardian.policy.base import Policy
from guardian.policy.expression import names
from guardian.policy.patterns import Pattern
from guardian.policy.probe import THRESHOLD, Probe
from guardian.policy.roads import Part, Road, TacticOutputs, TacticRoads
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.match_words import distance_words

MOST_PLACES: Final = 3
"""Places of one pattern that are shown."""
MOST_NEAREST: Final = 3
"""Examples that are shown, nearest first."""
_TEXT_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class RoadSaid:
    """What one road says."""

    matched: bool
    lines: tuple[str, ...]
    """What it is and what it says, then details, these indented by two. Not yet safe for a terminal."""
    facts: Mapping[str, Any]
    """The same as JSON."""


def tactics_said(policy: Policy, inspection: Inspection, bench: Bench) -> RoadSaid | None:
    """What the expression over tactics says; None where the policy has none."""
    expression = policy.match.tactics
    if expression is None:
        return None
    evidence = inspection.evidence
    thresholds = bench.thresholds.on(evidence.message.channel)
    roads = TacticRoads(TacticOutputs(bench.manifest), thresholds, evidence.scores, inspection.findings)
    own = policy.match.thresholds
    whole = roads.road(expression, own)
    leaves = {name: roads.parts(name, own.get(name)) for name in dict.fromkeys(names(expression))}
    lines = [f"tactics {expression}: {_said(whole)}"]
    for name, parts in leaves.items():
        lines += [f"  {name}, by {_by(part)}: {_said(part.road)}" for part in parts]
        lines += [f"  {name}: nothing found"] if not parts else []
    facts = {
        "expression": str(expression),
        **_road_json(whole),
        "tactics": [
            {"id": name, "own_threshold": own.get(name), "answers": [_part_json(part) for part in parts]}
            for name, parts in leaves.items()
        ],
    }
    return RoadSaid(whole.matched, tuple(lines), facts)


def patterns_said(policy: Policy, inspection: Inspection) -> list[RoadSaid]:
    """What each pattern says, with the words that it found."""
    said = []
    for number, source in enumerate(policy.match.patterns, start=1):
        pattern, spans = Pattern(source), list[Span]()
        for view in inspection.evidence.reading.views:
            places = pattern.ranges(view.text, MOST_PLACES - len(spans)) if len(spans) < MOST_PLACES else ()
            spans += [view.span(start, end) for start, end in places]
        found = "found" if spans else "not found"
        lines = [f"pattern {number}, {source}: {found}", *(f"  {_place(span)}" for span in spans)]
        facts = {"number": number, "pattern": source, "matched": bool(spans)}
        said.append(RoadSaid(bool(spans), tuple(lines), {**facts, "spans": [span.to_json() for span in spans]}))
    return said


def examples_said(
    policy: Policy, inspection: Inspection, bench: Bench, embeddings: Mapping[str, Floats]
) -> RoadSaid | None:
    """What the examples say, and which are nearest; None where the policy has none to flag, or the model did not judge.

    `policy` is in force, so that `embeddings` holds its examples.
    """
    encoding = inspection.evidence.encoding
    if encoding is None or not len(encoding.embeddings) or not any(example.flag for example in policy.examples):
        return None
    probe = Probe([policy], bench.bank, embeddings)
    margin = float(probe.deviations(policy.id, encoding.embeddings).max())
    if not np.isfinite(margin):
        return None
    matched = margin >= 0
    score = 1 / (1 + float(np.exp(-margin)))
    rarity = rarity_words(probe.rarity(policy.id, encoding.embeddings)) if matched else ""
    nearest = _nearest(policy, encoding.embeddings, embeddings)
    verb = "match" if matched else "do not match"
    words = f"examples {verb} ({distance_words(score, THRESHOLD)})" + (f", {rarity}" if rarity else "")
    lines = [words]
    for number, distance in nearest:
        example = policy.examples[number - 1]
        text = " ".join(example.text.split())[:_TEXT_CHARACTERS]
        lines.append(f'  example {number} ({"flag" if example.flag else "fine"}) at distance {distance:.2f}: "{text}"')
    facts = {
        "score": round(score, 4),
        "threshold": THRESHOLD,
        "matched": matched,
        "rarity": rarity,
        "nearest": [
            {"number": number, "flag": policy.examples[number - 1].flag, "distance": round(distance, 4)}
            for number, distance in nearest
        ],
    }
    return RoadSaid(matched, tuple(lines), facts)


def _nearest(policy: Policy, windows: Floats, embeddings: Mapping[str, Floats]) -> list[tuple[int, float]]:
    """Number and distance (1 less the cosine, of the window that is nearest) of the nearest examples, nearest first."""
    found = [
        (number, 1 - float((windows @ embeddings[example.text]).max()))
        for number, example in enumerate(policy.examples, start=1)
        if example.text in embeddings
    ]
    return sorted(found, key=lambda each: each[1])[:MOST_NEAREST]


def _by(part: Part) -> str:
    if part.by is FindingKind.RULE:
        return f"a rule for {part.label}"
    weak = " (measured too weakly for more than a notice)" if part.road.is_weak else ""
    return f"the model's output {part.label}{weak}"


def _said(road: Road) -> str:
    verb = "matches" if road.matched else "does not match"
    return f"{verb} ({distance_words(road.score, road.threshold)})"


def _place(span: Span) -> str:
    """Where and what a pattern found."""
    return f'bytes {span.start:,} to {span.end:,} ({span.view}): "{" ".join(span.quote.split())[:_TEXT_CHARACTERS]}"'


def _part_json(part: Part) -> dict[str, Any]:
    return {"by": part.by.value, "label": part.label, **_road_json(part.road), "is_weak": part.road.is_weak}


def _road_json(road: Road) -> dict[str, Any]:
    return {
        "score": round(road.score, 4),
        "threshold": round(road.threshold, 4),
        "margin": round(road.margin, 3),
        "matched": road.matched,
    }
