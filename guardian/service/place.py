"""Where the service's socket lies, found without `guardian.paths`: that costs a client the import of platformdirs, and
of pathlib, which is a tenth of what a thin client imports.

Invariants: `socket_path` is in the folder that `guardian.paths.find_paths` calls `runtime` (a test compares them over
many environments); where the two should ever differ, a client finds no service and takes the cold road, and whoever
answers a client is asked for its user before a message is sent. Standard library only.

Source of the rules: platformdirs 4, `unix.py` and `macos.py`.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SOCKET_NAME: Final = "guardian.sock"
LOCK_NAME: Final = "service.lock"
Household = tuple[str, ...]
"""Whose settings, journal and memory a verdict comes from: their folders. A socket may be shared by several houses, and
a verdict may not. Empty where nobody asks."""
_HOME_VARIABLE: Final = "GUARDIAN_HOME"
_LONGEST_ADDRESS_BYTES: Final = 103 if sys.platform == "darwin" else 107
"""`sun_path` without its closing zero."""


def socket_path(env: Mapping[str, str]) -> Path:
    """Where the service of this environment answers, or would."""
    from pathlib import Path

    return Path(socket_place(env))


def socket_place(env: Mapping[str, str]) -> str:
    """The same as a plain name, for whoever need not import more."""
    return os.path.join(_runtime_folder(env), SOCKET_NAME)


def own_home(env: Mapping[str, str]) -> str:
    """What `GUARDIAN_HOME` names, as an absolute path; empty where it is not set."""
    home = os.path.expanduser(env.get(_HOME_VARIABLE, ""))
    return os.path.join(os.getcwd(), home) if home else ""


def config_folder(env: Mapping[str, str]) -> str:
    """Where the owner's settings and policies lie, or would (`guardian.paths`; a test compares the two)."""
    return _folder(env, "config", "XDG_CONFIG_HOME", "~/.config")


def house_of(env: Mapping[str, str]) -> Household:
    """The house of this environment."""
    data = _folder(env, "data", "XDG_DATA_HOME", "~/.local/share")
    return house_at(config_folder(env), data, _folder(env, "state", "XDG_STATE_HOME", "~/.local/state"))


def house_at(config: Path | str, data: Path | str, state: Path | str) -> Household:
    """The house with these folders, whatever links lead to them."""
    return tuple(os.path.realpath(each) for each in (config, data, state))


@contextmanager
def socket_address(path: Path | str) -> Iterator[str]:
    """An address for `bind` and `connect`: the path itself, or where it is longer than the system takes, a short one
    through the open folder, which lasts as long as the context. Raises OSError."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS_BYTES:
        yield str(path)
        return
    if not sys.platform.startswith("linux"):
        raise OSError(f"the path is longer than {_LONGEST_ADDRESS_BYTES} bytes")
    parent, name = os.path.split(path)
    folder = os.open(parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{name}"
    finally:
        os.close(folder)


def _runtime_folder(env: Mapping[str, str]) -> str:
    if home := own_home(env):
        return os.path.join(home, "run")
    named = env.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(named) and _is_private(named, missing_is_fine=True):
        return os.path.join(named, "guardian")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/TemporaryItems/guardian")
    by_system = f"/run/user/{os.geteuid()}"
    if _is_private(by_system, missing_is_fine=False):
        return os.path.join(by_system, "guardian")
    return os.path.join(_folder(env, "state", "XDG_STATE_HOME", "~/.local/state"), "run")


def _folder(env: Mapping[str, str], name: str, variable: str, usual: str) -> str:
    if home := own_home(env):
        return os.path.join(home, name)
    named = env.get(variable, "")
    usual = "~/Library/Application Support" if sys.platform == "darwin" else usual
    return os.path.join(named if os.path.isabs(named) else os.path.expanduser(usual), "guardian")


def _is_private(folder: str, *, missing_is_fine: bool) -> bool:
    """Whether it is a folder of this user's own that nobody else may enter, and no link."""
    try:
        facts = os.lstat(folder.rstrip("/") or "/")
    except FileNotFoundError:
        return missing_is_fine
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and stat.S_IMODE(facts.st_mode) & 0o777 == 0o700
