"""What a check of `guardian doctor` is, and the checks that need nothing but Python itself.

Invariant: a check reports; it never raises for what it finds.
"""

from __future__ import annotations

import importlib
import os
import platform
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from guardian.assistant.talk.opening import SAME_AS_JUDGE, chosen
from guardian.reading.limits import changed_limits
from guardian.settings import OriginKind, Settings

PACKAGES: Final = {
    "cryptography": "cryptography",
    "numpy": "numpy",
    "platformdirs": "platformdirs",
    "pydantic": "pydantic",
    "re2": "google-re2",
    "selectolax.lexbor": "selectolax",
}
"""What screening imports into this process, by module, with the name to install it by."""


class Level(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as well as it could, or as the owner may think."""
    BAD = "bad"
    """Guardian cannot do its work."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found."""

    level: Level
    what: str
    detail: str


def check_python() -> Check:
    """Which Python runs this, and on what."""
    return Check(Level.OK, "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def check_settings(settings: Settings, problem: str) -> Check:
    """Whether the owner's settings can be used. `problem` says why `settings` are only the defaults."""
    if problem:
        return Check(Level.BAD, "settings", f"{problem}; the checks below use the defaults")
    count = sum(origin.kind is not OriginKind.DEFAULT for origin in settings.origins.values())
    return Check(Level.OK, "settings", f"{count} set by you, the rest are defaults" if count else "all are defaults")


def check_limits(settings: Settings) -> Check:
    """How much of a message is read. What lies beyond is a reason in its verdict, whatever the limits are."""
    limits = settings.limits
    usual = f"at most {limits.max_windows:,} windows of {limits.window_bytes:,} bytes a message are judged"
    changed = changed_limits(limits)
    return Check(
        Level.OK, "limits", f"{usual}; changed by you: {', '.join(changed)}" if changed else f"{usual}, as shipped"
    )


def check_assistant(settings: Settings) -> Check:
    """Which language model talks with the owner, and whether the judge is made of the same file."""
    found = chosen(settings)
    if found is None:
        return Check(Level.OK, "assistant", "none: questions are answered from evidence alone")
    if found.is_judge_too:
        return Check(Level.WARN, "assistant", f"{found.name}: {SAME_AS_JUDGE}")
    return Check(Level.OK, "assistant", f"{found.name}; every sentence of it is screened before you see it")


def check_packages() -> Check:
    """Whether everything that screening needs can be imported."""
    broken = []
    for module, name in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ImportError:
            broken.append(name)
    if broken:
        return Check(Level.BAD, "packages", f"cannot be imported: {', '.join(broken)} (pip install {' '.join(broken)})")
    return Check(Level.OK, "packages", f"{len(PACKAGES)} of {len(PACKAGES)} can be imported")


def check_directories(settings: Settings) -> Iterator[Check]:
    """Whether the folders that there are belong to their owner alone."""
    paths = settings.paths
    folders = {"config": paths.config, "policies": settings.policies_dir, "data": paths.data, "state": paths.state}
    folders |= {"cache": paths.cache, "runtime": paths.runtime, "held": paths.held}
    for name, path in folders.items():
        yield _check_directory(f"{name} folder", path)


def _check_directory(what: str, path: Path) -> Check:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return Check(Level.OK, what, f"{path} (made when it is needed)")
    except OSError as error:
        return Check(Level.BAD, what, f"{path}: {(error.strerror or str(error)).lower()}")
    mode = stat.S_IMODE(facts.st_mode)
    if not stat.S_ISDIR(facts.st_mode):
        return Check(Level.BAD, what, f"{path} is not a folder")
    if facts.st_uid != os.geteuid():
        return Check(Level.WARN, what, f"{path} belongs to another account (uid {facts.st_uid})")
    if mode & stat.S_IWOTH:
        return Check(Level.BAD, what, f"{path} can be written to by anybody (mode {mode:03o}; chmod 700 mends it)")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(Level.WARN, what, f"{path} is open to other accounts (mode {mode:03o}; chmod 700 mends it)")
    return Check(Level.OK, what, f"{path} (mode {mode:03o})")
