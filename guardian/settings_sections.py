"""The sections of the owner's settings: every value that can be set, with its rule, its default and what it means.

Invariants: each field is one key of `settings.toml`, in the section's table; values are checked by
`guardian.settings`, never here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Literal

from guardian.settings_rules import Choice, Hosts, Number, Rule, Whole

_MOST_THREADS_BY_DEFAULT = 4
"""A six-layer encoder gains little from more, and the machine has its owner's work to do."""


def setting(rule: Rule, flag: str = "") -> dict[str, Any]:
    """The metadata that makes a field a setting."""
    return {"rule": rule, "flag": flag}


def _usable_threads() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_THREADS_BY_DEFAULT)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The embedded model and its cell."""

    threads: int = field(default_factory=_usable_threads, metadata=setting(Whole(1, 256), "--threads"))
    """Threads of one forward pass. Default: the cores that this process may use, at most 4."""
    batch_timeout_s: float = field(default=20.0, metadata=setting(Number(0.1, 600)))
    """How long one batch of windows may take before the model's process is ended and started again."""
    wall: Literal["auto", "netns", "seccomp", "none"] = field(
        default="auto", metadata=setting(Choice(("auto", "netns", "seccomp", "none")))
    )
    """The strongest wall round the model that is tried. `none` makes the cell weaker, at the owner's word only."""


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """What is known, and believed, of who wrote."""

    remember: Literal["on", "off"] = field(default="on", metadata=setting(Choice(("on", "off"))))
    """Whether it is remembered, as hashes, from whom messages came, so that a new sender and a look-alike of a known
    one can be told. Off: nothing is read or written; what was remembered stays until its file is deleted."""
    receiving_servers: str = field(default="", metadata=setting(Hosts()))
    """Names by which the owner's own mail servers sign their Authentication-Results. Those of others are not believed:
    any sender can write one."""

    @property
    def believed_servers(self) -> frozenset[str]:
        """The names, one by one."""
        return frozenset(self.receiving_servers.split())


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """What `filter` and `scan` answer with."""

    fail_on: Literal["notice", "flagged"] = field(
        default="flagged", metadata=setting(Choice(("notice", "flagged")), "--fail-on")
    )
    """The mildest outcome that makes the exit code 1. `notice` includes `flagged`."""


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """How words for the owner look."""

    colour: Literal["auto", "always", "never"] = field(
        default="auto", metadata=setting(Choice(("auto", "always", "never")))
    )
    """`auto` is colour on a terminal. NO_COLOR makes the default `never`."""


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """How often the owner is willing to be disturbed for nothing."""

    false_alarms_per_week: float = field(default=3.0, metadata=setting(Number(0.1, 100), "--false-alarms-per-week"))
    """What `guardian calibrate --on` aims at. Without a calibration the shipped thresholds are in force."""


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """How the owner's policies change."""

    cooling_off_hours: int = field(default=0, metadata=setting(Whole(0, 720)))
    """How long a change that makes a policy milder waits before it takes force; 0: not at all. The hours are those in
    which this machine runs or sleeps. Making them fewer waits for as long as they were."""


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """What is remembered of conversations."""

    remember_hours: int = field(default=24, metadata=setting(Whole(0, 24)))
    """For how long the messages of one sender are judged together as well as alone; 0: not at all."""


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """What the journal keeps."""

    clean: Literal["counts", "scores", "full"] = field(
        default="counts", metadata=setting(Choice(("counts", "scores", "full")))
    )
    """What is kept of a clean message: that there was one, or also its scores and sender (which `guardian calibrate`
    can learn from), or all of it."""
    keep_text: Literal["flagged", "recorded", "none"] = field(
        default="flagged", metadata=setting(Choice(("flagged", "recorded", "none")))
    )
    """Of which messages the text is kept: the flagged ones, every one that is recorded, or none. A policy's
    `keep_text = false` outranks it."""
    keep_days: int = field(default=0, metadata=setting(Whole(0, 36_600)))
    """Verdicts older than this are forgotten; 0 keeps them for good."""
    second_signature: Literal["off", "on"] = field(default="off", metadata=setting(Choice(("off", "on"))))
    """Whether exported checkpoints carry a second signature, ML-DSA-65, which a quantum computer could not forge."""


@dataclass(frozen=True, slots=True)
class AppSettings:
    """How the terminal app looks."""

    theme: Literal["auto", "dark", "light", "contrast", "ansi"] = field(
        default="auto", metadata=setting(Choice(("auto", "dark", "light", "contrast", "ansi")))
    )
    """`auto` is dark, unless the terminal says that its ground is light. `ansi` takes the terminal's own colours."""
