"""Finds the detectors: every concrete `Detector` that a module of this folder defines.

A new family needs no edit elsewhere: its file being here registers it. A detector that needs the model's
manifest has a class method `build(manifest, thresholds)` that returns None where it cannot work; all others are
made without arguments.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import guardian.detectors
from guardian.detectors.base import Detector

if TYPE_CHECKING:
    from guardian.calibration.thresholds import Thresholds
    from guardian.inference.manifest import Manifest


@runtime_checkable
class Buildable(Protocol):
    """A detector class that decides from the manifest whether, and how, it is made."""

    def build(self, manifest: Manifest | None, thresholds: Thresholds | None) -> Detector | None:
        """The detector, or None where it cannot work without a manifest."""
        ...


def load_detectors(manifest: Manifest | None = None, thresholds: Thresholds | None = None) -> tuple[Detector, ...]:
    """One of each detector, sorted by name. Without a manifest, those that read the model are left out; without
    thresholds, the manifest's are in force."""
    made = (_make(detector, manifest, thresholds) for detector in _classes())
    return tuple(sorted((one for one in made if one is not None), key=lambda one: one.name))


def _make(detector: type[Detector], manifest: Manifest | None, thresholds: Thresholds | None) -> Detector | None:
    return detector.build(manifest, thresholds) if isinstance(detector, Buildable) else detector()


def _classes() -> Iterator[type[Detector]]:
    """Concrete detectors defined in the modules of this folder; what a module only imports is not its own."""
    for found in pkgutil.iter_modules(guardian.detectors.__path__):
        module = importlib.import_module(f"{guardian.detectors.__name__}.{found.name}")
        for member in vars(module).values():
            is_own = inspect.isclass(member) and member.__module__ == module.__name__
            if is_own and issubclass(member, Detector) and not inspect.isabstract(member):
                yield member
