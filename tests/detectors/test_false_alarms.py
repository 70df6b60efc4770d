"""The rules stay quiet over ordinary messages: the shipped reference bank, full of money, codes and secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from detector_rig import evidence

from guardian.detectors.load import load_detectors

BANK = Path(__file__).resolve().parents[2] / "models" / "training" / "bank"
MOST_WEAK_SHARE = 0.003
"""Of ordinary messages with a finding at or over 0.5, which is where a policy counts a rule's finding."""


@pytest.fixture(scope="module")
def bank() -> list[str]:
    lines = (line for path in sorted(BANK.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line)["text"] for line in lines]


def test_at_most_three_ordinary_messages_in_a_thousand_are_found(bank: list[str]) -> None:
    assert len(bank) >= 1000
    detectors = load_detectors()
    loud = [
        (text[:80], finding.tactic)
        for text in bank
        for detector in detectors
        for finding in detector.detect(evidence(text))
        if finding.score >= 0.5
    ]
    assert len({text for text, _ in loud}) <= MOST_WEAK_SHARE * len(bank), loud
