"""The model's scores become findings by the manifest's thresholds, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from detector_rig import evidence

from guardian.detectors.encoder import EncoderDetector
from guardian.errors import ModelError
from guardian.finding import FindingKind
from guardian.inference.manifest import Manifest
from guardian.inference.outputs import Output, OutputKind
from guardian.tactics import say_for


def output(label: str, kind: OutputKind, threshold: float = 0.5) -> Output:
    return Output(label, kind, (label,), 1.0, 0.0, threshold, 100, 0.8, 0.7, 0.9, 0.01)


OUTPUTS = (
    output("risk", OutputKind.RISK),
    output("pressure", OutputKind.GROUP),
    output("feelings", OutputKind.GROUP),
    output("urgency", OutputKind.TACTIC, 0.7),
    output("guilt", OutputKind.TACTIC),
)
MANIFEST = Manifest(
    Path("models/manifest.toml"),
    "test",
    "m.gguf",
    "0" * 64,
    1,
    8,
    512,
    256,
    "BF16",
    "Apache-2.0",
    "b.npz",
    "0" * 64,
    OUTPUTS,
)


@pytest.mark.parametrize(
    ("scores", "tactics"),
    [
        ({"urgency": 0.9, "guilt": 0.6}, ["urgency", "guilt"]),
        ({"guilt": 0.6, "urgency": 0.71}, ["urgency", "guilt"]),  # by score
        ({"urgency": 0.69}, []),  # under its own threshold
        ({"urgency": 0.7}, ["urgency"]),  # at it
        ({"pressure": 0.8}, ["pressure"]),
        ({"pressure": 0.95, "urgency": 0.8}, ["urgency"]),  # a group steps back behind its own tactic
        ({"pressure": 0.95, "guilt": 0.8}, ["pressure", "guilt"]),  # not behind another's
        ({"risk": 0.99}, ["risk"]),
        ({"risk": 0.99, "pressure": 0.6}, ["pressure"]),  # the whole speaks only where no part does
        ({"risk": 0.4}, []),
        ({"unknown": 1.0}, []),
        ({}, []),
    ],
)
def test_an_output_speaks_at_its_threshold_and_steps_back_behind_what_says_more(
    scores: dict[str, float], tactics: list[str]
) -> None:
    findings = EncoderDetector(MANIFEST).detect(evidence("text", scores=scores))
    assert [finding.tactic for finding in findings] == tactics
    for finding in findings:
        assert finding.kind is FindingKind.MODEL
        assert finding.say == say_for(finding.tactic)
        assert finding.score == scores[finding.tactic]
        assert finding.spans == ()


def test_an_output_that_no_tactic_stands_for_is_an_error_with_a_hint() -> None:
    strange = replace(MANIFEST, outputs=(output("telepathy", OutputKind.TACTIC),))
    with pytest.raises(ModelError, match="'telepathy'") as caught:
        EncoderDetector(strange)
    assert caught.value.hint


def test_without_a_manifest_it_is_not_built() -> None:
    assert EncoderDetector.build(None) is None
    assert isinstance(EncoderDetector.build(MANIFEST), EncoderDetector)
