"""What the tests of the model's cell share: the shipped model, encoders over it, and waiting for a state."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from guardian.inference.base import Encoding, EncodingFailure
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import Manifest, load_manifest

MODELS_DIR = Path(__file__).resolve().parents[1] / "models"
HERE = Path(__file__).resolve().parent
POISON_WORKER = [sys.executable, "-I", "-S", str(HERE / "inference" / "poison_worker.py")]
"""Guardian's own worker, with texts that abort, hang or garble it."""
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: a busy machine is no counterexample."""
PATIENCE_S = 120.0
"""How long a test waits before it fails; never how long something may take."""


def shipped() -> Manifest:
    """The manifest of the shipped model."""
    return load_manifest(MODELS_DIR / "manifest.toml")


def encoder(**settings: Any) -> CellEncoder:
    """An encoder over the shipped model, which has as long for a batch as a very busy machine may need."""
    return CellEncoder(shipped(), MODELS_DIR, **{"batch_timeout_s": PATIENCE_S, **settings})


def judged(outcome: Encoding | EncodingFailure) -> Encoding:
    """The outcome, which must be an encoding."""
    assert isinstance(outcome, Encoding), outcome
    return outcome


def failed(outcome: Encoding | EncodingFailure) -> EncodingFailure:
    """The outcome, which must be a failure."""
    assert isinstance(outcome, EncodingFailure)
    return outcome


def eventually(what: Callable[[], object]) -> None:
    """Wait until `what` is true."""
    end_s = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end_s, "it never became true"
        time.sleep(0.005)


def is_running(process: int) -> bool:
    """Whether a process runs; one that is dead but not yet reaped does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def is_stopped(process: int) -> bool:
    """Whether a process is stopped by a signal."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def python_environment() -> dict[str, str]:
    """An environment in which a fresh interpreter finds Guardian and all that this one finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), *filter(None, sys.path)])}
