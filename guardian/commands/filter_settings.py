"""The two settings that a thin client needs, read without the rest of the settings.

Invariants: what is found here is what `guardian.settings` finds for the same file, or nothing is found, and the whole
file is read there; nothing is reported here, because the service, which read all of the file, refuses to answer where
it cannot be used. Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from guardian.service.place import own_home

DEFAULT_FAIL_ON: Final = "flagged"
DEFAULT_MAX_BYTES_READ: Final = 25 * 1024 * 1024
_LEVELS: Final = ("notice", "flagged")
_MOST_FILE_BYTES: Final = 1 << 20
"""A longer file is no settings file of this world."""


ThinSettings = tuple[str, int]
"""`filter.fail_on` and `limits.max_bytes_read`."""


def thin_settings(env: Mapping[str, str]) -> ThinSettings | None:
    """The settings of the owner's file, or the defaults where there is none; None where all of it has to be read."""
    try:
        with open(settings_place(env), "rb") as file:
            content = file.read(_MOST_FILE_BYTES + 1)
    except FileNotFoundError:
        return DEFAULT_FAIL_ON, DEFAULT_MAX_BYTES_READ
    except OSError:
        return None
    return _read(content) if len(content) <= _MOST_FILE_BYTES else None


def settings_place(env: Mapping[str, str]) -> str:
    """Where the owner's settings file lies, or would (`guardian.paths`; a test compares the two)."""
    if home := own_home(env):
        return os.path.join(home, "config", "settings.toml")
    named = env.get("XDG_CONFIG_HOME", "")
    usual = "~/Library/Application Support" if sys.platform == "darwin" else "~/.config"
    return os.path.join(named if os.path.isabs(named) else os.path.expanduser(usual), "guardian", "settings.toml")


def _read(content: bytes) -> ThinSettings | None:
    import tomllib  # here, since most owners have no settings file

    try:
        document: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
        fail_on = document.get("filter", {}).get("fail_on", DEFAULT_FAIL_ON)
        max_bytes_read = document.get("limits", {}).get("max_bytes_read", DEFAULT_MAX_BYTES_READ)
    except (ValueError, AttributeError, RecursionError):
        return None
    if fail_on not in _LEVELS or type(max_bytes_read) is not int or max_bytes_read <= 0:
        return None
    return fail_on, max_bytes_read
