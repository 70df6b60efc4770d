"""The settings that a thin client needs, read without the rest of the settings.

Invariants: what is found here is what `guardian.settings` finds for the same file, or nothing is found, and the whole
file is read there; nothing is reported here, because the service, which read all of the file, refuses to answer where
it cannot be used. Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from guardian.service.place import config_folder

DEFAULT_FAIL_ON: Final = "flagged"
DEFAULT_MAX_BYTES_READ: Final = 25 * 1024 * 1024
DEFAULT_JUDGE_TIMEOUT_S: Final = 2.0
_MOST_JUDGE_TIMEOUT_S: Final = 600
_LEVELS: Final = ("notice", "flagged")
_MOST_FILE_BYTES: Final = 1 << 20
"""A longer file is no settings file of this world."""


ThinSettings = tuple[str, int, float]
"""`filter.fail_on`, `limits.max_bytes_read` and `judge.timeout_s`."""


def thin_settings(env: Mapping[str, str]) -> ThinSettings | None:
    """The settings of the owner's file, or the defaults where there is none; None where all of it has to be read."""
    try:
        with open(settings_place(env), "rb") as file:
            content = file.read(_MOST_FILE_BYTES + 1)
    except FileNotFoundError:
        return DEFAULT_FAIL_ON, DEFAULT_MAX_BYTES_READ, DEFAULT_JUDGE_TIMEOUT_S
    except OSError:
        return None
    return _read(content) if len(content) <= _MOST_FILE_BYTES else None


def settings_place(env: Mapping[str, str]) -> str:
    """Where the owner's settings file lies, or would."""
    return os.path.join(config_folder(env), "settings.toml")


def _read(content: bytes) -> ThinSettings | None:
    import tomllib  # here, since most owners have no settings file

    try:
        document: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
        fail_on = document.get("filter", {}).get("fail_on", DEFAULT_FAIL_ON)
        max_bytes_read = document.get("limits", {}).get("max_bytes_read", DEFAULT_MAX_BYTES_READ)
        judge_s = document.get("judge", {}).get("timeout_s", DEFAULT_JUDGE_TIMEOUT_S)
    except (ValueError, AttributeError, RecursionError):
        return None
    if fail_on not in _LEVELS or type(max_bytes_read) is not int or max_bytes_read <= 0:
        return None
    if type(judge_s) not in (int, float) or not 0 <= judge_s <= _MOST_JUDGE_TIMEOUT_S:
        return None
    return fail_on, max_bytes_read, float(judge_s)
