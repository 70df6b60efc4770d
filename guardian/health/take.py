"""Takes the register: reads the journal and the files of state, and puts all readings together.

Invariants: takes whatever there is and says of the rest that it is not known; never raises for what it finds; starts no
model and records nothing. Slow (the journal's seals are opened): not for a painting thread.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from guardian.assembly import MANIFEST_NAME
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.state import load_calibration
from guardian.errors import CalibrationError, GuardianError, JournalError
from guardian.health.base import Health
from guardian.health.canaries import CanaryRun
from guardian.health.judge import judge_block, judge_facts
from guardian.health.keeping import AnchorFacts, anchor_facts, journal_block
from guardian.health.model import FilesChecked, canary_block, model_block
from guardian.health.policies import PolicyFacts, policies_block
from guardian.health.records import RecordFacts, read_records
from guardian.health.run_facts import RunFacts
from guardian.health.scores import Yardstick, scores_block
from guardian.health.screening import screening_block
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.register import Register
from guardian.journal.journal import Journal
from guardian.journal.standing import standing
from guardian.reading.reader import ReaderStanding
from guardian.safe_text import safe_line
from guardian.settings import Settings

OpenJournal = Callable[[], AbstractContextManager[Journal]]
"""Gives the owner's journal, unlocked; raises JournalError."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured elsewhere, by whoever runs the model."""

    register: Register | None = None
    run: RunFacts | None = None
    files: FilesChecked | None = None
    canaries: CanaryRun | None = None
    canary_trouble: str = ""
    """Why there is no round, in one safe line."""
    policies: PolicyFacts = field(default_factory=PolicyFacts)
    reader: ReaderStanding | None = None
    """How the process stands that takes mail and HTML apart; None where there is no gate."""


def take_health(settings: Settings, open_journal: OpenJournal | None, measured: Measured, now_ms: int) -> Health:
    """The register now. `open_journal` is None where this run leaves the journal alone."""
    manifest = _manifest(settings)
    facts, anchor, locked = _journal(open_journal, now_ms)
    yardstick = _yardstick(settings, manifest)
    run, register = measured.run, measured.register
    blocks = [
        screening_block(now_ms, facts, run, register),
        model_block(now_ms, settings, manifest, measured.files, register, run, measured.reader),
        canary_block(now_ms, measured.canaries, measured.canary_trouble),
        policies_block(now_ms, measured.policies),
        scores_block(now_ms, settings.calibration.false_alarms_per_week, facts, yardstick),
        judge_block(now_ms, settings, judge_facts(settings)),
        journal_block(now_ms, settings, standing(settings), facts, anchor, locked, run),
    ]
    return Health(now_ms, tuple(blocks))


def _journal(open_journal: OpenJournal | None, now_ms: int) -> tuple[RecordFacts | None, AnchorFacts | None, str]:
    if open_journal is None:
        return None, None, ""
    try:
        with open_journal() as journal:
            return read_records(journal, now_ms), anchor_facts(journal), ""
    except JournalError as error:
        return None, None, safe_line(error.line())


def _manifest(settings: Settings) -> Manifest | None:
    try:
        return load_manifest(settings.model_dir / MANIFEST_NAME)
    except GuardianError:
        return None


def _yardstick(settings: Settings, manifest: Manifest | None) -> Yardstick | None:
    if manifest is None:
        return None
    try:
        bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    except GuardianError:
        return None
    try:
        calibration = load_calibration(settings.paths.calibration_file, manifest)
    except CalibrationError:  # told as a problem by whoever loads the thresholds
        calibration = None
    return Yardstick(manifest, bank, calibration)
