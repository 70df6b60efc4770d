"""Puts the starter policies into the owner's folder, once.

Invariants: nothing that is already in the folder is changed or replaced; after the first time nothing is ever
written there again, so a starter policy that the owner deletes stays deleted. Folder 0700, files 0600.
"""

from __future__ import annotations

import os
from pathlib import Path

from guardian.errors import PolicyError
from guardian.paths import ensure_private_directory
from guardian.policy.load import SUFFIX

MARKER = ".starter-policies-installed"
"""Its presence, not its content, says that the starter policies were copied."""
SCHEMA = "policy.schema.json"
"""Named by the first line of each policy, so that an editor can help."""


def install_starter_policies(shipped: Path, target: Path) -> tuple[Path, ...]:
    """Copy the starter policies from `shipped` to `target` unless that was done before; the files that were written.

    Raises PolicyError where a file cannot be read or written; what `ensure_private_directory` raises where the folder
    cannot be made or trusted.
    """
    marker = target / MARKER
    try:
        if marker.exists():
            return ()
        ensure_private_directory(target)
        names = sorted(path.name for path in shipped.iterdir() if path.suffix == SUFFIX or path.name == SCHEMA)
        if not any(name.endswith(SUFFIX) for name in names):
            raise PolicyError(f"no starter policies in {shipped}", hint="install guardian again")
        written = tuple(target / name for name in names if _copy(shipped / name, target / name))
        _write(marker, b"")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PolicyError(f"starter policies could not be copied to {target}: {reason}") from None
    return written


def _copy(source: Path, target: Path) -> bool:
    """Whether `source` was copied; False where something stands at `target` already."""
    if target.is_symlink() or target.exists():
        return False
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    _write(partial, source.read_bytes())
    os.replace(partial, target)
    return True


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
