"""A detector is registered by its file being in the folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import guardian.detectors
from guardian.detectors.load import load_detectors

RULES = [
    "alternatives",
    "attachments",
    "credentials",
    "disguises",
    "guard",
    "hidden",
    "instructions",
    "links",
    "money",
    "offplatform",
    "secrecy",
    "sender",
]


def test_every_family_is_there_once_sorted_and_the_model_only_with_its_manifest() -> None:
    assert [detector.name for detector in load_detectors()] == RULES


def test_a_detector_bears_its_files_name() -> None:
    for detector in load_detectors():
        assert type(detector).__module__ == f"guardian.detectors.{detector.name}"


def test_a_new_file_needs_no_edit_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = '''
from guardian.detectors.base import Detector
from guardian.detectors.money import MoneyDetector  # imported, so not registered again


class Newcomer(Detector):
    """Finds nothing."""

    name = "newcomer"

    def detect(self, evidence):
        return []


class Unfinished(Detector):
    """Is abstract, so it is not made."""
'''
    (tmp_path / "newcomer.py").write_text(source)
    monkeypatch.setattr(guardian.detectors, "__path__", [*guardian.detectors.__path__, str(tmp_path)])
    try:
        assert [detector.name for detector in load_detectors()] == sorted([*RULES, "newcomer"])
    finally:
        sys.modules.pop("guardian.detectors.newcomer", None)
