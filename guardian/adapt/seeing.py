"""Labelled texts as the model sees them: rows of windows with their margins, ready to be fitted.

Invariants: each text goes through the gate's own eyes, one at a time, so that what stands beside it in a batch changes
no digit; a fine text counts with all of its windows, one to be told of with its worst alone, for only that one is known
to be what the owner meant; nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from guardian.adapt.fitting import LabelledRows
from guardian.adapt.head import Anchors, Doubles, scaled
from guardian.adapt.labels import Label
from guardian.calibration.thresholds import Thresholds, logit
from guardian.detectors.base import Evidence
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.inference.strata import Stratum
from guardian.message import Channel
from guardian.policy.trying.bench import Bench
from guardian.tactics import group_of

MOST_WINDOWS: Final = 8
"""Windows of one text that are learned from, those with the highest margins."""
MOST_ROWS: Final = 600
"""Windows of all texts that are learned from where there are more of them than texts: the fit takes the cube of their
number, six times. Fine texts then give fewer of their windows each, and still their worst."""
LINK: Final = "deceptive_link"
_ASSISTANT: Final = "ai_to_human"
_NEVER: Final = -100.0
"""Margin of an output that cannot apply: no shift brings it over its threshold."""


@dataclass(frozen=True, slots=True, repr=False)
class SeenText:
    """One labelled text with the model's numbers for its windows."""

    label: Label
    embeddings: Floats
    """(windows, size)"""
    scores: Floats
    """(windows, outputs): scaled logits."""
    margins: Doubles
    """(windows,): how far each window's furthest output is over its threshold."""


class Margins:
    """How far windows are over the thresholds in force, in logits."""

    def __init__(self, manifest: Manifest, thresholds: Thresholds) -> None:
        self._manifest = manifest
        self._thresholds = {
            channel: np.array([logit(thresholds.on(channel)[label]) for label in manifest.labels])
            for channel in Channel
        }
        self._assistant = np.array([group_of(label) == _ASSISTANT for label in manifest.labels])
        self._link = np.array([label == LINK for label in manifest.labels])

    def of(self, logits: Floats, stratum: Stratum, *, has_link: bool) -> Doubles:
        """(windows,): the margin of the output that is furthest over its threshold, among those that can apply; see
        `guardian.detectors.possible`."""
        scale = np.array([output.scale for output in self._manifest.outputs])
        offset = np.array([output.offset(stratum) for output in self._manifest.outputs])
        over = logits * scale + offset - self._thresholds[stratum.channel]
        if stratum.channel is not Channel.AI_OUTPUT:
            over[:, self._assistant] = _NEVER
        if not has_link:
            over[:, self._link] = _NEVER
        furthest: Doubles = over.max(axis=1, initial=_NEVER).astype(np.float64)
        return furthest


def see(
    labels: Sequence[Label], bench: Bench, advance: Callable[[], None] = lambda: None
) -> tuple[list[SeenText], int]:
    """The labelled texts that the model judges, in order, and how many it does not; `advance` hears of each."""
    margins, seen = Margins(bench.manifest, bench.thresholds), []
    for label in labels:
        evidence = next(bench.inspect_all((label.message,))).evidence
        found = _seen(label, evidence, margins, bench.manifest)
        seen += [found] if found is not None else []
        advance()
    return seen, len(labels) - len(seen)


def rows_of(texts: Iterable[SeenText], manifest: Manifest) -> LabelledRows:
    """The windows of the texts that are learned from."""
    texts = tuple(texts)
    of_fine = max(1, min(MOST_WINDOWS, MOST_ROWS // max(1, len(texts))))
    size, outputs = manifest.embedding, len(manifest.outputs)
    groups: dict[str, int] = {}
    embeddings: list[Floats] = [np.zeros((0, size), dtype=np.float32)]
    scores: list[Floats] = [np.zeros((0, outputs), dtype=np.float32)]
    margins: list[float] = []
    numbers: list[int] = []
    is_bad: list[bool] = []
    for text in texts:
        worst = np.argsort(-text.margins, kind="stable")[: 1 if text.label.is_bad else of_fine]
        embeddings.append(text.embeddings[worst])
        scores.append(text.scores[worst])
        margins += text.margins[worst].tolist()
        numbers += [groups.setdefault(text.label.group, len(groups))] * len(worst)
        is_bad += [text.label.is_bad] * len(worst)
    anchors = Anchors(np.concatenate(embeddings), np.concatenate(scores), np.array(numbers, dtype=np.int32))
    return LabelledRows(anchors, np.array(margins, dtype=np.float64), np.array(is_bad, dtype=np.bool_))


def _seen(label: Label, evidence: Evidence, margins: Margins, manifest: Manifest) -> SeenText | None:
    encoding = evidence.encoding
    if encoding is None or not len(encoding.logits):
        return None
    has_link = evidence.scores.get(LINK, 0.0) > 0
    return SeenText(
        label,
        encoding.embeddings,
        scaled(encoding.logits, manifest),
        margins.of(encoding.logits, evidence.stratum, has_link=has_link),
    )
