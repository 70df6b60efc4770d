"""The sections of the owner's settings for the parts that keep running: service, sources, proxy, alerts, notifications.

Invariants: those of `guardian.settings_sections`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guardian.settings_rules import Whole
from guardian.settings_sections import setting


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The warm service, which holds the model for whoever asks."""

    idle_minutes: int = field(default=10, metadata=setting(Whole(0, 10_080)))
    """After how long without a question a service that was started by need ends; 0: never."""
