"""Cooling-off: how long a change that makes a policy milder has waited.

Being talked into switching one's guard off is itself a manipulation, so an owner may ask that it takes time.

Invariants: the wall clock has no say; what counts is the time since the machine was started (sleep included), so a
changed clock moves nothing. Over a restart only the time since then counts: the hours in which a machine is off are not
waited. What this does not stop: whoever may write to the state file and has the journal's key, and a program that is
given another folder of policies for one run.

Source of the clocks: clock_gettime(2), CLOCK_BOOTTIME; /proc/sys/kernel/random/boot_id (random(4)). In a time
namespace, which anybody may make for themselves, that clock is as far off as its maker likes; by how far stands in
/proc/self/timens_offsets (time_namespaces(7)), and is taken off again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

HOUR_MS: Final = 3_600_000
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_OFFSETS: Final = Path("/proc/self/timens_offsets")


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as it can't be set by hand."""

    boot: str
    """Which start of the machine this is."""
    boot_ms: int
    """Milliseconds since then."""
    wall_ms: int
    """The wall clock: for showing, never for deciding."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long something has waited, as far as that was seen."""

    waited_ms: int
    boot: str
    boot_ms: int

    @classmethod
    def from_now(cls, now: Moment) -> Wait:
        """A wait that begins."""
        return cls(0, now.boot, now.boot_ms)

    def seen(self, now: Moment) -> Wait:
        """The wait as it stands now."""
        passed = now.boot_ms - self.boot_ms if now.boot == self.boot else now.boot_ms
        return replace(self, waited_ms=self.waited_ms + max(passed, 0), boot=now.boot, boot_ms=now.boot_ms)

    def left_ms(self, hours: int) -> int:
        """What is left of `hours`."""
        return max(hours * HOUR_MS - self.waited_ms, 0)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the state file."""
        return {"waited_ms": self.waited_ms, "boot": self.boot, "boot_ms": self.boot_ms}

    @classmethod
    def from_json(cls, value: Any) -> Wait:
        """What `to_json` wrote. Raises ValueError, KeyError, TypeError for anything else."""
        return cls(int(value["waited_ms"]), str(value["boot"]), int(value["boot_ms"]))


def this_moment() -> Moment:
    """Now, on this machine."""
    try:
        boot = _BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot = ""  # another system: one start of the machine can't be told from the next, and its clock counts
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    boot_ns = time.clock_gettime_ns(clock) - _offset_ns()
    return Moment(boot, boot_ns // 1_000_000, time.time_ns() // 1_000_000)


def _offset_ns() -> int:
    """How far the clock that counts is ahead of the machine's own: not at all where there are no time namespaces."""
    try:
        rows = [line.split() for line in _OFFSETS.read_text("ascii").splitlines()]
        return sum(int(row[1]) * 1_000_000_000 + int(row[2]) for row in rows if row[0] in ("boottime", "7"))
    except (OSError, ValueError, IndexError):
        return 0
