"""The stamp of a folder of policies: what tells that its files are others than before, without reading them.

Invariant: a change of content changes the stamp, for the time of a file's last change (ctime) can't be set by hand.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from guardian.policy.load import SUFFIX

Stamp = tuple[tuple[str, tuple[int, ...]], ...]
"""Each file with its identity, size and times."""


def stamp_of(folder: Path, beside: Sequence[Path] = ()) -> Stamp:
    """The stamp of the policy files in a folder, and of the files `beside`. Never raises."""
    names: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if is_policy_name(entry.name))
    return tuple((str(path), _numbers(path)) for path in (*(folder / name for name in names), *beside))


def is_policy_name(name: str) -> bool:
    """Whether a file of this name is read as a policy."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def _numbers(path: Path) -> tuple[int, ...]:
    """Of what a path leads to, and of the link itself; empty where there is nothing."""
    try:
        link, file = path.lstat(), path.stat()
    except OSError:
        return ()
    return link.st_ino, file.st_dev, file.st_ino, file.st_mode, file.st_size, file.st_mtime_ns, file.st_ctime_ns
